"""Isolation level D with and without executor.run_without_containment, as an ordinary user."""

import contextlib
import http.client
import json
import os
import re
import selectors
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from executor.config import ExecutorConfig
from executor.factory import open_executor
from tests.sandbox import host
from tests.sandbox.jobs import job, run
from tests.sandbox.levels import command_at, open_folder
from tests.sandbox.uncontained import (
    MARK,
    SWITCHED_ON,
    at_level_d,
    left_running,
    run_programs,
    wait_until,
    work_folders,
)

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(180)]

NO_TOKEN = {"DISCORD_TOKEN": "", "CODECAGE_HTTP_PORT": "0"}  # so that `up` has the chat page


def test_nothing_is_run_unless_the_operator_says_so() -> None:
    with open_folder() as folder:
        status, out, errors = run_programs(folder, {}, "made")

    assert status != 0
    assert out == ""
    assert "BackendUnavailableError: the sandbox could not be made" in errors


def test_programs_of_others_are_not_run_although_the_operator_says_so() -> None:
    with open_folder() as folder:
        status, out, errors = run_programs(folder, SWITCHED_ON, "made", own=False)

    assert (status, out) == (1, "")
    assert "what others can send is run in a sandbox or not at all" in errors
    assert "BackendUnavailableError: the sandbox could not be made" in errors


def test_a_program_that_takes_its_work_folder_away_gets_its_result_and_nothing_else() -> None:
    before = work_folders()
    with open_folder() as folder:
        status, out, errors = run_programs(folder, SWITCHED_ON, "gone", "link")
        assert status == 0, errors
        mode = (folder / "victim").stat().st_mode

    assert json.loads(out) == {"gone": ["ok", "removed", [], 0], "link": ["ok", "replaced", [], 0]}
    assert mode & 0o777 == 0o500  # what a link leads to is neither collected nor opened
    assert work_folders() == before


def test_without_containment_limits_are_watched_and_nothing_stays() -> None:
    before = work_folders()
    names = ("loop", "sleep", "flood", "memory", "forks", "daemon", "made", "secret", "calls", "c")
    with open_folder() as folder:
        status, out, errors = run_programs(folder, SWITCHED_ON, *names)

    assert status == 0, errors
    assert "PROGRAMS RUN WITHOUT CONTAINMENT" in errors
    found = json.loads(out)
    assert {name: ended for name, (ended, *_) in found.items()} == {
        "loop": "cpu_limit",
        "sleep": "time_limit",
        "flood": "output_limit",
        "memory": "memory_limit",
        "forks": "process_limit",
        "daemon": "ok",
        "made": "ok",
        "secret": "runtime_error",
        "calls": "ok",
        "c": "runtime_error",
    }, out
    assert found["daemon"][1] == "started"
    assert found["made"][1:3] == ["1", ["a/b/c"]]
    assert found["secret"][1] == "0\n0"
    assert found["calls"][1] == "-1 38"  # the filter is in force: ENOSYS
    assert found["c"][3] == 7
    assert left_running() == []
    assert work_folders() == before


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_without_containment_programs_end_with_the_executor(number: int) -> None:
    before = work_folders()
    with open_folder() as folder:
        (folder / "main.sh").write_text(f"setsid sleep {MARK} & echo on; sleep {MARK}")
        arguments = ["-m", "bot.cli", "run", "-l", "sh", "main.sh"]
        with at_level_d(folder, arguments, **SWITCHED_ON) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline() == b"on\n"
                wait_until(lambda: len(left_running()) == 2)
            finally:
                process.send_signal(number)
        wait_until(lambda: not left_running() and work_folders() == before)

    assert left_running() == []
    assert work_folders() == before


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["serve", "--port", "0"], id="serve"),
        pytest.param(["up"], id="up-with-the-chat-page"),
    ],
)
def test_what_comes_over_a_socket_is_not_run_although_the_operator_says_so(
    arguments: list[str],
) -> None:
    with open_folder() as folder:
        file = {"content": "touch " + str(folder / "ran")}
        body = json.dumps({"language": "bash", "version": "*", "files": [file]}).encode()
        command = ["-m", "bot.cli", *arguments]
        with at_level_d(folder, command, **SWITCHED_ON, **NO_TOKEN) as process:
            try:
                address = read_address(process)
                with contextlib.closing(http.client.HTTPConnection(address, timeout=60)) as api:
                    api.request(
                        "POST", "/api/v2/execute", body, {"Content-Type": "application/json"}
                    )
                    status = api.getresponse().status
            finally:
                process.terminate()
        assert status == 503
        assert not (folder / "ran").exists()


def read_address(process: subprocess.Popen[bytes]) -> str:
    """Return where the API is, which ``process`` says on either of its streams."""
    said = b""
    with selectors.DefaultSelector() as ready:
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            ready.register(stream, selectors.EVENT_READ)
        while not (found := re.search(rb"HTTP API is at http://(\S+)/api/v2/", said)):
            for key, _ in ready.select(60) or pytest.fail(f"it said only: {said!r}"):
                said += os.read(key.fd, 1 << 16)
                assert process.poll() is None, said
    return found[1].decode()


def test_as_root_nothing_is_run_without_containment() -> None:
    with open_folder() as folder:
        (folder / "main.sh").write_text("echo ran")
        done = subprocess.run(
            command_at("D", [sys.executable, "-m", "bot.cli", "run", "main.sh"]),
            cwd=folder,
            env={**os.environ, **SWITCHED_ON, "CODECAGE_DATA_DIR": str(folder / "data")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )

    assert (done.returncode, done.stdout) == (3, b"")
    assert b"As root nothing is run without containment" in done.stderr


def test_doctor_says_what_is_watched_and_what_is_not() -> None:
    with open_folder() as folder:
        arguments = ["-m", "bot.cli", "doctor", "--json"]
        with at_level_d(folder, arguments, **SWITCHED_ON) as process:
            out, errors = process.communicate()

    assert process.returncode == 2, errors
    report = json.loads(out)
    assert (report["level"], report["ok"]) == ("D", False)
    (check,) = [check for check in report["checks"] if check["name"] == "containment"]
    assert check["result"] == "fail"
    assert "your own programs (codecage run) do whatever user" in check["detail"]
    assert report["limits"] == {
        **dict.fromkeys(("memory", "processes", "cpu", "wall", "output"), "watched"),
        **dict.fromkeys(("disk", "inodes"), "not enforced"),
    }


async def test_where_a_sandbox_can_be_made_the_setting_does_nothing_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = ExecutorConfig(data_dir=tmp_path, uid_base=host.UID_BASE, run_without_containment=True)
    async with open_executor(config, languages=("bash",), own_programs=True) as executor:
        result = await run(executor, job("pwd; ls /etc/shadow", "bash"))

    assert result.steps[-1].stdout == b"/box\n"
    assert "is on and does nothing: sandboxes can be made here" in caplog.text
