"""Holds a running program to its limits of time and memory: timers and counters, then the kill."""

import asyncio
import time
from collections.abc import Callable

from executor.sandbox import pressure
from executor.sandbox.counters import Counters
from executor.sandbox.tally import Tally

_SHORTEST_CHECK_SECONDS = 0.02
# The kernel tells about an out-of-memory kill slightly before it counts it (v1's eventfd).
_OOM_CHECKS, _OOM_CHECK_SECONDS = 20, 0.005
# CPU seconds used, and the weight a run has from then on: who computes long gives way to who is quick.
_WEIGHTS = ((1.0, 50), (3.0, 25))


class Watch:
    """Watches one run.

    Args:
        counters: who counts.
        tally: where causes are noted; it also has the limits.
        set_weight: asks for a new CPU weight, without waiting.
        kill: ends the sandbox.
    """

    def __init__(
        self,
        counters: Counters,
        tally: Tally,
        set_weight: Callable[[int], None],
        kill: Callable[[], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._counters = counters
        self._set_weight = set_weight
        self._kill = kill
        self._started_at: float | None = None
        self.is_stopped = False
        self._timers: set[asyncio.TimerHandle] = set()
        self._weights = list(_WEIGHTS)
        self._load_before: pressure.CpuTimes | None = None
        self.tally = tally

    def before_start(self) -> None:
        """Note what the sandbox used before there was a program."""
        self.tally.cpu_before_seconds = self._counters.cpu_seconds()

    @property
    def is_started(self) -> bool:
        """Whether the program has started."""
        return self._started_at is not None

    def started(self) -> None:
        """Start the clocks: the program has started."""
        limits = self.tally.limits
        self._started_at = time.monotonic()
        self._load_before = pressure.read()
        self._later(limits.wall_seconds, self._check_wall)
        self._later(min(limits.cpu_seconds, 1.0) / limits.cpus, self._check_cpu)

    def stop(self) -> None:
        """Stop the clocks: the program has ended. May be called more than once."""
        if self.is_stopped:
            return
        self.is_stopped = True
        if self._started_at is not None:
            self.tally.wall_seconds = time.monotonic() - self._started_at
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def out_of_memory(self, checks_left: int = _OOM_CHECKS) -> None:
        """Act on the kernel's word that memory ran out, once the kill has been counted."""
        if self.is_stopped:
            return
        if self._counters.out_of_memory():
            self.tally.out_of_memory = True
            self._end()
        elif checks_left:
            self._later(_OOM_CHECK_SECONDS, lambda: self.out_of_memory(checks_left - 1))

    def check_metered(self, *, too_many_processes: bool) -> None:
        """Act on counts that only we look at."""
        if self.is_stopped:
            return
        self.tally.out_of_memory = self._counters.out_of_memory()
        self.tally.too_many_processes = too_many_processes
        if self.tally.out_of_memory or too_many_processes:
            self._end()

    def _check_wall(self) -> None:
        limits = self.tally.limits
        elapsed = time.monotonic() - (self._started_at or 0.0)
        idle = 1.0
        if self._load_before is not None:
            idle = pressure.idle_share(self._load_before, pressure.read())
        more = pressure.more_wall_seconds(
            limit_seconds=limits.wall_seconds, elapsed_seconds=elapsed, idle=idle
        )
        if more > 0:
            self._later(more, self._check_wall)
            return
        self.tally.wall_limit_hit = True
        self._end()

    def _check_cpu(self) -> None:
        limits = self.tally.limits
        used = self._counters.cpu_seconds() - self.tally.cpu_before_seconds
        if used >= limits.cpu_seconds:
            self.tally.cpu_limit_hit = True
            self._end()
            return
        while self._weights and used >= self._weights[0][0]:
            self._set_weight(self._weights.pop(0)[1])
        next_mark = min([limits.cpu_seconds, *(at for at, _ in self._weights if at > used)])
        # It cannot use more than `cpus` seconds a second: nothing can happen before that.
        wait = (next_mark - used) / limits.cpus
        self._later(max(_SHORTEST_CHECK_SECONDS, wait), self._check_cpu)

    def _end(self) -> None:
        self.stop()
        self._kill()

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        if self.is_stopped:
            return

        def fire() -> None:
            self._timers.discard(timer)
            action()

        timer = self._loop.call_later(seconds, fire)
        self._timers.add(timer)
