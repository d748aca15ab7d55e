"""What every store must do with replies."""

import asyncio
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.models import RunRequest
from bot.store import Horizons, Record, Store
from executor import SourceFile
from tests.contract_values import GUILD, NOW, RECORD


async def test_a_record_is_found_by_its_reply_and_by_the_message_asked(store: Store) -> None:
    await store.replies.put(RECORD)
    assert await store.replies.by_reply(RECORD.reply_id) == RECORD
    assert await store.replies.by_asked(50) == RECORD


async def test_nothing_is_found_where_nothing_is(store: Store) -> None:
    assert await store.replies.by_reply(1) is None
    assert await store.replies.by_asked(1) is None


async def test_optional_parts_may_be_missing(store: Store) -> None:
    bare = Record(reply_id=1, channel_id=2, user_id=3, created_at=NOW)
    other = replace(bare, reply_id=2)
    await store.replies.put(bare)
    await store.replies.put(other)
    assert await store.replies.by_reply(1) == bare
    assert await store.replies.by_reply(2) == other


async def test_what_is_pending_is_listed_until_it_is_not(store: Store) -> None:
    pending = replace(RECORD, is_pending=True, token="a-token")  # noqa: S106 - an interaction's, made up
    earlier = replace(pending, reply_id=60, asked_id=60)
    for record in (pending, earlier, replace(RECORD, reply_id=3, asked_id=3)):
        await store.replies.put(record)
    assert await store.replies.pending() == (earlier, pending)
    assert not earlier.has_reply
    await store.replies.put(RECORD)
    await store.replies.remove(60)
    assert await store.replies.pending() == ()


async def test_that_a_message_was_answered_is_known_until_it_is_forgotten(store: Store) -> None:
    assert not await store.replies.is_answered(50)
    await store.replies.put(RECORD)
    await store.replies.put(replace(RECORD, created_at=NOW + 9))
    await store.replies.remove(RECORD.reply_id)
    await store.forget(Horizons(answered_before=NOW))
    assert await store.replies.is_answered(50)
    assert not await store.replies.is_answered(51)
    await store.forget(Horizons(answered_before=NOW + 1))
    assert not await store.replies.is_answered(50)


async def test_a_message_whose_reply_is_known_is_answered_however_old_that_is(store: Store) -> None:
    await store.replies.put(RECORD)
    await store.forget(Horizons(answered_before=NOW + 1))
    assert await store.replies.is_answered(50)


async def test_a_record_is_changed_only_where_it_is_still_there(store: Store) -> None:
    moved = replace(RECORD, reply_id=7, is_pending=True)
    await store.replies.change(RECORD.reply_id, moved)
    assert await store.replies.by_reply(7) is None
    await store.replies.put(RECORD)
    await store.replies.put(replace(RECORD, reply_id=8, asked_id=None))
    await store.replies.change(RECORD.reply_id, moved)
    assert await store.replies.by_asked(50) == moved
    assert await store.replies.by_reply(RECORD.reply_id) is None
    await store.erase_member(RECORD.user_id)
    await store.replies.change(7, RECORD)
    assert await store.replies.by_asked(50) is None


async def test_private_channels_are_those_of_messages_outside_servers_the_latest_first(
    store: Store,
) -> None:
    private = replace(RECORD, guild_id=None)
    by_channel = {71: 3.0, 72: 5.0, 73: 4.0}
    for number, (channel_id, at) in enumerate(by_channel.items(), start=100):
        for age in (0, 2):
            asked_id = number + 10 * age
            record = replace(
                private, reply_id=asked_id + 500, asked_id=asked_id, created_at=at - age
            )
            await store.replies.put(replace(record, asked_channel_id=channel_id))
    by_command = replace(private, reply_id=1, asked_id=None, asked_channel_id=None, channel_id=74)
    in_a_server = replace(RECORD, reply_id=2, guild_id=GUILD, asked_id=2)
    for record in (by_command, in_a_server):
        await store.replies.put(record)
    assert await store.replies.private_channels(limit=9) == (72, 73, 71)
    assert await store.replies.private_channels(limit=2) == (72, 73)
    await store.erase_member(private.user_id)
    assert await store.replies.private_channels(limit=9) == ()


async def test_the_same_reply_is_replaced(store: Store) -> None:
    await store.replies.put(RECORD)
    changed = replace(RECORD, request=None, asked_digest=b"new")
    await store.replies.put(changed)
    assert await store.replies.by_reply(RECORD.reply_id) == changed


async def test_a_message_has_one_reply(store: Store) -> None:
    await store.replies.put(RECORD)
    later = replace(RECORD, reply_id=2)
    await store.replies.put(later)
    assert await store.replies.by_asked(50) == later
    assert await store.replies.by_reply(RECORD.reply_id) is None


async def test_what_is_removed_is_gone(store: Store) -> None:
    await store.replies.put(RECORD)
    await store.replies.remove(RECORD.reply_id)
    await store.replies.remove(RECORD.reply_id)
    assert await store.replies.by_reply(RECORD.reply_id) is None


async def test_a_server_may_want_code_to_go_earlier(store: Store) -> None:
    old, new, elsewhere = (
        replace(RECORD, reply_id=1, asked_id=1),
        replace(RECORD, reply_id=2, asked_id=2, created_at=NOW + 1),
        replace(RECORD, reply_id=3, asked_id=3, guild_id=GUILD + 1),
    )
    for record in (old, new, elsewhere):
        await store.replies.put(record)
    await store.replies.forget_code(GUILD, before=NOW + 1)
    assert await store.replies.by_reply(1) == replace(old, request=None, output=())
    assert await store.replies.by_reply(2) == new
    assert await store.replies.by_reply(3) == elsewhere


async def test_many_at_once_lose_nothing(store: Store) -> None:
    records = [replace(RECORD, reply_id=n, asked_id=n) for n in range(1, 101)]
    async with asyncio.TaskGroup() as group:
        for record in records:
            group.create_task(store.replies.put(record))
    assert [await store.replies.by_reply(n) for n in range(1, 101)] == records


@given(
    content=st.binary(max_size=200),
    language=st.text(max_size=20),
    args=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=10), max_size=3),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_request_comes_back_as_it_was(
    store: Store, content: bytes, language: str, args: list[str]
) -> None:
    request = RunRequest(
        language=language, files=(SourceFile(path="x", content=content),), args=tuple(args)
    )
    await store.replies.put(replace(RECORD, request=request))
    found = await store.replies.by_reply(RECORD.reply_id)
    assert found is not None
    assert found.request == request
