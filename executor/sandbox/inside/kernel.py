"""The Linux calls that Python 3.9's standard library does not offer, with errno as OSError.

`ctypes.PyDLL` keeps the interpreter lock, so a call between fork hooks cannot be interleaved.
Numbers and flags: include/uapi of Linux 6.1; the same on x86_64 and aarch64 unless said.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import socket
import struct
from collections.abc import Sequence
from typing import Any, ClassVar

CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_PIDFD = 0x10000000, 0x20000000, 0x40000000, 0x1000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND = 1, 2, 4, 8, 32, 4096
MS_REC, MS_PRIVATE = 16384, 1 << 18
MNT_DETACH = 2
AT_RECURSIVE, AT_EMPTY_PATH = 0x8000, 0x1000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_CHILD_SUBREAPER = 1, 4, 8, 36
PR_SET_SECCOMP, PR_GET_SECCOMP = 22, 21
PR_CAPBSET_READ, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS = 23, 24, 38, 39
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, PR_CAP_AMBIENT_CLEAR_ALL = 47, 2, 4
CAP_KILL, CAP_SETGID, CAP_SETUID, CAP_SYS_PTRACE = 5, 6, 7, 19
CAP_SYS_ADMIN = 21
CAP_HEADER_V3 = 0x20080522
SECCOMP_MODE_FILTER = 2
SIOCSIFFLAGS, IFF_UP = 0x8914, 1

_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_CLONE3, _OPENAT2, _MOUNT_SETATTR = 435, 437, 442
_RESOLVE_NO_MAGICLINKS, _RESOLVE_IN_ROOT = 0x02, 0x10
_MOST_TRIES = 1000
_MACHINE = platform.machine()

_lib = ctypes.PyDLL(None, use_errno=True)
_python = ctypes.pythonapi


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str = "") -> None:
    """Mount ``source`` at ``target``."""
    _check(
        _lib.mount(
            source.encode() if source else None,
            target.encode(),
            kind.encode() if kind else None,
            ctypes.c_ulong(flags),
            data.encode() if data else None,
        ),
        f"mount {source or kind} on {target}",
    )


class _MountAttr(ctypes.Structure):
    _fields_: ClassVar[Sequence[Any]] = [
        (name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "userns")
    ]


def mount_attributes(target: str, *, add: int = 0, clear: int = 0, below: bool = False) -> None:
    """mount_setattr(2), Linux 5.12; MOUNT_ATTR_{RDONLY,NOSUID,NODEV,NOEXEC} are the MS_ bits."""
    attr = _MountAttr(set=add, clear=clear)
    _check(
        _lib.syscall(
            ctypes.c_long(_MOUNT_SETATTR),
            ctypes.c_int(-100),
            target.encode(),
            ctypes.c_uint(AT_RECURSIVE if below else 0),
            ctypes.byref(attr),
            ctypes.c_size_t(ctypes.sizeof(attr)),
        ),
        f"mount_setattr {target}",
    )


def seal_mount(target: str) -> None:
    """Make the mount at ``target`` and all below it read-only, nosuid and nodev."""
    mount_attributes(target, add=MS_RDONLY | MS_NOSUID | MS_NODEV, below=True)


class _OpenHow(ctypes.Structure):
    _fields_: ClassVar[Sequence[Any]] = [
        (name, ctypes.c_uint64) for name in ("flags", "mode", "resolve")
    ]


def open_in_root(root: int, path: str, flags: int) -> int:
    """openat2(2), Linux 5.6: open ``path`` as if the folder ``root`` were "/".

    Whatever links lie on the way, absolute ones and ".." included, what is found lies in ``root``.
    """
    how = _OpenHow(flags=flags | os.O_CLOEXEC, resolve=_RESOLVE_IN_ROOT | _RESOLVE_NO_MAGICLINKS)
    descriptor = -1
    for _ in range(_MOST_TRIES):
        descriptor = _lib.syscall(
            ctypes.c_long(_OPENAT2),
            ctypes.c_int(root),
            os.fsencode(path),
            ctypes.byref(how),
            ctypes.c_size_t(ctypes.sizeof(how)),
        )
        # A rename or mount anywhere on the machine meanwhile: the kernel cannot vouch for a "..".
        if descriptor >= 0 or ctypes.get_errno() != errno.EAGAIN:
            break
    return _check(descriptor, f"open {path}")


def pivot_here() -> None:
    """Make the current folder the root and detach everything that was mounted before."""
    _check(_lib.syscall(ctypes.c_long(_PIVOT_ROOT[_MACHINE]), b".", b"."), "pivot_root")
    _check(_lib.umount2(b".", MNT_DETACH), "umount the old root")
    os.chdir("/")


def unshare(flags: int) -> None:
    """Leave the namespaces that ``flags`` name for new ones."""
    _check(_lib.unshare(ctypes.c_int(flags)), f"unshare 0x{flags:x}")


def prctl(option: int, *values: int) -> int:
    """Ask the kernel about this process, or change it."""
    padded = [*values, 0, 0, 0, 0][:4]
    return _check(
        _lib.prctl(ctypes.c_int(option), *[ctypes.c_ulong(v) for v in padded]), f"prctl {option}"
    )


def set_capabilities(effective: int, inheritable: int = 0) -> None:
    """Hold exactly these capabilities (bit masks of the first 32; the rest is dropped)."""
    header = (ctypes.c_uint32 * 2)(CAP_HEADER_V3, 0)
    data = (ctypes.c_uint32 * 6)(effective, effective, inheritable, 0, 0, 0)
    _check(_lib.capset(header, data), "capset")


def get_capabilities() -> int:
    """Return every capability held in any of the three sets, as one bit mask."""
    header = (ctypes.c_uint32 * 2)(CAP_HEADER_V3, 0)
    data = (ctypes.c_uint32 * 6)()
    _check(_lib.capget(header, data), "capget")
    return (data[0] | data[1] | data[2]) | (data[3] | data[4] | data[5]) << 32


def may_hold(capability: int) -> bool:
    """Say whether this process may take ``capability`` into effect."""
    header = (ctypes.c_uint32 * 2)(CAP_HEADER_V3, 0)
    data = (ctypes.c_uint32 * 6)()
    _check(_lib.capget(header, data), "capget")
    return bool(data[1] >> capability & 1)


def keep_capabilities_over_exec() -> None:
    """Let the next execve keep the namespace's capabilities although the uid is not 0."""
    everything = (1 << 32) - 1
    header = (ctypes.c_uint32 * 2)(CAP_HEADER_V3, 0)
    data = (ctypes.c_uint32 * 6)()
    _check(_lib.capget(header, data), "capget")
    data[2], data[5] = data[1], data[4]
    _check(_lib.capset(header, data), "capset")
    held = (data[1] & everything) | data[4] << 32
    for number in range(64):
        if held >> number & 1:
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number)


def drop_bounding_set() -> None:
    """Drop every capability from the bounding set."""
    for number in range(64):
        if _lib.prctl(ctypes.c_int(PR_CAPBSET_DROP), ctypes.c_ulong(number), 0, 0, 0) < 0:
            if number == 0:
                _check(-1, "drop the bounding set")
            return  # EINVAL: past the kernel's last capability


def bounding_set_is_empty() -> bool:
    """Say whether no capability is left in the bounding set."""
    for number in range(64):
        answer = _lib.prctl(ctypes.c_int(PR_CAPBSET_READ), ctypes.c_ulong(number), 0, 0, 0)
        if answer < 0:
            return number > 0
        if answer:
            return False
    return True


class _FilterProgram(ctypes.Structure):
    _fields_: ClassVar[Sequence[Any]] = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def install_seccomp(program: bytes) -> None:
    """Install the BPF bytes as this process's system call filter; needs no_new_privs."""
    packed = _FilterProgram(len(program) // 8, program)
    _check(
        _lib.prctl(
            ctypes.c_int(PR_SET_SECCOMP),
            ctypes.c_ulong(SECCOMP_MODE_FILTER),
            ctypes.byref(packed),
            ctypes.c_ulong(0),
            ctypes.c_ulong(0),
        ),
        "install the seccomp filter",
    )


class _CloneArgs(ctypes.Structure):
    _fields_: ClassVar[Sequence[Any]] = [
        ("flags", ctypes.c_uint64),
        ("pidfd", ctypes.c_uint64),
        ("child_tid", ctypes.c_uint64),
        ("parent_tid", ctypes.c_uint64),
        ("exit_signal", ctypes.c_uint64),
        ("stack", ctypes.c_uint64),
        ("stack_size", ctypes.c_uint64),
        ("tls", ctypes.c_uint64),
        ("set_tid", ctypes.c_uint64),
        ("set_tid_size", ctypes.c_uint64),
        ("cgroup", ctypes.c_uint64),
    ]


def clone(flags: int) -> tuple[int, int]:
    """Fork into new namespaces; return (0, -1) in the child and (pid, pidfd) in the parent.

    glibc caches the thread id over a raw clone, so the child itself may only run our own code:
    what runs a member's program is a proper fork of it.
    """
    pidfd = ctypes.c_int(-1)
    args = _CloneArgs(flags=flags | CLONE_PIDFD, pidfd=ctypes.addressof(pidfd), exit_signal=17)
    _python.PyOS_BeforeFork()
    result = _lib.syscall(
        ctypes.c_long(_CLONE3), ctypes.byref(args), ctypes.c_size_t(ctypes.sizeof(args))
    )
    if result == 0:
        _python.PyOS_AfterFork_Child()
        return 0, -1
    _python.PyOS_AfterFork_Parent()
    _check(result, "clone3")
    return result, pidfd.value


def child_signal_descriptor() -> int:
    """Block SIGCHLD and return a signalfd that becomes readable with it."""
    mask = (ctypes.c_uint64 * 16)(1 << 16)  # signal 17 is bit 16
    _check(_lib.sigprocmask(0, mask, None), "sigprocmask")
    return _check(_lib.signalfd(-1, mask, ctypes.c_int(0o2004000)), "signalfd")  # CLOEXEC, NONBLOCK


def unblock_signals() -> None:
    """Block no signal, as a program expects at its start."""
    mask = (ctypes.c_uint64 * 16)()
    _check(_lib.sigprocmask(2, mask, None), "sigprocmask")


def loopback_up() -> None:
    """Bring up `lo` in the current network namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock.fileno(), SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def set_hostname(name: str) -> None:
    """sethostname(2) in the current uts namespace."""
    raw = name.encode()
    _check(_lib.sethostname(raw, len(raw)), "sethostname")
