"""What only a store on a server can meet: it is away, restarted, or not made for our texts."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from bot.errors import StoreError
from bot.store.postgres import PostgresEngine, open_postgres, shown
from tests.contract_values import RECORD
from tests.postgres import PostgresServer

END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'codecage'"
)


@pytest.fixture
async def engine(postgres: PostgresServer) -> AsyncGenerator[PostgresEngine, None]:
    engine = PostgresEngine(postgres.fresh())
    yield engine
    await engine.close()


async def test_a_server_that_is_away_is_told_without_the_password() -> None:
    url = "postgresql://me:hunter2@127.0.0.1:1/name?password=hunter2"
    with pytest.raises(StoreError, match="cannot be used: ") as refused:
        async with open_postgres(url):
            pass
    assert "psql 'postgresql://me@127.0.0.1:1/name'" in str(refused.value)
    assert "hunter2" not in str(refused.value)


async def test_a_database_for_other_texts_is_refused(postgres: PostgresServer) -> None:
    postgres.execute("CREATE DATABASE bytes ENCODING 'SQL_ASCII' LC_COLLATE 'C' TEMPLATE template0")
    url = postgres.url.replace("/postgres?", "/bytes?")
    with pytest.raises(StoreError, match="SQL_ASCII; make one with: createdb -E UTF8"):
        async with open_postgres(url):
            pass


async def test_after_a_restart_of_the_server_everything_goes_on(postgres: PostgresServer) -> None:
    async with open_postgres(postgres.fresh()) as store:
        await store.replies.put(RECORD)
        postgres.execute(END_OTHERS)
        assert await store.replies.by_reply(RECORD.reply_id) == RECORD


async def test_a_call_whose_connection_ends_says_so(
    postgres: PostgresServer, engine: PostgresEngine
) -> None:
    async with asyncio.TaskGroup() as group:
        sleeping = group.create_task(_told(engine.fetch("SELECT pg_sleep(9)")))
        while not sleeping.done():
            await asyncio.to_thread(postgres.execute, END_OTHERS)
            await asyncio.sleep(0.02)
    assert "does not answer" in sleeping.result()
    assert await engine.fetch("SELECT 1") == [(1,)]


async def test_a_statement_that_takes_too_long_is_ended(engine: PostgresEngine) -> None:
    told = await _told(engine.run(lambda session: [
        session.fetch("SET LOCAL statement_timeout = '50ms'"), session.fetch("SELECT pg_sleep(9)")
    ]))  # fmt: skip
    assert "statement timeout" in told


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("postgresql://me:secret@host:5432/name", "postgresql://me@host:5432/name"),
        ("postgresql://host/name?sslpassword=secret", "postgresql://host/name"),
        (
            "postgresql://host/name?password=secret&sslmode=require",
            "postgresql://host/name?sslmode=require",
        ),
        ("postgresql://host/name", "postgresql://host/name"),
        ("postgresql:///name?host=/run/postgresql", "postgresql:///name?host=/run/postgresql"),
    ],
)
def test_an_address_is_shown_without_secrets(url: str, plain: str) -> None:
    assert shown(url) == plain


async def _told(call: object) -> str:
    assert asyncio.iscoroutine(call)
    with pytest.raises(StoreError) as refused:
        await call
    return str(refused.value)
