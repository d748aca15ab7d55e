"""Keeps one runner per kind of sandbox: started at its first use, replaced when it has died or is old."""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from executor.errors import BackendUnavailableError
from executor.sandbox.settings import SandboxSettings
from executor.sandbox.spec import Kind

_log = logging.getLogger(__name__)

# How long a new interpreter gets before we ask whether it is ready. The launcher answers one request
# after the other: asked too early, it would let everybody wait.
_BUILD_SECONDS: Final = 1.0


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
    born: float
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
        build_seconds: how long a replacement gets before it is asked for.
    """

    def __init__(
        self, client: Asks, settings: SandboxSettings, *, build_seconds: float = _BUILD_SECONDS
    ) -> None:
        self._client = client
        self._build_seconds = build_seconds
        self._numbers = itertools.count()
        self._current: dict[Kind, Runner] = {}
        self._renewals: dict[Kind, asyncio.Task[None]] = {}
        self.settings = settings

    async def enter(self, kind: Kind) -> Runner:
        """Return the runner for one more sandbox; many callers wait for one start.

        The caller says `leave` when nothing of that sandbox is left, or when it was never made.

        Raises:
            BackendUnavailableError: it could not be started; the next caller tries again.
        """
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
        """Replace nothing any more."""
        renewals = list(self._renewals.values())
        for renewal in renewals:
            renewal.cancel()
        if renewals:
            await asyncio.wait(renewals)

    def _first(self, kind: Kind) -> Runner:
        number = next(self._numbers)
        starting = asyncio.get_running_loop().create_task(self._start(kind, number, wait=True))
        runner = self._current[kind] = self._made(kind, number, starting)
        starting.add_done_callback(lambda done: self._forget_failed(runner, done))
        return runner

    def _made(self, kind: Kind, number: int, starting: asyncio.Future[None]) -> Runner:
        born = asyncio.get_running_loop().time()
        return Runner(number=number, kind=kind, starting=starting, born=born)

    def _is_old(self, runner: Runner) -> bool:
        if runner.kind is not Kind.PYTHON:  # of which every program starts its own interpreter
            return False
        age_seconds = asyncio.get_running_loop().time() - runner.born
        return runner.given >= self.settings.warm_runs or age_seconds >= self.settings.warm_seconds

    async def _replace(self, old: Runner) -> None:
        """Start a runner beside ``old`` and let it take over."""
        loop = asyncio.get_running_loop()
        number = next(self._numbers)
        try:
            await self._start(old.kind, number, wait=False)
            await asyncio.sleep(self._build_seconds)
            await self._client.call("runner_ready", runner=number)
        except BackendUnavailableError as error:
            _log.warning("the waiting interpreter could not be replaced: %s", error)
            old.given, old.born = 0, loop.time()  # tried again later
            return
        is_ready: asyncio.Future[None] = loop.create_future()
        is_ready.set_result(None)
        new = self._made(old.kind, number, is_ready)
        if self._current.get(old.kind) is old:
            self._current[old.kind] = new
            old.is_replaced = True
            self._end_when_unused(old)
        else:  # it has died meanwhile, and has a successor already
            new.is_replaced = True
            self._end_when_unused(new)

    def _end_when_unused(self, runner: Runner) -> None:
        if runner.is_replaced and not runner.living:
            with contextlib.suppress(BackendUnavailableError):
                self._client.post("stop_runner", runner=runner.number)

    async def _start(self, kind: Kind, number: int, *, wait: bool) -> None:
        warm = None
        if kind is Kind.PYTHON:
            if self.settings.warm is None:
                raise BackendUnavailableError(
                    "there is no python3 here that could wait for programs"
                )
            warm = [self.settings.warm.path, dict(self.settings.warm.env)]
        await self._client.call(
            "runner",
            runner=number,
            base=self.settings.base,
            etc=list(self.settings.etc),
            etc_files=dict(self.settings.etc_files),
            proc=self.settings.proc,
            warm=warm,
            wait=wait,
        )

    def _forget_failed(self, runner: Runner, starting: asyncio.Future[None]) -> None:
        has_failed = starting.cancelled() or starting.exception() is not None
        if has_failed and self._current.get(runner.kind) is runner:
            del self._current[runner.kind]
