"""What is asked for, waits or runs now: followed to its end, shown meanwhile, stopped and typed to."""

import asyncio
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Protocol

from bot.models import Caller, Reply, Showing, Stopper
from bot.policy import owner_key
from bot.progress import Mend, Progress, as_printed
from executor import Executor, ExecutorError, Job, Result, Run

SHOW_AFTER_SECONDS = 2.0
# Long enough for a run that starts and ends at once to be told of by its result alone.
_URGENT_AFTER_SECONDS = 0.3
# What takes longer to end than this waits for Discord, most likely, and is not written down either.
_END_WITHIN_SECONDS = 5.0


class Shows(Protocol):
    """Shows a member what becomes of a job before its result is there. It never raises."""

    async def running(self, reply: Reply) -> None:
        """It waits or runs for a while already; called again when that changes."""
        ...


@dataclass(slots=True, eq=False)
class UnderWay:
    """What somebody asked for, where, and whose answer it becomes: known before anything is awaited.

    What ``is_stopped`` before it runs never does; ``stopped_by`` says who did, if not whose it is.
    What ``is_forgotten`` leaves nothing in the store.
    What ``is_left`` is on a server that the bot left, where nothing can be shown. ``ended`` is set when
    nothing more comes of it.
    """

    caller: Caller
    answer_owner_id: int
    is_stopped: bool = False
    stopped_by: Stopper | None = None
    is_forgotten: bool = False
    is_left: bool = False
    run: Run | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def stop(self) -> None:
        """Stop it, whether it runs already or not."""
        self.is_stopped = True
        if self.run is not None:
            await self.run.cancel()


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
        self._under_way: set[UnderWay] = set()
        self._runs: dict[str, UnderWay] = {}
        self._left: dict[int, Callable[[int], bool]] = {}
        self._is_closing = False

    @contextmanager
    def under_way(
        self, caller: Caller, answer_owner_id: int | None = None
    ) -> Generator[UnderWay, None, None]:
        """Yield what stops that which is asked for in the block, also before it runs.

        Args:
            caller: who asks, and where.
            answer_owner_id: whose answer it becomes, if not theirs.
        """
        owner_id = caller.user_id if answer_owner_id is None else answer_owner_id
        is_left = self._has_left(caller.kept_guild_id)
        asked = UnderWay(
            caller,
            owner_id,
            is_stopped=self._is_closing or is_left,
            is_forgotten=is_left,
            is_left=is_left,
        )
        self._under_way.add(asked)
        try:
            yield asked
        finally:
            self._under_way.discard(asked)
            asked.ended.set()

    async def run(
        self,
        job: Job,
        shows: Shows,
        showing: Showing,
        asked: UnderWay,
        *,
        mend: Mend = as_printed,
    ) -> Result:
        """Return how ``job`` ended; it has no steps if it was stopped before it ran. Cancelling stops it.

        Args:
            job: what is to run.
            shows: is told what becomes of it meanwhile.
            showing: what of its output may be shown.
            asked: who asked for it, from `under_way`.
            mend: makes of a stage's output what is shown of it.

        Raises:
            ExecutorError: it could not be run.
        """
        if asked.is_stopped:
            return Result(job_id=job.id, language=job.language, version=job.version or "", steps=())
        asked.run = run = await self._executor.start(job)
        progress = Progress(
            job.language, job.id, showing, is_interactive=job.interactive, mend=mend
        )
        self._runs[job.id] = asked
        try:
            if asked.is_stopped:
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
            asked.run = None
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

    async def stop(self, job_id: str, presser: Caller) -> bool:
        """Stop a job wherever it is; return whether there is one of that id.

        Args:
            job_id: which.
            presser: who does, and may (`kept_from`): if it is not theirs, they moderate the place.
        """
        found = self._runs.get(job_id)
        if found is None:
            return False
        is_theirs = presser.user_id in (found.caller.user_id, found.answer_owner_id)
        if not (is_theirs or found.is_stopped):
            found.stopped_by = Stopper.MODERATOR
        await found.stop()
        return True

    async def stop_all(
        self, *, owner: str | None, guild_id: int | None, by: Stopper | None = None
    ) -> int:
        """Stop all for which everything holds that is given, whether it runs already; return how many.

        Args:
            owner: whose, as in `executor.Job`.
            guild_id: in which server.
            by: who does, for the answers to say.
        """
        meant = [
            asked
            for asked in self._under_way
            if owner in (None, owner_key(asked.caller))
            and guild_id in (None, asked.caller.guild_id)
        ]
        stopped = sum(not asked.is_stopped for asked in meant)
        for asked in meant:
            if not asked.is_stopped:
                asked.stopped_by = by
        await _stop(meant)
        return stopped

    async def forget(self, user_id: int) -> None:
        """Stop all that a member asked for, or whose answer is theirs; nothing more is written down of it.

        When this returns it has ended, unless Discord does not answer.
        """
        await _forget(
            [
                asked
                for asked in self._under_way
                if user_id in (asked.caller.user_id, asked.answer_owner_id)
            ]
        )

    async def leave(self, guild_id: int, is_member: Callable[[int], bool]) -> None:
        """Do the same with all that is asked for in a server, also from now on.

        Args:
            guild_id: which server.
            is_member: says of a server whether the bot is back in it.
        """
        self._left[guild_id] = is_member
        meant = [asked for asked in self._under_way if guild_id == asked.caller.kept_guild_id]
        for asked in meant:
            asked.is_left = True
        await _forget(meant)

    def _has_left(self, guild_id: int | None) -> bool:
        if guild_id is None or (is_member := self._left.get(guild_id)) is None:
            return False
        if is_member(guild_id):
            del self._left[guild_id]
        return guild_id in self._left

    async def type_in(self, job_id: str, text: str, *, is_all: bool) -> bool:
        """Pass ``text`` to a running program as whole lines, and the end of its input if it is all.

        Returns:
            Whether a job of that id runs or waits here.
        """
        found = self._runs.get(job_id)
        run = found.run if found is not None else None
        if run is None:
            return False
        if text:
            lines = text if text.endswith("\n") else f"{text}\n"
            await run.write_stdin(lines.encode("utf-8", "replace"))
        if is_all:
            await run.close_stdin()
        return True

    async def close(self) -> None:
        """Stop what runs, and what would from now on."""
        self._is_closing = True
        await self.stop_all(owner=None, guild_id=None)

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


async def _stop(meant: Collection[UnderWay]) -> None:
    for asked in meant:  # at once, before one of them lets others go on
        asked.is_stopped = True
    for asked in meant:
        await asked.stop()


async def _forget(meant: Collection[UnderWay]) -> None:
    for asked in meant:
        asked.is_forgotten = True
    await _stop(meant)
    with suppress(TimeoutError):
        async with asyncio.timeout(_END_WITHIN_SECONDS):
            for asked in meant:
                await asked.ended.wait()


async def _outcome(run: Run) -> Result | ExecutorError:
    try:
        return await run.result()
    except ExecutorError as error:
        return error
