"""Makes and buries sandboxes: slots, runners, and the proof that a slot is free again."""

import asyncio
import base64
import contextlib
import heapq
import itertools
import logging
import os
import secrets
import socket
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from executor.errors import BackendUnavailableError
from executor.sandbox.box import Box, Ends
from executor.sandbox.client import LauncherClient, LauncherProcess, start_launcher
from executor.sandbox.counters import CgroupCounters, Counters, MeteredCounters
from executor.sandbox.identity import Identity
from executor.sandbox.spec import Kind, SandboxSpec

_log = logging.getLogger(__name__)

SLOTS = 96
_METER_MS = 50
# Where the pids cgroup counts, the kernel's per-uid limit is only a second line behind it.
_SPARE_PROCESSES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmInterpreter:
    """A Python inside the root that is started before there is a job, with its programs' environment."""

    path: str
    env: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """What sandboxes are made of here.

    ``base`` is the folder whose `usr` they see; ``etc`` are read-only paths below its /etc and
    ``etc_files`` files of ours there; ``warm`` is what waits for `Kind.PYTHON` programs; without
    it there are none. Without ``proc`` sandboxes have no /proc (isolation level C).
    """

    base: str = "/"
    etc: tuple[str, ...] = ("/etc/alternatives",)
    etc_files: Mapping[str, str] = field(default_factory=dict)
    warm: WarmInterpreter | None = None
    proc: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the launcher found: ``cgroup_version`` 0 means that no cgroup can be made."""

    cgroup_version: int
    cgroup_paths: Mapping[str, str]
    why_no_cgroup: str
    single_uid: bool


class Backend:
    """Owner of the launcher and of every sandbox. Make it with `open_backend`."""

    def __init__(self, settings: SandboxSettings, client: LauncherClient) -> None:
        self._settings = settings
        self._client = client
        self._burials: dict[Box, asyncio.Task[None]] = {}
        self._free = list(range(SLOTS))
        self._numbers = itertools.count()
        self._runners: dict[Kind, asyncio.Future[int]] = {}
        self._living: set[Box] = set()
        self.facts = Facts(cgroup_version=0, cgroup_paths={}, why_no_cgroup="", single_uid=True)
        self.quarantined: list[int] = []

    async def start(self) -> None:
        """Learn what the launcher found.

        Raises:
            BackendUnavailableError: it could not be started, with the reason.
        """
        found = await self._client.start()
        self.facts = Facts(
            cgroup_version=found["cgroup"],
            cgroup_paths=found["cgroup_paths"],
            why_no_cgroup=found["why_no_cgroup"],
            single_uid=found["single_uid"],
        )

    @property
    def has_proc(self) -> bool:
        """Whether sandboxes have a /proc of their own."""
        return self._settings.proc

    async def spawn(self, spec: SandboxSpec) -> Box:
        """Make one sandbox and return it ready for a program.

        Where the kernel lets nobody mount a new /proc, as in a container that hides parts of its
        own, sandboxes are made without one from then on (isolation level C).

        Raises:
            BackendUnavailableError: a step failed; nothing is left behind.
        """
        try:
            return await self._spawn(spec)
        except BackendUnavailableError as error:
            uncounted = (
                not self.facts.cgroup_version
            )  # without either nobody could hold it to limits
            if uncounted or not self._settings.proc or "mount proc" not in str(error):
                raise
            _log.warning("sandboxes get no /proc here (isolation level C): %s", error)
        self._settings = replace(self._settings, proc=False)
        for runner in list(self._runners.values()):
            await self._client.call("stop_runner", runner=await asyncio.shield(runner))
        self._runners.clear()
        return await self._spawn(spec)

    async def _spawn(self, spec: SandboxSpec) -> Box:
        runner = await self._runner(spec.kind)
        if not self._free:
            raise BackendUnavailableError("every sandbox slot is taken; try again in a moment")
        slot = heapq.heappop(self._free)
        try:
            box = await self._make(runner, slot, spec)
        except BaseException:
            heapq.heappush(self._free, slot)
            raise
        self._living.add(box)
        try:
            await box.wait_ready()
        except BaseException:
            await self.bury(box)
            raise
        return box

    async def apply_limits(self, box: Box, spec: SandboxSpec) -> None:
        """Hold a ready sandbox to other cgroup limits than it was made with."""
        if self.facts.cgroup_version:
            await self._client.call("limits", slot=box.slot, limits=_cgroup_limits(spec))

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
        """End every sandbox, then the launcher."""
        for box in list(self._living):
            self.bury_soon(box)
        if self._burials:
            await asyncio.wait(list(self._burials.values()))
        await self._client.close()

    async def _bury(self, box: Box) -> None:
        dead = await box.gone()
        box.dispose()
        self._living.discard(box)
        reason = "" if dead else "its processes did not end"
        if dead:
            try:
                await self._client.call("release", slot=box.slot)
            except BackendUnavailableError as error:
                reason = str(error)
        if reason:
            self.quarantined.append(box.slot)
            _log.error("sandbox slot %d is quarantined: %s", box.slot, reason)
            return
        heapq.heappush(self._free, box.slot)

    async def _runner(self, kind: Kind) -> int:
        """Return the number of the runner for ``kind``, started at its first use."""
        if kind not in self._runners:
            self._runners[kind] = asyncio.get_running_loop().create_future()
            number = next(self._numbers)
            try:
                await self._client.call(
                    "runner",
                    runner=number,
                    base=self._settings.base,
                    etc=list(self._settings.etc),
                    etc_files=dict(self._settings.etc_files),
                    proc=self._settings.proc,
                    warm=self._warm(kind),
                )
            except BaseException as error:
                failed = self._runners.pop(kind)
                failed.set_exception(
                    error if isinstance(error, Exception) else BackendUnavailableError("cancelled")
                )
                failed.exception()
                raise
            self._runners[kind].set_result(number)
        return await asyncio.shield(self._runners[kind])

    def _warm(self, kind: Kind) -> list[object] | None:
        if kind is not Kind.PYTHON:
            return None
        if self._settings.warm is None:
            raise BackendUnavailableError("there is no python3 here that could wait for programs")
        return [self._settings.warm.path, dict(self._settings.warm.env)]

    async def _make(self, runner: int, slot: int, spec: SandboxSpec) -> Box:
        control, control_inside = socket.socketpair()
        job_inside, job = os.pipe()
        stdin_inside, stdin = os.pipe()
        stdout, stdout_inside = os.pipe()
        stderr, stderr_inside = os.pipe()
        inside = [control_inside.detach(), job_inside, stdin_inside, stdout_inside, stderr_inside]
        ours = [control.detach(), job, stdin, stdout, stderr]
        try:
            answer, passed = await self._client.call(
                "spawn",
                inside,
                runner=runner,
                slot=slot,
                limits=_cgroup_limits(spec),
                request=self._request(spec),
            )
        except BaseException:
            _close(ours)
            raise
        finally:
            _close(inside)
        named = dict(zip(answer["keys"], passed, strict=True))
        pidfd = named.pop("pidfd")
        oom_event = named.pop("oom_event", None)
        if oom_event is not None and self.facts.cgroup_version == 2:
            # memory.oom.group ends the whole program by itself: nothing to wait for.
            os.close(oom_event)
            oom_event = None
        return Box(
            slot=slot,
            spec=spec,
            ends=Ends(
                control=ours[0],
                job=ours[1],
                stdin=ours[2],
                stdout=ours[3],
                stderr=ours[4],
                pidfd=pidfd,
                oom_event=oom_event,
            ),
            counters=self._counters(named, spec),
            set_weight=lambda weight: self._set_weight(slot, weight),
        )

    def _counters(self, named: Mapping[str, int], spec: SandboxSpec) -> Counters:
        if self.facts.cgroup_version:
            return CgroupCounters(self.facts.cgroup_version, named)
        return MeteredCounters(spec.limits.memory_bytes, spec.limits.processes)

    def _request(self, spec: SandboxSpec) -> list[int]:
        limits = spec.limits
        data_bytes = meter_ms = 0
        processes = limits.processes + _SPARE_PROCESSES
        if not self.facts.cgroup_version:
            # A backstop only: PID 1 sees and ends what is above the limit, which makes the verdict
            # the same as with a cgroup. Run-times reserve much more than they use.
            data_bytes = 8 * limits.memory_bytes + (128 << 20)
            meter_ms = _METER_MS
            if not self.facts.single_uid:
                processes = limits.processes
        return [
            processes, limits.disk_bytes, limits.inodes, limits.open_files, data_bytes, meter_ms,
        ]  # fmt: skip

    def _set_weight(self, slot: int, weight: int) -> None:
        if self.facts.cgroup_version:
            with contextlib.suppress(BackendUnavailableError):
                self._client.post("weight", slot=slot, weight=weight)


def _cgroup_limits(spec: SandboxSpec) -> dict[str, float]:
    return {
        "memory_bytes": spec.limits.memory_bytes,
        "processes": spec.limits.processes,
        "cpus": spec.limits.cpus,
    }


def _close(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def launch(identity: Identity, seccomp: bytes, instances: Path) -> LauncherProcess:
    """Start the launcher with the rights we have now; see `start_launcher`.

    Args:
        identity: the user ids to work with.
        seccomp: the filter's BPF bytes.
        instances: the folder of lock files that tell living instances from dead ones.
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
    backend = Backend(settings, LauncherClient(launcher))
    try:
        await backend.start()
        yield backend
    finally:
        await backend.close()
