"""The jobs that wait or run now: followed to their end, shown meanwhile, stopped and typed to."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from bot.models import Caller, Reply, Showing
from bot.policy import owner_key
from bot.progress import Mend, Progress, as_printed
from executor import Executor, ExecutorError, Job, Result, Run

SHOW_AFTER_SECONDS = 2.0
# Long enough for a run that starts and ends at once to be told of by its result alone.
_URGENT_AFTER_SECONDS = 0.3


class Shows(Protocol):
    """Shows a member what becomes of a job before its result is there. It never raises."""

    @property
    def owner_id(self) -> int:
        """The member whose answer it becomes; somebody else may have asked for it."""
        ...

    async def running(self, reply: Reply) -> None:
        """It waits or runs for a while already; called again when that changes."""
        ...


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """A run, who asked for it and where, and whose answer it becomes."""

    run: Run
    caller: Caller
    answer_owner_id: int


class Jobs:
    """Runs jobs one call each, and knows those under way by their ids.

    Args:
        executor: runs the jobs; stays its maker's to close.
        show_after_seconds: how long a job may run before a member is told, and between two news.
            That it waits for its turn, or that one can type to it, is told at once.
    """

    def __init__(self, executor: Executor, *, show_after_seconds: float) -> None:
        self._executor = executor
        self._show_after_seconds = show_after_seconds
        self._runs: dict[str, _UnderWay] = {}
        self._is_closing = False

    async def run(
        self,
        job: Job,
        shows: Shows,
        showing: Showing,
        caller: Caller,
        *,
        mend: Mend = as_printed,
    ) -> Result:
        """Return how ``job`` ended. Cancelling stops it.

        Args:
            job: what is to run.
            shows: is told what becomes of it meanwhile.
            showing: what of its output may be shown.
            caller: who asked for it, and where.
            mend: makes of a stage's output what is shown of it.

        Raises:
            ExecutorError: it could not be run.
        """
        run = await self._executor.start(job)
        progress = Progress(
            job.language, job.id, showing, is_interactive=job.interactive, mend=mend
        )
        self._runs[job.id] = _UnderWay(run, caller, shows.owner_id)
        try:
            if self._is_closing:
                await run.cancel()
            async with asyncio.TaskGroup() as group:
                reader = group.create_task(progress.read(run))
                group.create_task(self._show(progress, shows))
                outcome = await _outcome(run)
                progress.end()
                reader.cancel()
        except BaseException:
            await run.cancel()
            raise
        finally:
            self._runs.pop(job.id, None)
        if isinstance(outcome, ExecutorError):
            raise outcome
        return outcome

    def kept_from(self, job_id: str, presser: Caller) -> int | None:
        """Return whose a job is, if ``presser`` may not stop it or type to it.

        Who asked for it may, whose answer it becomes, and who moderates the place.

        Returns:
            The member whose answer it becomes; `None` if ``presser`` may, or there is no such job.
        """
        found = self._runs.get(job_id)
        if found is None or presser.user_id in (found.caller.user_id, found.answer_owner_id):
            return None
        is_here = presser.guild_id == found.caller.guild_id and (
            presser.moderates_server or presser.channel_id == found.caller.channel_id
        )
        return None if is_here and presser.is_moderator else found.answer_owner_id

    async def stop(self, job_id: str) -> bool:
        """Stop a job wherever it is; return whether there is one of that id."""
        found = self._runs.get(job_id)
        if found is not None:
            await found.run.cancel()
        return found is not None

    async def stop_all(self, *, owner: str | None, guild_id: int | None) -> int:
        """Stop all jobs for which everything holds that is given; return how many.

        Args:
            owner: whose, as in `executor.Job`.
            guild_id: in which server.
        """
        meant = [
            found.run
            for found in self._runs.values()
            if owner in (None, owner_key(found.caller))
            and guild_id in (None, found.caller.guild_id)
        ]
        for run in meant:
            await run.cancel()
        return len(meant)

    async def type_in(self, job_id: str, text: str, *, is_all: bool) -> bool:
        """Pass ``text`` to a running program as whole lines, and the end of its input if it is all.

        Returns:
            Whether a job of that id runs or waits here.
        """
        found = self._runs.get(job_id)
        if found is None:
            return False
        run = found.run
        if text:
            lines = text if text.endswith("\n") else f"{text}\n"
            await run.write_stdin(lines.encode("utf-8", "replace"))
        if is_all:
            await run.close_stdin()
        return True

    async def close(self) -> None:
        """Stop what runs, and what is started from now on."""
        self._is_closing = True
        for found in tuple(self._runs.values()):
            await found.run.cancel()

    async def _show(self, progress: Progress, shows: Shows) -> None:
        # Never cancelled in the middle of a call: a message that was sent but not heard of would
        # be followed by a second one.
        first = min(_URGENT_AFTER_SECONDS, self._show_after_seconds)
        if await progress.ended_within(first):
            return
        if not progress.is_urgent and await progress.ended_within(self._show_after_seconds - first):
            return
        while True:
            if reply := progress.news():
                await shows.running(reply)
            if await progress.ended_within(self._show_after_seconds):
                return


async def _outcome(run: Run) -> Result | ExecutorError:
    try:
        return await run.result()
    except ExecutorError as error:
        return error
