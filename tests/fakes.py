"""Fakes that implement the project's own protocols."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from bot.models import Reply, RunRequest
from executor import (
    ConfigError,
    Event,
    Executor,
    ExecutorError,
    Finished,
    Job,
    Load,
    Result,
    Run,
    Runtime,
    Status,
)
from tests.results import result, step
from tests.runtimes import RUNTIMES

PRINT = re.compile(rb'print\("(.*?)"\)')


def prints(job: Job) -> Result:
    """Return what a program of nothing but ``print("…")`` calls prints."""
    lines = PRINT.findall(job.files[0].content)
    return result(
        step(b"".join(line + b"\n" for line in lines)), job_id=job.id, language=job.language
    )


class FakeRun:
    """A run whose events and result a test gives."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.is_cancelled = False
        self.typed = b""
        self.is_input_ended = False
        self.signals: list[int] = []
        self._events = asyncio.Queue[Event | None]()
        self._outcome = asyncio.get_running_loop().create_future()
        self._outcome.add_done_callback(lambda done: done.exception())  # a test may not await it

    @property
    def job_id(self) -> str:
        return self.job.id

    @property
    def is_finished(self) -> bool:
        """Return whether the run has ended."""
        return self._outcome.done()

    def emit(self, event: Event) -> None:
        """Let the reader of events see this."""
        self._events.put_nowait(event)

    def finish(self, outcome: Result | Exception) -> None:
        """End the run; only the first end counts."""
        if self._outcome.done():
            return
        if isinstance(outcome, Result):
            self._outcome.set_result(outcome)
            self.emit(Finished(outcome))
        else:
            self._outcome.set_exception(outcome)
        self._events.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[Event]:
        while (event := await self._events.get()) is not None:
            yield event
        self._outcome.result()

    async def write_stdin(self, data: bytes) -> None:
        self.typed += data

    async def close_stdin(self) -> None:
        self.is_input_ended = True

    async def signal(self, number: int) -> None:
        self.signals.append(number)

    async def cancel(self) -> None:
        self.is_cancelled = True
        ended = step(status=Status.CANCELLED, exit_code=None)
        self.finish(result(ended, job_id=self.job.id, language=self.job.language))

    async def result(self) -> Result:
        outcome: Result = await asyncio.shield(self._outcome)
        return outcome


class FakeExecutor:
    """Runs nothing. ``answer`` says how a job ends; with ``is_holding`` a test ends it itself."""

    def __init__(
        self,
        answer: Callable[[Job], Result | Exception] = prints,
        *,
        runtimes: Sequence[Runtime] = RUNTIMES,
    ) -> None:
        self.answer = answer
        self.refusal: ExecutorError | None = None
        self.is_holding = False
        self.is_full = False
        self.is_lost = False
        self.breaks_on_runtimes = False
        self.found_anew: tuple[Runtime, ...] = ()  # by the next `reload`
        self.broken_languages: str | None = None
        self.runs: list[FakeRun] = []
        self._runtimes = tuple(runtimes)
        self._started = asyncio.Condition()

    @property
    def jobs(self) -> list[Job]:
        """Every job that was accepted, in order."""
        return [run.job for run in self.runs]

    async def start(self, job: Job) -> Run:
        if self.refusal is not None:
            raise self.refusal
        run = FakeRun(job)
        if not self.is_holding:
            run.finish(self.answer(job))
        async with self._started:
            self.runs.append(run)
            self._started.notify_all()
        return run

    async def started(self, count: int = 1) -> FakeRun:
        """Return the newest run once ``count`` were started."""
        async with self._started:
            await self._started.wait_for(lambda: len(self.runs) >= count)
        return self.runs[-1]

    def runtimes(self) -> Sequence[Runtime]:
        if self.breaks_on_runtimes:
            raise RuntimeError("a bug on purpose")
        return self._runtimes

    def load(self) -> Load:
        busy = sum(not run.is_finished for run in self.runs)
        return Load(
            waiting_jobs=0, running_jobs=busy, ready_sandboxes=1, kept_builds=0, kept_build_bytes=0
        )

    async def reload(self) -> None:
        if self.broken_languages is not None:
            raise ConfigError(self.broken_languages)
        self._runtimes = self.found_anew or self._runtimes

    async def close(self) -> None:
        for run in self.runs:
            await run.cancel()


@dataclass
class FakeWatcher:
    """Remembers what it was told."""

    was_accepted: bool = False
    requests: list[RunRequest] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    shown: list[Reply] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def understood(self, request: RunRequest) -> None:
        self.requests.append(request)

    def ended(self, result: Result) -> None:
        self.results.append(result)

    async def accepted(self) -> None:
        self.was_accepted = True

    async def running(self, reply: Reply) -> None:
        self.shown.append(reply)
        self.news.set()


def _fits_the_protocol() -> Executor:
    return FakeExecutor()
