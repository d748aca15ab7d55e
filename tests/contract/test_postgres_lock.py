"""Of several bots that name one store in PostgreSQL, one runs; if its connection is lost, still one."""

import asyncio
import logging
from collections.abc import Callable
from urllib.parse import quote

import psycopg
import pytest

from bot.errors import InUseError, StoreError
from bot.store.postgres import open_postgres
from bot.store.postgreslock import sole_user_of_database
from tests.contract_values import RECORD
from tests.postgres import PostgresServer

LOOK_EVERY_SECONDS = 0.05
LOCKS = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'codecage lock %'"
END_LOCKS = LOCKS.replace("SELECT pid", "SELECT pg_terminate_backend(pid)")
WAIT_SECONDS = 30


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres.fresh()


async def assert_refused(url: str) -> str:
    with pytest.raises(InUseError, match="Another codecage") as refused:
        async with sole_user_of_database(url, wait_seconds=0.1):
            pass
    return str(refused.value)


async def becomes(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while not await asyncio.to_thread(is_so):  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.02)


async def test_a_second_bot_is_refused_with_the_way_out(url: str) -> None:
    with_password = url.replace("codecage@", "codecage:hunter2@", 1)
    async with sole_user_of_database(url):
        told = await assert_refused(with_password)
    assert told.startswith("Another codecage is running with the store postgresql://codecage@")
    assert "would answer every message twice. Stop that one first" in told
    assert "hunter2" not in told


async def test_afterwards_the_next_one_may(url: str, postgres: PostgresServer) -> None:
    for _ in range(2):
        async with sole_user_of_database(url):
            assert len(postgres.execute(LOCKS)) == 1


async def test_the_next_one_waits_for_one_that_was_killed_a_moment_ago(url: str) -> None:
    waiting = asyncio.Event()

    async def come_next() -> None:
        waiting.set()
        async with sole_user_of_database(url, wait_seconds=WAIT_SECONDS):
            pass

    async with asyncio.TaskGroup() as group, sole_user_of_database(url):
        next_one = group.create_task(come_next())
        await waiting.wait()
        await asyncio.sleep(0.3)
        assert not next_one.done()


async def test_bots_with_schemas_of_their_own_share_a_database(
    url: str, postgres: PostgresServer
) -> None:
    async with sole_user_of_database(url), sole_user_of_database(postgres.fresh()):
        assert len(postgres.execute(LOCKS)) == 2


async def test_the_store_can_be_used_beside_it(url: str) -> None:
    async with sole_user_of_database(url), open_postgres(url) as one, open_postgres(url) as other:
        await one.replies.put(RECORD)
        assert await other.replies.by_reply(RECORD.reply_id) == RECORD


async def test_a_lock_that_was_lost_is_taken_again(
    url: str, postgres: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "bot.store.postgreslock")
    async with sole_user_of_database(url, look_every_seconds=LOOK_EVERY_SECONDS):
        postgres.execute(END_LOCKS)
        await becomes(lambda: "is taken again" in caplog.text)
        await assert_refused(url)


async def test_who_lost_it_to_another_bot_is_stopped(url: str, postgres: PostgresServer) -> None:
    async def use_until_it_is_lost() -> None:
        async with sole_user_of_database(url, look_every_seconds=1, wait_seconds=0.1):
            postgres.execute(END_LOCKS)
            with psycopg.connect(url, autocommit=True) as quicker:
                quicker.execute(
                    "SELECT pg_advisory_lock((1667327845::bigint << 32) + oid::bigint)"
                    " FROM pg_namespace WHERE nspname = current_schema()"
                )
                await asyncio.Event().wait()

    async with asyncio.timeout(WAIT_SECONDS):
        with pytest.raises(InUseError, match="Another codecage"):
            await use_until_it_is_lost()


async def test_what_goes_wrong_inside_comes_out_as_it_is(url: str) -> None:
    with pytest.raises(LookupError, match="mine"):
        async with sole_user_of_database(url):
            raise LookupError("mine")


async def test_a_cancelled_user_lets_go(url: str) -> None:
    async with asyncio.TaskGroup() as group:
        held = asyncio.Event()

        async def hold() -> None:
            async with sole_user_of_database(url):
                held.set()
                await asyncio.Event().wait()

        holding = group.create_task(hold())
        await held.wait()
        holding.cancel()
    async with sole_user_of_database(url):
        assert holding.cancelled()


async def test_a_server_that_is_away_is_told_without_the_password() -> None:
    away = "postgresql://me:hunter2@127.0.0.1:1/name"
    with pytest.raises(StoreError, match="cannot be locked: ") as refused:
        async with sole_user_of_database(away):
            pass
    assert "hunter2" not in str(refused.value)


async def test_an_address_without_a_schema_is_told(postgres: PostgresServer) -> None:
    nowhere = f"{postgres.url}&options={quote('-csearch_path=nowhere')}"
    with pytest.raises(StoreError, match="no schema"):
        async with sole_user_of_database(nowhere):
            pass
