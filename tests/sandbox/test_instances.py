"""What a dead instance left behind goes at the next start; what a living one has is not touched."""

import asyncio
import os
import secrets
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from executor.sandbox import seccomp
from executor.sandbox.backend import launch, open_backend
from executor.sandbox.client import LauncherProcess
from executor.sandbox.launcher.instances import Instances
from executor.sandbox.spec import Kind, SandboxSpec
from tests.sandbox import host
from tests.sandbox.conftest import LIMITS, SETTINGS, shell

pytestmark = pytest.mark.sandbox


def start(instances: Path) -> LauncherProcess:
    return launch(host.who(), seccomp.load(os.uname().machine), instances)


def existing(folders: Mapping[str, str]) -> set[str]:
    return {path for path in folders.values() if Path(path).exists()}


async def test_leavings_of_a_dead_instance_go_and_a_living_one_stays(tmp_path: Path) -> None:
    victim = start(tmp_path)
    async with open_backend(SETTINGS, victim) as doomed:
        if not doomed.facts.cgroup_version:
            pytest.skip("no cgroup can be made here, so nothing can be left")
        dead = doomed.facts.cgroup_paths
        await doomed.spawn(SandboxSpec(Kind.GENERIC, LIMITS))
        async with open_backend(SETTINGS, start(tmp_path)) as living:
            box = await living.spawn(SandboxSpec(Kind.GENERIC, LIMITS))
            alive = living.facts.cgroup_paths
            victim.process.send_signal(signal.SIGKILL)
            victim.process.wait()
            assert existing(dead)

            async with open_backend(SETTINGS, start(tmp_path)):
                assert not existing(dead)
                assert existing(alive) == set(alive.values())
                outcome = await box.run(shell("echo still here"), LIMITS)
                assert outcome.exit_code == 0
            await living.bury(box)
    left = os.listdir(tmp_path)  # noqa: PTH208
    assert not left, "every instance that ended took its lock with it"


async def test_two_launchers_started_at_once_leave_each_other_alone(tmp_path: Path) -> None:
    async def live() -> int | None:
        async with open_backend(SETTINGS, start(tmp_path)) as backend:
            box = await backend.spawn(SandboxSpec(Kind.GENERIC, LIMITS))
            outcome = await box.run(shell("sleep 0.3; echo fine"), LIMITS)
            await backend.bury(box)
            return outcome.exit_code

    assert await asyncio.gather(*(live() for _ in range(4))) == [0, 0, 0, 0]


def test_a_name_is_dead_only_when_its_lock_is_free(tmp_path: Path) -> None:
    living, dead = secrets.token_hex(6), secrets.token_hex(6)
    ours = Instances(str(tmp_path))
    ours.register(living)
    (tmp_path / f"{dead}.lock").touch()
    (tmp_path / "not a name.lock").touch()

    assert list(Instances(str(tmp_path)).dead()) == [dead]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{living}.lock", "not a name.lock"]


def test_a_link_laid_among_the_locks_is_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("x")
    folder = tmp_path / "locks"
    folder.mkdir()
    (folder / "abc.lock").symlink_to(precious)

    assert list(Instances(str(folder)).dead()) == []
    assert precious.read_text() == "x"
