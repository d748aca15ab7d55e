import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from executor.cli.keys import keys_command
from executor.keys import KeyFile


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CODECAGE_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def keys(*arguments: str) -> Result:
    return CliRunner().invoke(keys_command, list(arguments))


def test_a_key_is_printed_once_and_opens(folder: Path) -> None:
    done = keys(
        *("add", "my-bot", "--rate", "5/s", "--running", "2", "--languages", "py, c"),
        *("--right", "metrics", "--time", "3", "--memory", "64MiB"),
    )
    assert done.exit_code == 0
    secret = done.stdout.strip()
    assert "not shown again" in done.stderr
    key = KeyFile(folder / "keys.json").find(secret)
    assert key is not None
    assert (key.name, str(key.rate), key.running) == ("my-bot", "5/s", 2)
    assert key.languages == frozenset({"python", "c"})
    assert (key.limits.wall_seconds, key.limits.memory_bytes) == (3.0, 64 * 1024**2)


def test_keys_are_listed_without_their_secrets(folder: Path) -> None:
    secret = keys("add", "one", "--rate", "100/m").stdout.strip()
    keys("add", "two", "--right", "packages")
    listed = keys("list", "--json")
    assert [key["name"] for key in json.loads(listed.stdout)] == ["one", "two"]
    assert json.loads(listed.stdout)[0]["rate"] == "100/m"
    shown = keys("list").stdout
    assert "one" in shown
    assert secret not in shown + listed.stdout
    assert (folder / "keys.json").is_file()


@pytest.mark.usefixtures("folder")
def test_a_removed_key_is_gone() -> None:
    keys("add", "one")
    assert keys("remove", "one").exit_code == 0
    assert json.loads(keys("list", "--json").stdout) == []
    gone = keys("remove", "one")
    assert gone.exit_code == 3
    assert "There is no key 'one'" in gone.stderr


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("add", "a b"), 2, "'a b' is not a name for a key"),
        (("add", "a", "--rate", "fast"), 2, "'fast' is not a rate; write for example 5/s"),
        (("add", "a", "--languages", "klingon"), 3, "no language 'klingon'"),
        (("add", "a", "--memory", "1MiB"), 3, "memory limit must be at least 16 MiB"),
        (("add", "a", "--running", "0"), 2, "--running"),
        (("add", "a", "--right", "root"), 2, "metrics"),
    ],
)
def test_what_does_not_fit_is_told(arguments: tuple[str, ...], status: int, told: str) -> None:
    done = keys(*arguments)
    assert done.exit_code == status
    assert told in done.stderr


def test_where_there_is_no_key_it_is_said_how_to_make_one(folder: Path) -> None:
    done = keys("list")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "make one with: codecage keys add NAME" in done.stderr
    assert not folder.exists()
