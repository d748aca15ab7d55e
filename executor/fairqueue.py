"""Decides which waiting job starts next: bounded, by memory, and fair between owners. Pure."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Final

MOST_AT_ONCE: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """How much may run at once: so many jobs, whose memory limits together fit so many bytes."""

    jobs: int
    memory_bytes: int


def capacity(running: int | None, *, total_memory_bytes: int, job_memory_bytes: int) -> Capacity:
    """Return what may run at once on a machine.

    Args:
        running: how many jobs the operator wants; `None` means as many memory limits as fit in
            half the machine's memory, at most `MOST_AT_ONCE`.
        total_memory_bytes: the machine's memory.
        job_memory_bytes: the memory limit of an ordinary job.
    """
    half = total_memory_bytes // 2
    if running is not None:
        # Some languages need more than an ordinary job: the number asked for should still run.
        return Capacity(jobs=running, memory_bytes=max(half, running * job_memory_bytes))
    return Capacity(
        jobs=max(1, min(MOST_AT_ONCE, half // job_memory_bytes)),
        memory_bytes=max(half, job_memory_bytes),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Place:
    """One job's place, waiting or running. Its identity counts, not its contents.

    ``owner_running`` is how many of its owner's jobs may run at once with it; `None` is the queue's.
    """

    owner: str
    memory_bytes: int
    owner_running: int | None = None


def nobody(owner: str) -> bool:
    """Say that no owner is heavy."""
    del owner
    return False


@dataclass(slots=True)
class _Owner:
    waiting: deque[Place] = field(default_factory=deque)
    running: int = 0


class FairQueue:
    """Round robin over owners, first come first served within one; no I/O and no clock.

    An owner stands in the rotation while a job of its waits and it may start one more. It enters
    at the back, also after a job of its ended, so nobody overtakes another owner twice. The job
    at the front waits until its memory is free, and all others behind it: a large job is never
    starved by small ones. Jobs of owners that are heavy when it would be their turn get three
    quarters of what may run at once, all together: whoever comes with a quick one passes them.

    Args:
        waiting: how many jobs may wait. The last quarter is kept for owners that have none
            waiting, so that one owner alone cannot shut all others out.
        limit: how much may run at once. A job above all of the memory runs alone.
        per_owner: how many jobs of one owner may run at once.
    """

    def __init__(self, *, waiting: int, limit: Capacity, per_owner: int = 1) -> None:
        self._most_waiting = waiting
        self._limit = limit
        self._per_owner = per_owner
        self._owners: dict[str, _Owner] = {}
        self._rotation: dict[str, None] = {}  # in order, and each found at once
        self._running: dict[Place, bool] = {}  # and whether it counts as a heavy owner's
        self._waiting_count = 0
        self._memory_bytes = 0
        self._heavy_bytes = 0
        self._heavy_jobs = 0

    @property
    def waiting(self) -> int:
        """How many jobs wait."""
        return self._waiting_count

    @property
    def running(self) -> int:
        """How many jobs run."""
        return len(self._running)

    @property
    def is_full(self) -> bool:
        """Whether nobody may wait any more, whoever it is."""
        return self._waiting_count >= self._most_waiting

    @property
    def memory_bytes(self) -> int:
        """The memory limits of all running jobs together."""
        return self._memory_bytes

    def add(self, place: Place) -> bool:
        """Let ``place`` wait at the end of its owner's line; return whether there was room."""
        owner = self._owners.get(place.owner)
        most = self._most_waiting
        if owner is not None and owner.waiting:
            most -= self._most_waiting // 4
        if self._waiting_count >= most:
            return False
        owner = self._owners.setdefault(place.owner, _Owner())
        owner.waiting.append(place)
        self._waiting_count += 1
        self._enter_rotation(place.owner)
        return True

    def start(self, is_heavy: Callable[[str], bool] = nobody) -> list[Place]:
        """Return the jobs that start now, in order; each counts as running from here on.

        Args:
            is_heavy: whether an owner used much CPU lately. It is asked now and not when a job came, which
                may have waited for long; of each owner once, and not of those behind whose turn it is.
        """
        is_heavy = cache(is_heavy)
        started = []
        while len(self._running) < self._limit.jobs and (name := self._next(is_heavy)) is not None:
            owner = self._owners[name]
            place = owner.waiting[0]
            if (
                self._memory_bytes
                and self._memory_bytes + place.memory_bytes > self._limit.memory_bytes
            ):
                break
            del self._rotation[name]
            owner.waiting.popleft()
            owner.running += 1
            self._waiting_count -= 1
            self._running[place] = is_heavy(name)
            self._count(place, 1)
            self._enter_rotation(name)
            started.append(place)
        return started

    def remove(self, place: Place) -> None:
        """Forget ``place``, whether it waits or runs; nothing happens when it is gone already."""
        owner = self._owners.get(place.owner)
        if owner is None:
            return
        if place in self._running:
            self._count(place, -1)
            del self._running[place]
            owner.running -= 1
            self._enter_rotation(place.owner)
        elif place in owner.waiting:
            owner.waiting.remove(place)
            self._waiting_count -= 1
            if not owner.waiting:
                self._rotation.pop(place.owner, None)
        if not owner.waiting and not owner.running:
            del self._owners[place.owner]

    def positions(self) -> dict[Place, int]:
        """Return every waiting job's position; 1 is next.

        It is the order in which they start if the running jobs end in the order of their owners'
        first arrival and nobody else comes.
        """
        blocked = [name for name in self._owners if name not in self._rotation]
        lines = deque(
            deque(self._owners[name].waiting)
            for name in (*self._rotation, *blocked)
            if self._owners[name].waiting
        )
        order: dict[Place, int] = {}
        while lines:
            line = lines.popleft()
            order[line.popleft()] = len(order) + 1
            if line:
                lines.append(line)
        return order

    def _next(self, is_heavy: Callable[[str], bool]) -> str | None:
        """Return the owner whose turn it is, if it is anybody's.

        A heavy owner for whom there is no room is passed by others, but by no other heavy one.
        """
        is_open = True
        for name in self._rotation:
            place = self._owners[name].waiting[0]
            if not is_heavy(name) or (is_open and self._is_room_for(place)):
                return name
            is_open = False
        return None

    def _is_room_for(self, place: Place) -> bool:
        if not self._heavy_jobs:
            return True
        most_jobs = self._limit.jobs - max(1, self._limit.jobs // 4)
        most_bytes = self._limit.memory_bytes * 3 // 4
        return self._heavy_jobs < most_jobs and self._heavy_bytes + place.memory_bytes <= most_bytes

    def _count(self, place: Place, change: int) -> None:
        """Count what ``place`` takes up from now on (1), or does not any more (-1)."""
        self._memory_bytes += change * place.memory_bytes
        if self._running[place]:
            self._heavy_jobs += change
            self._heavy_bytes += change * place.memory_bytes

    def _enter_rotation(self, name: str) -> None:
        owner = self._owners[name]
        if not owner.waiting or name in self._rotation:
            return
        if owner.running < (owner.waiting[0].owner_running or self._per_owner):
            self._rotation[name] = None
