"""Settings of the host by which a program could have work done, or memory given, outside its limits."""

import resource
from collections.abc import Collection
from pathlib import Path
from typing import Final

from executor.checks import Check

_LIMITS_OF_SWAP: Final = ("memory.swap.max", "memory.memsw.limit_in_bytes", "memory.swappiness")


def look_at_host(memory_folder: str | None) -> list[Check]:
    """Look at the settings of the host; what a unit hides, as with ProcSubset=pid, is left out.

    Args:
        memory_folder: our own group of the memory controller, if we have one.
    """
    checks = []
    if (pattern := _read("/proc/sys/kernel/core_pattern")) is not None:
        checks.append(core_handler(pattern, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if memory_folder is not None and (swaps := _read("/proc/swaps")) is not None:
        files = [name for name in _LIMITS_OF_SWAP if Path(memory_folder, name).exists()]
        checks.append(swap(swaps, files))
    return checks


def _read(path: str) -> str | None:
    try:
        return Path(path).read_text("utf-8", "replace")
    except OSError:
        return None


def core_handler(pattern: str, hard_limit: int) -> Check:
    """Say what the kernel starts when a program crashes.

    Args:
        pattern: the setting kernel.core_pattern.
        hard_limit: the largest core limit that sandboxes can have, in bytes; -1 is no limit. They need 1, the
            only one at which the kernel does not start the handler of a piped pattern (core(5)).
    """
    name, fix = "core dumps", "sysctl -w kernel.core_pattern=core"
    if pattern.startswith("@"):  # a socket of the host, since Linux 6.16: no limit of ours is asked
        detail = "the kernel hands every crash of a program to a listener of the host, outside its limits"
        return Check(name=name, result="warn", detail=detail, fix=fix)
    if pattern.startswith("|") and hard_limit == 0:
        return Check(
            name=name,
            result="warn",
            detail="every crash of a program starts the host's core handler as root, outside its limits: the core "
            "limit is 0 here and cannot be set to 1, which would stop that",
            fix="start codecage without LimitCORE=0 and ulimit -c 0, or " + fix,
        )
    noted = ", only a line in the kernel's log" if pattern.startswith("|") else ""
    return Check(name=name, result="ok", detail="a crash writes no file and starts nothing" + noted)


def swap(swaps: str, limits: Collection[str]) -> Check:
    """Say whether a program could go on in the host's swap when its memory is used up.

    Args:
        swaps: the text of /proc/swaps.
        limits: which files of a group there are that keep it from that.
    """
    if len(swaps.splitlines()) < 2:
        return Check(name="swap", result="ok", detail="this machine has none")
    if limits:
        return Check(name="swap", result="ok", detail="no program gets any")
    return Check(
        name="swap",
        result="warn",
        detail="the kernel does not count swap by cgroup: a program may use all of it",
        fix="boot with swapaccount=1, or swapoff -a",
    )
