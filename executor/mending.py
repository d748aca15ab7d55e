"""What keeps sandboxes from being made here: whether it lasts, and which line mends it."""

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from executor.errors import ConfigError, ExecutorError
from executor.sandbox.inside import kernel

# What an error says, and what mends it; anything else is blamed on missing user namespaces.
_WORDS_AND_FIXES = (
    (
        "sethostname",
        "no ProtectHostname= in the systemd unit, in a container security_opt: [seccomp=unconfined]",
    ),
    (
        "launcher cannot start: [Errno 13]",
        "let codecage write to its data folder: data_dir in config.yaml, or StateDirectory= in the "
        "systemd unit and CODECAGE_DATA_DIR",
    ),
)
# What a kernel answers that will never do it here, as user_namespaces(7) and capabilities(7) say: a call
# that is forbidden, by a filter or by its own settings, or one that it was built without.
_LASTING: Final = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EINVAL)
_MOST_NAMESPACES: Final = Path("/proc/sys/user/max_user_namespaces")
# Path of a setting, its value that forbids user namespaces, and the line that allows them.
Switch = tuple[str, str, str]
NAMESPACE_SWITCHES: tuple[Switch, ...] = (
    (
        "/proc/sys/kernel/unprivileged_userns_clone",
        "0",
        "sysctl -w kernel.unprivileged_userns_clone=1",
    ),
    (
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "install deploy/apparmor/codecage as its comment says, or start codecage as root (it gives "
        "its rights up by itself)",
    ),
    ("/proc/sys/user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=15000"),
)


def is_lasting(error: ExecutorError, most_namespaces: Path = _MOST_NAMESPACES) -> bool:
    """Say whether ``error`` tells of what this machine never allows, not of one busy moment of it.

    Args:
        error: why a sandbox could not be made.
        most_namespaces: the setting whose 0 makes the kernel answer as if there were too many already.
    """
    text = str(error)
    if f"unshare {kernel.CLONE_NEWUSER:#x}" in text and os.strerror(errno.ENOSPC) in text:
        return _setting(str(most_namespaces)) == "0"
    return any(os.strerror(number) in text for number in _LASTING)


def mend(error: ExecutorError, switches: Sequence[Switch] = NAMESPACE_SWITCHES) -> str:
    """Return the line that may mend what keeps sandboxes from being made here."""
    if isinstance(error, ConfigError):
        return "change that setting in config.yaml"
    for words, fix in _WORDS_AND_FIXES:
        if words in str(error):
            return fix
    fixes = [fix for path, bad, fix in switches if _setting(path) == bad]
    return "; ".join(fixes) or (
        "allow user namespaces: no RestrictNamespaces= in the systemd unit, in a container "
        "security_opt: [seccomp=unconfined, systempaths=unconfined]"
    )


def _setting(path: str) -> str:
    try:
        return Path(path).read_text("ascii").strip()
    except OSError:
        return ""
