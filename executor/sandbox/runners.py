"""Keeps one runner per kind of sandbox: started at its first use, replaced when it has died or is old."""

import asyncio
import contextlib
import itertools
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from executor.errors import BackendUnavailableError
from executor.sandbox.client import DiedError
from executor.sandbox.settings import SandboxSettings
from executor.sandbox.spec import Kind
from executor.sandbox.streams import Reader

_log = logging.getLogger(__name__)

_READY_SECONDS: Final = 30.0
_READY: Final = b"ready"
_DIED: Final = b"died"


class Asks(Protocol):
    """The way to the launcher; see `executor.sandbox.client.LauncherClient`."""

    async def call(
        self, op: str, descriptors: Sequence[int] = (), **fields: object
    ) -> tuple[dict[str, Any], list[int]]:
        """Ask for ``op``; raises BackendUnavailableError when it is refused."""
        ...

    def post(
        self, op: str, descriptors: Sequence[int] = (), **fields: object
    ) -> asyncio.Future[tuple[dict[str, Any], list[int]]]:
        """Ask without waiting."""
        ...


class Client(Asks, Protocol):
    """The same, from its start to its end."""

    @property
    def lost(self) -> asyncio.Event:
        """Set when nothing can be asked for any more."""
        ...

    async def start(self) -> dict[str, Any]:
        """Return what was found out about this machine; raises BackendUnavailableError."""
        ...

    async def close(self) -> None:
        """End all that was asked for."""
        ...


@dataclass(eq=False, slots=True, kw_only=True)
class Runner:
    """A runner and what it has given: sandboxes in all, and those that live or are being made."""

    number: int
    kind: Kind
    starting: asyncio.Future[None]
    born_at_seconds: float
    given: int = 0
    living: int = 0
    is_replaced: bool = False


class Runners:
    """The runners of one launcher, which ends them with itself.

    All programs that go on in one waiting interpreter have its hash seed and address layout, and each
    of them can tell. So it is replaced now and then: a new one is started beside it, takes over when
    it is ready, and the old one ends with the last of its sandboxes.

    Args:
        client: asks the launcher.
        settings: what their roots are made of, and how long an interpreter serves.
        ready_seconds: how long one may take until it can be asked for sandboxes.
    """

    def __init__(
        self, client: Asks, settings: SandboxSettings, *, ready_seconds: float = _READY_SECONDS
    ) -> None:
        self._client = client
        self._ready_seconds = ready_seconds
        self._is_closed = False
        self._numbers = itertools.count()
        self._current: dict[Kind, Runner] = {}
        self._renewals: dict[Kind, asyncio.Task[None]] = {}
        self.settings = settings

    async def settle(self) -> None:
        """Tell the launcher what all roots are made of; it listens once.

        Raises:
            BackendUnavailableError: something in it does not fit, or the launcher is gone.
        """
        warm = self.settings.warm
        await self._client.call(
            "roots",
            base=self.settings.base,
            etc=list(self.settings.etc),
            etc_files=dict(self.settings.etc_files),
            warm=None if warm is None else {"path": warm.path, "env": dict(warm.env)},
        )

    async def enter(self, kind: Kind) -> Runner:
        """Return the runner for one more sandbox; many callers wait for one start.

        The caller says `leave` when nothing of that sandbox is left, or when it was never made.

        Raises:
            BackendUnavailableError: it could not be started; the next caller tries again.
        """
        if self._is_closed:
            raise BackendUnavailableError("codecage is stopping")
        runner = self._current.get(kind) or self._first(kind)
        runner.living += 1
        try:
            await asyncio.shield(runner.starting)
        except BaseException:
            self.leave(runner)
            raise
        runner.given += 1
        if self._is_old(runner) and kind not in self._renewals:
            renewal = asyncio.get_running_loop().create_task(self._replace(runner))
            self._renewals[kind] = renewal
            renewal.add_done_callback(lambda _: self._renewals.pop(kind))
        return runner

    def leave(self, runner: Runner) -> None:
        """Take back one `enter`; the last one ends a runner that was replaced."""
        runner.living -= 1
        self._end_when_unused(runner)

    async def retire(self, runner: Runner) -> None:
        """Stop a runner that has died, unless that was done: the next caller gets a new one."""
        if self._current.get(runner.kind) is runner:
            del self._current[runner.kind]
            await self._client.call("stop_runner", runner=runner.number)

    async def do_without_proc(self) -> None:
        """From now on make sandboxes that have no /proc."""
        if not self.settings.proc:
            return
        self.settings = replace(self.settings, proc=False)
        running, self._current = list(self._current.values()), {}
        for runner in running:
            with contextlib.suppress(BackendUnavailableError):
                await asyncio.shield(runner.starting)
                await self._client.call("stop_runner", runner=runner.number)

    async def close(self) -> None:
        """Start nothing any more; who waits for a start is told that there will be none."""
        self._is_closed = True
        for runner in self._current.values():
            if not runner.starting.done():
                self._end(runner.number)
        renewals = list(self._renewals.values())
        for renewal in renewals:
            renewal.cancel()
        if renewals:
            await asyncio.wait(renewals)

    def _first(self, kind: Kind) -> Runner:
        number = next(self._numbers)
        starting = asyncio.get_running_loop().create_task(self._start(kind, number))
        runner = self._current[kind] = self._made(kind, number, starting)
        starting.add_done_callback(lambda done: self._forget_failed(runner, done))
        return runner

    def _made(self, kind: Kind, number: int, starting: asyncio.Future[None]) -> Runner:
        now = asyncio.get_running_loop().time()
        return Runner(number=number, kind=kind, starting=starting, born_at_seconds=now)

    def _is_old(self, runner: Runner) -> bool:
        if runner.kind is not Kind.PYTHON:  # of which every program starts its own interpreter
            return False
        age_seconds = asyncio.get_running_loop().time() - runner.born_at_seconds
        return runner.given >= self.settings.warm_runs or age_seconds >= self.settings.warm_seconds

    async def _replace(self, old: Runner) -> None:
        """Start a runner beside ``old`` and let it take over when it is ready."""
        loop = asyncio.get_running_loop()
        number = next(self._numbers)
        try:
            await self._start(old.kind, number)
        except BackendUnavailableError as error:
            _log.warning("the waiting interpreter could not be replaced: %s", error)
            old.given, old.born_at_seconds = 0, loop.time()  # tried again later
            return
        is_ready: asyncio.Future[None] = loop.create_future()
        is_ready.set_result(None)
        new = self._made(old.kind, number, is_ready)
        replaced = (
            new  # unless ``old`` still serves: it may have died, and have a successor already
        )
        if self._current.get(old.kind) is old:
            self._current[old.kind] = new
            replaced = old
        replaced.is_replaced = True
        self._end_when_unused(replaced)

    def _end_when_unused(self, runner: Runner) -> None:
        if runner.is_replaced and not runner.living:
            self._end(runner.number)

    def _end(self, number: int) -> None:
        with contextlib.suppress(BackendUnavailableError):  # then the launcher is gone, and it too
            self._client.post("stop_runner", runner=number)

    async def _start(self, kind: Kind, number: int) -> None:
        """Start a runner and wait until it can be asked for sandboxes.

        Raises:
            BackendUnavailableError: it could not be started.
        """
        is_warm = kind is Kind.PYTHON
        if is_warm and self.settings.warm is None:
            raise BackendUnavailableError("there is no python3 here that could wait for programs")
        said = await self._told(number, warm=is_warm, proc=self.settings.proc)
        if said == _DIED:
            raise DiedError("the sandbox could not be made: the runner ended before it was ready")
        if said != _READY:
            reason = said.decode(errors="replace") or "the launcher has ended"
            raise BackendUnavailableError(f"the sandbox could not be made: {reason}")

    async def _told(self, number: int, **fields: object) -> bytes:
        """Ask for a runner and return what is told of its start: that it is ready, or why it is not.

        Raises:
            BackendUnavailableError: the launcher has refused, or it takes too long.
        """
        try:
            hears, tells = os.pipe()
        except OSError as error:
            raise BackendUnavailableError(f"the sandbox could not be made: {error}") from error
        said = bytearray()
        ended = asyncio.Event()
        reader = Reader(asyncio.get_running_loop(), hears, said.extend, ended.set)
        try:
            async with asyncio.timeout(self._ready_seconds):
                try:
                    await self._client.call("runner", [tells], runner=number, **fields)
                finally:
                    os.close(tells)  # so that the end of the other one is the end
                await ended.wait()
        except TimeoutError as error:
            self._end(number)
            raise BackendUnavailableError("the sandbox's root was not made in time") from error
        except asyncio.CancelledError:
            self._end(number)
            raise
        finally:
            reader.close()
        return bytes(said)

    def _forget_failed(self, runner: Runner, starting: asyncio.Future[None]) -> None:
        has_failed = starting.cancelled() or starting.exception() is not None
        if has_failed and self._current.get(runner.kind) is runner:
            del self._current[runner.kind]
