"""What a sandbox has used and which limits it ran into, whoever counts it."""

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from executor.sandbox.inside import frames

_READ_BYTES = 4096


class Counters(Protocol):
    """Facts about one sandbox, readable at any time until `close`."""

    def cpu_seconds(self) -> float:
        """Return the CPU time of the whole process tree, ended processes included."""
        ...

    def peak_bytes(self) -> int:
        """Return the most memory that was in use at once."""
        ...

    def out_of_memory(self) -> bool:
        """Say whether something was killed for memory, or should be."""
        ...

    def refused_forks(self) -> int:
        """Return how often the process limit stopped a fork or a thread."""
        ...

    def close(self) -> None:
        """Let go of descriptors."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What counters say at one moment."""

    cpu_seconds: float
    peak_bytes: int
    out_of_memory: bool
    processes_refused: bool


def read(counters: Counters) -> Reading:
    """Read everything at once, as at a sandbox's end."""
    return Reading(
        cpu_seconds=counters.cpu_seconds(),
        peak_bytes=counters.peak_bytes(),
        out_of_memory=counters.out_of_memory(),
        processes_refused=counters.refused_forks() > 0,
    )


class CgroupCounters:
    """Reads the control files that the launcher opened.

    Args:
        version: 1 or 2.
        descriptors: `cpu`, `oom`, `pids` and perhaps `peak`; owned by this object.
    """

    def __init__(self, version: int, descriptors: Mapping[str, int]) -> None:
        self._version = version
        self._descriptors = dict(descriptors)

    def cpu_seconds(self) -> float:
        """Return the CPU time of the group."""
        if self._version == 1:
            return int(self._read("cpu")) / 1e9
        return _field(self._read("cpu"), "usage_usec") / 1e6

    def peak_bytes(self) -> int:
        """Return the group's peak; 0 where the kernel has no such file (v2 before Linux 5.19)."""
        return int(self._read("peak")) if "peak" in self._descriptors else 0

    def out_of_memory(self) -> bool:
        """Say whether the kernel killed for memory in this group."""
        return _field(self._read("oom"), "oom_kill") > 0

    def refused_forks(self) -> int:
        """Return how often the pids controller refused a fork."""
        return _field(self._read("pids"), "max")

    def close(self) -> None:
        """Close the control files."""
        for descriptor in self._descriptors.values():
            os.close(descriptor)
        self._descriptors.clear()

    def _read(self, key: str) -> str:
        return os.pread(self._descriptors[key], _READ_BYTES, 0).decode("ascii")


class MeteredCounters:
    """Keeps what the sandbox's PID 1 reports, where no cgroup counts (isolation level B)."""

    def __init__(self, memory_bytes: int, processes: int) -> None:
        self._memory_bytes = memory_bytes
        self._processes = processes
        self._cpu_us = 0
        self._peak = 0
        self._most_processes = 0

    def sample(self, payload: bytes) -> None:
        """Take in a METER frame.

        Raises:
            FrameError: it is not well formed.
        """
        cpu_us, memory, processes = frames.unpack(frames.METER_BODY, payload)
        self._cpu_us = max(self._cpu_us, cpu_us)
        self._peak = max(self._peak, memory)
        self._most_processes = max(self._most_processes, processes)

    def cpu_at_end(self, cpu_us: int) -> None:
        """Take in what the kernel summed over all reaped processes."""
        self._cpu_us = max(self._cpu_us, cpu_us)

    def cpu_seconds(self) -> float:
        """Return the largest sum seen."""
        return self._cpu_us / 1e6

    def peak_bytes(self) -> int:
        """Return the largest sum of private memory seen."""
        return self._peak

    def out_of_memory(self) -> bool:
        """Say whether the sum was ever above the limit."""
        return self._peak > self._memory_bytes

    def refused_forks(self) -> int:
        """Return 1 if as many processes as allowed were ever seen at once; nobody counts here."""
        return int(self._most_processes >= self._processes)

    def too_many_processes(self) -> bool:
        """Say whether there were ever more than allowed.

        That can be where all sandboxes share a user: the kernel then allows as many to all together,
        and who takes more than its own keeps the others from forking.
        """
        return self._most_processes > self._processes

    def close(self) -> None:
        """Nothing is held."""


def _field(text: str, name: str) -> int:
    for line in text.splitlines():
        with contextlib.suppress(ValueError):
            key, value = line.split(" ", 1)
            if key == name:
                return int(value)
    return 0
