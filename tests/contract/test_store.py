"""What every store must do. A further implementation is added to ``OPENERS``."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.models import ReplyFile, RunRequest
from bot.store import Record, Store, open_sqlite
from executor import SourceFile
from tests.memory_store import MemoryStore

Opener = Callable[[Path], AbstractAsyncContextManager[Store]]

NOW = 1_800_000_000.0
REQUEST = RunRequest(
    language="py",
    version="3.13",
    files=(
        SourceFile(path="main.py", content=b'print("hi")'),
        SourceFile(path="a/data.bin", content=bytes(range(256)), executable=True),
    ),
    stdin=b"\x00\xff",
    args=("a b", "ü"),
    guessed=True,
    notes=("A note.",),
)
RECORD = Record(
    reply_id=1 << 62,
    channel_id=20,
    user_id=30,
    guild_id=40,
    asked_id=50,
    asked_channel_id=20,
    asked_digest=b"digest",
    request=REQUEST,
    output=(ReplyFile(name="stdout.txt", content=b"\xff\n"),),
    created_at=NOW,
)


@asynccontextmanager
async def open_memory(_: Path) -> AsyncGenerator[Store, None]:
    yield MemoryStore()


OPENERS: dict[str, Opener] = {"memory": open_memory, "sqlite": open_sqlite}


@pytest.fixture(params=list(OPENERS))
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Store, None]:
    async with OPENERS[request.param](tmp_path / "store.db") as opened:
        yield opened


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


async def test_code_goes_before_the_record_does(store: Store) -> None:
    old, middle, new = (
        replace(RECORD, reply_id=n, asked_id=n, created_at=NOW + n) for n in (1, 2, 3)
    )
    for record in (old, middle, new):
        await store.replies.put(record)
    await store.forget(code_before=NOW + 3, replies_before=NOW + 2)
    assert await store.replies.by_reply(1) is None
    assert await store.replies.by_reply(2) == replace(middle, request=None, output=())
    assert await store.replies.by_reply(3) == new


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


async def test_closing_twice_is_harmless(store: Store) -> None:
    await store.close()
    await store.close()
