import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store import open_sqlite
from bot.store.copies import back_up, check_file, restore
from bot.store.schema import known_migrations
from bot.store.sole import sole_user_of_folder
from tests.contract_values import RECORD

FORMAT_1 = Path(__file__).with_name("format1.db")
NEWEST = len(known_migrations())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "codecage.db"


async def keep(path: Path, *reply_ids: int) -> None:
    async with open_sqlite(path) as store:
        for number in reply_ids:
            await store.replies.put(replace(RECORD, reply_id=number, asked_id=number))


async def kept(path: Path) -> list[int]:
    async with open_sqlite(path) as store:
        return [number for number in range(1, 100) if await store.replies.by_reply(number)]


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def owner(path: Path) -> tuple[int, int]:
    return path.stat().st_uid, path.stat().st_gid


def replace_by_a_text(path: Path) -> None:
    path.write_bytes(b"this is no database, it is a text" * 100)
    path.with_name(f"{path.name}-wal").write_bytes(b"left by a crash")


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:8192] = b"\x5a" * 4096
    path.write_bytes(data)


async def test_a_copy_of_a_store_in_use_is_whole(tmp_path: Path, path: Path) -> None:
    copy = tmp_path / "copies" / "copy.db"
    async with open_sqlite(path) as store:
        await store.replies.put(replace(RECORD, reply_id=1))  # which is in the side file only
        back_up(path, copy)
        await store.replies.put(replace(RECORD, reply_id=2, asked_id=None))
    assert names(copy.parent) == ["copy.db"]
    assert copy.stat().st_mode & 0o777 == 0o600
    assert await kept(copy) == [1]
    assert await kept(path) == [1, 2]


async def test_a_copy_never_replaces_a_file(tmp_path: Path, path: Path) -> None:
    await keep(path, 1)
    other = tmp_path / "other.db"
    other.write_bytes(b"precious")
    with pytest.raises(StoreError, match="there already"):
        back_up(path, other)
    assert other.read_bytes() == b"precious"


async def test_a_copy_that_cannot_be_written_leaves_nothing(tmp_path: Path, path: Path) -> None:
    await keep(path, 1)
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    with pytest.raises(StoreError, match="cannot be written"):
        back_up(path, in_the_way / "copy.db")
    assert names(tmp_path) == ["data", "file"]


async def test_what_was_copied_can_be_put_back(tmp_path: Path, path: Path) -> None:
    copy = tmp_path / "copy.db"
    await keep(path, 1)
    back_up(path, copy)
    await keep(path, 2)
    aside = restore(copy, path)
    assert await kept(path) == [1]
    assert aside is not None
    assert await kept(aside) == [1, 2]
    assert restore(copy, path) != aside


async def test_a_backup_fits_where_nothing_is(tmp_path: Path, path: Path) -> None:
    copy = tmp_path / "copy.db"
    await keep(path, 1)
    back_up(path, copy)
    elsewhere = tmp_path / "new" / "codecage.db"
    assert restore(copy, elsewhere) is None
    assert await kept(elsewhere) == [1]
    assert elsewhere.stat().st_mode & 0o777 == 0o600
    assert owner(elsewhere) == owner(elsewhere.parent)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
async def test_put_back_by_root_it_belongs_to_who_owns_the_folder(
    tmp_path: Path, path: Path
) -> None:
    copy = tmp_path / "copy.db"
    await keep(path, 1)
    back_up(path, copy)
    os.chown(path.parent, 12345, 12346)
    restore(copy, path)
    for name in ("codecage.db", "codecage.lock"):
        assert owner(path.with_name(name)) == (12345, 12346)


async def test_a_broken_store_is_moved_aside(tmp_path: Path, path: Path) -> None:
    copy = tmp_path / "copy.db"
    await keep(path, 1)
    back_up(path, copy)
    replace_by_a_text(path)
    restore(copy, path)
    assert await kept(path) == [1]
    assert names(path.parent) == ["codecage.db", "codecage.db.replaced-1", "codecage.lock"]


async def test_a_damaged_store_is_replaced_too(tmp_path: Path, path: Path) -> None:
    copy = tmp_path / "copy.db"
    await keep(path, *range(1, 90))
    back_up(path, copy)
    damage(path)
    restore(copy, path)
    assert len(await kept(path)) == 89


async def test_a_backup_of_an_earlier_version_can_be_put_back(path: Path) -> None:
    restore(FORMAT_1, path)
    assert check_file(path) == 1
    assert await kept(path) == [2]
    assert check_file(path) == NEWEST


async def test_a_store_in_use_is_left_alone(tmp_path: Path, path: Path) -> None:
    copy = tmp_path / "copy.db"
    await keep(path, 1)
    back_up(path, copy)
    async with open_sqlite(path) as store:
        with pytest.raises(StoreError, match="in use: stop the bot first"):
            restore(copy, path)
        await store.replies.remove(1)
    assert await kept(path) == []
    assert names(path.parent) == ["codecage.db", "codecage.lock"]


async def test_nothing_is_put_back_while_a_bot_starts(tmp_path: Path, path: Path) -> None:
    copy = tmp_path / "copy.db"
    await keep(path, 1)
    back_up(path, copy)
    await keep(path, 2)
    with (
        sole_user_of_folder(path.parent),
        pytest.raises(StoreError, match="in use: stop the bot first"),
    ):
        restore(copy, path)
    assert await kept(path) == [1, 2]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "no store in", id="empty"),
        pytest.param(b"this is no database, it is a text" * 100, "cannot be used", id="text"),
    ],
)
async def test_what_is_no_backup_is_refused(
    tmp_path: Path, path: Path, content: bytes, words: str
) -> None:
    await keep(path, 1)
    other = tmp_path / "other.db"
    other.write_bytes(content)
    with pytest.raises(StoreError, match=words):
        restore(other, path)
    assert await kept(path) == [1]


def test_checking_changes_nothing(path: Path) -> None:
    path.parent.mkdir()
    shutil.copyfile(FORMAT_1, path)
    before = path.read_bytes()
    assert check_file(path) == 1
    assert path.read_bytes() == before


async def test_damage_is_told(path: Path) -> None:
    await keep(path, *range(1, 90))
    damage(path)
    with pytest.raises(StoreError, match="cannot be used"):
        check_file(path)


def test_where_nothing_is_there_is_no_store(path: Path) -> None:
    with pytest.raises(StoreError, match="There is no store"):
        check_file(path)
    assert not path.parent.exists()


def test_a_later_version_is_told(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 9999")
    with pytest.raises(StoreError, match="later version"):
        check_file(path)
