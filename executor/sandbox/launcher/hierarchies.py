"""Finds our own control groups in what the kernel says of mounts and groups. Pure."""

from __future__ import annotations

from collections.abc import Iterable


class Hierarchies:
    """Where our own groups lie, per controller; "" stands for cgroup v2.

    Args:
        mountinfo: lines of /proc/self/mountinfo.
        own: lines of /proc/self/cgroup.
    """

    def __init__(self, mountinfo: Iterable[str], own: Iterable[str]) -> None:
        self._mounts = _parse_mounts(mountinfo)
        self._groups = _parse_own(own)

    def folder(self, controller: str) -> str | None:
        """Return our group's folder; `None` where no mount shows it.

        A container may see a part of a hierarchy that does not hold it, or only what lies above.
        """
        group = _parts(self._groups.get(controller, "/"))
        for point, root in self._mounts.get(controller, ()):
            above = _parts(root)
            if group[: len(above)] == above and ".." not in group:
                return "/".join([point.rstrip("/"), *group[len(above) :]])
        return None


def _parse_mounts(lines: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    """Return the mounts of each controller as (mount point, root within the hierarchy)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in lines:
        left, _, right = line.partition(" - ")
        root, point = left.split()[3:5]
        kind, _, options = right.split()[:3]
        if kind == "cgroup2":
            found.setdefault("", []).append((point, root))
        elif kind == "cgroup":
            for option in options.split(","):
                found.setdefault(option, []).append((point, root))
    return found


def _parse_own(lines: Iterable[str]) -> dict[str, str]:
    found = {}
    for line in lines:
        _, controllers, path = line.rstrip("\n").split(":", 2)
        for controller in controllers.split(","):
            found[controller] = path
    return found


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]
