"""How long a member must wait between two runs. Pure: the clock is passed in."""

import heapq


class Cooldown:
    """Remembers when each key may run again; forgets those that may."""

    def __init__(self) -> None:
        self._free_at: dict[str, float] = {}
        self._ends: list[tuple[float, str]] = []

    def left(self, key: str, now: float) -> float:
        """Return how many seconds ``key`` must still wait at the time ``now``; 0 if none."""
        return max(0.0, self._free_at.get(key, now) - now)

    def start(self, key: str, now: float, wait_seconds: float) -> float:
        """Begin a wait of ``key`` at the time ``now``; one that lasts longer goes on.

        Returns:
            When the wait ends that was begun, for `cancel`.
        """
        while self._ends and self._ends[0][0] <= now:
            free_at, over = heapq.heappop(self._ends)
            if self._free_at.get(over) == free_at:
                del self._free_at[over]
        free_at = now + wait_seconds
        if free_at > self._free_at.get(key, now):
            self._free_at[key] = free_at
            heapq.heappush(self._ends, (free_at, key))
        return free_at

    def cancel(self, key: str, free_at: float) -> None:
        """End the wait of ``key`` that would end at ``free_at``; one that lasts longer goes on."""
        if self._free_at.get(key) == free_at:
            del self._free_at[key]

    def __len__(self) -> int:
        return len(self._free_at)
