"""The launcher waits for nobody: neither for runners on their way, nor for slots that are not empty yet."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from executor.errors import BackendUnavailableError
from executor.sandbox.backend import ATTEMPTS
from executor.sandbox.settings import SandboxSettings, WarmInterpreter
from executor.sandbox.spec import Kind, SandboxSpec
from tests.sandbox import host
from tests.sandbox.conftest import ENV, LIMITS, Cage, open_cage, python, shell, until

pytestmark = pytest.mark.sandbox

# It fills a pipe that nobody reads, and never says that it is ready.
YES = "/usr/bin/yes"
NEVER_READY = SandboxSettings(warm=WarmInterpreter(path=YES, env=ENV))
PYTHON = SandboxSpec(Kind.PYTHON, LIMITS)


async def test_a_runner_that_never_becomes_ready_keeps_nobody_waiting() -> None:
    before = host.snapshot()
    async with open_cage(NEVER_READY) as cage, asyncio.TaskGroup() as tasks:
        stuck = tasks.create_task(failure_of(cage))
        await until(lambda: is_running(cage, YES))
        assert (await cage.run(shell("echo other"))).exit_code == 0
        assert not stuck.done()
        closing = tasks.create_task(cage.backend.close())
        assert "it was stopped" in await stuck
        await closing
    host.assert_nothing_left(before)


async def test_one_that_is_stuck_in_a_clone_is_replaced_when_it_is_killed(cage: Cage) -> None:
    await cage.run(python("print(1)"), Kind.PYTHON)
    (runner,) = runners_of(cage, "/usr/bin/python3 /box")
    os.kill(runner, signal.SIGSTOP)
    spawning = asyncio.ensure_future(cage.run(python("print(2)"), Kind.PYTHON))
    await asyncio.sleep(0.05)
    os.kill(runner, signal.SIGKILL)
    assert (await spawning).exit_code == 0
    await until(lambda: runner not in host.children(cage.launcher.process.pid))


async def test_a_runner_that_dies_on_its_way_is_replaced_and_one_that_always_does_is_told_of() -> (
    None
):
    before = host.snapshot()
    async with open_cage(NEVER_READY) as cage, asyncio.TaskGroup() as tasks:
        started = tasks.create_task(failure_of(cage))
        killed = set[int]()
        for attempt in range(ATTEMPTS):
            await until(lambda: bool(set(runners_of(cage, YES)) - killed))
            assert not started.done(), attempt
            (pid,) = set(runners_of(cage, YES)) - killed
            killed.add(pid)
            os.kill(pid, signal.SIGKILL)
        assert "ended before it was ready" in await started
    host.assert_nothing_left(before)


@pytest.mark.skipif(os.getuid() != 0, reason="only root may make groups in the launcher's")
async def test_a_slot_that_does_not_become_empty_keeps_nobody_waiting(cage: Cage) -> None:
    if not cage.backend.facts.cgroup_version:
        pytest.skip("needs a cgroup")
    box = await cage.backend.spawn(SandboxSpec(Kind.GENERIC, LIMITS))
    parent = Path(cage.backend.facts.cgroup_paths["memory"])
    occupant = parent / f"slot-{box.slot}" / "occupant"
    occupant.mkdir()
    burial = cage.backend.bury_soon(box)
    try:
        await until(lambda: box.is_gone)
        assert (await cage.run(shell("echo other"))).exit_code == 0
        assert not burial.done()
    finally:
        occupant.rmdir()
    await burial
    assert not occupant.parent.exists()


async def failure_of(cage: Cage) -> str:
    """Ask for a Python sandbox, which cannot be had, and return why."""
    with pytest.raises(BackendUnavailableError) as caught:
        await cage.backend.spawn(PYTHON)
    return str(caught.value)


def is_running(cage: Cage, name: str) -> bool:
    return bool(runners_of(cage, name))


def runners_of(cage: Cage, name: str) -> list[int]:
    """Return the runners that have become the program at the path ``name``."""
    children = host.children(cage.launcher.process.pid)
    return [pid for pid in children if host.command(pid).startswith(name)]
