"""An executor whose runs follow a script that a test writes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from executor.interfaces import Executor
from executor.models import Event, Finished, Job, Load, Output, Result, Runtime, Status, Stream
from tests.results import result, step


class ScriptedRun:
    """A run that the script drives: it prints, reads its input, and returns the result."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.input = asyncio.Queue[bytes]()
        self.cancelled = asyncio.Event()
        self._events = asyncio.Queue[Event | None]()
        self._result: asyncio.Future[Result] = asyncio.get_running_loop().create_future()

    @property
    def job_id(self) -> str:
        return self.job.id

    def prints(self, data: bytes, stream: Stream = Stream.STDOUT) -> None:
        self._events.put_nowait(Output(stream, data))

    def finish(self, ended: Result) -> None:
        self._events.put_nowait(Finished(ended))
        self._events.put_nowait(None)
        self._result.set_result(ended)

    async def __aiter__(self) -> AsyncIterator[Event]:
        while (event := await self._events.get()) is not None:
            yield event

    async def write_stdin(self, data: bytes) -> None:
        self.input.put_nowait(data)

    async def close_stdin(self) -> None:
        self.input.put_nowait(b"")

    async def signal(self, number: int) -> None:
        raise NotImplementedError

    async def cancel(self) -> None:
        self.cancelled.set()
        if not self._result.done():
            self.finish(result(step(status=Status.CANCELLED, exit_code=None)))

    async def result(self) -> Result:
        return await asyncio.shield(self._result)


class ScriptedExecutor:
    """Starts ``script`` as the program of every job; what it returns is the result."""

    def __init__(self, script: Callable[[ScriptedRun], Awaitable[Result]]) -> None:
        self._script = script
        self._tasks: list[asyncio.Task[None]] = []
        self.runs: list[ScriptedRun] = []
        self.is_full = False
        self.is_lost = False

    async def start(self, job: Job) -> ScriptedRun:
        run = ScriptedRun(job)
        self.runs.append(run)
        self._tasks.append(asyncio.get_running_loop().create_task(self._drive(run)))
        return run

    async def _drive(self, run: ScriptedRun) -> None:
        ended = await self._script(run)
        if not run.cancelled.is_set():
            run.finish(ended)

    def runtimes(self) -> Sequence[Runtime]:
        return ()

    def load(self) -> Load:
        return Load(
            waiting_jobs=0,
            running_jobs=len(self._tasks),
            ready_sandboxes=0,
            kept_builds=0,
            kept_build_bytes=0,
        )

    async def reload(self) -> None:
        """There is nothing to read."""

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _fits_the_protocol() -> Executor:
    return ScriptedExecutor(lambda _: asyncio.sleep(0, result()))
