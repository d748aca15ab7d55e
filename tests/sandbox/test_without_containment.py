"""Isolation level D with and without executor.run_without_containment, as an ordinary user.

None of these programs would do harm on a host: nothing contains them.
"""

import contextlib
import http.client
import json
import os
import re
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from executor.config import ExecutorConfig
from executor.factory import open_executor
from tests.sandbox import host
from tests.sandbox.jobs import job, run
from tests.sandbox.levels import ROOT, command_at, open_folder

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(180)]

SWITCHED_ON = {"CODECAGE_EXECUTOR_RUN_WITHOUT_CONTAINMENT": "true"}
NO_TOKEN = {"DISCORD_TOKEN": "", "CODECAGE_HTTP_PORT": "0"}  # so that `up` has the chat page
NOBODY = "65534"
# An ordinary user in a namespace whose root has forbidden further ones.
AS_ORDINARY = ("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups")
FORBIDS = (
    "echo 0 > /proc/sys/user/max_user_namespaces && "
    'exec setpriv --inh-caps=-all --ambient-caps=-all --bounding-set=-all "$@"'
)
AT_D = ("unshare", "--user", "--map-current-user", "--keep-caps", "sh", "-c", FORBIDS, "sh")
MARK = "981273"  # seconds that nobody else sleeps

RUNS = """
import asyncio, json, logging, sys
from pathlib import Path
from executor.config import load_config
from executor.factory import open_executor
from executor.models import LimitsRequest
from tests.sandbox.jobs import job, run
logging.basicConfig()

PROGRAMS = {
    "loop": ("python", "while True: pass"),
    "sleep": ("python", "import time; time.sleep(600)"),
    "flood": ("python", "while True: print('x' * 1000)"),
    "memory": ("python", "import time; x = bytearray(400 << 20); x[::4096] = b'1' * len(x[::4096]); time.sleep(600)"),
    "forks": ("python", "import os, time\\nfor _ in range(120): os.fork() or time.sleep(600)"),
    "daemon": ("bash", "(setsid sleep MARK > /dev/null 2>&1 & setsid sh -c 'sleep MARK & sleep MARK' &) ; echo started"),
    "made": ("bash", "mkdir -p a/b; echo kept > a/b/c; chmod 0 a; echo $HOME | grep -c without-containment"),
    "secret": ("bash", "env | grep -c TOKEN; ls -l /proc/self/fd | grep -c -e memfd -e socket"),
    "calls": ("python", "import ctypes; print(ctypes.CDLL(None, use_errno=True).ptrace(0), ctypes.get_errno())"),
    "gone": ("bash", 'rm -r "$HOME"; echo removed'),
    "link": ("bash", 'mkdir VICTIM; touch VICTIM/secret; chmod 500 VICTIM; rm -r "$HOME"; ln -s VICTIM "$HOME"; echo replaced'),
    "c": ("c", "int main(void) { return 7; }"),
}
LIMITS = LimitsRequest(wall_seconds=2.0, cpu_seconds=0.5, memory_bytes=128 << 20)

async def main(names):
    config = load_config().executor
    found = {}
    async with open_executor(
        config, languages=("python", "bash", "c"), own_programs=OWN
    ) as executor:
        for name in names:
            language, source = PROGRAMS[name]
            result = await run(executor, job(source, language, limits=LIMITS))
            files = [artifact.path for artifact in result.artifacts]
            last = result.steps[-1]
            found[name] = [result.status, last.stdout.decode()[:200].strip(), files, last.exit_code]
    print(json.dumps(found))

asyncio.run(main(sys.argv[1:]))
"""


def at_level_d(folder: Path, arguments: list[str], **environ: str) -> subprocess.Popen[bytes]:
    """Start our interpreter as an ordinary user who can make no sandbox."""
    if os.getuid() == 0:
        for path in (ROOT, Path(sys.prefix)):
            if not all(parent.stat().st_mode & 0o001 for parent in (path, *path.parents)):
                pytest.skip(f"{path} lies in a folder that is closed to ordinary users")
    if not shutil.which("setpriv"):
        pytest.skip("there is no setpriv here (util-linux)")
    return subprocess.Popen(
        [*(AS_ORDINARY if os.getuid() == 0 else ()), *AT_D, sys.executable, "-P", *arguments],
        cwd=folder,
        env={
            "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
            "HOME": str(folder),
            "CODECAGE_DATA_DIR": str(folder / "data"),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "DISCORD_TOKEN": "a-token-that-no-program-may-find",
            **environ,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def left_running() -> list[str]:
    """Return the command lines that hold our mark."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if MARK.encode() in words:
            found.append(f"{path}: {words!r}")
    return found


def wait_until(holds: Callable[[], bool]) -> None:
    """Return when ``holds`` does, or after half a minute."""
    deadline = time.monotonic() + 30
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)


def work_folders() -> set[str]:
    return {path.name for path in Path("/tmp").glob("codecage-without-containment-*")}  # noqa: S108


def run_programs(
    folder: Path, environ: dict[str, str], *names: str, own: bool = True
) -> tuple[int, str, str]:
    """Run some of the programs, or all; return exit status, standard output and error."""
    source = RUNS.replace("MARK", MARK).replace("OWN", str(own))
    source = source.replace("VICTIM", str(folder / "victim"))
    with at_level_d(folder, ["-c", source, *names], **environ) as process:
        out, errors = process.communicate()
    return process.returncode, out.decode(), errors.decode()


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
