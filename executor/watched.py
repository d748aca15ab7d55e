"""An executor around another one that learns how each of its jobs ends."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence

from executor.interfaces import Executor, Run
from executor.models import Job, Load, Runtime


class Watched(ABC):
    """Hands everything to another executor; a subclass says what to do about each job.

    Args:
        inner: runs the jobs.
    """

    def __init__(self, inner: Executor) -> None:
        self._inner = inner
        self._tasks: set[asyncio.Task[None]] = set()

    @abstractmethod
    async def watch(self, job: Job, run: Run) -> None:
        """Wait for the end of a job that was accepted just now; raises nothing."""

    async def start(self, job: Job) -> Run:
        """Accept ``job``; see `executor.interfaces.Executor`."""
        run = await self._inner.start(job)
        task = asyncio.get_running_loop().create_task(self.watch(job, run))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return run

    def runtimes(self) -> Sequence[Runtime]:
        """Return what can run here."""
        return self._inner.runtimes()

    @property
    def is_full(self) -> bool:
        """Whether nobody may wait any more."""
        return self._inner.is_full

    @property
    def is_lost(self) -> bool:
        """Whether no program can run any more."""
        return self._inner.is_lost

    def load(self) -> Load:
        """Return what there is to do."""
        return self._inner.load()

    async def reload(self) -> None:
        """Read the language files anew."""
        await self._inner.reload()

    async def close(self) -> None:
        """Close the inner one, then wait until the end of each job was dealt with."""
        await self._inner.close()
        if self._tasks:
            await asyncio.wait(list(self._tasks))
