"""A record of every REST call the bot made, for tests and for looking at what it does."""

from collections import deque
from dataclasses import dataclass
from typing import Any

CALLS_KEPT = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One REST call; ``path`` is below ``/api/v10``, bodies are decoded JSON or None."""

    method: str
    path: str
    status: int
    request: Any
    response: Any
    at_seconds: float


class Transcript:
    """The newest calls, oldest first."""

    def __init__(self) -> None:
        self.calls: deque[Call] = deque(maxlen=CALLS_KEPT)

    def matching(self, method: str, path_end: str = "") -> list[Call]:
        """Return the calls with this method whose path ends so."""
        return [c for c in self.calls if c.method == method and c.path.endswith(path_end)]
