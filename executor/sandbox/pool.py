"""Keeps one sandbox ready per kind, so that a job does not wait for one to be made."""

import asyncio
import logging
from dataclasses import replace

from executor.errors import BackendUnavailableError
from executor.sandbox.backend import Backend
from executor.sandbox.box import Box
from executor.sandbox.spec import Kind, SandboxSpec

_log = logging.getLogger(__name__)


class Pool:
    """Hands out ready sandboxes and makes the next one while nobody waits.

    Args:
        backend: makes and buries them; outlives the pool.
        keep: keep a sandbox ready after the first one of its kind was asked for. Off for a
            command that runs one program and ends.
    """

    def __init__(self, backend: Backend, *, keep: bool = True) -> None:
        self._backend = backend
        self._keep = keep
        self._ready: dict[Kind, Box] = {}
        self._refills: dict[Kind, asyncio.Task[None]] = {}

    @property
    def ready(self) -> int:
        """How many sandboxes wait for a job."""
        return len(self._ready)

    async def take(self, spec: SandboxSpec) -> Box:
        """Return a ready sandbox for ``spec``; the caller buries it.

        Raises:
            BackendUnavailableError: none can be made.
        """
        refill = self._refills.get(spec.kind)
        if refill is not None and spec.kind not in self._ready:
            await asyncio.wait([refill])  # one is as good as made: faster than a second one
        box = self._ready.pop(spec.kind, None)
        if box is not None and not self._can_serve(box, spec):
            self._backend.bury_soon(box)
            box = None
        if box is None:
            box = await self._backend.spawn(spec)
        elif box.spec.limits != spec.limits:
            try:
                await self._backend.apply_limits(box, spec)
            except BaseException:
                self._backend.bury_soon(box)
                raise
        return box

    def refill(self, spec: SandboxSpec) -> None:
        """Make a sandbox like ``spec`` ready in the background unless one is."""
        if not self._keep or spec.kind in self._ready or spec.kind in self._refills:
            return
        task = asyncio.get_running_loop().create_task(self._fill(spec))
        self._refills[spec.kind] = task
        task.add_done_callback(lambda _: self._refills.pop(spec.kind, None))

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

    def _can_serve(self, box: Box, spec: SandboxSpec) -> bool:
        has_cgroup = bool(self._backend.facts.cgroup_version)
        # It may have died while it waited: the kernel's first victims are what nobody uses.
        return not box.is_gone and fits(box.spec, spec, has_cgroup=has_cgroup)

    async def _fill(self, spec: SandboxSpec) -> None:
        try:
            self._ready[spec.kind] = await self._backend.spawn(spec)
        except BackendUnavailableError as error:
            _log.warning("no sandbox is kept ready: %s", error)


def fits(ready: SandboxSpec, wanted: SandboxSpec, *, has_cgroup: bool) -> bool:
    """Say whether a sandbox made for ``ready`` can serve ``wanted``.

    What a cgroup holds can still be changed; what was set when it was made cannot.
    """
    have, want = ready.limits, wanted.limits
    changed = replace(
        have,
        wall_seconds=want.wall_seconds,
        cpu_seconds=want.cpu_seconds,
        output_bytes=want.output_bytes,
        artifact_bytes=want.artifact_bytes,
        artifacts=want.artifacts,
        memory_bytes=want.memory_bytes if has_cgroup else have.memory_bytes,
        cpus=want.cpus,
    )
    return ready.kind is wanted.kind and changed == want
