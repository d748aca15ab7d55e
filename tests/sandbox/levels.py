"""Starts our own commands as each isolation level has them: with less rights, less of /proc, no namespaces."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from executor.sandbox import identity
from tests.sandbox import host

ROOT = Path(__file__).resolve().parents[2]
# A user without a name, whose processes `host` takes for ours.
ORDINARY = host.who().service_uid
_AS_ORDINARY = f"setpriv --reuid {ORDINARY} --regid {ORDINARY} --clear-groups"
_HIDES_PROC = (
    "mount -t tmpfs none /proc/irq"  # as containers do: the kernel then refuses a new /proc
)
# A name and a range of subordinate ids for that user, in a mount namespace: the machine's files stay as they are.
_NAMES_ORDINARY = f"""
mount -t tmpfs none /mnt
{{ cat /etc/passwd; echo ordinary:x:{ORDINARY}:{ORDINARY}::/:/bin/sh; }} > /mnt/passwd
echo ordinary:{host.UID_BASE}:{identity.UID_COUNT} | tee /mnt/subuid > /mnt/subgid
for name in passwd subuid subgid; do mount --bind /mnt/$name /etc/$name; done
umount --lazy /mnt
"""
WITH_IDS = "B with subordinate ids"
# The capabilities that container engines leave root, as Docker lists them; CAP_SYS_ADMIN is not among them.
_OF_A_CONTAINER = "-all" + "".join(
    f",+{name}"
    for name in (
        "chown", "dac_override", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
        "net_bind_service", "net_raw", "sys_chroot", "mknod", "audit_write", "setfcap",
    )
)  # fmt: skip
IN_CONTAINER = "A as a container's root"
# What comes before a command that is to be at this level; its words are the command's own.
LEVELS = {
    "A": 'exec "$@"',
    "B": f'exec {_AS_ORDINARY} "$@"',
    WITH_IDS: f'set -e; {_NAMES_ORDINARY} exec {_AS_ORDINARY} "$@"',
    IN_CONTAINER: f'exec setpriv --bounding-set {_OF_A_CONTAINER} --inh-caps -all "$@"',
    "C": f'{_HIDES_PROC} && exec "$@"',
    "C without a cgroup": f'{_HIDES_PROC} && exec {_AS_ORDINARY} "$@"',
    "D": 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"',
}

# Tests of this folder that hold for whoever starts them.
SUITES = (
    "test_box_life.py",
    "test_box_death.py",
    "test_box_isolation.py",
    "test_hostile.py",
    "test_instances.py",
    "test_kills.py",
    "test_ready_boxes.py",
)


@contextlib.contextmanager
def open_folder() -> Generator[Path, None, None]:
    """Yield an empty folder that everybody may use; pytest's own are closed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        folder.chmod(0o777)
        yield folder


def command_at(level: str, command: Sequence[str]) -> list[str]:
    """Return ``command`` so that it runs at ``level``; skips where that cannot be had here."""
    as_root = os.getuid() == 0
    words = ["/bin/sh", "-c", LEVELS[level], "sh", *command]
    if level == "B" and not as_root:
        return list(command)
    if level == "D":
        return ["unshare", "--user", "--map-root-user", *words]
    if not as_root:
        pytest.skip("only root can have cgroups, hide parts of /proc, or become somebody else")
    if not shutil.which("setpriv"):
        pytest.skip("there is no setpriv here (util-linux)")
    if level != WITH_IDS:
        return ["unshare", "--mount", *words] if level.startswith("C") else words
    if not shutil.which("newuidmap"):
        pytest.skip("there is no newuidmap here (uidmap)")
    return ["unshare", "--mount", *words]


def run_at(
    level: str, arguments: Sequence[str], folder: Path, **environ: str
) -> subprocess.CompletedProcess[bytes]:
    """Run our interpreter with ``arguments`` at ``level``, with ``folder`` as home, open to all."""
    if level in {"B", WITH_IDS, "C without a cgroup"} and os.getuid() == 0:
        for path in (ROOT, Path(sys.prefix)):
            if not all(parent.stat().st_mode & 0o001 for parent in (path, *path.parents)):
                pytest.skip(f"{path} lies in a folder that is closed to ordinary users")
    return subprocess.run(
        command_at(level, [sys.executable, "-P", *arguments]),
        cwd=folder,
        env={
            "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
            "HOME": str(folder),
            "CODECAGE_DATA_DIR": str(folder / "data"),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            **environ,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
