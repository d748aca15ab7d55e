import asyncio
from dataclasses import replace

import pytest

from bot.errors import StoreError
from bot.models import ReplyFile, RunRequest
from bot.records import Records
from bot.settings.keeper import SettingsKeeper
from bot.store import Record
from executor import SourceFile
from tests.contract_values import BLOCK, ENTRY, GUILD, MEMBER, RUN, counted
from tests.memory_store import MemoryStore

NOW = 1_800_000_000.0
REQUEST = RunRequest(language="py", files=(SourceFile(path="main.py", content=b"1"),))
RECORD = Record(
    reply_id=1,
    channel_id=2,
    user_id=3,
    asked_id=4,
    request=REQUEST,
    output=(ReplyFile(name="stdout.txt", content=b"1"),),
)


def records(store: MemoryStore, keep_code_seconds: float = 60.0) -> Records:
    return Records(store, keep_code_seconds=keep_code_seconds, clock=lambda: NOW)


async def test_what_is_kept_is_as_old_as_now() -> None:
    store = MemoryStore()
    await records(store).keep(RECORD)
    assert store.records == {1: replace(RECORD, created_at=NOW)}


async def test_no_code_is_kept_where_none_may_be() -> None:
    store = MemoryStore()
    await records(store, keep_code_seconds=0).keep(RECORD)
    assert store.records[1] == replace(RECORD, request=None, output=(), created_at=NOW)


async def test_a_record_that_is_just_being_made_is_waited_for() -> None:
    store = MemoryStore()
    kept = records(store)
    async with asyncio.TaskGroup() as group:
        found = group.create_task(kept.by_reply(1))
        await asyncio.sleep(0.05)
        await kept.keep(RECORD)
    assert (await found) == replace(RECORD, created_at=NOW)


async def test_old_code_goes_and_then_the_record() -> None:
    store = MemoryStore()
    for reply_id, age_seconds in ((1, 10.0), (2, 100.0), (3, 31 * 86_400.0)):
        aged = replace(RECORD, reply_id=reply_id, asked_id=reply_id, created_at=NOW - age_seconds)
        await store.replies.put(aged)
    async with asyncio.TaskGroup() as group:
        tidying = group.create_task(records(store).keep_tidy())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        tidying.cancel()
    assert {one.reply_id: one.request for one in store.records.values()} == {1: REQUEST, 2: None}


async def keeping(store: MemoryStore, keep_code_days: int | None) -> Records:
    """Return records where the operator keeps code for two days and the server as it says."""
    keeper = SettingsKeeper(store.settings, store.audits)
    await keeper.change(GUILD, 1, lambda old: replace(old, keep_code_days=keep_code_days))
    return Records(store, keep_code_seconds=2 * 86_400.0, settings=keeper, clock=lambda: NOW)


@pytest.mark.parametrize(
    ("keep_code_days", "kept"),
    [
        pytest.param(None, {1, 2}, id="as-the-operator"),
        pytest.param(1, {1}, id="less"),
        pytest.param(30, {1, 2}, id="no-more-than-the-operator"),
    ],
)
async def test_a_server_s_code_goes_when_it_wants(
    keep_code_days: int | None, kept: set[int]
) -> None:
    store = MemoryStore()
    tidy = await keeping(store, keep_code_days)
    for reply_id, hours in ((1, 1), (2, 30), (3, 60)):
        aged = replace(RECORD, reply_id=reply_id, asked_id=reply_id, guild_id=GUILD)
        await store.replies.put(replace(aged, created_at=NOW - hours * 3600.0))
    async with asyncio.TaskGroup() as group:
        tidying = group.create_task(tidy.keep_tidy())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        tidying.cancel()
    assert {one.reply_id for one in store.records.values() if one.request} == kept


async def test_a_server_may_want_no_code_kept() -> None:
    store = MemoryStore()
    kept = await keeping(store, 0)
    await kept.keep(replace(RECORD, guild_id=GUILD))
    await kept.keep(replace(RECORD, reply_id=9, asked_id=9, guild_id=GUILD + 1))
    assert {one.reply_id: one.request for one in store.records.values()} == {1: None, 9: REQUEST}


async def test_all_else_that_is_too_old_goes_with_it() -> None:
    store = MemoryStore()
    for age_seconds in (0.0, 2 * 3600.0):
        await store.runs.add(replace(RUN, at=NOW - age_seconds))
    for age_seconds in (0.0, 25 * 3600.0):
        await store.quotas.note(user_id=MEMBER, guild_id=GUILD, at=NOW - age_seconds)
    for age_seconds in (0.0, 366 * 86_400.0):
        await store.audits.add(replace(ENTRY, at=NOW - age_seconds))
    await store.blocks.put(replace(BLOCK, expires_at=NOW - 1))
    kept = Records(store, keep_history_seconds=3600.0, clock=lambda: NOW)
    async with asyncio.TaskGroup() as group:
        tidying = group.create_task(kept.keep_tidy())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        tidying.cancel()
    assert [run.at for run in await store.runs.page()] == [NOW]
    assert await counted(store) == 1
    assert [entry.at for entry in await store.audits.page(GUILD)] == [NOW]
    assert await store.blocks.listed(GUILD, now=0) == ()


async def test_a_store_that_fails_is_logged_and_stops_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = MemoryStore()
    store.is_broken = True
    kept = records(store)
    await kept.keep(RECORD)
    await kept.remove(1)
    assert await kept.by_asked(4) is None
    with pytest.raises(StoreError):
        await kept.by_reply(1)
    async with asyncio.TaskGroup() as group:
        tidying = group.create_task(kept.keep_tidy())
        await asyncio.sleep(0)
        tidying.cancel()
    assert caplog.text.count("broken on purpose") == 4


async def test_of_a_reply_that_is_gone_only_is_known_that_its_message_was_answered() -> None:
    store = MemoryStore()
    await records(store).keep(replace(RECORD, is_pending=True, token="a-token"))  # noqa: S106
    await records(store).reply_is_gone(1)
    kept = await store.replies.by_asked(4)
    assert kept == replace(RECORD, reply_id=4, request=None, output=(), created_at=NOW)
    assert not kept.has_reply


async def test_of_a_command_s_reply_that_is_gone_nothing_is_known() -> None:
    store = MemoryStore()
    await records(store).keep(replace(RECORD, asked_id=None))
    await records(store).reply_is_gone(1)
    assert store.records == {}


async def test_what_is_erased_while_it_is_changed_stays_erased() -> None:
    store = MemoryStore()
    kept = records(store)
    await kept.keep(RECORD)
    await store.erase_member(RECORD.user_id)
    await kept.begin(RECORD, "a-token")
    await kept.change(RECORD, replace(RECORD, reply_id=5))
    assert store.records == {}


async def test_what_is_settled_is_not_pending_any_more() -> None:
    store = MemoryStore()
    await records(store).keep(replace(RECORD, is_pending=True))
    assert [found.reply_id for found in await records(store).pending()] == [1]
    await records(store).settle(4)
    await records(store).settle(5)
    assert await records(store).pending() == ()


async def test_a_broken_store_says_that_nothing_is_pending(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = MemoryStore()
    store.is_broken = True
    assert await records(store).pending() == ()
    await records(store).reply_is_gone(1)
    assert "answers under way were not looked up" in caplog.text
    assert "reply 1 was not forgotten" in caplog.text
