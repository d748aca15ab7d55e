"""`codecage store …` as a person types it; what it does is tested beside bot/store."""

import asyncio
import os
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import codecage
from bot.store import STORE_FILE, open_sqlite
from tests.contract_values import RECORD

URL = "postgresql://me:hunter2@host/name"


def invoke(data_dir: Path, *args: str, **environ: str) -> tuple[int, str]:
    settings = {"CODECAGE_DATA_DIR": str(data_dir), **environ}
    result = CliRunner().invoke(codecage, ("store", *args), env=settings)
    return result.exit_code, result.output


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a data folder with a store; the current folder is another, empty one."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    asyncio.run(keep(tmp_path / "data" / STORE_FILE))
    return tmp_path / "data"


async def keep(path: Path) -> None:
    async with open_sqlite(path) as store:
        await store.replies.put(RECORD)


def test_a_backup_goes_to_this_folder_and_comes_back(data_dir: Path) -> None:
    status, output = invoke(data_dir, "backup")
    (copy,) = Path().iterdir()
    assert (status, output) == (0, f"The store was copied to {copy}.\n")
    (data_dir / STORE_FILE).unlink()
    assert invoke(data_dir, "restore", str(copy)) == (0, f"The store is that of {copy} again.\n")
    assert invoke(data_dir, "check")[0] == 0


def test_restoring_says_where_the_old_store_is(data_dir: Path) -> None:
    assert invoke(data_dir, "backup", "my.db")[0] == 0
    status, output = invoke(data_dir, "restore", "my.db")
    assert status == 0
    assert f"is {data_dir / STORE_FILE}.replaced-1; remove it" in output


def test_a_sound_store_is_named_with_its_format(data_dir: Path) -> None:
    status, output = invoke(data_dir, "check")
    assert status == 0
    assert output.startswith(f"The store {data_dir / STORE_FILE} is sound; its format is ")


def test_a_damaged_store_is_told_with_the_way_to_restore(data_dir: Path) -> None:
    (data_dir / STORE_FILE).write_bytes(b"this is no database, it is a text" * 100)
    status, output = invoke(data_dir, "check")
    assert status == 3
    assert output.endswith("put in place by: codecage store restore FILE\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_store_that_may_not_be_read_says_so(data_dir: Path) -> None:
    (data_dir / STORE_FILE).chmod(0)
    status, output = invoke(data_dir, "check")
    assert (status, "Permission denied" in output) == (3, True)


@pytest.mark.parametrize("command", ["backup", "check"])
def test_without_a_store_it_says_so_and_makes_none(tmp_path: Path, command: str) -> None:
    status, output = invoke(tmp_path / "none", command)
    assert status == 3
    assert output.startswith(f"Error: There is no store {tmp_path / 'none' / STORE_FILE}: the bot")
    assert "data_dir" in output
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("args", "line"),
    [
        pytest.param(
            ["backup", "a b.dump"],
            ["pg_dump", "--format=custom", "--file=a b.dump", "postgresql://me@host/name"],
            id="backup",
        ),
        pytest.param(
            ["restore", __file__],
            ["pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction",
             "--dbname=postgresql://me@host/name", __file__],
            id="restore",
        ),
    ],
)  # fmt: skip
def test_for_postgresql_it_names_the_command_without_the_password(
    tmp_path: Path, args: list[str], line: list[str]
) -> None:
    status, output = invoke(tmp_path, *args, CODECAGE_STORE_URL=URL)
    assert status == 3
    assert shlex.split(output.partition(" this: ")[2]) == line
    assert "hunter2" not in output


def test_a_database_that_is_away_is_told(tmp_path: Path) -> None:
    url = "postgresql://me:hunter2@127.0.0.1:1/name"
    status, output = invoke(tmp_path, "check", CODECAGE_STORE_URL=url)
    assert status == 3
    assert output.startswith("Error: The store postgresql://me@127.0.0.1:1/name does not answer:")
    assert "hunter2" not in output
