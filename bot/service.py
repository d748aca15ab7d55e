"""From a member's words to an answer: parse, decide, execute, render. The only place that knows this order."""

import logging
import secrets
from collections.abc import Callable
from typing import Protocol

from bot import advice, settingtexts, texts
from bot.admission import Admission
from bot.controls import after_end, after_refusal, after_run
from bot.errors import StoreError
from bot.escaping import plain
from bot.hints import hint_for
from bot.inputs import with_usual_language
from bot.jobproblems import job_problem
from bot.jobs import SHOW_AFTER_SECONDS, Jobs, Shows, UnderWay
from bot.languages import LanguageNames, with_example
from bot.masking import mask_text
from bot.models import (
    Allowed,
    Caller,
    ParseProblem,
    Reply,
    Rules,
    RunRequest,
    Showing,
    Tone,
)
from bot.policy import allowed_languages
from bot.rendering import our_fault, refuse, render, say
from bot.snippets import Prepared, prepare
from executor import (
    BackendUnavailableError,
    ConfigError,
    Executor,
    ExecutorError,
    InvalidJobError,
    Job,
    Load,
    QueueFullError,
    RateLimitedError,
    Result,
    Runtime,
    Status,
)

log = logging.getLogger(__name__)


class Watcher(Shows, Protocol):
    """Shows a member what becomes of a request before the answer is there. It never raises."""

    def understood(self, request: RunRequest) -> None:
        """It is this that is to run; it may still be refused, also for want of a language."""
        ...

    def ended(self, result: Result) -> None:
        """It has run."""
        ...

    async def accepted(self) -> None:
        """The request may run and is about to: from here on it can take longer than 3 s."""
        ...


Read = Callable[[LanguageNames], RunRequest | ParseProblem]


def _new_job_id() -> str:
    return secrets.token_hex(6)


class RunService:
    """Answers requests, whatever they came in by. It knows nothing of Discord's objects.

    ``jobs`` are those under way, to be stopped and typed to.

    Args:
        executor: runs the jobs; stays its maker's to close.
        admission: who may run what now.
        new_job_id: returns a fresh id for each job.
        show_after_seconds: how long a run may take before a member is told, and between two news.
    """

    def __init__(
        self,
        executor: Executor,
        admission: Admission,
        *,
        new_job_id: Callable[[], str] = _new_job_id,
        show_after_seconds: float = SHOW_AFTER_SECONDS,
    ) -> None:
        self.jobs = Jobs(executor, show_after_seconds=show_after_seconds)
        self._executor = executor
        self._admission = admission
        self._new_job_id = new_job_id
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

    def load(self) -> Load:
        """Return what the executor has to do now."""
        return self._executor.load()

    async def reload_languages(self) -> str | None:
        """Have the language files read anew; return what is wrong with them, if anything is."""
        try:
            await self._executor.reload()
        except ConfigError as error:
            return plain(str(error), 1000)
        return None

    async def languages(self, caller: Caller) -> tuple[str, ...]:
        """Return the languages that ``caller`` may use, by their own names; none if nobody knows."""
        try:
            return await self._admission.languages(caller, self.names)
        except StoreError:
            return ()

    async def names_for(self, caller: Caller) -> LanguageNames:
        """Return what can run now, and of it what ``caller`` may use."""
        return self.names.allowing(await self.languages(caller))

    async def welcome_of(self, caller: Caller) -> str:
        """Return the server's own words where ``caller`` is; none if nobody knows them."""
        try:
            return (await self._admission.settings_of(caller)).welcome
        except StoreError:
            return ""

    async def answers_directly(self, caller: Caller) -> bool:
        """Return whether ``caller`` may get an answer directly that cannot stand where it was asked for.

        Not if nobody knows what they want there.
        """
        try:
            return await self._admission.answers_directly(caller)
        except StoreError:
            return False

    async def complete(self, typed: str, caller: Caller) -> tuple[str, ...]:
        """Return the languages that can be meant by the beginning ``typed``, best first."""
        allowed = set(await self.languages(caller))
        return tuple(name for name in self.names.complete(typed) if name in allowed)

    async def run(self, read: Read, asked: UnderWay, *, watcher: Watcher) -> Reply:
        """Return the answer to what ``read`` makes of the languages' names; never raises an error.

        Whatever goes wrong here, the member gets a sentence and the log the rest. Cancelling it
        stops the run.

        Args:
            read: makes a request of the languages' names.
            asked: who asks, from `Jobs.under_way`; by that it is stopped.
            watcher: is told what becomes of it.
        """
        job_id = self._new_job_id()
        try:
            return await self._answer(read, asked, watcher, job_id)
        except ExecutorError as error:
            return after_end(_explain(error, job_id, self.names))
        except StoreError as error:
            log.error("job %s: not even begun: %s", job_id, error)  # noqa: TRY400
            return after_end(say(texts.NOT_NOW, settingtexts.UNREADABLE, Tone.OURS))
        except Exception:
            log.exception("job %s: failed", job_id)
            return after_end(our_fault(job_id))

    def refuse(self) -> None:
        """Refuse what comes from now on; what runs or waits goes on."""
        self._is_closing = True

    async def close(self) -> None:
        """Refuse what comes from now on, and stop what runs; its answers say so."""
        self.refuse()
        await self.jobs.close()

    async def _answer(self, read: Read, asked: UnderWay, watcher: Watcher, job_id: str) -> Reply:
        caller = asked.caller
        found = read(self.names)
        request = found.request if isinstance(found, ParseProblem) else found
        if request is not None:
            watcher.understood(request)
        if (reason := await self._admission.refusal(caller)) is not None:
            return after_end(refuse(reason))
        rules = await self._admission.rules_for(caller, self.names)
        names = self.names.allowing(allowed_languages(rules, self.names))
        found = with_usual_language(found, rules.default_language, names)
        if isinstance(found, ParseProblem):
            anew = read(names)  # so that its example is one that works here
            problem = anew if isinstance(anew, ParseProblem) else found
            return _mendable(problem.message, request, rules, names)
        prepared = prepare(found, names)
        if self._is_closing:
            return _mendable(texts.STOPPING, found, rules, names)
        turn = self._admission.turn(prepared.request, caller, rules, names, job_id=job_id)
        async with turn as taken:
            decision = taken.decision
            if isinstance(decision, Allowed):
                ended = await self._execute(decision.job, prepared, rules.showing, watcher, asked)
                taken.is_free = not ended.steps or ended.status is Status.INTERNAL_ERROR
                return self._tell(ended, prepared.request, rules.showing, names, asked)
            if decision.retry_after_seconds is None:
                return _mendable(decision.reason, found, rules, names)
            return after_end(say(texts.NOT_NOW, decision.reason, Tone.REFUSED))

    async def _execute(
        self, job: Job, prepared: Prepared, showing: Showing, watcher: Watcher, asked: UnderWay
    ) -> Result:
        source_bytes = sum(len(file.content) for file in job.files)
        log.info(
            "job %s: %s, %d files, %d bytes", job.id, job.language, len(job.files), source_bytes
        )
        await watcher.accepted()
        ended = await self.jobs.run(job, watcher, showing, asked, mend=prepared.live)
        result = prepared.restore(ended)
        log.info("job %s: %s", job.id, result.status)
        if result.steps:  # else it was stopped before it ran
            watcher.ended(result)
        return result

    def _tell(
        self,
        result: Result,
        request: RunRequest,
        showing: Showing,
        names: LanguageNames,
        asked: UnderWay,
    ) -> Reply:
        hint = hint_for(result, request.files[0].content.decode("utf-8", "replace"))
        notes = self._notes(request, result, hint)
        if asked.stopped_by is not None and result.status is Status.CANCELLED:
            notes.append(texts.stopped_by(asked.stopped_by))
        reply = render(result, notes, showing)
        return after_run(
            reply,
            request,
            result.language,
            result.version,
            names,
            wants_input=hint == advice.INPUT_ENDED,
        )

    def _notes(self, request: RunRequest, result: Result, hint: str | None) -> list[str]:
        notes = list(request.notes)
        if request.guessed:
            chosen = settingtexts.taken_as if request.is_usual else texts.guessed
            notes.append(chosen(result.language, self.names.tag(result.language)))
        if hint is not None:
            notes.append(hint)
        if self._is_closing and result.status is Status.CANCELLED:
            notes.append(texts.STOPPING)
        return notes


def _mendable(reason: str, request: RunRequest | None, rules: Rules, names: LanguageNames) -> Reply:
    reply = refuse(mask_text(reason, rules.showing))  # it may quote what the member wrote
    return after_refusal(reply, request, names)


def _explain(error: ExecutorError, job_id: str, names: LanguageNames) -> Reply:
    """Return the answer to a job that could not be run, in one sentence."""
    match error:
        case QueueFullError():
            return say(texts.NOT_NOW, texts.queue_full(error.retry_after_seconds), Tone.REFUSED)
        case RateLimitedError():
            return say(texts.NOT_NOW, texts.cooling_down(error.retry_after_seconds), Tone.REFUSED)
        case BackendUnavailableError():
            log.error("job %s: no sandbox: %s", job_id, error)
            return say(texts.NOT_NOW, texts.NO_SANDBOX, Tone.OURS)
        case InvalidJobError():
            log.info("job %s: refused by the executor (%s)", job_id, error.fault)
            return refuse(with_example(job_problem(error), names))
        case _:
            log.error("job %s: %s", job_id, error)
            return our_fault(job_id)
