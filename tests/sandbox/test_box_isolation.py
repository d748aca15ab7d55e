"""Two sandboxes at once know nothing of each other, and neither knows the host."""

import asyncio
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from executor.sandbox.spec import Kind, Outcome
from tests.sandbox import host
from tests.sandbox.conftest import LIMITS, Cage, printed, python

pytestmark = pytest.mark.sandbox

# Leaves a mark in every place that could be shared, then waits for its input to end.
MARK = """
import os, socket, sys
from multiprocessing import shared_memory
for folder in ("/tmp", "/dev/shm", "/box"):
    open(folder + "/mark", "w").write("mark")
hidden = socket.socket(socket.AF_UNIX); hidden.bind("\\0mark"); hidden.listen()
local = socket.socket(); local.bind(("127.0.0.1", 40404)); local.listen()
print("ready", flush=True)
sys.stdin.read()
"""
LOOK = """
import json, os, socket, ctypes
def reachable(family, address):
    with socket.socket(family) as sock:
        try: sock.connect(address)
        except OSError: return False
    return True
print(json.dumps({
    "marks": [f for f in ("/tmp", "/dev/shm", "/box") if os.path.exists(f + "/mark")],
    "abstract": reachable(socket.AF_UNIX, "\\0mark"),
    "loopback": reachable(socket.AF_INET, ("127.0.0.1", 40404)),
    "processes": sorted(int(name) for name in os.listdir("/proc") if name.isdigit()),
    "memory": ctypes.CDLL(None).shmget(0x6D61726B, 0, 0),
    "ids": [os.getuid(), os.getgid(), os.getgroups(), os.getpid(), os.getppid()],
    "name": os.uname().nodename,
    "home": os.listdir("/box"),
}))
"""


@pytest.mark.parametrize("kind", Kind)
async def test_two_sandboxes_do_not_see_each_other(cage: Cage, kind: Kind) -> None:
    async with cage.box(kind) as first, asyncio.TaskGroup() as group:
        ready = asyncio.Event()
        marker = replace(
            python(MARK), interactive=True, on_output=lambda _stream, _data: ready.set()
        )
        marking = group.create_task(first.run(marker, LIMITS))
        async with asyncio.timeout(30):
            await ready.wait()
        seen = json.loads(printed(await cage.run(python(LOOK), kind)))
        first.close_stdin()
        assert (await marking).exit_code == 0
    user = seen["ids"][0]
    assert seen["ids"] == [user, user, seen["ids"][2], 2, 1]
    assert user >= 1000
    assert seen["marks"] == []
    assert (seen["abstract"], seen["loopback"]) == (False, False)
    assert seen["processes"] == [1, 2]
    assert seen["memory"] == -1
    assert (seen["name"], seen["home"]) == ("sandbox", ["main.py"])


@pytest.mark.skipif(not host.sandbox_uids(), reason="only one uid can be mapped here")
async def test_living_sandboxes_have_host_uids_of_their_own(cage: Cage) -> None:
    async with cage.box(), cage.box(), cage.box(Kind.PYTHON):
        inside = [pid for pid in host.processes() if host.is_nested(pid)]
        owners = [host.uid(pid) for pid in inside if _is_program(pid)]
        keepers = [host.uid(pid) for pid in inside if not _is_program(pid)]
    assert len(set(owners)) == len(owners) == 3
    assert len(set(keepers)) == len(keepers) == 3
    assert set(owners).isdisjoint(keepers)
    assert {*owners, *keepers} <= set(host.sandbox_uids())
    assert os.getuid() not in {*owners, *keepers}


HOST_SECRETS = """
import json, os
found = []
for pid in os.listdir("/proc"):
    if pid.isdigit() and pid != str(os.getpid()):
        for name in ("environ", "mem", "maps", "fd", "cwd", "root", "exe"):
            path = f"/proc/{pid}/{name}"
            try:
                if name in ("cwd", "root", "exe"): os.readlink(path)
                elif name == "fd": os.listdir(path)
                else: open(path, "rb").read(1)
                found.append(path)
            except OSError: pass
def writable(path):
    try:
        with open(path, "r+b"): return True
    except OSError: return False
kernel = ["core_pattern", "sysrq", "panic", "hostname", "modprobe"]
print(json.dumps({
    "found": found,
    "environment": sorted(os.environ),
    "writable": [name for name in kernel if writable("/proc/sys/kernel/" + name)],
    "folders": sorted(os.listdir("/")),
    "etc": sorted(os.listdir("/etc")),
    "devices": sorted(os.listdir("/dev")),
    "cgroup": open("/proc/self/cgroup").read(),
}))
"""


@pytest.mark.parametrize("kind", Kind)
async def test_nothing_of_the_host_is_in_sight(
    cage: Cage, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "a-secret")
    seen = json.loads(printed(await cage.run(python(HOST_SECRETS), kind)))
    assert seen["found"] == []
    assert seen["environment"] == ["HOME", "LANG", "PATH", "TZ"]
    assert seen["writable"] == []
    assert set(seen["folders"]) <= {
        "bin", "box", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "tmp", "usr",
    }  # fmt: skip
    assert set(seen["etc"]) <= {
        "alternatives", "codecage-warm", "group", "hosts", "ld.so.cache", "nsswitch.conf", "passwd",
    }  # fmt: skip
    assert set(seen["devices"]) == {
        "fd", "full", "null", "random", "shm", "stderr", "stdin", "stdout", "urandom", "zero",
    }  # fmt: skip
    assert "codecage" not in seen["cgroup"]


READ_ONLY = """
import errno, json, os
tries = {}
for path in ("/x", "/usr/x", "/usr/bin/python3", "/etc/x", "/etc/passwd", "/dev/x", "/proc/x", "/bin/x"):
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT)); tries[path] = "written"
    except OSError as error: tries[path] = errno.errorcode[error.errno]
print(json.dumps(tries))
"""


async def test_only_its_own_folders_can_be_written(cage: Cage) -> None:
    tries = json.loads(printed(await cage.run(python(READ_ONLY))))
    assert "written" not in tries.values()
    assert {tries["/x"], tries["/usr/x"], tries["/etc/x"], tries["/dev/x"]} <= {"EROFS", "EACCES"}


FILL = """
import errno, os
def fill(path):
    size = 0
    try:
        with open(path, "wb", buffering=0) as file:
            while True: size += file.write(bytes(1 << 20))
    except OSError as error: print(path, size >> 20, errno.errorcode[error.errno])
for path in ("/box/a", "/tmp/b", "/dev/shm/c"): fill(path)
"""


async def test_one_limit_holds_for_all_writable_places_together(cage: Cage) -> None:
    limits = replace(LIMITS, disk_bytes=8 << 20)
    outcome = await cage.run(python(FILL), limits=limits)
    sizes = [int(line.split()[1]) for line in printed(outcome).splitlines()]
    assert len(sizes) == 3
    assert 6 <= sum(sizes) <= 8
    assert outcome.disk_full


async def test_inodes_are_limited(cage: Cage) -> None:
    source = """
import errno
n = 0
try:
    while True: open(f"/tmp/{n}", "w").close(); n += 1
except OSError as error: print(n, errno.errorcode[error.errno])
"""
    outcome = await cage.run(python(source), limits=replace(LIMITS, inodes=100))
    count, error = printed(outcome).split()
    assert (90 < int(count) <= 100, error) == (True, "ENOSPC")


async def test_open_files_are_limited(cage: Cage) -> None:
    source = """
import os, errno
n = 3
try:
    while True: os.dup(0); n += 1
except OSError as error: print(n, errno.errorcode[error.errno])
"""
    outcome: Outcome = await cage.run(python(source), limits=replace(LIMITS, open_files=77))
    assert printed(outcome) == "77 EMFILE\n"


def _is_program(pid: int) -> bool:
    """Say whether a process is PID 2 of its sandbox, not the keeper beside it."""
    text = Path(f"/proc/{pid}/status").read_text("utf-8")
    return next(line for line in text.splitlines() if line.startswith("NSpid")).endswith("\t2")
