"""What is on the host before and after: so that a test can prove that nothing was left behind.

Each test process maps a range of user ids of its own (`UID_BASE`), so that sandboxes of others on
the same machine are never taken for ours, nor ours for theirs.
"""

import os
import pwd
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from executor.sandbox import identity
from executor.sandbox.inside import root

# systemd's table of user ids leaves this range free: room for 2000 processes' pairs of ranges.
UID_BASE = identity.UID_BASE + 2 * identity.UID_COUNT * (1 + os.getpid() % 2000)
PATIENCE_SECONDS = 10.0
_LAUNCHER = b"<codecage launcher>"
_STAGED = [f"{root.STAGING}/{name}" for name in ("t", "proc")]


@dataclass(frozen=True, slots=True)
class Host:
    """What could be left behind, each as something to compare and to print."""

    processes: frozenset[str]
    mounts: frozenset[str]
    cgroups: frozenset[str]
    temporary: frozenset[str]
    descriptors: frozenset[str]


def who() -> identity.Identity:
    """Return the ids that this test process uses."""
    if os.getuid() != 0:
        return identity.choose(None)
    service = UID_BASE + identity.UID_COUNT
    return identity.Identity(
        uid_base=UID_BASE,
        uid_count=identity.UID_COUNT,
        service_uid=service,
        service_gid=service,
    )


def snapshot() -> Host:
    """Look at the host now."""
    return Host(
        processes=frozenset(_describe(pid) for pid in processes()),
        mounts=frozenset(_mounts()),
        cgroups=frozenset(_cgroups()),
        temporary=frozenset(_temporary()),
        descriptors=frozenset(_descriptors()),
    )


def left_behind(before: Host) -> dict[str, list[str]]:
    """Return what is there now and was not there ``before``, by kind; empty is good."""
    now = snapshot()
    left = {
        name: sorted(getattr(now, name) - getattr(before, name))
        for name in ("processes", "mounts", "cgroups", "temporary", "descriptors")
    }
    foreign = _foreign_instances()
    left["cgroups"] = [path for path in left["cgroups"] if path.rpartition("-")[2] not in foreign]
    return {name: found for name, found in left.items() if found}


def assert_nothing_left(before: Host, seconds: float = PATIENCE_SECONDS) -> None:
    """Fail unless within ``seconds`` all that came since ``before`` is gone again."""
    deadline = time.monotonic() + seconds
    while (left := left_behind(before)) and time.monotonic() < deadline:
        time.sleep(0.02)
    if left:
        raise AssertionError(f"left behind: {left}")


def processes() -> list[int]:
    """Return the pids of runners, sandboxes and launchers that this test process answers for."""
    uids = sandbox_uids()
    found = []
    for pid in _pids():
        status = _status(pid)
        owner = int(status.get("Uid", "-1").split()[0])
        is_contained = is_nested(pid) or _has_other_users(pid)
        # The database that other tests of this process use lives until its end.
        is_child = int(status.get("PPid", "0")) == os.getpid() and status.get("Name") != "postgres"
        if owner in uids or is_child or (owner == os.getuid() != 0 and is_contained):
            found.append(pid)
    return found


def sandbox_uids() -> range:
    """Return the host uids that only our runners and sandboxes have; empty with a single uid."""
    if os.getuid() == 0:
        return range(UID_BASE, UID_BASE + identity.UID_COUNT + 1)
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a user without a name
        name = ""
    for line in _lines("/etc/subuid"):
        user, first, count = line.split(":")
        if user in {name, str(os.getuid())}:
            return range(int(first), int(first) + int(count))
    return range(0)


def wait_until_gone(pids: list[int], seconds: float) -> list[int]:
    """Return those of ``pids`` that still live after ``seconds``; a zombie does not live."""
    deadline = time.monotonic() + seconds
    while (alive := [pid for pid in pids if is_alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.005)
    return alive


def is_nested(pid: int) -> bool:
    """Say whether a process lives in a pid namespace below ours, that is, in a sandbox."""
    return len(_status(pid).get("NSpid", "").split()) > 1


def uid(pid: int) -> int:
    """Return the real uid of a process; -1 when it is gone."""
    return int(_status(pid).get("Uid", "-1").split()[0])


def namespaced_pid(pid: int) -> int:
    """Return the pid that ``pid`` has in its own namespace; 0 when it is gone."""
    return int((_status(pid).get("NSpid") or "0").split()[-1])


def kill(pid: int) -> None:
    """End a process that is ours."""
    assert pid in processes()
    os.kill(pid, signal.SIGKILL)


def children(pid: int) -> list[int]:
    """Return the pids whose parent is ``pid``."""
    return [child for child in _pids() if _parent(child) == pid]


def descendants(pid: int) -> list[int]:
    """Return ``pid`` and all that it started, directly or not."""
    found = [pid]
    for parent in found:
        found += children(parent)
    return found


def command(pid: int) -> str:
    """Return the command line of ``pid``, words parted by spaces; empty when it is gone."""
    return " ".join(_lines(f"/proc/{pid}/cmdline")).replace("\0", " ")


def is_alive(pid: int) -> bool:
    """Say whether a process lives; a zombie does not."""
    return _status(pid).get("State", "Z")[:1] not in {"Z", "X"}


def _describe(pid: int) -> str:
    status = _status(pid)
    return f"{pid} {status.get('Name')} uid {status.get('Uid', '').split()[:1]}"


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _parent(pid: int) -> int:
    return int(_status(pid).get("PPid", "0"))


def _status(pid: int) -> dict[str, str]:
    lines = _lines(f"/proc/{pid}/status")
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _has_other_users(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/ns/user").readlink() != Path("/proc/self/ns/user").readlink()
    except OSError:
        return False


def _foreign_instances() -> set[str]:
    """Return the instances of launchers that others started: each holds a lock of its name."""
    found = set()
    for pid in _pids():
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if _LAUNCHER in command and _parent(pid) != os.getpid():
                links = [link.readlink() for link in Path(f"/proc/{pid}/fd").iterdir()]
                found |= {link.stem for link in links if link.suffix == ".lock"}
        except OSError:
            continue
    return found


def _mounts() -> Iterator[str]:
    """Yield mounts at or in the staging folder, where a runner builds its root, and those only ours see.

    What a sandbox leaves behind would be in its runner's namespace: each place there is told with how
    often something is mounted on it, since numbers differ from runner to runner.
    """
    for line in _lines("/proc/self/mountinfo"):
        target = line.split()[4]
        if target in {root.STAGING, *_STAGED} or target.startswith(f"{_STAGED[0]}/"):
            yield line
    seen = {_mount_namespace("self")}
    for pid in processes():
        namespace = _mount_namespace(pid)
        if namespace not in seen:
            seen.add(namespace)
            places = Counter(line.split()[4] for line in _lines(f"/proc/{pid}/mountinfo"))
            yield from (f"{place} in a runner or sandbox x{n}" for place, n in places.items())


def _mount_namespace(pid: int | str) -> str:
    """Return which mounts a process sees; of one that is gone, or that hides them, our own."""
    try:
        return str(Path(f"/proc/{pid}/ns/mnt").readlink())
    except OSError:
        return _mount_namespace("self")


def _cgroups() -> Iterator[str]:
    points = (line.split()[4] for line in _lines("/proc/self/mountinfo") if " - cgroup" in line)
    for point in points:
        for folder, names, _ in os.walk(point):
            for name in [name for name in names if name.startswith("codecage-")]:
                names.remove(name)
                path = Path(folder, name)
                if path.exists() and path.stat().st_uid == os.getuid():
                    yield str(path)


def _temporary() -> Iterator[str]:
    uids = sandbox_uids()
    with os.scandir(root.STAGING) as entries:
        for entry in entries:
            try:
                owner = entry.stat(follow_symlinks=False).st_uid
            except OSError:
                continue
            if owner in uids or entry.path in _STAGED:
                yield entry.path


def _descriptors() -> Iterator[str]:
    for path in Path("/proc/self/fd").iterdir():
        try:
            yield f"{path.name} {path.readlink()}"
        except OSError:
            continue


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
