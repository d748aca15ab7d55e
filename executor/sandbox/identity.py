"""Which host user ids the executor and its sandboxes have."""

import contextlib
import grp
import os
import pwd
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from executor.errors import ConfigError

# A range that systemd's table of user ids leaves free (1879048192 to 2147352575), so that it
# meets neither login users nor containers; `executor.uid_base` moves it.
UID_BASE = 1879048192 + 65536
UID_COUNT = 65536
SERVICE_USER = "codecage"


# Inside the range: the runner's root, members from 1000 on, their keepers from 20000 on.
_ENOUGH = 22000


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The mapped range for sandboxes, and who the executor itself is when it was started as root.

    ``uid_count`` 0 means that there is no range: every sandbox has the executor's own uid.
    """

    uid_base: int
    uid_count: int
    service_uid: int
    service_gid: int


def choose(uid_base: int | None) -> Identity:
    """Choose ids: as root a free range and a service user, else ourselves.

    Raises:
        ConfigError: the range is not free on this machine.
    """
    if os.getuid() != 0:
        return _ourselves()
    base, count = UID_BASE if uid_base is None else uid_base, UID_COUNT
    mapped = parse_map(_lines("/proc/self/uid_map"))
    if not any(first <= base and base + count < first + size for first, size in mapped):
        if uid_base is not None:
            raise ConfigError(
                f"executor.uid_base: {base} to {base + count} do not exist in this container; "
                "leave executor.uid_base out"
            )
        found = range_within(mapped)
        if found is None:
            return _ourselves()
        base, count = found
    try:
        service = pwd.getpwnam(SERVICE_USER)
    except KeyError:
        own = base + count  # just behind the range: no account needs to be made first
        _refuse_taken(base, count + 1)
        return Identity(uid_base=base, uid_count=count, service_uid=own, service_gid=own)
    _refuse_taken(base, count)
    return Identity(
        uid_base=base, uid_count=count, service_uid=service.pw_uid, service_gid=service.pw_gid
    )


def parse_map(lines: Iterable[str]) -> list[tuple[int, int]]:
    """Return the ids that exist for us, as (first, count), from /proc/self/uid_map."""
    rows = [line.split() for line in lines]
    return [(int(row[0]), int(row[2])) for row in rows if len(row) == 3]


def range_within(mapped: Iterable[tuple[int, int]]) -> tuple[int, int] | None:
    """Return a range for sandboxes in a container that maps few ids: the upper middle of them."""
    for first, size in mapped:
        if size // 2 >= _ENOUGH + 2000:
            return first + size // 2, size // 2 - 2000  # below nobody and what else lies at the end
    return None


def _ourselves() -> Identity:
    return Identity(uid_base=0, uid_count=0, service_uid=os.getuid(), service_gid=os.getgid())


def _refuse_taken(base: int, count: int) -> None:
    users = [(user.pw_uid, f"the user {user.pw_name}") for user in pwd.getpwall()]
    groups = [(group.gr_gid, f"the group {group.gr_name}") for group in grp.getgrall()]
    with contextlib.suppress(KeyError):  # directories that list nobody still answer for one
        users.append((base + count - 1, f"the user {pwd.getpwuid(base + count - 1).pw_name}"))
    for number, what in (*users, *groups):
        if base <= number < base + count:
            raise ConfigError(
                f"executor.uid_base: {base} to {base + count - 1} holds {what} ({number}); "
                "set executor.uid_base to the start of a free range"
            )
    for name in ("/etc/subuid", "/etc/subgid"):
        if overlaps(_lines(name), base, count):
            raise ConfigError(
                f"executor.uid_base: {base} to {base + count - 1} overlaps a range in {name}; "
                "set executor.uid_base to the start of a free range"
            )


def overlaps(lines: Iterable[str], base: int, count: int) -> bool:
    """Say whether a line of subuid(5) touches the range."""
    for line in lines:
        fields = line.strip().split(":")
        if len(fields) == 3 and fields[1].isdigit() and fields[2].isdigit():
            first, size = int(fields[1]), int(fields[2])
            if size and first < base + count and base < first + size:
                return True
    return False


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text("utf-8").splitlines()
    except OSError:
        return []
