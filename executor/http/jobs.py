"""Turns what a caller sends into running jobs, within what the caller may."""

import asyncio
import contextlib
import uuid
from collections.abc import Generator, Sequence

from executor.http.access import Visitor
from executor.http.piston import Request, read_request
from executor.http.problems import HttpError
from executor.http.selection import Offer, offers
from executor.http.throttle import Throttle
from executor.interfaces import Executor, Run
from executor.models import Job, Result, Runtime


class Jobs:
    """Reads, starts and follows jobs for the routes.

    Args:
        executor: runs them.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._throttle = Throttle()
        self._runtimes: Sequence[Runtime] | None = None
        self._offers: tuple[Offer, ...] = ()
        self._idle = asyncio.Event()
        self._idle.set()
        self._at_work = 0
        self._drained_by: float | None = None  # in the loop's time

    @property
    def is_draining(self) -> bool:
        """Whether nothing new is taken any more."""
        return self._drained_by is not None

    @property
    def is_full(self) -> bool:
        """Whether nobody may wait any more."""
        return self._executor.is_full

    @property
    def is_lost(self) -> bool:
        """Whether nothing can run any more until we have been started anew."""
        return self._executor.is_lost

    @property
    def offered(self) -> tuple[Offer, ...]:
        """What can run here."""
        runtimes = self._executor.runtimes()
        if runtimes is not self._runtimes:
            self._runtimes, self._offers = runtimes, offers(runtimes)
        return self._offers

    def read(self, body: object, visitor: Visitor, *, interactive: bool = False) -> Request:
        """Return what ``body`` asks for.

        Raises:
            InvalidJobError: something in it does not fit.
            HttpError: the caller may not use the language.
        """
        job_id = uuid.uuid4().hex
        request = read_request(
            body, self.offered, visitor.caller, job_id=job_id, interactive=interactive
        )
        self.check_language(request.offer, visitor)
        return request

    def check_language(self, offer: Offer, visitor: Visitor) -> None:
        """Refuse a language that the caller's key does not allow.

        Raises:
            HttpError: it does not.
        """
        allowed = visitor.key.languages if visitor.key is not None else None
        if allowed is None or offer.runtime.name in allowed:
            return
        raise HttpError(
            403, f"This key may not run {offer.runtime.name}, only: {', '.join(sorted(allowed))}."
        )

    def charge(self, visitor: Visitor, runs: int = 1) -> None:
        """Count ``runs`` against the caller's rate.

        Raises:
            RateLimitedError: that is more than it allows.
            HttpError: we are about to stop.
        """
        if self.is_draining:
            raise HttpError(503, "This server is about to stop.", {"Retry-After": "5"})
        if visitor.key is not None and visitor.key.rate is not None:
            now = asyncio.get_running_loop().time()
            self._throttle.take(visitor.key.name, visitor.key.rate, runs, now)

    @contextlib.contextmanager
    def at_work(self) -> Generator[None, None, None]:
        """Count a request that may run something: `drain` waits for its end."""
        self._at_work += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._at_work -= 1
            if not self._at_work:
                self._idle.set()

    async def drain(self, seconds: float) -> None:
        """Refuse what is new and wait for what is at work, at most ``seconds`` since the first call."""
        if self._drained_by is None:
            self._drained_by = asyncio.get_running_loop().time() + seconds
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(self._drained_by):
                await self._idle.wait()

    async def start(self, job: Job) -> Run:
        """Start ``job``; the caller must see it to its end or cancel it.

        Raises:
            ExecutorError: it cannot be started.
        """
        return await self._executor.start(job)

    async def run(self, job: Job) -> Result:
        """Run ``job`` to its end; cancelling stops it.

        Raises:
            ExecutorError: it could not be run.
        """
        run = await self._executor.start(job)
        try:
            return await run.result()
        except asyncio.CancelledError:  # the client has gone away
            await run.cancel()
            raise
