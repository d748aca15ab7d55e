"""Which host ids a runner's user namespace has, and the process that writes them into its maps."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
from typing import Any

from executor.sandbox.inside import kernel, root

MAPPED = b"mapped"
_MOST_SLOTS = 128
_HELPER_SECONDS = 15.0
_USED = root.FIRST_KEEPER + _MOST_SLOTS  # of a range, by one instance


class IdentityPlan:
    """Which host ids a runner's namespace gets.

    Args:
        service: uid and gid the runner has on the host; the executor's own.
        outside: first host uid and gid, and how many, of the mapped range; None for a single uid.
        helper: True when newuidmap/newgidmap write the maps, because we are not root.
    """

    def __init__(
        self, service: tuple[int, int], outside: tuple[int, int, int] | None, helper: bool
    ) -> None:
        self.service = service
        self.outside = outside
        self.helper = helper

    @property
    def single(self) -> bool:
        """Whether every process of every sandbox shares the executor's own uid."""
        return self.outside is None


def plan_identity(
    uid_base: int, uid_count: int, service: tuple[int, int], number: int
) -> IdentityPlan:
    """Decide how ids are mapped: as root freely, else by the subordinate ids of /etc/subuid.

    Instances with another ``number`` get other ids, see `shift`.
    """
    if os.getuid() == 0 and uid_count:
        shifted = shift(uid_count, number)
        first = uid_base + shifted
        return IdentityPlan(service, (first, first, uid_count - shifted), helper=False)
    own = (os.getuid(), os.getgid())
    users, groups = _subordinate("/etc/subuid"), _subordinate("/etc/subgid")
    if users and groups and _may_use_helpers():
        count = min(users[1], groups[1], 65535)
        if count >= _USED:
            shifted = shift(count, number)
            outside = (users[0] + shifted, groups[0] + shifted, count - shifted)
            return IdentityPlan(own, outside, helper=True)
    return IdentityPlan(own, None, helper=False)


def shift(count: int, number: int) -> int:
    """Return where in a range of ``count`` ids instance ``number`` begins.

    The ranges overlap, but no id that one of them uses is another one's: its first one, those from
    `root.FIRST_USER` on and those from `root.FIRST_KEEPER` on, one of each per slot. 65536 ids do for
    21 instances; the next ones begin where the first ones do.
    """
    a_block = root.FIRST_USER // _MOST_SLOTS
    begins = [
        block + place * _MOST_SLOTS
        for block in range(0, count, _USED + (a_block - 1) * _MOST_SLOTS)
        for place in range(a_block)
    ]
    fitting = [begin for begin in begins if begin + _USED <= count]
    return fitting[number % len(fitting)]


def _may_use_helpers() -> bool:
    """Say whether newuidmap and newgidmap are there, and can gain the privileges they need."""
    if kernel.prctl(kernel.PR_GET_NO_NEW_PRIVS):
        return False
    return all(os.access("/usr/bin/" + name, os.X_OK) for name in ("newuidmap", "newgidmap"))


def _subordinate(path: str) -> tuple[int, int] | None:
    """Return the first range that ``path`` gives us, as (first, count)."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = ""
    try:
        with open(path) as file:
            rows = [line.strip().split(":") for line in file]
    except OSError:
        return None
    for row in rows:
        if len(row) == 3 and row[0] in (name, str(os.getuid())) and row[0]:
            return int(row[1]), int(row[2])
    return None


def describe(plan: IdentityPlan) -> dict[str, Any]:
    """Return the plan as facts for doctor."""
    return {"single_uid": plan.single, "outside": plan.outside, "service": plan.service}


def start_mapper(plan: IdentityPlan, pid: int, channel: socket.socket) -> int:
    """Fork a process that maps the ids of the runner ``pid``, tells it so, and ends; return its pid.

    The runner at the other end of ``channel`` gets `MAPPED`, or a sentence that says what failed.
    """
    mapper = os.fork()
    if mapper:
        return mapper
    word = b"the user ids could not be mapped"
    try:  # whatever happens: this process is never one more launcher
        if plan.helper:
            _map_by_helpers(plan, pid)
        else:
            _map_as_owner(plan, pid)
        word = MAPPED
    except OSError as error:
        word = (
            str(error) if plan.helper else f"the user ids could not be mapped: {error}"
        ).encode()
    finally:
        try:
            channel.send(word[:4000])
        finally:
            os._exit(0)


def _map_by_helpers(plan: IdentityPlan, pid: int) -> None:
    users, groups, count = plan.outside or (0, 0, 0)
    for name, own, first in (
        ("newuidmap", plan.service[0], users), ("newgidmap", plan.service[1], groups),
    ):  # fmt: skip
        argv = ["/usr/bin/" + name, str(pid), "0", str(own), "1", "1", str(first), str(count)]
        try:
            done = subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=_HELPER_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise OSError(f"{name} has not ended within {_HELPER_SECONDS:g} seconds") from error
        if done.returncode:
            raise OSError(name + ": " + done.stderr.decode(errors="replace").strip())


def _map_as_owner(plan: IdentityPlan, pid: int) -> None:
    """Write both maps, with no more than the right to set ids.

    The kernel takes a map from the namespace's owner, or from who has CAP_SYS_ADMIN, which root of a
    container has not: so this process becomes the owner.
    """
    become(plan.service)
    kernel.set_capabilities(1 << kernel.CAP_SETUID | 1 << kernel.CAP_SETGID)
    users, groups, count = plan.outside or (0, 0, 0)
    for name, first in (("uid_map", users), ("gid_map", groups)):
        with open(f"/proc/{pid}/{name}", "w") as file:
            file.write(f"0 {first} {count}")


def become(service: tuple[int, int]) -> None:
    """Become the service user, with every capability that may be taken into effect again."""
    user, group = service
    kernel.prctl(kernel.PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)
