"""The executor in this process: accepts jobs, queues them, runs them, hands out what happens."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from executor.burnt import BurntCpu
from executor.catalog import Catalog, Language
from executor.errors import BackendUnavailableError, ExecutorError
from executor.limits import resolve_stages, with_patience
from executor.models import (
    Event,
    Finished,
    Job,
    LimitsRequest,
    Load,
    Queued,
    Result,
    Runtime,
    StageLimits,
    StageStarted,
)
from executor.paths import check_job
from executor.plan import Plan, plan
from executor.runner import Handle, Input, JobRunner, Report
from executor.sandbox.client import LOST
from executor.sandbox.groupusage import read_usage
from executor.scheduler import Scheduler, Ticket

_log = logging.getLogger(__name__)

_EARLY_INPUT_BYTES: Final = 1 << 20


class LocalRun:
    """One accepted job; see `executor.interfaces.Run`."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._result: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._early_input = bytearray()
        self._early_input_taken = asyncio.Event()  # by the program, or there will be none
        self._input_ended = False
        self._handle = Handle(self._on_event)

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
        """Pass ``data`` to the program; before there is one a mebibyte is kept, more waits."""
        if not self._early_input_taken.is_set() and len(self._early_input) < _EARLY_INPUT_BYTES:
            self._early_input += data
            return
        await self._early_input_taken.wait()
        if self._handle.input_box is not None:
            if self._job.patience_seconds > 0:
                self._handle.input_box.wait_anew()
            await self._handle.input_box.write_stdin(data)

    async def close_stdin(self) -> None:
        """Let the program see the end of its standard input."""
        self._input_ended = True
        if self._handle.input_box is not None:
            self._handle.input_box.close_stdin()

    async def signal(self, number: int) -> None:
        """Send a signal to the program's process group; ignored before and after it runs."""
        if self._handle.input_box is not None:
            self._handle.input_box.send_signal(number)

    async def cancel(self) -> None:
        """Stop the job wherever it is."""
        self._handle.cancel()

    async def result(self) -> Result:
        """Return how it ended; see `executor.interfaces.Run`."""
        return await asyncio.shield(self._result)

    async def drive(
        self, ticket: Ticket, runner: JobRunner, work: Plan, language: Language, burnt: BurntCpu
    ) -> None:
        """Wait for the turn, run, and say how it went; called once, by the executor."""
        if self._handle.cancelled:
            ticket.release()
            self.settle_unstarted(language)
            return
        now = asyncio.get_running_loop().time
        began = now()
        waited = 0.0
        report = Report(steps=())
        try:
            async with self._handle.turn(ticket):
                waited = now() - began
                self._handle.burnt_seconds = burnt.of(self._job.owner, now=now())
                given = Input(stdin=self._job.stdin, interactive=self._job.interactive)
                names = (language.name, language.version)
                try:
                    report = await runner.run(work, given, names, self._handle)
                finally:  # before the turn is another one's: it may be for the same owner
                    if self._job.owner:  # who is nobody in particular never comes again
                        burnt.add(self._job.owner, self._handle.cpu_seconds, now=now())
        except asyncio.CancelledError:
            if not self._handle.cancelled:  # the executor is closing
                self._handle.cancelled = True
        except ExecutorError as error:
            self._fail(BackendUnavailableError(LOST) if runner.sandboxes.lost.is_set() else error)
            return
        except Exception:  # noqa: BLE001  # a border: no caller may be left waiting
            _log.exception("job %s failed inside the executor", self.job_id)
            self._fail(BackendUnavailableError(f"something broke on our side (job {self.job_id})"))
            return
        self._finish(report, language, waited)

    def settle_unstarted(self, language: Language) -> None:
        """Say that the job was cancelled before anything of it happened."""
        self._finish(Report(steps=()), language, 0.0)

    def on_position(self, position: int) -> None:
        """Report the place in the queue."""
        self._events.put_nowait(Queued(position))

    def _finish(self, report: Report, language: Language, waited: float) -> None:
        result = Result(
            job_id=self.job_id,
            language=language.name,
            version=language.version,
            steps=report.steps,
            artifacts=report.artifacts,
            queue_seconds=waited,
            cached=report.cached,
        )
        self._result.set_result(result)
        self._early_input_taken.set()
        self._events.put_nowait(Finished(result))
        self._events.put_nowait(None)

    def _fail(self, error: ExecutorError) -> None:
        self._result.set_exception(error)
        self._result.exception()  # nobody has to ask for it
        self._early_input_taken.set()
        self._events.put_nowait(None)

    def _on_event(self, event: Event) -> None:
        self._events.put_nowait(event)
        box = self._handle.input_box
        if isinstance(event, StageStarted) and box is not None:
            if self._job.interactive:
                box.queue_stdin(bytes(self._early_input))
                if self._input_ended:
                    box.close_stdin()
            self._early_input.clear()
            self._early_input_taken.set()


class LocalExecutor:
    """Runs jobs on this machine; see `executor.interfaces.Executor`. Made by the factory.

    Args:
        catalog: what can run.
        scheduler: whose turn it is.
        runner: runs a planned job.
        burnt: what owners used lately; noted here, for the scheduler and for the weight of their runs.
        limits: what holds where neither language nor request says otherwise.
        ceiling: what nothing may exceed.
        read_catalog: finds out anew what can run.
    """

    def __init__(
        self,
        *,
        catalog: Catalog,
        scheduler: Scheduler,
        runner: JobRunner,
        burnt: BurntCpu,
        limits: StageLimits,
        ceiling: StageLimits,
        read_catalog: Callable[[], Awaitable[Catalog]],
    ) -> None:
        self._scheduler = scheduler
        self._runner = runner
        self._limits = limits
        self._ceiling = ceiling
        self._read_catalog = read_catalog
        self._reloading = asyncio.Lock()
        self._burnt = burnt
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False
        self._offer(catalog)

    async def start(self, job: Job) -> LocalRun:
        """Accept ``job`` and return at once; see `executor.interfaces.Executor`."""
        if self.is_lost:
            raise BackendUnavailableError(LOST)
        if self._is_closed:
            raise BackendUnavailableError(
                "Codecage is stopping and takes no new programs; try again in a minute."
            )
        check_job(job)
        language = self._catalog.find(job.language, job.version)
        limits = self._limits_of(language, job.compile_limits, job.run_limits)
        if job.interactive:
            limits = with_patience(limits, job.patience_seconds)
        work = plan(language, job.files, job.args, limits)
        run = LocalRun(job)
        loop = asyncio.get_running_loop()
        ticket = self._scheduler.enqueue(
            owner=job.owner or job.id,
            memory_bytes=max(step.limits.memory_bytes for step in work.steps),
            on_position=run.on_position,
            owner_running=job.owner_running,
        )
        task = loop.create_task(run.drive(ticket, self._runner, work, language, self._burnt))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._ended(done, run, ticket, language))
        return run

    def _ended(
        self, task: asyncio.Task[None], run: LocalRun, ticket: Ticket, language: Language
    ) -> None:
        self._tasks.discard(task)
        if task.cancelled():  # by `close`, before its first step: nobody else settles it
            ticket.release()
            run.settle_unstarted(language)

    async def reload(self) -> None:
        """Read the language files anew; see `executor.interfaces.Executor`."""
        async with self._reloading:  # or what was read first might be offered last
            self._offer(await self._read_catalog())

    def _offer(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._runtimes = tuple(
            replace(
                language.runtime(),
                limits=self._limits_of(language, LimitsRequest(), LimitsRequest()),
            )
            for language in catalog.languages
        )

    def runtimes(self) -> Sequence[Runtime]:
        """Return what can run here, sorted by name."""
        return self._runtimes

    @property
    def lost(self) -> asyncio.Event:
        """Set when no program can run any more until there is a new executor; see `ended_when_lost`."""
        return self._runner.sandboxes.lost

    @property
    def is_lost(self) -> bool:
        """Whether no program can run any more."""
        return self.lost.is_set()

    @property
    def is_full(self) -> bool:
        """Whether nobody may wait any more, whoever it is."""
        return self._scheduler.is_full

    def load(self) -> Load:
        """Return what there is to do and what is kept ready, now; reads a few of the kernel's files."""
        sandboxes = self._runner.sandboxes
        return Load(
            waiting_jobs=self._scheduler.waiting,
            running_jobs=self._scheduler.running,
            ready_sandboxes=self._runner.ready_sandboxes,
            kept_builds=len(self._runner.cache),
            kept_build_bytes=self._runner.cache.size_bytes,
            is_full=self._scheduler.is_full,
            sandboxes=sandboxes.living,
            made_sandboxes=sandboxes.made,
            quarantined_sandboxes=len(sandboxes.quarantined) + len(sandboxes.facts.unburied),
            programs=read_usage(sandboxes.facts),
        )

    def _limits_of(
        self, language: Language, compile_request: LimitsRequest, run_request: LimitsRequest
    ) -> StageLimits:
        return resolve_stages(
            self._limits,
            language=language.spec.limits,
            compile_request=compile_request,
            run_request=run_request,
            ceiling=self._ceiling,
        )

    async def close(self) -> None:
        """Cancel every job and return when none is left; from now on none is accepted."""
        self._is_closed = True
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(list(self._tasks))
