"""Keeps sandboxes ready, so that a job does not wait for one to be made."""

import asyncio
import logging
from dataclasses import replace
from typing import Final

from executor.errors import BackendUnavailableError
from executor.sandbox.backend import Backend
from executor.sandbox.box import Box
from executor.sandbox.spec import SandboxSpec

_log = logging.getLogger(__name__)

# One for each shape that was asked for of late: compile and run steps differ, as do languages.
MOST_READY: Final = 3
# A waiting sandbox itself uses about 10 MiB once it has paid for copy-on-write: held to less it would
# be killed while it waits, and the kernel refuses to hold it to less afterwards.
LEAST_READY_BYTES: Final = 32 * 1024 * 1024


class Pool:
    """Hands out ready sandboxes and makes the next one while nobody waits.

    Args:
        backend: makes and buries them; outlives the pool.
        keep: keep a sandbox ready for each shape that was asked for, up to `MOST_READY`. Off for
            a command that runs one program and ends.
    """

    def __init__(self, backend: Backend, *, keep: bool = True) -> None:
        self._backend = backend
        self._keep = keep
        self._ready: dict[SandboxSpec, Box] = {}  # by shape, the one made last at the end
        self._refills: dict[SandboxSpec, asyncio.Task[None]] = {}

    @property
    def ready(self) -> int:
        """How many sandboxes wait for a job."""
        return len(self._ready)

    async def take(self, spec: SandboxSpec) -> Box:
        """Return a ready sandbox for ``spec``; the caller buries it.

        Raises:
            BackendUnavailableError: none can be made.
        """
        shape = self._shape(spec)
        refill = self._refills.get(shape)
        if refill is not None and shape not in self._ready:
            await asyncio.wait([refill])  # one is as good as made: faster than a second one
        box = self._ready.pop(shape, None)
        if box is not None and box.is_gone:
            # It died while it waited: the kernel's first victims are what nobody uses.
            self._backend.bury_soon(box)
            box = None
        if box is None:
            return await self._backend.spawn(spec)
        if box.spec.limits != spec.limits:
            try:
                await self._backend.apply_limits(box, spec)
            except BaseException:
                self._backend.bury_soon(box)
                raise
        return box

    def refill(self, spec: SandboxSpec) -> None:
        """Make a sandbox like ``spec`` ready in the background unless one is."""
        shape = self._shape(spec)
        if not self._keep or shape in self._ready or shape in self._refills:
            return
        if spec.limits.memory_bytes < LEAST_READY_BYTES:
            return
        task = asyncio.get_running_loop().create_task(self._fill(shape, spec))
        self._refills[shape] = task
        task.add_done_callback(lambda _: self._refills.pop(shape, None))

    async def close(self) -> None:
        """Bury what is ready and stop making more."""
        self._keep = False
        tasks = list(self._refills.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for box in self._ready.values():
            await self._backend.bury(box)
        self._ready.clear()

    async def _fill(self, shape: SandboxSpec, spec: SandboxSpec) -> None:
        try:
            self._ready[shape] = await self._backend.spawn(spec)
        except BackendUnavailableError as error:
            _log.warning("no sandbox is kept ready: %s", error)
        while len(self._ready) > MOST_READY:
            self._backend.bury_soon(self._ready.pop(next(iter(self._ready))))

    def _shape(self, spec: SandboxSpec) -> SandboxSpec:
        return shape_of(spec, has_cgroup=bool(self._backend.facts.cgroup_version))


def shape_of(spec: SandboxSpec, *, has_cgroup: bool) -> SandboxSpec:
    """Return ``spec`` without what can still be changed in a ready sandbox.

    Two specs of one shape can use each other's sandboxes. What a cgroup holds can be changed, and
    what we hold a program to ourselves; what was set when the sandbox was made cannot.
    """
    is_memory_free = has_cgroup and spec.limits.memory_bytes >= LEAST_READY_BYTES
    limits = replace(
        spec.limits,
        wall_seconds=0.0,
        cpu_seconds=0.0,
        output_bytes=0,
        artifact_bytes=0,
        artifacts=0,
        cpus=0.0,
        memory_bytes=0 if is_memory_free else spec.limits.memory_bytes,
    )
    return replace(spec, limits=limits)
