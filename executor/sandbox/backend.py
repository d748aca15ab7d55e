"""Makes and buries sandboxes, each in a slot and from a runner."""

import asyncio
import base64
import contextlib
import logging
import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from executor.errors import BackendUnavailableError
from executor.limits import DEFAULT_LIMITS, largest, twice
from executor.models import Limits
from executor.sandbox.birth import cgroup_limits, launcher_ceiling, make_box
from executor.sandbox.box import Box
from executor.sandbox.client import (
    DiedError,
    LauncherClient,
    LauncherProcess,
    NoProcError,
    RunnerGoneError,
    start_launcher,
)
from executor.sandbox.identity import Identity
from executor.sandbox.runners import Client, Runner, Runners
from executor.sandbox.settings import Facts, SandboxSettings
from executor.sandbox.slots import Slots
from executor.sandbox.spec import Kind, SandboxSpec
from executor.sandbox.uncontained import Uncontained

_log = logging.getLogger(__name__)

SLOTS = 96
# So a sandbox is given up when a third runner died with it, see `Backend.spawn`.
ATTEMPTS = 6
_MOST = twice(largest(DEFAULT_LIMITS))


class Backend:
    """Owner of the launcher and of every sandbox. Make it with `open_backend`."""

    def __init__(self, settings: SandboxSettings, client: Client) -> None:
        self._client = client
        self._runners = Runners(client, settings)
        self._making: set[asyncio.Task[Box]] = set()
        self._burials: dict[Box, asyncio.Task[None]] = {}
        self._slots = Slots(client, SLOTS)
        self._living: dict[Box, Runner] = {}
        self.facts = Facts(cgroup_version=0, cgroup_paths={}, why_no_cgroup="", single_uid=True)
        self.made = 0

    async def start(self) -> None:
        """Learn what the launcher found, and tell it what roots are made of.

        Raises:
            BackendUnavailableError: it could not be started, with the reason.
        """
        found = await self._client.start()
        await self._runners.settle()
        self.facts = Facts(
            cgroup_version=found["cgroup"],
            cgroup_paths=found["cgroup_paths"],
            why_no_cgroup=found["why_no_cgroup"],
            single_uid=found["single_uid"],
            unburied=tuple(found["unburied"]),
        )
        for left in self.facts.unburied:
            _log.error("what a killed codecage left behind could not be removed: instance %s", left)

    @property
    def lost(self) -> asyncio.Event:
        """Set when the launcher has ended by itself: no sandbox can be made any more."""
        return self._client.lost

    @property
    def quarantined(self) -> list[int]:
        """The slots in which something may be left."""
        return self._slots.quarantined

    @property
    def living(self) -> int:
        """How many sandboxes there are."""
        return len(self._living)

    @property
    def has_proc(self) -> bool:
        """Whether sandboxes have a /proc of their own."""
        return self._runners.settings.proc

    def kind_for(self, argv: Sequence[str], env: Mapping[str, str]) -> Kind:
        """Return the kind of sandbox in which a command starts soonest.

        There is one waiting interpreter; another Python, or other settings in ``env``, is started.
        """
        warm = self._runners.settings.warm
        return Kind.PYTHON if warm and warm.is_what_starts(argv, env) else Kind.GENERIC

    async def spawn(self, spec: SandboxSpec) -> Box:
        """Make one sandbox and return it ready for a program.

        Where the kernel lets nobody mount a new /proc, as in a container that hides parts of its
        own, sandboxes are made without one from then on (isolation level C).

        A caller that is cancelled leaves nothing behind: what is being made is buried when it is there.

        Raises:
            BackendUnavailableError: a step failed; nothing is left behind.
        """
        making = asyncio.get_running_loop().create_task(self._spawn_or_mend(spec))
        self._making.add(making)
        making.add_done_callback(self._making.discard)
        try:
            return await asyncio.shield(making)
        except asyncio.CancelledError:
            making.add_done_callback(self._bury_unwanted)
            raise

    def _bury_unwanted(self, making: asyncio.Task[Box]) -> None:
        if not making.cancelled() and making.exception() is None:
            self.bury_soon(making.result())

    async def _spawn_or_mend(self, spec: SandboxSpec) -> Box:
        """Spawn; what died meanwhile is replaced, and a /proc that cannot be is done without.

        No program has started yet, so another attempt is no second run of it. A dead runner costs two:
        of its sandbox, and of the next one that is asked of it.
        """
        had_proc = self.has_proc
        for _ in range(ATTEMPTS - 1):
            try:
                return await self._spawn(spec)
            except DiedError as error:
                _log.warning("it is tried once more: %s", error)
            except NoProcError as error:
                await self._do_without_proc(error)
            except BackendUnavailableError:
                if had_proc == self.has_proc:  # else another caller found out, and ended our runner
                    raise
                had_proc = self.has_proc
        return await self._spawn(spec)

    async def _do_without_proc(self, error: NoProcError) -> None:
        if not self.facts.cgroup_version:  # with neither, nobody could hold a program to limits
            raise error
        if self.has_proc:  # else another caller found out
            _log.warning("sandboxes get no /proc here (isolation level C): %s", error)
            await self._runners.do_without_proc()

    async def _spawn(self, spec: SandboxSpec) -> Box:
        runner = await self._runners.enter(spec.kind)
        slot = await self._slots.take()
        try:
            box = await make_box(
                self._client, self.facts, runner=runner.number, slot=slot, spec=spec
            )
        except BaseException as error:
            self._runners.leave(runner)
            try:
                if isinstance(error, RunnerGoneError):
                    await self._runners.retire(runner)
            finally:
                await self._slots.vacate(slot)
            raise
        self._living[box] = runner
        self.made += 1
        try:
            await box.wait_ready()
        except BaseException:
            await self.bury(box)
            raise
        return box

    async def apply_limits(self, box: Box, spec: SandboxSpec) -> None:
        """Hold a ready sandbox to other cgroup limits than it was made with."""
        if self.facts.cgroup_version:
            await self._client.call("limits", slot=box.slot, limits=cgroup_limits(spec))

    async def bury(self, box: Box) -> None:
        """End a sandbox and return when its slot is free, or is known not to be.

        Cancelling the caller does not stop it.
        """
        await asyncio.shield(self.bury_soon(box))

    def bury_soon(self, box: Box) -> asyncio.Task[None]:
        """End a sandbox; the task is done when its slot is free, or is known not to be."""
        box.kill()
        if box not in self._burials:
            burial = asyncio.get_running_loop().create_task(self._bury(box))
            self._burials[box] = burial
            burial.add_done_callback(lambda _: self._burials.pop(box, None))
        return self._burials[box]

    async def close(self) -> None:
        """End every sandbox, then the launcher; hang up on that also when this is cancelled."""
        try:
            await self._runners.close()  # first, or who waits for a runner would wait for long
            if self._making:
                await asyncio.wait(list(self._making))
            for box in list(self._living):
                self.bury_soon(box)
            if self._burials:
                await asyncio.wait(list(self._burials.values()))
        finally:
            try:
                await self._slots.close()  # after the last burials, which may quarantine one more
            finally:
                await self._client.close()

    async def _bury(self, box: Box) -> None:
        if box not in self._living:
            return  # buried before: its slot may be another's by now
        dead = await box.gone()
        box.dispose()
        runner = self._living.pop(box)
        if dead:
            self._runners.leave(runner)
            await self._slots.vacate(box.slot)
        else:
            self._slots.quarantine(box.slot, "its processes did not end")


def launch(
    identity: Identity, seccomp: bytes, instances: Path, most: Limits = _MOST
) -> LauncherProcess:
    """Start the launcher with the rights we have now; see `start_launcher`.

    Args:
        identity: the user ids to work with.
        seccomp: the filter's BPF bytes.
        instances: the folder of lock files that tell living instances from dead ones.
        most: what the launcher holds every sandbox to at most, whatever it is asked for.
    """
    return start_launcher(
        {
            "instance": secrets.token_hex(6),
            "instances_folder": str(instances),
            "uid_base": identity.uid_base,
            "uid_count": identity.uid_count,
            "service_uid": identity.service_uid,
            "service_gid": identity.service_gid,
            "seccomp": base64.b64encode(seccomp).decode(),
            "slots": SLOTS,
            "ceiling": launcher_ceiling(most),
        }
    )


@contextlib.asynccontextmanager
async def open_backend(
    settings: SandboxSettings, launcher: LauncherProcess
) -> AsyncGenerator[Backend, None]:
    """Take over a launcher, and end it with everything it made on leaving.

    Raises:
        BackendUnavailableError: the launcher did not come up.
    """
    async with _opened(Backend(settings, LauncherClient(launcher))) as backend:
        yield backend


def open_uncontained(seccomp: bytes) -> AbstractAsyncContextManager[Backend]:
    """Return a backend whose programs nothing contains (isolation level D), to be entered.

    Raises:
        BackendUnavailableError: we are root.
    """
    return _opened(Backend(SandboxSettings(), Uncontained(seccomp)))


@contextlib.asynccontextmanager
async def _opened(backend: Backend) -> AsyncGenerator[Backend, None]:
    try:
        await backend.start()
        yield backend
    finally:
        await backend.close()
