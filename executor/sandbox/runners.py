"""Keeps one runner per kind of sandbox: started at its first use, replaced when it has died."""

import asyncio
import contextlib
import itertools
from dataclasses import replace

from executor.errors import BackendUnavailableError
from executor.sandbox.client import LauncherClient
from executor.sandbox.settings import SandboxSettings
from executor.sandbox.spec import Kind


class Runners:
    """The runners of one launcher, which ends them with itself.

    Args:
        client: asks the launcher.
        settings: what their roots are made of.
    """

    def __init__(self, client: LauncherClient, settings: SandboxSettings) -> None:
        self._client = client
        self._numbers = itertools.count()
        self._started: dict[Kind, tuple[int, asyncio.Task[None]]] = {}
        self.settings = settings

    async def number(self, kind: Kind) -> int:
        """Return the number of the runner for ``kind``; many callers wait for one start.

        Raises:
            BackendUnavailableError: it could not be started; the next caller tries again.
        """
        if kind not in self._started:
            number = next(self._numbers)
            starting = asyncio.get_running_loop().create_task(self._start(kind, number))
            self._started[kind] = (number, starting)
            starting.add_done_callback(lambda done: self._forget_failed(kind, done))
        number, starting = self._started[kind]
        await asyncio.shield(starting)
        return number

    async def retire(self, kind: Kind, number: int) -> None:
        """Stop a runner that has died, unless that was done: the next caller gets a new one."""
        current = self._started.get(kind)
        if current is not None and current[0] == number:
            del self._started[kind]
            await self._client.call("stop_runner", runner=number)

    async def do_without_proc(self) -> None:
        """From now on make sandboxes that have no /proc."""
        if not self.settings.proc:
            return
        self.settings = replace(self.settings, proc=False)
        started, self._started = list(self._started.values()), {}
        for number, starting in started:
            with contextlib.suppress(BackendUnavailableError):
                await asyncio.shield(starting)
                await self._client.call("stop_runner", runner=number)

    async def _start(self, kind: Kind, number: int) -> None:
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
        )

    def _forget_failed(self, kind: Kind, starting: asyncio.Task[None]) -> None:
        has_failed = starting.cancelled() or starting.exception() is not None
        if has_failed and self._started.get(kind, (0, None))[1] is starting:
            del self._started[kind]
