"""The one channel through which changes travel to the gateway, the chat page and waiting tests."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from bot.demo.state import Channel, Json, Message, User

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in ``channel``; ``name`` is the gateway's name for it."""

    name: str
    channel: Channel
    message: Message | None = None
    user: User | None = None
    data: Json = field(default_factory=dict)


class Hub:
    """Hands each event to every listener at once, then wakes who waits for a state to come true."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Event], None]] = []
        self._waiting: set[asyncio.Future[None]] = set()

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call ``listener`` for each event from now on; returns the function that ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, event: Event) -> None:
        """Tell everybody; listeners must not block or raise."""
        for listener in tuple(self._listeners):
            listener(event)
        self.changed()

    def changed(self) -> None:
        """Let everybody who waits look again."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    async def wait_until(self, probe: Callable[[], T | None], timeout_seconds: float) -> T:
        """Return what ``probe`` returns as soon as that is not None.

        Raises:
            TimeoutError: it stayed None for ``timeout_seconds``.
        """
        async with asyncio.timeout(timeout_seconds):
            while True:
                found = probe()
                if found is not None:
                    return found
                future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._waiting.add(future)
                try:
                    await future
                finally:
                    self._waiting.discard(future)
