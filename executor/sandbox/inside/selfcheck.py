"""Looks at the finished sandbox from inside, as the program will see it, before there is a job.

No member's program starts in a sandbox that has not passed; a failure names the property.
"""

from __future__ import annotations

import errno
import os

from executor.sandbox.inside import kernel

ROOT_ENTRIES = {
    "usr",
    "etc",
    "proc",
    "dev",
    "box",
    "tmp",
    "bin",
    "sbin",
    "lib",
    "lib32",
    "lib64",
    "libx32",
}
WRITABLE = {"/box", "/tmp", "/dev/shm"}  # the sandbox's own
HOST_CANARIES = (
    "/etc/shadow",
    "/etc/machine-id",
    "/root",
    "/home",
    "/var",
    "/run",
    "/sys",
    "/boot",
)


class SelfCheckError(Exception):
    """A property of the sandbox does not hold: it must not be used."""


def check(user: int, proc: bool, single_uid: bool) -> None:
    """Raise SelfCheckError unless this process is contained as designed, with uid ``user``.

    With ``single_uid`` the kernel lets nobody leave the groups of whoever started the executor.
    Without ``proc`` (isolation level C) what only /proc tells is not looked at.
    """
    _expect("is PID 2 below our own PID 1", (os.getpid(), os.getppid()) == (2, 1))
    _expect("has its own uid", os.getresuid() == (user,) * 3 and user != 0)
    _expect("has its own gid", os.getresgid() == (user,) * 3)
    _expect("is in no other group", single_uid or not os.getgroups())
    _expect("holds no capability", kernel.get_capabilities() == 0)
    _expect("has an empty bounding set", kernel.bounding_set_is_empty())
    _expect("cannot gain privileges", kernel.prctl(kernel.PR_GET_NO_NEW_PRIVS) == 1)
    _expect("is filtered", kernel.prctl(kernel.PR_GET_SECCOMP) == kernel.SECCOMP_MODE_FILTER)
    _expect("sees only our root", set(os.listdir("/")) <= ROOT_ENTRIES)
    for path in HOST_CANARIES:
        _expect(f"cannot open the host's {path}", not os.path.lexists(path))
    # ENOSYS is our filter's answer. Another one would mean that the kernel itself was asked.
    _expect("has the filter we made", _refusal(kernel.CLONE_NEWUSER) == errno.ENOSYS)
    for folder in ("/", "/usr"):
        _expect(f"has {folder} read-only", bool(os.statvfs(folder).f_flag & os.ST_RDONLY))
    if proc:
        _check_by_proc()
    else:
        _expect("has no process list", not os.listdir("/proc"))


def _check_by_proc() -> None:
    _expect("sees only its own processes", _visible_processes() == {"1", "2"})
    _expect("sees only lo", _interfaces() == {"lo"})
    for target, options in _mounts():
        if target in WRITABLE:
            continue
        inside_proc = target == "/proc" or target.startswith("/dev/")
        _expect(f"has {target} read-only", inside_proc or "ro" in options)


def _expect(claim: str, holds: bool) -> None:
    if not holds:
        raise SelfCheckError(f"the self-check failed: a sandbox {claim}")


def _visible_processes() -> set[str]:
    return {name for name in os.listdir("/proc") if name.isdigit()}


def _interfaces() -> set[str]:
    lines = _read("/proc/self/net/dev").splitlines()[2:]
    return {line.split(":", 1)[0].strip() for line in lines}


def _refusal(flag: int) -> int | None:
    """Return with which error making a namespace is refused, if it is."""
    try:
        kernel.unshare(flag)
    except OSError as error:
        return error.errno
    return None


def _mounts() -> list[tuple[str, list[str]]]:
    rows = [line.split() for line in _read("/proc/self/mountinfo").splitlines()]
    return [(row[4], row[5].split(",")) for row in rows]


def _read(path: str) -> str:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return b"".join(iter(lambda: os.read(descriptor, 65536), b"")).decode()
    finally:
        os.close(descriptor)
