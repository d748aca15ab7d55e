"""The command line with standard streams that are closed, full, narrow or know ASCII alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from executor.keys import KeyFile
from tests.sandbox.levels import ROOT

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for all of them, so that the languages are looked for once."""
    made = tmp_path_factory.mktemp("streams")
    (made / "hi.py").write_text("print('hi')")
    return made


def shell(folder: Path, script: str, **environ: str) -> tuple[int, str, str]:
    """Run a shell's script in which codecage is this checkout's; return exit status, output and errors."""
    command = f"{sys.executable} -P -m bot.cli"
    done = subprocess.run(
        ["bash", "-c", script.replace("codecage", command)],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "CODECAGE_DATA_DIR": str(folder / "data"),
            **environ,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("script", "status"),
    [
        pytest.param("codecage run hi.py >&-", 0, id="no-output"),
        pytest.param("codecage run hi.py 2>&-", 0, id="no-errors"),
        pytest.param("codecage run hi.py <&- >&- 2>&-", 0, id="none-at-all"),
        pytest.param("codecage run -l python - <&-", 0, id="program-from-no-input"),
        pytest.param("codecage run - <&-", 2, id="unclear-program-from-no-input"),
        pytest.param("codecage languages list python >&-", 0, id="a-table-without-output"),
    ],
)
def test_a_stream_that_is_closed_is_as_one_that_goes_nowhere(
    folder: Path, script: str, status: int
) -> None:
    ended, _out, errors = shell(folder, script)
    assert ended == status, errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("codecage run hi.py > /dev/full", id="run"),
        pytest.param("codecage run --json hi.py > /dev/full", id="json"),
        pytest.param("codecage languages list python > /dev/full", id="a-table"),
        pytest.param("codecage --help > /dev/full", id="help"),
    ],
)
def test_output_that_nothing_takes_is_said_in_one_line(folder: Path, script: str) -> None:
    status, _, errors = shell(folder, script)
    assert status == 3
    assert errors == (
        "codecage: the output cannot be written: No space left on device; make room, or send it"
        " elsewhere\n"
    )


@pytest.mark.parametrize("gone", ["> /dev/full", "| true"])
def test_a_key_that_nobody_could_see_is_not_kept(folder: Path, gone: str) -> None:
    status, _, errors = shell(
        folder, f"set -o pipefail; (sleep 1; codecage keys add unseen) {gone}"
    )
    assert status != 0
    assert "Traceback" not in errors
    kept = KeyFile(folder / "data" / "keys.json").keys()
    assert "unseen" not in [key.name for key in kept]


def test_json_whose_reader_left_ends_as_a_program_that_a_closed_pipe_ended(folder: Path) -> None:
    assert shell(folder, "set -o pipefail; (sleep 1; codecage run --json hi.py) | true") == (
        141,
        "",
        "",
    )


def test_a_terminal_that_knows_ascii_alone_gets_a_table(folder: Path) -> None:
    status, out, errors = shell(
        folder, "codecage keys add shown > key; codecage keys list", PYTHONIOENCODING="ascii"
    )
    assert (status, "Traceback" in errors) == (0, False)
    assert "shown" in out


def test_in_a_narrow_terminal_names_are_whole(folder: Path) -> None:
    status, out, _ = shell(folder, "codecage languages list python bash", COLUMNS="20")
    assert status == 0
    assert "python" in out
    assert "bash" in out
    assert max(map(len, out.splitlines())) <= 20
