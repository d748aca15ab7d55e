"""Holds a running program to its limits of time and memory: timers and counters, then the kill."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from executor.sandbox import pressure
from executor.sandbox.counters import Counters
from executor.sandbox.tally import Tally

_SHORTEST_CHECK_SECONDS = 0.02
_LONGEST_CHECK_SECONDS = 1.0
# The kernel tells about an out-of-memory kill slightly before it counts it (v1's eventfd).
_OOM_CHECKS, _OOM_CHECK_SECONDS = 20, 0.005
# CPU seconds used, and the weight a run has from then on (100 before): who computes long gives way to
# who is quick. What its owner used lately counts as if this run had used it. Not lower: the forks of
# one waiting interpreter share locks in the kernel (anon_vma), and a fork bomb that holds one at a
# twentieth of a share stops all others for seconds.
WEIGHTS: Final = ((1.0, 50), (3.0, 25))
# Whoever was refused so many forks does not look for another way: a fork bomb ends here, not only
# when its time is up. A program that copes with fewer threads than it wanted stays far below.
MOST_REFUSED_FORKS: Final = 1000

# Who types is waited for anew after each line, and a busy machine gives more time, but nobody holds a
# slot for longer than this or the limit. It is also how long Discord takes an answer to a command.
MOST_PATIENT_SECONDS: Final = 15 * 60.0


def wall_from(*, started_at: float, now: float, wall_seconds: float) -> float:
    """Return from when on the wall limit counts for a program that somebody types to now."""
    return max(started_at, min(now, started_at + MOST_PATIENT_SECONDS - wall_seconds))


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
        self._wall_from = 0.0
        self.is_stopped = False
        self._timers: set[asyncio.TimerHandle] = set()
        self._weights = list(WEIGHTS)
        self._burnt_seconds = 0.0
        self._load_before: pressure.CpuTimes | None = None
        self._looked_at = (0.0, 0.0)  # when, in seconds since the start, and the CPU used by then
        self.tally = tally

    def before_start(self, burnt_seconds: float) -> None:
        """Note what the sandbox used before there was a program.

        Args:
            burnt_seconds: CPU seconds that the run's owner used lately: its weight is lower for them.
        """
        self.tally.cpu_before_seconds = self._counters.cpu_seconds()
        self._burnt_seconds = burnt_seconds
        self._lower_weight(burnt_seconds)

    @property
    def is_started(self) -> bool:
        """Whether the program has started."""
        return self._started_at is not None

    def started(self) -> None:
        """Start the clocks: the program has started."""
        limits = self.tally.limits
        self._started_at = self._wall_from = time.monotonic()
        self._load_before = pressure.read()
        self._later(limits.wall_seconds, self._check_wall)
        self._later(min(limits.cpu_seconds, WEIGHTS[0][0]) / limits.cpus, self._check_cpu)

    def wait_anew(self) -> None:
        """Let the wall clock begin anew: somebody has typed to the program."""
        if self._started_at is not None:
            self._wall_from = wall_from(
                started_at=self._started_at,
                now=time.monotonic(),
                wall_seconds=self.tally.limits.wall_seconds,
            )

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
        now = time.monotonic()
        left = self._wall_from + limits.wall_seconds - now
        if left > 0:
            self._later(left, self._check_wall)
            return
        elapsed = now - (self._started_at or 0.0)
        idle = 1.0
        if self._load_before is not None:
            idle = pressure.idle_share(self._load_before, pressure.read())
        used = self._counters.cpu_seconds() - self.tally.cpu_before_seconds
        at, used_by_then = self._looked_at
        self._looked_at = (elapsed, used)
        more = pressure.more_wall_seconds(
            limit_seconds=limits.wall_seconds,
            elapsed_seconds=now - self._wall_from,
            idle=idle,
            cpu_share=(used - used_by_then) / (elapsed - at),
        )
        more = min(more, max(limits.wall_seconds, MOST_PATIENT_SECONDS) - elapsed)
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
        if self._counters.refused_forks() > MOST_REFUSED_FORKS:
            self.tally.too_many_processes = True
            self._end()
            return
        self._lower_weight(used + self._burnt_seconds)
        marks = (at - self._burnt_seconds for at, _ in self._weights)
        # It cannot use more than `cpus` seconds a second: no mark is passed before that.
        wait = (min([limits.cpu_seconds, *marks]) - used) / limits.cpus
        wait = min(wait, _LONGEST_CHECK_SECONDS)  # a fork bomb may begin at any time
        self._later(max(_SHORTEST_CHECK_SECONDS, wait), self._check_cpu)

    def _lower_weight(self, burnt_seconds: float) -> None:
        weight = None
        while self._weights and burnt_seconds >= self._weights[0][0]:
            weight = self._weights.pop(0)[1]
        if weight is not None:
            self._set_weight(weight)

    def _end(self) -> None:
        self.stop()
        self._kill()

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        if self.is_stopped:
            return

        def fire() -> None:
            self._timers.discard(timer)
            try:
                action()
            except OSError as error:  # or it would go on without any limit
                self.tally.refused = f"what the program uses could not be counted: {error}"
                self._end()

        timer = self._loop.call_later(seconds, fire)
        self._timers.add(timer)
