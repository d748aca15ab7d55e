"""Remembers who used much CPU lately, so that one owner does not burn it for the others. Pure."""

import math
from typing import Final

HALF_LIFE_SECONDS: Final = 60.0
# One program that computes until its CPU limit makes its owner heavy for about a minute.
HEAVY_SECONDS: Final = 2.5
# Below this an owner is as good as new and is forgotten, when there are many.
_FORGOTTEN_SECONDS: Final = 0.05
_MANY_OWNERS: Final = 4096


class BurntCpu:
    """CPU seconds by owner, halved every `HALF_LIFE_SECONDS`; no clock of its own."""

    def __init__(self) -> None:
        self._burnt: dict[str, tuple[float, float]] = {}
        self._tidy_at = _MANY_OWNERS

    def add(self, owner: str, cpu_seconds: float, *, now: float) -> None:
        """Note that ``owner`` used ``cpu_seconds``; ``now`` is in seconds of any clock."""
        self._burnt[owner] = (self.of(owner, now=now) + cpu_seconds, now)
        if len(self._burnt) > self._tidy_at:
            left = {name: self.of(name, now=now) for name in self._burnt}
            self._burnt = {n: (s, now) for n, s in left.items() if s >= _FORGOTTEN_SECONDS}
            self._tidy_at = max(_MANY_OWNERS, 2 * len(self._burnt))  # not at every further run

    def of(self, owner: str, *, now: float) -> float:
        """Return how many CPU seconds still count against ``owner``."""
        cpu_seconds, at = self._burnt.get(owner, (0.0, now))
        return cpu_seconds * math.pow(0.5, (now - at) / HALF_LIFE_SECONDS)

    def is_heavy(self, owner: str, *, now: float) -> bool:
        """Say whether ``owner`` gives way to others for now."""
        return self.of(owner, now=now) >= HEAVY_SECONDS
