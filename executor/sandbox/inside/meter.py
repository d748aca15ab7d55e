"""What a sandbox uses, counted from its PID 1 where no cgroup counts it (isolation level B)."""

from __future__ import annotations

import os
import resource
import time

from executor.sandbox.inside import frames

_TICK_US = 1000000 // os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_WORTH_A_SECOND_LOOK_BYTES = 64 << 20


class Meter:
    """Sums CPU and memory over every process of the pid namespace.

    Memory is what statm(5) calls resident less shared, plus the files on the work tmpfs. That is
    cheap, but misses shared memory and counts pages that forked processes still share once for each:
    where more is resident than a small program has, proportional set sizes tell, exact but dear.
    """

    def __init__(self, interval_ms: int) -> None:
        self.interval_ms = interval_ms
        self._due_at = 0.0

    @property
    def is_due(self) -> bool:
        """Whether it is time to look again, however often the program makes its PID 1 wake up."""
        return time.monotonic() >= self._due_at

    def sample(self, just_ended: int = 0) -> bytes:
        """Return the payload of a METER frame, and rest for longer than it took.

        A program that its limit kept from forking often ends at once: it counts among what it left,
        as one of ``just_ended`` processes.
        """
        began = time.monotonic()
        payload = self._look(just_ended)
        took = time.monotonic() - began
        self._due_at = began + took + max(self.interval_ms / 1000, 4 * took)
        return payload

    def names(self) -> list[str]:
        """Return the names below /proc of the processes that count."""
        return [name for name in os.listdir("/proc") if name.isdigit() and name != "1"]

    def files_bytes(self) -> int:
        """Return how many bytes of memory files use."""
        disk = os.statvfs("/box")
        return (disk.f_blocks - disk.f_bfree) * disk.f_frsize

    def _look(self, processes: int) -> bytes:
        cpu_us = memory = 0
        resident = {}
        for name in self.names():
            try:
                ticks, pages, shared_pages, threads = _read_process(name)
            except (OSError, ValueError, IndexError):
                continue  # it ended while we looked
            resident[name] = pages * _PAGE_BYTES
            cpu_us += ticks * _TICK_US
            memory += (pages - shared_pages) * _PAGE_BYTES
            processes += threads
        if sum(resident.values()) > _WORTH_A_SECOND_LOOK_BYTES:
            memory = sum(_proportional_bytes(name, most) for name, most in resident.items())
        reaped = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_us += int((reaped.ru_utime + reaped.ru_stime) * 1e6)
        memory += self.files_bytes()
        return frames.METER_BODY.pack(cpu_us, memory, processes)


def _read_process(name: str) -> tuple[int, int, int, int]:
    with open(f"/proc/{name}/stat", "rb") as file:  # the program's name in it may be no text
        fields = file.read().rsplit(b")", 1)[1].split()
    ticks = sum(
        int(fields[at]) for at in (11, 12, 13, 14)
    )  # utime, stime and its reaped children's
    threads = int(fields[17])
    pages, shared_pages = _read_sizes(name)
    if not pages and threads > 1:
        # Its first thread has ended, and with that the kernel shows no memory here: others have it.
        for thread in os.listdir(f"/proc/{name}/task"):
            pages, shared_pages = max((pages, shared_pages), _read_sizes(f"{name}/task/{thread}"))
    return ticks, pages, shared_pages, threads


def _read_sizes(name: str) -> tuple[int, int]:
    """Return how many pages are resident, and how many of these are files or shared."""
    with open(f"/proc/{name}/statm", "rb") as file:
        sizes = file.read().split()
    return int(sizes[1]), int(sizes[2])


def _proportional_bytes(name: str, most: int) -> int:
    """Return the proportional size of all but files (smaps_rollup, Linux 5.4); 0 for what has just ended.

    A process that made itself unreadable counts with ``most``, all that it has resident.
    """
    found = 0
    try:
        with open(f"/proc/{name}/smaps_rollup", "rb") as file:
            for line in file:
                if line.startswith((b"Pss_Anon:", b"Pss_Shmem:")):
                    found += int(line.split()[1]) * 1024
    except PermissionError:
        return most
    except ProcessLookupError:
        return most if _has_threads(name) else 0
    except OSError:
        pass
    return found


def _has_threads(name: str) -> bool:
    """Say whether threads go on that the first one of their process has left."""
    try:
        return len(os.listdir(f"/proc/{name}/task")) > 1
    except OSError:
        return False
