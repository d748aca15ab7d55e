"""SIGKILL of what holds sandboxes: no process is left, empty folders at most, and the next start works."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from executor.errors import BackendUnavailableError
from executor.sandbox import seccomp
from executor.sandbox.backend import Backend, launch, open_backend
from executor.sandbox.client import LauncherProcess
from executor.sandbox.spec import Kind, Outcome, SandboxSpec
from tests.sandbox import host
from tests.sandbox.conftest import LIMITS, SETTINGS, Cage, open_cage, shell, until
from tests.vm import worlds

pytestmark = pytest.mark.worlds(*worlds.MAIN, worlds.HARDENED)
STORM = "while :; do sleep 1 & sleep 0.1; done"  # keeps forking, within its limits
CALM = "sleep 600 & sleep 600"
GONE_SECONDS = 10.0
ENOUGH = 7  # launcher, runner, and twice: PID 1, a shell, and something of the shell's


def start(instances: Path) -> LauncherProcess:
    return launch(host.who(), seccomp.load(os.uname().machine), instances)


@contextlib.asynccontextmanager
async def running_twice(backend: Backend, source: str) -> AsyncGenerator[list[int], None]:
    """Let two programs run; yield the processes that must go. The runs may fail."""
    boxes = [await backend.spawn(SandboxSpec(Kind.GENERIC, LIMITS)) for _ in range(2)]
    runs = [asyncio.ensure_future(box.run(shell(source), LIMITS)) for box in boxes]
    await until(lambda: len(host.processes()) >= ENOUGH, 60.0)
    yield host.processes()
    for box, running in zip(boxes, runs, strict=True):
        await settled(running)
        await backend.bury(box)


async def settled(running: asyncio.Future[Outcome]) -> None:
    async with asyncio.timeout(60):
        with contextlib.suppress(BackendUnavailableError):
            await running


def groups(backend: Backend) -> list[Path]:
    """Return what is left below the instance's folders, and fail where somebody is in it."""
    folders = {Path(path) for path in backend.facts.cgroup_paths.values()}
    found = [path for folder in folders for path in folder.glob("slot-*")]
    assert [path for path in found if (path / "cgroup.procs").read_text()] == []
    return found


async def works(cage: Cage) -> bool:
    return (await cage.run(shell("exit 7"))).exit_code == 7


async def test_a_killed_runner_takes_its_sandboxes_along_and_is_replaced(
    world: worlds.World,
) -> None:
    async with open_cage() as cage:
        assert await works(cage), world
        async with running_twice(cage.backend, STORM) as alive:
            (runner,) = host.children(cage.launcher.process.pid)
            os.kill(runner, signal.SIGKILL)
            doomed = [pid for pid in alive if pid != cage.launcher.process.pid]
            assert len(doomed) >= 6
            assert await asyncio.to_thread(host.wait_until_gone, doomed, GONE_SECONDS) == []
        assert groups(cage.backend) == []
        assert await works(cage)
        assert cage.backend.quarantined == []


async def test_a_killed_launcher_leaves_empty_folders_that_the_next_start_removes(
    world: worlds.World, tmp_path: Path
) -> None:
    victim = start(tmp_path)
    async with open_backend(SETTINGS, victim) as backend:
        async with running_twice(backend, STORM) as alive:
            victim.process.kill()
            victim.process.wait()
            assert len(alive) >= 6
            assert await asyncio.to_thread(host.wait_until_gone, alive, GONE_SECONDS) == []
        left = groups(backend)
        assert bool(left) is (world.level == "A")
    async with open_backend(SETTINGS, start(tmp_path)) as successor:
        assert [path for path in left if path.exists()] == []
        assert await works(Cage(successor, victim))


# Not in the hardened unit, whose /proc does not show it: hidepid hides what may not be traced.
@pytest.mark.worlds(*worlds.MAIN)
async def test_a_killed_pid_1_takes_its_sandbox_along(world: worlds.World) -> None:
    async with open_cage() as cage:
        async with running_twice(cage.backend, CALM):
            (runner,) = host.children(cage.launcher.process.pid)
            keepers = host.children(runner)
            assert len(keepers) == 2, world
            doomed = [child for pid in keepers for child in host.children(pid)]
            for pid in keepers:
                os.kill(pid, signal.SIGKILL)
            everyone = [*keepers, *doomed]
            assert await asyncio.to_thread(host.wait_until_gone, everyone, GONE_SECONDS) == []
        assert groups(cage.backend) == []
        assert await works(cage)
