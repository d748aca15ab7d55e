"""The executor in this process: accepts jobs, queues them, runs them, hands out what happens."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from executor.catalog import Catalog, Language
from executor.errors import BackendUnavailableError, ExecutorError
from executor.limits import resolve_stages
from executor.models import (
    Event,
    Finished,
    Job,
    Queued,
    Result,
    Runtime,
    StageLimits,
    StageStarted,
)
from executor.paths import check_job
from executor.plan import Plan, plan
from executor.runner import Handle, Input, Report, Runner
from executor.scheduler import Scheduler, Ticket

_log = logging.getLogger(__name__)


class LocalRun:
    """One accepted job; see `executor.interfaces.Run`."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._result: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._early_input = bytearray()
        self._input_ended = False
        self._handle = Handle(self._on_event)
        self._waiting: asyncio.Task[None] | None = None

    @property
    def job_id(self) -> str:
        """The id of the job this run belongs to."""
        return self._job.id

    async def __aiter__(self) -> AsyncIterator[Event]:
        """Return the events as they happen, `Finished` last; raises what `result` raises."""
        while (event := await self._events.get()) is not None:
            yield event
        self._result.result()

    async def write_stdin(self, data: bytes) -> None:
        """Pass ``data`` to the program, or keep it until there is one."""
        if self._handle.input_box is None:
            self._early_input += data
        else:
            await self._handle.input_box.write_stdin(data)

    async def close_stdin(self) -> None:
        """Let the program see the end of its standard input."""
        self._input_ended = True
        if self._handle.input_box is not None:
            self._handle.input_box.close_stdin()

    async def signal(self, number: int) -> None:
        """Send a signal to the program's process group; ignored when nothing runs."""
        if self._handle.box is not None:
            self._handle.box.send_signal(number)

    async def cancel(self) -> None:
        """Stop the job wherever it is."""
        self._handle.cancel()
        if self._waiting is not None:
            self._waiting.cancel()

    async def result(self) -> Result:
        """Return how it ended; see `executor.interfaces.Run`."""
        return await asyncio.shield(self._result)

    def _on_event(self, event: Event) -> None:
        self._events.put_nowait(event)
        box = self._handle.input_box
        if isinstance(event, StageStarted) and box is not None and self._job.interactive:
            box.queue_stdin(bytes(self._early_input))
            self._early_input.clear()
            if self._input_ended:
                box.close_stdin()
