import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store import Horizons, Record, Store, open_sqlite
from bot.store.codec import decode_files, decode_request
from bot.store.schema import known_migrations
from tests.contract_values import GUILD, MEMBER, NOW
from tests.contract_values import RECORD as FULL_RECORD
from tests.unit.bot.store.write_format1 import RECORDS

RECORD = Record(reply_id=1, channel_id=2, user_id=3, created_at=4.0)


async def test_what_was_kept_is_there_after_opening_it_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "store.db"
    async with open_sqlite(path) as store:
        await store.replies.put(RECORD)
    async with open_sqlite(path) as store:
        assert await store.replies.by_reply(1) == RECORD


async def test_the_file_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    shutil.copyfile(Path(__file__).with_name("format1.db"), path)
    async with open_sqlite(path) as store:
        for record in RECORDS:
            assert await store.replies.by_reply(record.reply_id) == record
        assert await store.settings.guilds() == ()


async def test_a_migration_that_fails_changes_no_byte(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    shutil.copyfile(Path(__file__).with_name("format1.db"), path)
    before = path.read_bytes()
    failing = ("DELETE FROM replies;", "INSERT INTO nowhere (number) VALUES (1);")
    with pytest.raises(StoreError, match="cannot be used: no such table: nowhere"):
        async with open_sqlite(path, migrations=(*known_migrations(), failing)):
            pass
    assert path.read_bytes() == before


async def test_who_writes_to_a_new_file_keeps_nobody_from_opening_it(tmp_path: Path) -> None:
    path = tmp_path / "codecage.db"
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")

    async def write_on() -> None:
        await asyncio.sleep(0.1)
        writer.execute("COMMIT")

    async with asyncio.TaskGroup() as group:
        group.create_task(write_on())
        async with open_sqlite(path) as store:
            assert await store.guilds() == ()
    writer.close()


async def test_two_processes_may_share_it(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    async with open_sqlite(path) as one, open_sqlite(path) as other:
        await one.replies.put(RECORD)
        assert await other.replies.by_reply(1) == RECORD


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"this is no database, it is a text" * 100, "not a database", id="text"),
        pytest.param(None, "later version", id="later-version"),
    ],
)
async def test_a_broken_file_is_refused_and_left_as_it_was(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    path = tmp_path / "store.db"
    if content is None:
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA user_version = 9999")
        database.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=words) as refused:
        async with open_sqlite(path):
            pass
    assert f"mv {path} {path}.broken" in str(refused.value)
    assert path.read_bytes() == before


async def test_damage_inside_the_file_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    async with open_sqlite(path) as store:
        for number in range(1, 200):
            await store.replies.put(
                Record(reply_id=number, channel_id=2, user_id=3, asked_id=number, created_at=4.0)
            )
    data = bytearray(path.read_bytes())
    data[4096:8192] = b"\x5a" * 4096
    path.write_bytes(data)
    with pytest.raises(StoreError, match="cannot be used"):
        async with open_sqlite(path):
            pass


async def test_a_folder_in_the_way_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.mkdir()
    with pytest.raises(StoreError, match="cannot be used"):
        async with open_sqlite(path):
            pass


async def test_after_closing_it_says_so(tmp_path: Path) -> None:
    async with open_sqlite(tmp_path / "store.db") as store:
        pass
    with pytest.raises(StoreError, match="closed"):
        await store.replies.by_reply(1)


async def test_a_table_that_is_gone_is_an_error_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    async with open_sqlite(path) as store:
        with sqlite3.connect(path) as database:
            database.execute("DROP TABLE replies")
        database.close()
        with pytest.raises(StoreError, match="does not answer"):
            await store.replies.by_reply(1)


@pytest.mark.parametrize("data", [b"", b"junk", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_code_that_cannot_be_read_counts_as_gone(data: bytes) -> None:
    assert decode_request(data) is None
    assert decode_files(data) == ()


async def test_nobody_else_may_read_it_and_what_is_removed_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    marker = b"members-own-digest-of-something"
    async with open_sqlite(path) as store:
        await store.replies.put(replace(RECORD, asked_digest=marker))
        assert modes(tmp_path) == {0o600}
        await store.replies.remove(1)
    assert marker not in contents(tmp_path)


@pytest.mark.parametrize(
    "erase",
    [
        pytest.param(lambda store: store.erase_member(MEMBER), id="of-a-member"),
        pytest.param(lambda store: store.erase_guild(GUILD), id="of-a-server"),
        pytest.param(lambda store: store.forget(Horizons(replies_before=NOW + 1)), id="too-old"),
    ],
)
async def test_what_is_erased_leaves_the_disk_while_the_bot_runs(
    tmp_path: Path, erase: Callable[[Store], Awaitable[None]]
) -> None:
    marker = b"members-own-digest-of-something"
    async with open_sqlite(tmp_path / "store.db") as store:
        await store.replies.put(replace(FULL_RECORD, asked_digest=marker))
        assert marker in contents(tmp_path)
        await erase(store)
        assert marker not in contents(tmp_path)


def modes(folder: Path) -> set[int]:
    return {file.stat().st_mode & 0o777 for file in folder.iterdir()}


def contents(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())
