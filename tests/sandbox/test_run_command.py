"""`codecage run` as a person has it: our own process, real streams, the real sandbox."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from executor.sandbox import identity
from tests.sandbox import host

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(120)]

COMMAND = """
import click
from executor.cli import COMMANDS
click.Group("codecage", commands=COMMANDS)(prog_name="codecage")
"""
ROOT = Path(__file__).resolve().parents[2]


class Shell:
    """Starts `codecage` in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Given before the path of the tests' own code: a program must get none of it.
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("CODECAGE_")},
            "PYTHONPATH": str(ROOT),
            "CODECAGE_DATA_DIR": str(folder / "data"),
            "SECRET_TOKEN": "of-the-bot",
        }

    def write(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text)
        return name

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND, "run", *arguments],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *arguments: str, given: bytes = b"") -> tuple[int, bytes, str]:
        with self.start(*arguments) as process:
            out, err = process.communicate(given)
        return process.returncode, out, err.decode()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.mark.parametrize(
    ("name", "source", "status", "said"),
    [
        pytest.param("a.py", "print(1)", 0, "", id="ok"),
        pytest.param("a.bash", "exit 42", 42, "exited with code 42", id="exit-code"),
        pytest.param(
            "a.c",
            "int main() { return *(volatile int *)0; }",
            139,
            "crashed (SIGSEGV)",
            id="signal",
        ),
        pytest.param("a.cpp", "int main() { return x; }", 1, "did not compile", id="compile-error"),
        pytest.param("a.py", "import time; time.sleep(9)", 124, "longer than 1 s", id="sleeps"),
        pytest.param(
            "a.js", "process.kill(process.pid, 'SIGTERM')", 143, "SIGTERM", id="terminated"
        ),
        pytest.param(
            "a.py", "x = bytearray(1 << 30)", 137, "more than 256 MiB of memory", id="memory"
        ),
    ],
)
def test_the_exit_status_and_one_line_say_how_it_ended(
    shell: Shell, name: str, source: str, status: int, said: str
) -> None:
    code, _, err = shell.run("--time", "1", shell.write(name, source))
    assert code == status
    notes = [line for line in err.splitlines() if line.startswith("codecage: ")]
    assert [said in note for note in notes] == ([True] if said else [])


def test_streams_pass_through_unchanged(shell: Shell) -> None:
    source = "import sys; sys.stdout.buffer.write(b'\\xff' + sys.stdin.buffer.read()[::-1]); print('e', file=sys.stderr)"
    assert shell.run(shell.write("a.py", source), given=b"ab\x00") == (0, b"\xff\x00ba", "e\n")


def test_input_reaches_the_program_while_it_runs(shell: Shell) -> None:
    source = "print('ready'); print(input().upper()); print(input().upper())"
    with shell.start(shell.write("a.py", source)) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.stdin.write(b"one\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"ONE\n"
        out, _ = process.communicate(b"two\n")
    assert (process.returncode, out) == (0, b"TWO\n")


def test_arguments_and_further_files_reach_the_program(shell: Shell) -> None:
    shell.write("util.py", "x = 7")
    source = "import sys, util; print(sys.argv[1:], util.x)"
    arguments = ("--file", "util.py", shell.write("a.py", source), "--json", "-x", "b c")
    assert shell.run(*arguments) == (0, b"['--json', '-x', 'b c'] 7\n", "")


def test_the_program_can_come_from_standard_input(shell: Shell) -> None:
    source = b"import sys; print(repr(sys.stdin.read()))"
    assert shell.run("-l", "py", "-", given=source) == (0, b"''\n", "")


def test_nothing_of_our_own_environment_reaches_the_program(shell: Shell) -> None:
    code, out, _ = shell.run(shell.write("a.py", "import os; print(dict(os.environ))"))
    assert code == 0
    assert b"SECRET_TOKEN" not in out
    assert b"PYTHONPATH" not in out


def test_files_it_made_are_listed_or_written_where_asked(shell: Shell) -> None:
    name = shell.write("a.py", "import os; os.mkdir('d'); open('d/made.txt', 'w').write('hey')")
    _, _, listed = shell.run(name)
    assert listed.startswith("codecage: made d/made.txt (3 bytes)\n")
    assert not (shell.folder / "d").exists()
    shell.run("--output-dir", "out", name)
    assert (shell.folder / "out/d/made.txt").read_text() == "hey"


def test_json_holds_everything(shell: Shell) -> None:
    source = "import sys; print('hi'); open('f', 'wb').write(b'\\xff'); sys.exit(3)"
    code, out, err = shell.run("--json", shell.write("a.py", source))
    document = json.loads(out)
    assert (code, err) == (3, "")
    assert (document["language"], document["status"]) == ("python", "runtime_error")
    (step,) = document["steps"]
    assert (step["exit_code"], step["stdout"], step["stdout_bytes"]) == (3, "hi\n", 3)
    assert step["usage"]["wall_seconds"] > 0
    assert document["artifacts"] == [{"path": "f", "size": 1, "content_base64": "/w=="}]


def test_all_output_up_to_the_limit_is_kept(shell: Shell) -> None:
    code, out, err = shell.run(shell.write("a.py", "while True: print('x' * 1023)"))
    assert (code, len(out)) == (137, 1024 * 1024)
    assert "printed more than 1 MiB" in err


def test_ctrl_c_stops_the_program_and_exits_130(shell: Shell) -> None:
    with shell.start(shell.write("a.py", "print('on'); import time; time.sleep(9)")) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"on\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    assert (process.returncode, err) == (130, b"codecage: stopped\n")


def test_ctrl_c_while_it_prints_all_the_time_says_nothing_else(shell: Shell) -> None:
    name = shell.write("a.py", "while True: print(0, flush=True)")
    for _ in range(3):
        with shell.start(name) as process:
            assert process.stdout is not None
            process.stdout.read(1000)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate()
        assert (process.returncode, err) == (130, b"codecage: stopped\n")


def test_a_reader_that_leaves_stops_the_program(shell: Shell) -> None:
    with shell.start(shell.write("a.py", "while True: print('x' * 999)")) as process:
        assert process.stdout is not None
        process.stdout.read(10)
        process.stdout.close()
        process.stdout = None
        _, err = process.communicate()
    assert (process.returncode, err) == (141, b"")


@pytest.mark.skipif(os.getuid() != 0, reason="only root has rights to give up")
def test_started_as_root_only_the_launcher_stays_root(shell: Shell) -> None:
    source = "print('on', flush=True); input()"
    with shell.start(shell.write("a.py", source)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"on\n"
        children = host.children(process.pid)
        owners = {pid: host.uid(pid) for pid in (process.pid, *children)}
        process.communicate(b"\n")
    assert process.returncode == 0
    assert owners[process.pid] == identity.choose(None).service_uid
    assert [owners[pid] for pid in children] == [0]


@pytest.mark.skipif(os.getuid() != 0, reason="only root has rights to give up")
def test_files_for_roots_own_folder_are_written_by_root(shell: Shell) -> None:
    target = shell.folder / "out"
    status, _, err = shell.run(
        "--output-dir", str(target), shell.write("a.py", "open('x', 'w').write('made')")
    )
    assert status == 0, err
    assert (target / "x").read_text() == "made"
    assert (target / "x").stat().st_uid == 0
