"""How long a member must wait between two runs. Pure: the clock is passed in."""

from collections import OrderedDict


class Cooldown:
    """Remembers when each key may run again; forgets those that may."""

    def __init__(self, cooldown_seconds: float) -> None:
        self._cooldown_seconds = cooldown_seconds
        self._free_at: OrderedDict[str, float] = OrderedDict()

    def left(self, key: str, now: float) -> float:
        """Return how many seconds ``key`` must still wait at the time ``now``; 0 if none."""
        return max(0.0, self._free_at.get(key, now) - now)

    def start(self, key: str, now: float) -> None:
        """Begin the wait of ``key`` at the time ``now``."""
        # All waits are equally long, so the oldest entry is always the first to be over.
        while self._free_at and next(iter(self._free_at.values())) <= now:
            self._free_at.popitem(last=False)
        self._free_at[key] = now + self._cooldown_seconds
        self._free_at.move_to_end(key)

    def __len__(self) -> int:
        return len(self._free_at)
