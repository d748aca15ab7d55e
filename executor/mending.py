"""Which line mends what keeps sandboxes from being made here."""

from collections.abc import Sequence
from pathlib import Path

from executor.errors import ConfigError, ExecutorError

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
