"""Whose part of the cgroup tree the launcher works in: as root it can ask systemd for one.

Outside of a unit with Delegate=yes the controllers that we need are off, and switching them on
ourselves would be undone: the tree is systemd's (its document CGROUP_DELEGATION). A scope is what it
lends to a process that it did not start itself.
"""

import os
import shutil
from pathlib import Path

from executor.sandbox.launcher.cgroup import V2_CONTROLLERS
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
    if set(V2_CONTROLLERS) <= set(" ".join(_lines(f"{own}/cgroup.controllers")).split()):
        return []
    what = "--description=Codecage's sandboxes"
    return [tool, "--scope", "--quiet", "--collect", "--property=Delegate=yes", what, "--"]


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text("utf-8").splitlines()
    except OSError:
        return []
