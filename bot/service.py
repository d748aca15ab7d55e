"""From a member's words to an answer: parse, decide, execute, render. The only place that knows this order."""

import asyncio
import logging
import secrets
import time
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from bot import texts
from bot.escaping import plain
from bot.fields import Fields, read_fields
from bot.languages import LanguageNames
from bot.models import (
    Allowed,
    Caller,
    Decision,
    Denied,
    ParseProblem,
    Reply,
    Rules,
    RunRequest,
    Tone,
)
from bot.parsing import parse
from bot.policy import MemberState, allowed_languages, decide, owner_key
from bot.progress import Progress
from bot.ratelimit import Cooldown
from bot.rendering import our_fault, refuse, render, say
from executor import (
    BackendUnavailableError,
    Executor,
    ExecutorError,
    Job,
    QueueFullError,
    RateLimitedError,
    Result,
    Run,
    Runtime,
    Status,
)

log = logging.getLogger(__name__)

SHOW_AFTER_SECONDS = 2.0


class Watcher(Protocol):
    """Shows a member what becomes of a request before the answer is there. It never raises."""

    async def accepted(self) -> None:
        """The request may run and is about to: from here on it can take longer than 3 s."""
        ...

    async def running(self, reply: Reply) -> None:
        """It waits or runs for a while already; called again when that changes."""
        ...


def _new_job_id() -> str:
    return secrets.token_hex(6)


class RunService:
    """Answers requests, whatever they came in by. It knows nothing of Discord's objects.

    Args:
        executor: runs the jobs; stays its maker's to close.
        rules: who may run what and where.
        clock: seconds that only grow, for the cooldown.
        new_job_id: returns a fresh id for each job.
        show_after_seconds: how long a run may take before a member is told, and between two news.
    """

    def __init__(
        self,
        executor: Executor,
        rules: Rules,
        *,
        clock: Callable[[], float] = time.monotonic,
        new_job_id: Callable[[], str] = _new_job_id,
        show_after_seconds: float = SHOW_AFTER_SECONDS,
    ) -> None:
        self._executor = executor
        self._rules = rules
        self._clock = clock
        self._new_job_id = new_job_id
        self._show_after_seconds = show_after_seconds
        self._cooldown = Cooldown(rules.cooldown_seconds)
        self._unfinished: Counter[str] = Counter()
        self._runs: set[Run] = set()
        self._is_closing = False
        self._runtimes: tuple[Runtime, ...] = ()
        self._names = LanguageNames(())

    @property
    def names(self) -> LanguageNames:
        """Return what can run now, by name; languages may be added while the bot runs."""
        runtimes = tuple(runtime for runtime in self._executor.runtimes() if runtime.installed)
        if runtimes != self._runtimes:
            self._runtimes, self._names = runtimes, LanguageNames(runtimes)
        return self._names

    def languages(self) -> tuple[str, ...]:
        """Return the languages that can run and may, by their own names."""
        return allowed_languages(self._rules, self.names)

    def complete(self, typed: str) -> tuple[str, ...]:
        """Return the languages that can be meant by the beginning ``typed``, best first."""
        allowed = set(self.languages())
        return tuple(name for name in self.names.complete(typed) if name in allowed)

    async def run_text(self, text: str, caller: Caller, *, watcher: Watcher) -> Reply:
        """Return the answer to a message, its mention or prefix gone; never raises an error."""
        return await self._answer(lambda: parse(text, self.names), caller, watcher)

    async def run_fields(self, fields: Fields, caller: Caller, *, watcher: Watcher) -> Reply:
        """Return the answer to a slash command's options or an editor's fields; as `run_text`."""
        return await self._answer(lambda: read_fields(fields, self.names), caller, watcher)

    async def run_request(self, request: RunRequest, caller: Caller, *, watcher: Watcher) -> Reply:
        """Return the answer to a request that is understood already; as `run_text`."""
        return await self._answer(lambda: request, caller, watcher)

    async def close(self) -> None:
        """Refuse what comes from now on, and stop what runs; its answers say so."""
        self._is_closing = True
        for run in tuple(self._runs):
            await run.cancel()

    async def _answer(
        self, read: Callable[[], RunRequest | ParseProblem], caller: Caller, watcher: Watcher
    ) -> Reply:
        """Do it all; whatever goes wrong here, the member gets a sentence and the log the rest."""
        job_id = self._new_job_id()
        try:
            request = read()
            if isinstance(request, ParseProblem):
                return refuse(request.message)
            decision = self._decide(request, caller, job_id)
            if isinstance(decision, Allowed):
                return await self._execute(decision.job, request, watcher)
        except ExecutorError as error:
            return _explain(error, job_id)
        except Exception:
            log.exception("job %s: failed", job_id)
            return our_fault(job_id)
        if decision.retry_after_seconds is None:
            return refuse(decision.reason)
        return say(texts.NOT_NOW, decision.reason, Tone.REFUSED)

    def _decide(self, request: RunRequest, caller: Caller, job_id: str) -> Decision:
        if self._is_closing:
            return Denied(reason=texts.STOPPING)
        owner, now = owner_key(caller), self._clock()
        decision = decide(
            request,
            caller,
            names=self.names,
            rules=self._rules,
            state=MemberState(
                unfinished=self._unfinished[owner], wait_seconds=self._cooldown.left(owner, now)
            ),
            job_id=job_id,
        )
        if isinstance(decision, Allowed):
            self._cooldown.start(owner, now)
        return decision

    async def _execute(self, job: Job, request: RunRequest, watcher: Watcher) -> Reply:
        source_bytes = sum(len(file.content) for file in job.files)
        log.info(
            "job %s: %s, %d files, %d bytes", job.id, job.language, len(job.files), source_bytes
        )
        self._unfinished[job.owner] += 1
        try:
            await watcher.accepted()
            run = await self._executor.start(job)
            result = await self._follow(run, job, watcher)
        finally:
            self._unfinished[job.owner] -= 1
            if not self._unfinished[job.owner]:
                del self._unfinished[job.owner]
        log.info("job %s: %s", job.id, result.status)
        return render(result, self._notes(request, result))

    async def _follow(self, run: Run, job: Job, watcher: Watcher) -> Result:
        """Return the result of ``run``, showing its progress meanwhile. Cancelling stops the run."""
        progress = Progress(job.language)
        self._runs.add(run)
        try:
            if self._is_closing:
                await run.cancel()
            async with asyncio.TaskGroup() as group:
                reader = group.create_task(progress.read(run))
                group.create_task(self._show(progress, watcher))
                outcome = await _outcome(run)
                progress.end()
                reader.cancel()
        except BaseException:
            await run.cancel()
            raise
        finally:
            self._runs.discard(run)
        if isinstance(outcome, ExecutorError):
            raise outcome
        return outcome

    async def _show(self, progress: Progress, watcher: Watcher) -> None:
        # Never cancelled in the middle of a call: a message that was sent but not heard of would
        # be followed by a second one.
        while not await progress.ended_within(self._show_after_seconds):
            if reply := progress.news():
                await watcher.running(reply)

    def _notes(self, request: RunRequest, result: Result) -> list[str]:
        notes = list(request.notes)
        if request.guessed:
            notes.append(texts.guessed(result.language, self.names.tag(result.language)))
        if self._is_closing and result.status is Status.CANCELLED:
            notes.append(texts.STOPPING)
        return notes


async def _outcome(run: Run) -> Result | ExecutorError:
    try:
        return await run.result()
    except ExecutorError as error:
        return error


def _explain(error: ExecutorError, job_id: str) -> Reply:
    """Return the answer to a job that could not be run, in one sentence."""
    match error:
        case QueueFullError():
            return say(texts.NOT_NOW, texts.queue_full(error.retry_after_seconds), Tone.REFUSED)
        case RateLimitedError():
            return say(texts.NOT_NOW, texts.cooling_down(error.retry_after_seconds), Tone.REFUSED)
        case BackendUnavailableError():
            log.error("job %s: no sandbox: %s", job_id, error)
            return say(texts.NOT_NOW, texts.unavailable(plain(str(error))), Tone.OURS)
        case _:
            log.info("job %s: refused by the executor (%s)", job_id, type(error).__name__)
            return refuse(plain(str(error)))
