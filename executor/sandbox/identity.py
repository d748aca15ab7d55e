"""Which host user ids the executor and its sandboxes have."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The mapped range for sandboxes, and who the executor itself is when it was started as root."""

    uid_base: int
    uid_count: int
    service_uid: int
    service_gid: int


def choose(uid_base: int | None) -> Identity:
    """Choose ids: as root a free range and a service user, else ourselves.

    Raises:
        ConfigError: the range is not free on this machine.
    """
    base = UID_BASE if uid_base is None else uid_base
    if os.getuid() != 0:
        return Identity(
            uid_base=base, uid_count=UID_COUNT, service_uid=os.getuid(), service_gid=os.getgid()
        )
    for user in pwd.getpwall():
        if base <= user.pw_uid < base + UID_COUNT:
            raise ConfigError(
                f"executor.uid_base: {base} to {base + UID_COUNT - 1} holds the user "
                f"{user.pw_name}; set executor.uid_base to the start of a free range"
            )
    for name in ("/etc/subuid", "/etc/subgid"):
        if overlaps(_lines(name), base, UID_COUNT):
            raise ConfigError(
                f"executor.uid_base: {base} to {base + UID_COUNT - 1} overlaps a range in {name}; "
                f"set executor.uid_base to the start of a free range"
            )
    try:
        service = pwd.getpwnam(SERVICE_USER)
    except KeyError:
        own = base + UID_COUNT  # just behind the range: no account needs to be made first
        return Identity(uid_base=base, uid_count=UID_COUNT, service_uid=own, service_gid=own)
    return Identity(
        uid_base=base,
        uid_count=UID_COUNT,
        service_uid=service.pw_uid,
        service_gid=service.pw_gid,
    )


def overlaps(lines: Iterable[str], base: int, count: int) -> bool:
    """Say whether a line of subuid(5) touches the range."""
    for line in lines:
        fields = line.strip().split(":")
        if len(fields) == 3 and fields[1].isdigit() and fields[2].isdigit():
            first, size = int(fields[1]), int(fields[2])
            if first < base + count and base < first + size:
                return True
    return False


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text("utf-8").splitlines()
    except OSError:
        return []
