"""What a run is doing, told from its events, and when a member should hear of it."""

import asyncio
import logging

from bot import texts
from bot.models import Reply, Tone
from bot.rendering import say
from executor import ExecutorError, Queued, Run, StageStarted

log = logging.getLogger(__name__)


class Progress:
    """Follows one run. One task reads its events, another shows what `news` returns."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._now = say(texts.STARTING, language, Tone.RUNNING)
        self._shown: Reply | None = None
        self._ended = asyncio.Event()

    async def read(self, run: Run) -> None:
        """Read the events of ``run`` to their end; why a run failed, its result says."""
        try:
            async for event in run:
                match event:
                    case Queued(position):
                        self._now = say(texts.WAITING, texts.waiting(position), Tone.RUNNING)
                    case StageStarted(name):
                        title = texts.COMPILING if name == "compile" else texts.RUNNING
                        self._now = say(title, self._language, Tone.RUNNING)
                    case _:
                        pass
        except ExecutorError:
            log.debug("job %s: the events ended with an error", run.job_id)

    def news(self) -> Reply | None:
        """Return what to show now; `None` if that is shown already."""
        if self._now == self._shown:
            return None
        self._shown = self._now
        return self._now

    def end(self) -> None:
        """Say that the result is there."""
        self._ended.set()

    async def ended_within(self, seconds: float) -> bool:
        """Return whether the result came within that time; returns at once when it does."""
        try:
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        except TimeoutError:
            return False
        return True
