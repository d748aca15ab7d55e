"""Where an instance's control groups are made: in v1, v2, or nowhere.

Paths are found in /proc/self/cgroup and /proc/self/mountinfo, never assumed: a host can have v1
controllers beside an empty v2 tree. A controller counts only where a group can really be made.
"""

from __future__ import annotations

import contextlib
import functools
import os
import time
from collections.abc import Callable, Iterable, Iterator

from executor.sandbox.launcher.cgroup import CgroupError, Group, failures, remove, write
from executor.sandbox.launcher.hierarchies import Hierarchies

V1_CONTROLLERS = ("memory", "pids", "cpu", "cpuacct", "freezer")
V2_CONTROLLERS = ("memory", "pids", "cpu")
_V2_SWITCH_ON = "+memory +pids +cpu"
# The runs together get a quarter of a default group's share, so that the bot stays responsive.
_RUNS_SHARES, _RUNS_WEIGHT = 256, 25
_LEAF = "codecage.main"
_PAUSE_SECONDS = 0.005
_READABLE = 0o711  # the executor, which is not root, reads there what all runs use together

Note = Callable[[int, dict[str, str]], None]  # a version, and folders by controller


class Tree:
    """Where this instance's groups are made; `version` 0 means that none can be."""

    def __init__(self, version: int, parents: dict[str, str], why_not: str = "") -> None:
        self.version = version
        self.parents = parents
        self.why_not = why_not

    def group(self, name: str) -> Group:
        """Return a group of this instance, which is not made yet."""
        return Group({c: p + "/" + name for c, p in self.parents.items()}, self.version)

    def close(self, groups: Iterable[Group], patience_seconds: float) -> None:
        """End ``groups`` and remove the instance's own folders; what is stuck keeps no other one.

        Raises:
            CgroupError: something is left after ``patience_seconds``; the text tells of all of it.
        """
        ends = [group.end for group in groups]
        deadline = time.monotonic() + patience_seconds
        while (reasons := failures(ends)) and time.monotonic() < deadline:
            time.sleep(_PAUSE_SECONDS)
        folders = sorted(set(self.parents.values()), reverse=True)
        reasons += failures(functools.partial(remove, folder) for folder in folders)
        if reasons:
            raise CgroupError("; ".join(reasons))


def bury(instance: str, version: int, parents: dict[str, str]) -> None:
    """Remove the folders of an instance that has died, and end what is still in them.

    Raises:
        CgroupError: something is still in them, or they are not that instance's.
    """
    if any(os.path.basename(path) != "codecage-" + instance for path in parents.values()):
        raise CgroupError(f"these are not the groups of {instance}: {parents}")
    slots: set[str] = set()
    for folder in set(parents.values()):
        if os.path.isdir(folder):
            slots.update(n for n in os.listdir(folder) if n.startswith("slot-"))
    groups = []
    for slot in sorted(slots):
        folders = {c: f"{p}/{slot}" for c, p in parents.items()}
        there = [path for path in dict.fromkeys(folders.values()) if os.path.isdir(path)]
        groups.append(Group(folders, version, there))
    Tree(version, parents).close(groups, patience_seconds=2)


def open_tree(instance: str, note: Note) -> Tree:
    """Find the hierarchy that works here and make this instance's folders in it; ``note`` them before."""
    with open("/proc/self/mountinfo") as mountinfo, open("/proc/self/cgroup") as own:
        hierarchies = Hierarchies(mountinfo, own)
    reasons = []
    for attempt in (_open_v1, _open_v2):
        try:
            return attempt(instance, hierarchies, note)
        except (OSError, CgroupError) as error:
            reasons.append(str(error))
    return Tree(0, {}, "; ".join(reasons))


def _open_v1(instance: str, hierarchies: Hierarchies, note: Note) -> Tree:
    parents, missing = {}, []
    for controller in V1_CONTROLLERS:
        base = hierarchies.folder(controller)
        if base is None:
            missing.append(controller)
        else:
            parents[controller] = base + "/codecage-" + instance
    if missing:
        raise CgroupError("cgroup v1 lacks " + ", ".join(missing))
    note(1, parents)
    with _making(parents.values()):
        write(parents["cpu"] + "/cpu.shares", str(_RUNS_SHARES))
    return Tree(1, parents)


def _open_v2(instance: str, hierarchies: Hierarchies, note: Note) -> Tree:
    own = hierarchies.folder("")
    if own is None:
        raise CgroupError("no cgroup v2 is mounted")
    # A group with limits below it may hold no processes itself: everybody moves into a leaf first.
    # An executor that starts beside or after another one finds itself in that leaf already.
    base = os.path.dirname(own) if os.path.basename(own) == _LEAF else own
    with open(base + "/cgroup.controllers") as file:
        have = set(file.read().split())
    missing = [controller for controller in V2_CONTROLLERS if controller not in have]
    if missing:
        raise CgroupError(f"cgroup v2 at {base} lacks " + ", ".join(missing))
    leaf = f"{base}/{_LEAF}"
    os.makedirs(leaf, exist_ok=True)
    _move_everybody(base, leaf)
    write(base + "/cgroup.subtree_control", _V2_SWITCH_ON)
    runs = base + "/codecage-" + instance
    parents = dict.fromkeys(V2_CONTROLLERS, runs)
    note(2, parents)
    with _making([runs]):
        write(runs + "/cgroup.subtree_control", _V2_SWITCH_ON)
        write(runs + "/cpu.weight", str(_RUNS_WEIGHT))
    return Tree(2, parents)


@contextlib.contextmanager
def _making(folders: Iterable[str]) -> Iterator[None]:
    """Make ``folders``; none of them stays when what is done with them fails."""
    with contextlib.ExitStack() as undo:
        for folder in dict.fromkeys(folders):
            os.mkdir(folder)
            undo.callback(os.rmdir, folder)
            os.chmod(folder, _READABLE)
        yield
        undo.pop_all()


def _move_everybody(base: str, leaf: str) -> None:
    for _ in range(10):
        with open(base + "/cgroup.procs") as file:
            pids = file.read().split()
        if not pids:
            return
        for pid in pids:
            try:
                write(leaf + "/cgroup.procs", pid)
            except CgroupError:
                if os.path.exists("/proc/" + pid):
                    raise
    raise CgroupError(f"{base} does not become empty")
