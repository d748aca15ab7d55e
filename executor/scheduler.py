"""Lets the jobs of one event loop wait for their turn; `executor.fairqueue` decides whose it is."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Self

from executor.errors import QueueFullError
from executor.fairqueue import Capacity, FairQueue, Place, nobody


class Scheduler:
    """Hands out turns to tasks of one event loop.

    Args:
        waiting: how many jobs may wait before `enqueue` refuses.
        limit: how much may run at once, see `executor.fairqueue.capacity`.
        compiles: how many compile steps may run at once.
        per_owner: how many jobs of one owner may run at once.
        is_heavy: whether an owner used much CPU lately, and gives way to others; asked whenever a
            turn is given.
    """

    def __init__(
        self,
        *,
        waiting: int,
        limit: Capacity,
        compiles: int,
        per_owner: int = 1,
        is_heavy: Callable[[str], bool] = nobody,
    ) -> None:
        self._is_heavy = is_heavy
        self._queue = FairQueue(waiting=waiting, limit=limit, per_owner=per_owner)
        self._tickets: dict[Place, Ticket] = {}
        self._compiles = asyncio.Semaphore(compiles)
        self._jobs = limit.jobs
        self._mean_seconds = 1.0

    @property
    def waiting(self) -> int:
        """How many jobs wait."""
        return self._queue.waiting

    @property
    def running(self) -> int:
        """How many jobs run."""
        return self._queue.running

    @property
    def is_full(self) -> bool:
        """Whether `enqueue` refuses everybody."""
        return self._queue.is_full

    def enqueue(
        self,
        *,
        owner: str,
        memory_bytes: int,
        on_position: Callable[[int], None] | None = None,
        owner_running: int | None = None,
    ) -> "Ticket":
        """Return a ticket that waits from now on; enter it (``async with``) or `release` it.

        Args:
            owner: whose turn it uses.
            memory_bytes: the job's memory limit.
            on_position: called at once and whenever the position changes, while the job waits;
                never for a job that starts right away.
            owner_running: how many of this owner's jobs may run at once; `None` means as many as
                of any owner.

        Raises:
            QueueFullError: too many jobs wait already.
        """
        place = Place(owner=owner, memory_bytes=memory_bytes, owner_running=owner_running)
        if not self._queue.add(place):
            retry = min(60.0, max(1.0, round(self._mean_seconds / self._jobs, 1)))
            raise QueueFullError(
                f"The queue is full ({self._queue.waiting} waiting); try again in {retry:g} s.",
                retry_after_seconds=retry,
            )
        ticket = Ticket(place, on_position, self._release)
        self._tickets[place] = ticket
        self._settle()
        return ticket

    def compile_slot(self) -> AbstractAsyncContextManager[None]:
        """Return a context in which one compile step may run; first come, first served."""
        return self._compiles

    def _release(self, place: Place, ran_seconds: float | None) -> None:
        if self._tickets.pop(place, None) is None:
            return
        if ran_seconds is not None:
            self._mean_seconds += (ran_seconds - self._mean_seconds) / 8
        self._queue.remove(place)
        self._settle()

    def _settle(self) -> None:
        for place in self._queue.start(self._is_heavy):
            self._tickets[place].start()
        for place, position in self._queue.positions().items():
            self._tickets[place].move(position)


class Ticket:
    """A job's turn: ``async with ticket:`` waits for it and gives it back at the end.

    Cancelling the wait gives it back too. Whoever never enters it must call `release`.
    """

    def __init__(
        self,
        place: Place,
        on_position: Callable[[int], None] | None,
        give_back: Callable[[Place, float | None], None],
    ) -> None:
        self._place = place
        self._on_position = on_position
        self._give_back = give_back
        self._position: int | None = None
        self._turn = asyncio.Event()
        self._entered_at: float | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._turn.wait()
        except BaseException:
            self.release()
            raise
        self._entered_at = asyncio.get_running_loop().time()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()

    def release(self) -> None:
        """Give the turn, or the place in the queue, back; a second time does nothing."""
        entered = self._entered_at
        ran = None if entered is None else asyncio.get_running_loop().time() - entered
        self._give_back(self._place, ran)

    def start(self) -> None:
        """Let whoever waits go on; called by the scheduler."""
        self._turn.set()

    def move(self, position: int) -> None:
        """Report ``position`` if it is a new one; called by the scheduler."""
        if position != self._position:
            self._position = position
            if self._on_position is not None:
                self._on_position(position)
