"""What a gateway session is made of, and how many a bot may start (docs: topics/gateway, sharding)."""

import asyncio
import json
import math
from collections import deque
from dataclasses import dataclass, field
from itertools import islice

from bot.demo.state import Clock, Json

REPLAY_EVENTS = 4000  # more than a full shard is told of at the start
GUILDS_PER_SHARD = 2500
RECOMMENDED_GUILDS_PER_SHARD = 1000
STARTS_PER_DAY = 1000
MAX_CONCURRENCY = 1
IDENTIFY_SECONDS = 5.0

_DISPATCH = 0
_DAY_SECONDS = 86_400.0


@dataclass(eq=False, kw_only=True)
class Session:
    """What outlives a connection: the events already sent, for a resume."""

    id: str
    intents: int
    shard: tuple[int, int]
    seq: int = 0
    sent: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=REPLAY_EVENTS))
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def push(self, name: str, data: Json) -> None:
        """Queue a dispatch; the connection, if there is one, sends it."""
        self.seq += 1
        packet = {"op": _DISPATCH, "t": name, "s": self.seq, "d": data}
        self.sent.append((self.seq, json.dumps(packet)))
        self.wake.set()

    def after(self, seq: int) -> list[tuple[int, str]]:
        """Return the packets after ``seq``, oldest first."""
        skip = max(0, seq - (self.seq - len(self.sent)))
        return list(islice(self.sent, skip, None))

    def can_replay(self, seq: int) -> bool:
        """Whether nothing after ``seq`` has been forgotten."""
        return self.seq - len(self.sent) <= seq <= self.seq


class SessionStarts:
    """Counts the sessions that a bot starts. ``paces`` refuses what comes too soon after another."""

    def __init__(self, clock: Clock, *, paces: bool) -> None:
        self._clock = clock
        self._paces = paces
        self._last: dict[int, float] = {}
        self._started: deque[float] = deque()

    def take(self, shard: int) -> bool:
        """Count a session of ``shard``; return whether it may start now."""
        now, key = self._clock(), shard % MAX_CONCURRENCY
        self._started.append(now)
        last = self._last.get(key)
        if self._paces and last is not None and now - last < IDENTIFY_SECONDS:
            return False
        self._last[key] = now
        return True

    def limit_json(self) -> Json:
        """Return what ``GET /gateway/bot`` says of it."""
        now = self._clock()
        while self._started and now - self._started[0] > _DAY_SECONDS:
            self._started.popleft()
        since = now - self._started[0] if self._started else 0.0
        return {
            "total": STARTS_PER_DAY,
            "remaining": max(0, STARTS_PER_DAY - len(self._started)),
            "reset_after": int((_DAY_SECONDS - since) * 1000),
            "max_concurrency": MAX_CONCURRENCY,
        }


def recommended_shards(guilds: int) -> int:
    """Return how many shards Discord recommends to a bot in that many guilds."""
    return max(1, math.ceil(guilds / RECOMMENDED_GUILDS_PER_SHARD))
