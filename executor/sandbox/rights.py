"""Gives up root: what talks to Discord and parses sandboxes' frames is an unprivileged process.

Only the launcher, started before, keeps root. The rest must still be able to read its own
interpreter and code, which often lie in root's closed home: they stay visible at the same paths,
in a mount namespace of ours that shows nothing else of that home.
"""

import os
import pwd
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from executor.errors import BackendUnavailableError, ConfigError
from executor.sandbox.identity import Identity
from executor.sandbox.inside import kernel

# The Filesystem Hierarchy Standard 3.0: what is more than one program's own.
_SYSTEM_FOLDERS = {
    "/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/media", "/mnt", "/opt", "/proc",
    "/root", "/run", "/sbin", "/srv", "/sys", "/tmp", "/usr", "/usr/bin", "/usr/lib", "/usr/local",  # noqa: S108 - named, not used
    "/var", "/var/cache", "/var/lib", "/var/log", "/var/tmp",  # noqa: S108
}  # fmt: skip


def give_up(identity: Identity, *, readable: Iterable[Path], writable: Path) -> None:
    """Become the service user for good; call it before there is any other thread.

    Args:
        identity: who to become; when that is who we are, only this process is closed to others.
        readable: files and folders that must stay readable at their paths.
        writable: the data folder, which is made and given to the service user.

    Raises:
        BackendUnavailableError: something in ``readable`` cannot be read by the service user, or lies in
            a closed folder and we may not make a mount namespace, as root of a container.
        ConfigError: ``writable`` is no folder that could be given away, or is another user's.
    """
    if os.getuid() == 0 and identity.service_uid != 0:
        named = [path.absolute() for path in readable if path.exists()]
        paths = sorted({path.resolve() for path in named})
        _make(writable)
        data = writable.resolve()
        reason = why_not_ours(data, paths)
        if reason:
            raise ConfigError(
                f"data_dir: {data} {reason}; give codecage a folder of its own, "
                "such as /var/lib/codecage"
            )
        _refuse_anothers(data, identity)
        _hand_over(data, identity)
        _open_the_way(closed_parents([*paths, data]), links_to([*named, writable.absolute()]))
        os.setgroups([])
        os.setresgid(identity.service_gid, identity.service_gid, identity.service_gid)
        os.setresuid(identity.service_uid, identity.service_uid, identity.service_uid)
        _check_readable(paths)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)  # no other process reads the token from our memory


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"data_dir: {folder} cannot be made: {error.strerror}; give codecage a folder of its own, "
            "such as /var/lib/codecage"
        ) from error


def why_not_ours(folder: Path, code: Iterable[Path]) -> str:
    """Return why ``folder`` cannot be given to the service user; empty when it can.

    A folder of the system's, or what runs us, would belong to a process that must not change it.
    """
    if str(folder) in _SYSTEM_FOLDERS:
        return "belongs to the system"
    if any(folder == path or folder in path.parents for path in code):
        return "holds codecage itself"
    return ""


def closed_parents(paths: Sequence[Path]) -> dict[Path, list[Path]]:
    """Return each topmost folder that others may not search, with the paths below it."""
    closed: dict[Path, list[Path]] = {}
    for path in paths:
        for parent in reversed(path.parents):
            if not parent.stat().st_mode & stat.S_IXOTH:
                closed.setdefault(parent, []).append(path)
                break
    return {parent: _outermost(below) for parent, below in closed.items()}


def links_to(paths: Iterable[Path]) -> dict[Path, Path]:
    """Return the symbolic links on the way to ``paths``, each where it really lies, and its target."""
    links: dict[Path, Path] = {}
    waiting = list(paths)
    while waiting:
        path = waiting.pop()
        for part in (*reversed(path.parents), path):
            link = part.parent.resolve() / part.name
            if part.is_symlink() and link not in links:
                links[link] = link.readlink()
                waiting.append(link.parent / links[link])
    return links


def _outermost(paths: Sequence[Path]) -> list[Path]:
    """Leave out what lies below another one of ``paths``."""
    return [path for path in paths if not any(other in path.parents for other in paths)]


def _refuse_anothers(folder: Path, identity: Identity) -> None:
    """Refuse to take a folder from whoever already keeps something in it, such as a bot of their own."""
    owner = folder.stat().st_uid
    if owner in {0, identity.service_uid}:
        return
    try:
        name = pwd.getpwuid(owner).pw_name
    except KeyError:
        raise ConfigError(
            f"data_dir: {folder} belongs to user {owner}; run this command as that user, or, if that was "
            f"codecage's own before executor.uid_base was changed, first: chown root {folder}"
        ) from None
    raise ConfigError(
        f"data_dir: {folder} belongs to {name}; run this command as that user, with: sudo -u {name}"
    )


def _hand_over(folder: Path, identity: Identity) -> None:
    for entry in (folder, *folder.iterdir()):
        os.chown(entry, identity.service_uid, identity.service_gid, follow_symlinks=False)


def _open_the_way(closed: dict[Path, list[Path]], links: dict[Path, Path]) -> None:
    """Cover each closed folder, for this process alone, by one that holds just the given paths."""
    if not closed:
        return
    if not kernel.may_hold(kernel.CAP_SYS_ADMIN):
        first = next(iter(closed))
        raise BackendUnavailableError(
            f"codecage gives up root, but then cannot enter {first}; run: chmod o+x {first}"
        )
    here = Path.cwd()
    umask = os.umask(0o022)  # folders on the way must be open, whatever is usual here
    kernel.unshare(kernel.CLONE_NEWNS)
    kernel.mount(None, "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    for parent, paths in closed.items():
        opened = [(path, os.open(path, os.O_PATH | os.O_CLOEXEC), path.is_dir()) for path in paths]
        kernel.mount("tmpfs", str(parent), "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=755")
        for path, descriptor, is_folder in opened:
            if is_folder:
                path.mkdir(parents=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
            kernel.mount(f"/proc/self/fd/{descriptor}", str(path), None, kernel.MS_BIND)
            os.close(descriptor)
    for link, target in links.items():
        if not link.is_symlink():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(target)
    os.umask(umask)
    os.chdir(here if here.is_dir() else PurePosixPath("/"))


def _check_readable(paths: Sequence[Path]) -> None:
    for path in paths:
        needed = os.R_OK | os.X_OK if path.is_dir() else os.R_OK
        if not os.access(path, needed):
            raise BackendUnavailableError(
                f"codecage gives up root, but then cannot read {path}; run: chmod -R o+rX {path}"
            )
