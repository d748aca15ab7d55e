"""What only a store on a server can meet: it is away, restarted, or not made for our texts."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store.address import dump_line, restore_line
from bot.store.postgres import PostgresEngine, check_postgres, open_postgres
from bot.store.schema import known_migrations
from tests.contract_values import RECORD, RUN
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


async def test_a_store_is_checked_without_a_change(postgres: PostgresServer) -> None:
    url = postgres.fresh()
    with pytest.raises(StoreError, match="There is no store in postgresql://"):
        await check_postgres(url)
    async with open_postgres(url, migrations=known_migrations()[:1]):
        pass
    assert await check_postgres(url) == 1


async def test_the_lines_that_are_told_back_up_and_restore(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    postgres.execute("CREATE DATABASE kept")
    url = postgres.url.replace("/postgres?", "/kept?")
    backup = tmp_path / "a b.dump"
    async with open_postgres(url) as store:
        await store.replies.put(RECORD)
        await postgres.run(dump_line(url, backup))
        await store.replies.remove(RECORD.reply_id)
    await postgres.run(restore_line(url, backup))
    async with open_postgres(url) as store:
        assert await store.replies.by_reply(RECORD.reply_id) == RECORD
        await store.runs.add(RUN)  # numbers go on where they were


async def test_a_statement_that_takes_too_long_is_ended(engine: PostgresEngine) -> None:
    told = await _told(engine.run(lambda session: [
        session.fetch("SET LOCAL statement_timeout = '50ms'"), session.fetch("SELECT pg_sleep(9)")
    ]))  # fmt: skip
    assert "statement timeout" in told


async def _told(call: object) -> str:
    assert asyncio.iscoroutine(call)
    with pytest.raises(StoreError) as refused:
        await call
    return str(refused.value)
