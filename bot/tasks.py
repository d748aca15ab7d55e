"""Background tasks that are kept until they end, and whose failures are logged."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

log = logging.getLogger(__name__)


class Tasks:
    """Owns what runs beside Discord's own event handlers; `close` ends it.

    The event loop holds only weak references to tasks, so a task that nobody keeps can vanish
    in the middle, and a failure that nobody awaits is shown at exit at the earliest.
    """

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None], *, name: str) -> asyncio.Task[None]:
        """Start ``work`` beside the caller and return its task."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def wait(self, seconds: float) -> None:
        """Return when nothing runs any more, or after ``seconds``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._running:
                    await asyncio.wait(self._running)

    async def close(self, grace_seconds: float) -> None:
        """Wait for what runs, at most ``grace_seconds``, then cancel the rest and wait for that."""
        if self._running:
            await asyncio.wait(self._running, timeout=grace_seconds)
        for task in tuple(self._running):
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task %s failed", task.get_name(), exc_info=error)
