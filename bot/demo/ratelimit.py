"""Fixed windows per route and channel, told in headers and enforced with 429 (docs: topics/rate-limits)."""

import hashlib
import re
from dataclasses import dataclass

from bot.demo.errors import ApiError
from bot.demo.state import Clock

# Discord does not document the numbers; 5 in 5 s per channel is what is observed for messages.
MESSAGES_PER_WINDOW = 5
WINDOW_SECONDS = 5.0
# All calls of a bot together, but for those that answer interactions.
CALLS_PER_SECOND = 50

_LIMITED = (
    ("POST", re.compile(r"/channels/(\d+)/messages")),
    ("PATCH", re.compile(r"/channels/(\d+)/messages/\d+")),
)


@dataclass(kw_only=True)
class _Window:
    ends_at: float
    used: int = 0


class RateLimits:
    """Counts message creates and edits per channel. ``enabled=False`` lets everything through."""

    def __init__(self, clock: Clock, *, enabled: bool) -> None:
        self._clock = clock
        self._enabled = enabled
        self._windows: dict[tuple[str, str], _Window] = {}
        self._all = _Window(ends_at=0.0)

    def spend(self, method: str, path: str) -> dict[str, str]:
        """Count a call and return the headers of its answer; none for a route without a limit.

        Raises:
            ApiError: 429 with the seconds to wait; its answer carries the headers of :meth:`headers`.
        """
        self._spend_of_all(path)
        key = self._key(method, path)
        if key is None:
            return {}
        now = self._clock()
        window = self._windows.get(key)
        if window is None or window.ends_at <= now:
            window = self._windows[key] = _Window(ends_at=now + WINDOW_SECONDS)
        if window.used >= MESSAGES_PER_WINDOW:
            wait_seconds = round(window.ends_at - now, 3)
            raise ApiError(429, 0, "You are being rate limited.", retry_after_seconds=wait_seconds)
        window.used += 1
        return self._headers(key, window, now)

    def _spend_of_all(self, path: str) -> None:
        if not self._enabled or path.startswith(("/interactions/", "/webhooks/")):
            return
        now = self._clock()
        if self._all.ends_at <= now:
            self._all = _Window(ends_at=now + 1.0)
        if self._all.used >= CALLS_PER_SECOND:
            wait_seconds = round(self._all.ends_at - now, 3)
            text = "You are being rate limited."
            raise ApiError(429, 0, text, retry_after_seconds=wait_seconds, is_global=True)
        self._all.used += 1

    def headers(self, method: str, path: str) -> dict[str, str]:
        """Return the headers as they stand, without counting."""
        key = self._key(method, path)
        if key is None or key not in self._windows:
            return {}
        return self._headers(key, self._windows[key], self._clock())

    def _key(self, method: str, path: str) -> tuple[str, str] | None:
        if not self._enabled:
            return None
        for limited, pattern in _LIMITED:
            match = pattern.fullmatch(path)
            if method == limited and match is not None:
                return method, match[1]
        return None

    @staticmethod
    def _headers(key: tuple[str, str], window: _Window, now: float) -> dict[str, str]:
        bucket = hashlib.sha256(key[0].encode()).hexdigest()[:32]
        return {
            "X-RateLimit-Limit": str(MESSAGES_PER_WINDOW),
            "X-RateLimit-Remaining": str(MESSAGES_PER_WINDOW - window.used),
            "X-RateLimit-Reset": f"{window.ends_at:.3f}",
            "X-RateLimit-Reset-After": f"{max(0.0, window.ends_at - now):.3f}",
            "X-RateLimit-Bucket": bucket,
        }
