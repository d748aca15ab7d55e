"""A slot is given to the next sandbox only when nothing of the last one is left. The launcher is a list."""

import asyncio
import os
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import pytest

from executor.errors import BackendUnavailableError
from executor.limits import DEFAULT_LIMITS
from executor.sandbox.backend import ATTEMPTS, Backend
from executor.sandbox.client import RunnerGoneError
from executor.sandbox.settings import SandboxSettings
from executor.sandbox.spec import Kind, SandboxSpec

SPEC = SandboxSpec(Kind.GENERIC, DEFAULT_LIMITS.run)
Answer = tuple[dict[str, Any], list[int]]


class Launcher:
    """Makes no sandbox: each spawn fails as it is told to, or for want of descriptors. Notes what is asked about slots."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, object]] = []
        self.failures: list[BackendUnavailableError] = []
        self.busy = 0
        self.was_busy = asyncio.Event()
        self.is_gone = False
        self.is_closed = False
        self.lost = asyncio.Event()

    async def start(self) -> dict[str, Any]:
        return {
            "cgroup": 1,
            "cgroup_paths": {},
            "why_no_cgroup": "",
            "single_uid": False,
            "unburied": [],
        }

    async def call(self, op: str, descriptors: Sequence[int] = (), **fields: object) -> Answer:
        if op == "runner":
            os.write(descriptors[0], b"ready")
        if "slot" in fields:
            self.asked.append((op, fields["slot"]))
        if op == "spawn" and not self.failures:
            return {"keys": ["pidfd"]}, []  # whose descriptor the kernel did not pass
        if op == "spawn":
            raise self.failures.pop()
        if op == "release" and (self.is_gone or self.is_closed):
            raise BackendUnavailableError("the launcher is gone")
        if op == "release" and self.busy:
            self.busy -= 1
            self.was_busy.set()
            return {"busy": "slot-0: Device or resource busy"}, []
        return {}, []

    def post(
        self, op: str, descriptors: Sequence[int] = (), **fields: object
    ) -> asyncio.Future[Answer]:
        del op, descriptors, fields
        return asyncio.get_running_loop().create_future()

    async def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def launcher() -> Launcher:
    return Launcher()


@pytest.fixture
async def backend(launcher: Launcher) -> AsyncGenerator[Backend, None]:
    made = Backend(SandboxSettings(), launcher)
    await made.start()
    yield made
    await made.close()


async def fails(backend: Backend, launcher: Launcher, *failures: BackendUnavailableError) -> None:
    launcher.failures = list(reversed(failures))
    with pytest.raises(BackendUnavailableError, match="no room"):
        await backend.spawn(SPEC)


NO_ROOM = BackendUnavailableError("no room")


async def test_the_slot_of_a_sandbox_that_was_not_made_is_proven_empty(
    backend: Backend, launcher: Launcher
) -> None:
    launcher.busy = 2
    for _ in range(2):
        await fails(backend, launcher, NO_ROOM)
    assert launcher.asked == [("spawn", 0), *[("release", 0)] * 3, ("spawn", 0), ("release", 0)]
    assert backend.quarantined == []


async def test_a_slot_that_cannot_be_proven_empty_is_not_used_again(
    backend: Backend, launcher: Launcher
) -> None:
    launcher.is_gone = True
    await fails(backend, launcher, NO_ROOM)
    launcher.is_gone = False
    await fails(backend, launcher, NO_ROOM)
    assert launcher.asked == [("spawn", 0), ("release", 0), ("spawn", 1), ("release", 1)]
    assert backend.quarantined == [0]


async def test_a_sandbox_whose_descriptors_were_lost_is_proven_gone_once(
    backend: Backend, launcher: Launcher
) -> None:
    with pytest.raises(BackendUnavailableError, match="files"):
        await backend.spawn(SPEC)
    assert launcher.asked == [("spawn", 0), ("release", 0)]


async def test_a_runner_that_has_died_does_not_make_its_slot_anothers_at_once(
    backend: Backend, launcher: Launcher
) -> None:
    launcher.busy = 1
    await fails(backend, launcher, RunnerGoneError("died"), NO_ROOM)
    assert launcher.asked == [
        ("spawn", 0), ("release", 0), ("release", 0), ("spawn", 0), ("release", 0),
    ]  # fmt: skip


async def test_what_dies_again_and_again_is_told_of_in_the_end(
    backend: Backend, launcher: Launcher
) -> None:
    launcher.failures = [RunnerGoneError("died") for _ in range(ATTEMPTS)]
    with pytest.raises(RunnerGoneError, match="died"):
        await backend.spawn(SPEC)
    assert launcher.asked == [("spawn", 0), ("release", 0)] * ATTEMPTS


async def test_nobody_looks_at_a_slot_any_more_when_all_is_closed(launcher: Launcher) -> None:
    backend = Backend(SandboxSettings(), launcher)
    await backend.start()
    launcher.is_gone = True
    await fails(backend, launcher, NO_ROOM)
    await asyncio.sleep(0)  # the retry has begun to wait
    await backend.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_close_that_is_cancelled_hangs_up_all_the_same(launcher: Launcher) -> None:
    backend = Backend(SandboxSettings(), launcher)
    await backend.start()
    launcher.busy, launcher.failures = 1 << 30, [NO_ROOM]
    async with asyncio.TaskGroup() as tasks:
        spawning = tasks.create_task(refused(backend))
        await launcher.was_busy.wait()
        closing = tasks.create_task(backend.close())
        await asyncio.sleep(0.01)
        assert not closing.done()
        closing.cancel()
    assert closing.cancelled()
    assert launcher.is_closed
    assert "no room" in spawning.result()
    assert asyncio.all_tasks() == {asyncio.current_task()}, "a closed one looks at no slot again"


async def refused(backend: Backend) -> str:
    with pytest.raises(BackendUnavailableError) as caught:
        await backend.spawn(SPEC)
    return str(caught.value)
