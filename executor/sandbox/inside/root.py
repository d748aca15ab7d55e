"""Stage 1: from an ordinary process to one that sees nothing but the sandbox's root.

The steps run in this order and each must succeed; the first that fails ends the runner with the
reason. Nothing of the host is reachable by path after `detach_host`.

A base is not trusted: it may be an image that somebody else has made. All that is opened in it is
opened by `kernel.open_in_root`, so that none of its links leads out of it.
"""

from __future__ import annotations

import contextlib
import os
import stat

from executor.sandbox.inside import kernel

STAGING = "/tmp"  # covered by a private tmpfs at once; any folder that exists would do
DEVICES = ("null", "zero", "full", "random", "urandom")
TOP_FOLDERS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
TEMPLATE = "/t"  # the template root, below the runner's own root
WORK_FOLDER = "/box"
USER_NAME = "member"
# Below /proc/sys/user, for each user. inotify instances are also counted for whoever made the namespace,
# over all its users: 128 by default, which one sandbox would otherwise keep from all others.
_NAMESPACE_SETTINGS = (("max_user_namespaces", "0"), ("max_inotify_instances", "8"))
# What a new /proc tells of the whole machine and no program asks for: what it was started with, what its
# devices and users do and when, whose files are locked, by inode, and the keyring that came along with the
# service, which systemd gives one. Each costs 25 us of a sandbox's start.
_HIDDEN_FACTS = ("cmdline", "interrupts", "locks", "keys", "key-users")
_MOST_CACHE_BYTES = 2 << 20
FIRST_USER, FIRST_KEEPER = 1000, 20000  # inner uid of slot 0's program, and of its PID 1


class RootSpec:
    """What the root is made of.

    Args:
        base: a folder with a `usr`: the host's "/" or an image's.
        etc: absolute paths below /etc of ``base`` that are shown read-only where they exist.
        etc_files: files of ours below /etc, as name to content.
        slots: how many sandboxes may live at once.
        single_uid: only one uid can be mapped, so that all sandboxes share it.
        proc: each sandbox mounts a /proc of its own; without it (isolation level C) it has none.
    """

    def __init__(
        self,
        base: str,
        etc: list[str],
        etc_files: dict[str, str],
        slots: int,
        single_uid: bool,
        proc: bool,
    ) -> None:
        self.base = base.rstrip("/")
        self.etc = etc
        self.etc_files = etc_files
        self.slots = slots
        self.single_uid = single_uid
        self.proc = proc

    def user_id(self, slot: int) -> int:
        """Return the inner uid of the program in ``slot``."""
        return FIRST_USER + (0 if self.single_uid else slot)

    def keeper_id(self, slot: int) -> int:
        """Return the inner uid of PID 1 in ``slot``."""
        return FIRST_USER if self.single_uid else FIRST_KEEPER + slot


def show_base(spec: RootSpec) -> None:
    """Bring a base that may lie in a folder closed to all but root where the runner can look.

    It becomes the staging folder, for this process and its children alone. Only the way to the base
    is gone with root's rights: what lies in it is opened later, without them.
    """
    kernel.unshare(kernel.CLONE_NEWNS)
    kernel.mount(None, "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount(spec.base, STAGING, None, kernel.MS_BIND | kernel.MS_REC)
    spec.base = STAGING


def enter_namespaces() -> None:
    """Leave the host's mount, uts, ipc and network namespaces; no mount made here gets out."""
    kernel.unshare(
        kernel.CLONE_NEWNS | kernel.CLONE_NEWUTS | kernel.CLONE_NEWIPC | kernel.CLONE_NEWNET
    )
    kernel.mount(None, "/", None, kernel.MS_REC | kernel.MS_PRIVATE)


def build(spec: RootSpec) -> None:
    """Make the template root, read-only but for the places each sandbox mounts itself."""
    base = os.open(spec.base or "/", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    sources = [("/usr", kernel.open_in_root(base, "/usr", os.O_PATH))]
    tops = _read_top_folders(base)
    sources += _open_sources(base, spec, tops)
    loader_cache = _read_if_there(base, "etc/ld.so.cache")
    os.close(base)
    _tmpfs(STAGING, "size=1m,mode=755")
    os.chdir(STAGING)
    # The kernel lets a user namespace mount a new proc only where it sees a complete one
    # (mnt_already_visible, Linux 4.2): keep the host's in our mount namespace, outside every root.
    os.mkdir("proc")
    kernel.mount("/proc", "proc", None, kernel.MS_BIND | kernel.MS_REC)
    os.mkdir("t")
    _tmpfs("t", "size=4m,mode=755")
    os.chdir("t")
    for folder in ("usr", "etc", "proc", "dev", "box", "tmp"):
        os.mkdir(folder)
    for name, target in tops:
        if target is None:
            os.mkdir(name)
        else:
            os.symlink(target, name)
    _write_etc(spec, loader_cache)
    for path, descriptor in sources:
        _bind(descriptor, path.lstrip("/"))
    _bind_devices()
    kernel.seal_mount(".")
    _unseal_devices()


def detach_host() -> None:
    """Make the staging folder this process's root and let go of the host's."""
    os.chdir(STAGING)
    kernel.pivot_here()


def forbid_user_namespaces(proc: str) -> None:
    """No process in our user namespace may make another one, whatever the filter says.

    Nor may one user take all that the kernel counts over the whole namespace. The setting is the one of
    the writer's own namespace. In a systemd unit with ProtectKernelTunables= or ProcSubset=pid it can be
    reached through a new /proc only.

    Args:
        proc: where one is mounted.
    """
    for name, value in _NAMESPACE_SETTINGS:
        with open(f"{proc}/sys/user/{name}", "w") as setting:
            setting.write(value)


def hide_facts(proc: str) -> None:
    """Put nothing in the place of what the /proc at ``proc`` tells of the host; we stand in the template."""
    for name in _HIDDEN_FACTS:
        with contextlib.suppress(FileNotFoundError):  # a kernel may be built without one
            kernel.mount("dev/null", f"{proc}/{name}", None, kernel.MS_BIND)


def _open_sources(
    base: int, spec: RootSpec, tops: list[tuple[str, str | None]]
) -> list[tuple[str, int]]:
    """Open what will be bound, before the staging folder covers anything."""
    wanted = ["/" + name for name, target in tops if target is None]
    opened = [(path, kernel.open_in_root(base, path, os.O_PATH)) for path in wanted]
    for path in sorted(spec.etc):
        if any(path.startswith(shown + "/") for shown, _ in opened):
            continue  # it comes along, and its mount point would be a path through the base's links
        with contextlib.suppress(OSError):
            opened.append((path, kernel.open_in_root(base, path, os.O_PATH)))
    return opened


def _read_top_folders(base: int) -> list[tuple[str, str | None]]:
    """Return /bin and its like as (name, link target), or (name, None) where it is a folder."""
    found: list[tuple[str, str | None]] = []
    for name in TOP_FOLDERS:
        try:
            mode = os.stat(name, dir_fd=base, follow_symlinks=False).st_mode
        except FileNotFoundError:
            continue
        if stat.S_ISLNK(mode):
            found.append((name, os.readlink(name, dir_fd=base)))
        elif stat.S_ISDIR(mode):
            found.append((name, None))
    return found


def _read_if_there(base: int, path: str) -> bytes:
    """Return what a file holds; nothing if there is none, or something else, or more than there is room for."""
    try:
        descriptor = kernel.open_in_root(base, path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return b""
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > _MOST_CACHE_BYTES:
            return b""
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(_MOST_CACHE_BYTES)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _write_etc(spec: RootSpec, loader_cache: bytes) -> None:
    ids = [spec.user_id(slot) for slot in range(1 if spec.single_uid else spec.slots)]
    people = [f"{USER_NAME}:x:{number}:{number}::{WORK_FOLDER}:/bin/bash" for number in ids]
    groups = [f"{USER_NAME}:x:{number}:" for number in ids]
    files: dict[str, str | bytes] = {
        "passwd": "\n".join(["root:x:0:0::/:/bin/sh", *people]) + "\n",
        "group": "\n".join(["root:x:0:", *groups]) + "\n",
        "hosts": "127.0.0.1 localhost sandbox\n::1 localhost\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
        "ld.so.cache": loader_cache,
    }
    files.update(spec.etc_files)
    for name, content in files.items():
        path = "etc/" + name
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())


def _bind(descriptor: int, target: str) -> None:
    """Bind an opened folder or file at ``target``, which is made when it is missing."""
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "a"):
            pass
    kernel.mount(f"/proc/self/fd/{descriptor}", target, None, kernel.MS_BIND | kernel.MS_REC)
    os.close(descriptor)


def _bind_devices() -> None:
    for name in DEVICES:
        with open("dev/" + name, "w"):
            pass
        kernel.mount("/dev/" + name, "dev/" + name, None, kernel.MS_BIND)
    os.mkdir("dev/shm")
    os.symlink("/proc/self/fd", "dev/fd")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.symlink(f"/proc/self/fd/{number}", "dev/" + name)


def _unseal_devices() -> None:
    """The five device files are the only ones that may be opened as devices."""
    for name in DEVICES:
        kernel.mount_attributes("dev/" + name, clear=kernel.MS_NODEV)


def _tmpfs(target: str, options: str) -> None:
    kernel.mount("tmpfs", target, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, options)
