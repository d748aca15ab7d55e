"""Whose part of the cgroup tree the launcher works in: as root it can ask systemd for one.

Outside of a unit with Delegate=yes the tree is systemd's (its document CGROUP_DELEGATION): what we switch
on would be undone, and a sandbox that the kernel ends for memory would end the whole unit, the bot with
it (OOMPolicy=, which is "continue" only where Delegate= is on). A scope is what systemd lends to a
process that it did not start itself.
"""

import os
import shutil
from pathlib import Path

from executor.sandbox.launcher.hierarchies import Hierarchies

_SYSTEMD = Path("/run/systemd/private")  # root's way to it, which needs no message bus


def scope_command() -> list[str]:
    """Return the command that runs another one in a scope of its own; empty where none is needed."""
    tool = shutil.which("systemd-run", path="/usr/bin:/bin")
    if os.getuid() != 0 or tool is None or not _SYSTEMD.exists():
        return []
    hierarchies = Hierarchies(_lines("/proc/self/mountinfo"), _lines("/proc/self/cgroup"))
    own = hierarchies.folder("")
    if own is None or hierarchies.folder("memory") is not None:
        return []  # v1, which has no delegation
    if any(_is_delegated(folder) for folder in (Path(own), *Path(own).parents)):
        return []
    what = "--description=Codecage's sandboxes"
    return [tool, "--scope", "--quiet", "--collect", "--property=Delegate=yes", what, "--"]


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text("utf-8").splitlines()
    except OSError:
        return []


def _is_delegated(folder: Path) -> bool:
    """Say whether systemd gave this part of the tree away, which it marks so."""
    try:
        return os.getxattr(folder, "trusted.delegate") == b"1"
    except OSError:
        return False
