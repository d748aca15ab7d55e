"""What a sandbox uses, counted from its PID 1 where no cgroup counts it (isolation level B)."""

from __future__ import annotations

import os
import resource

from executor.sandbox.inside import frames

_TICK_US = 1000000 // os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_WORTH_A_SECOND_LOOK_BYTES = 64 << 20


class Meter:
    """Sums CPU and private memory over every process of the pid namespace.

    Memory is what statm(5) calls resident less shared, plus the files on the work tmpfs. Pages that
    forked processes still share count once for each there, so that a large sum is looked at again
    by proportional set size, which is exact but dear.
    """

    def __init__(self, interval_ms: int) -> None:
        self.interval_ms = interval_ms

    def sample(self) -> bytes:
        """Return the payload of a METER frame."""
        cpu_us = memory = processes = 0
        names = []
        for name in os.listdir("/proc"):
            if not name.isdigit() or name == "1":
                continue
            try:
                ticks, pages, threads = _read_process(name)
            except (OSError, ValueError, IndexError):
                continue  # it ended while we looked
            names.append(name)
            cpu_us += ticks * _TICK_US
            memory += pages * _PAGE_BYTES
            processes += threads
        if memory > _WORTH_A_SECOND_LOOK_BYTES and len(names) > 1:
            memory = min(memory, sum(_proportional_bytes(name) for name in names))
        reaped = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_us += int((reaped.ru_utime + reaped.ru_stime) * 1e6)
        disk = os.statvfs("/box")
        memory += (disk.f_blocks - disk.f_bfree) * disk.f_frsize
        return frames.METER_BODY.pack(cpu_us, memory, processes)


def _read_process(name: str) -> tuple[int, int, int]:
    with open(f"/proc/{name}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    with open(f"/proc/{name}/statm") as file:
        sizes = file.read().split()
    ticks = sum(
        int(fields[at]) for at in (11, 12, 13, 14)
    )  # utime, stime and its reaped children's
    return ticks, int(sizes[1]) - int(sizes[2]), int(fields[17])


def _proportional_bytes(name: str) -> int:
    """Return the proportional set size (smaps_rollup, Linux 4.14); 0 for what has just ended."""
    try:
        with open(f"/proc/{name}/smaps_rollup") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except PermissionError:
        return 1 << 62  # unreadable: let the strict sum stand
    except OSError:
        pass
    return 0
