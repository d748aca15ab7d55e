"""Gives every request its one answer: one at a time for each, the newest wins, all remembered."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from bot.jobs import UnderWay
from bot.models import Caller, Reply, ReplyFile, RunRequest
from bot.records import Records
from bot.runlog import RunLog
from bot.service import Read, RunService
from bot.store import Record
from executor import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Where a reply stands, and those of its files that could not be attached.

    ``token`` is what an interaction's answer can be changed with, for a quarter of an hour. A private
    one is seen by the asker alone.
    """

    channel_id: int
    reply_id: int
    unattached: tuple[ReplyFile, ...] = ()
    token: str = field(default="", repr=False)
    is_private: bool = False


class Answer(Protocol):
    """One reply on Discord: shown while a program runs, replaced by the result. It never raises."""

    async def accepted(self) -> None:
        """It will take longer than Discord waits for a first word."""
        ...

    async def running(self, reply: Reply) -> None:
        """Show that it waits or runs."""
        ...

    async def finish(self, reply: Reply, *, is_wanted: Callable[[], bool]) -> bool:
        """Show the answer, for as long as it ``is_wanted``.

        Returns:
            Whether there is nothing left to do; `False` if Discord did not answer for long.
        """
        ...

    @property
    def shown(self) -> Shown | None:
        """What can be seen now; `None` if that is nothing new."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an answer is about.

    ``owner_id`` is the member whose buttons these are. ``asked_id``, ``asked_channel_id`` and
    ``asked_digest`` are the message that is answered, if it is one. ``keeps_request`` is whether
    the program stands nowhere else, so that it must be kept for the buttons. ``reply_id`` is the
    reply that is replaced, if there is one already.
    """

    owner_id: int
    asked_id: int | None = None
    asked_channel_id: int | None = None
    asked_digest: bytes = b""
    keeps_request: bool = True
    reply_id: int | None = None

    @property
    def key(self) -> int | None:
        """Return what two answers to the same thing have in common; `None` for a new command."""
        return self.reply_id if self.asked_id is None else self.asked_id


@dataclass(slots=True)
class Work:
    """An answer that is being made; a stale one is out of date before it is there.

    ``asked`` is what may run for it: `None` where nothing will. Once it ``is_shown`` it is only written down.
    """

    digest: bytes
    asked: UnderWay | None = None
    is_stale: bool = False
    is_shown: bool = False

    @property
    def is_unwanted(self) -> bool:
        """Whether nothing can be shown of it: the bot left the server."""
        return self.asked is not None and self.asked.is_left

    @property
    def is_forgotten(self) -> bool:
        """Whether nothing may be kept of it."""
        return self.asked is not None and self.asked.is_forgotten

    def is_newest(self) -> bool:
        """Return whether nobody newer answers."""
        return not self.is_stale

    async def stop(self) -> None:
        """Let it become nothing, since somebody newer answers."""
        self.is_stale = True
        if self.asked is not None:
            await self.asked.stop()


@dataclass(slots=True)
class _Turn:
    """Whose turn it is to work on one answer. The lock is held by the ``work`` at hand."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    newest: int = 0
    users: int = 0
    work: Work | None = None


class Desk:
    """Runs requests and shows them, so that no answer is made by two at once.

    Args:
        service: answers requests.
        records: keeps what must outlive the answer.
        runlog: writes down what ran.
    """

    def __init__(self, service: RunService, records: Records, runlog: RunLog) -> None:
        self._service = service
        self._records = records
        self._runlog = runlog
        self._turns: dict[int, _Turn] = {}

    async def run(self, read: Read, answer: Answer, subject: Subject, work: Work) -> None:
        """Run what ``read`` finds and show it in ``answer``. Cancelling stops the run.

        Args:
            read: makes a request of the languages' names.
            answer: where it is shown.
            subject: what it is about.
            work: the turn to do this, from `working_on`, which was told what was asked.
        """
        if (asked := work.asked) is None:
            raise ValueError("nobody asks to run anything")
        watching = _Watching(self._records, answer, subject, work, asked.caller)
        reply = await self._service.run(read, asked, watcher=watching)
        if work.is_unwanted:
            return
        is_done = not work.is_stale and await answer.finish(reply, is_wanted=work.is_newest)
        work.is_shown = is_done
        await watching.remember(is_pending=not is_done)
        if watching.result is not None and not work.is_forgotten:
            shown = answer.shown
            await self._runlog.note(
                asked.caller,
                watching.result,
                # What stands in no message was not shown to the moderators, and goes with its reply.
                None if subject.keeps_request else watching.request,
                None if shown is None or shown.is_private else shown.reply_id,
            )

    async def tell(
        self, reply: Reply, caller: Caller, answer: Answer, subject: Subject, work: Work
    ) -> None:
        """Show a reply for which nothing ran; an edit of the message may change that."""
        watching = _Watching(self._records, answer, subject, work, caller)
        is_done = await answer.finish(reply, is_wanted=work.is_newest)
        work.is_shown = is_done
        await watching.remember(is_pending=not is_done)

    def is_busy(self, key: int) -> bool:
        """Return whether that answer is being made; who asks for another one now would stop it."""
        turn = self._turns.get(key)
        return turn is not None and turn.work is not None and not turn.work.is_shown

    def is_making(self, key: int, digest: bytes) -> bool:
        """Return whether exactly that is being answered now."""
        turn = self._turns.get(key)
        work = turn.work if turn is not None else None
        return work is not None and work.digest == digest and not work.is_stale

    @asynccontextmanager
    async def working_on(
        self,
        key: int | None,
        digest: bytes = b"",
        *,
        asked: UnderWay | None = None,
    ) -> AsyncGenerator[Work, None]:
        """Wait for the turn to work on an answer; who works on it now is stopped.

        If somebody newer waits, the work that is yielded is stale already.

        Args:
            key: which answer; `None` for a new one that nobody else can mean.
            digest: which state of the message is answered.
            asked: what may run for it, from `Jobs.under_way`; `None` if nothing will.
        """
        work = Work(digest, asked)
        if key is None:
            yield work
            return
        async with self._turn_of(key, work):
            yield work

    @asynccontextmanager
    async def _turn_of(self, key: int, work: Work) -> AsyncGenerator[None, None]:
        turn = self._turns.setdefault(key, _Turn())
        turn.users += 1
        ticket = turn.newest = turn.newest + 1
        try:
            if turn.work is not None:
                await turn.work.stop()
            async with turn.lock:
                work.is_stale = ticket != turn.newest
                turn.work = work
                try:
                    yield
                finally:
                    turn.work = None
        finally:
            turn.users -= 1
            if not turn.users:
                del self._turns[key]


class _Watching:
    """Passes on what becomes of a request, and has it remembered once there is a reply."""

    def __init__(
        self, records: Records, answer: Answer, subject: Subject, work: Work, caller: Caller
    ) -> None:
        self._records = records
        self._answer = answer
        self._subject = subject
        self._caller = caller
        self._work = work
        self.request: RunRequest | None = None
        self.result: Result | None = None
        self._is_remembered = False

    def understood(self, request: RunRequest) -> None:
        self.request = request

    def ended(self, result: Result) -> None:
        self.result = result

    async def accepted(self) -> None:
        await self._answer.accepted()
        await self._remember_once()

    async def running(self, reply: Reply) -> None:
        await self._answer.running(reply)
        await self._remember_once()

    async def _remember_once(self) -> None:
        if not self._is_remembered and self._answer.shown is not None:
            self._is_remembered = True
            await self.remember(is_pending=True)

    async def remember(self, *, is_pending: bool) -> None:
        """Keep the reply's record as it is now, unless nothing may be kept."""
        if self._work.is_forgotten:
            return
        await _remember(
            self._records,
            self._answer,
            self._subject,
            self._caller,
            self.request,
            is_pending=is_pending,
        )


async def _remember(
    records: Records,
    answer: Answer,
    subject: Subject,
    caller: Caller,
    request: RunRequest | None,
    *,
    is_pending: bool,
) -> None:
    shown = answer.shown
    if shown is None:
        if not is_pending and subject.asked_id is not None:
            await records.settle(subject.asked_id)
        elif not is_pending and subject.reply_id is not None:
            await records.settle_reply(subject.reply_id)
        return
    record = Record(
        reply_id=shown.reply_id,
        channel_id=shown.channel_id,
        user_id=subject.owner_id,
        guild_id=caller.kept_guild_id,
        asked_id=subject.asked_id,
        asked_channel_id=subject.asked_channel_id,
        asked_digest=subject.asked_digest,
        request=request if subject.keeps_request else None,
        output=shown.unattached,
        is_pending=is_pending,
        token=shown.token if is_pending else "",
    )
    await records.keep(record)
