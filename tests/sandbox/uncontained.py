"""Programs at isolation level D, as an ordinary user who can make no sandbox, and what they leave.

None of these programs would do harm on a host: nothing contains them.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sandbox.levels import ROOT

SWITCHED_ON = {"CODECAGE_EXECUTOR_RUN_WITHOUT_CONTAINMENT": "true"}
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
