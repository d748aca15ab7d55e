"""Whatever is killed, whenever: no process, no mount, no cgroup is left, and the next run is normal."""

import asyncio
import contextlib
import json
import os
import random
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from executor.errors import BackendUnavailableError
from executor.sandbox import seccomp
from executor.sandbox.backend import launch
from executor.sandbox.spec import Kind, Outcome, SandboxSpec
from tests.sandbox import host
from tests.sandbox.conftest import LIMITS, Cage, open_cage, shell

pytestmark = pytest.mark.sandbox

ROUNDS = [
    pytest.param(25, id="25-times", marks=pytest.mark.timeout(120)),
    pytest.param(250, id="250-times", marks=[pytest.mark.full, pytest.mark.timeout(900)]),
]
LATEST_SECONDS = 0.02
SPEC = SandboxSpec(Kind.GENERIC, LIMITS)
# A second on a machine that has a core for each of us; longer where others want them too.
GONE_SECONDS = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
STORM = "while :; do sleep 5 & done"  # keeps forking while it is killed

HOLDER = """
import asyncio, secrets, sys
from pathlib import Path
from executor import Job, SourceFile
from executor.config import ExecutorConfig
from executor.factory import open_executor

async def main():
    config = ExecutorConfig(data_dir=Path(sys.argv[1]), uid_base=int(sys.argv[2]))
    async with open_executor(config, languages=("bash",)) as executor:
        file = SourceFile(path="main.sh", content=b"while :; do sleep 5 & done")
        print("making", flush=True)
        for _ in range(2):
            name = secrets.token_hex(4)
            await executor.start(Job(id=name, language="bash", files=(file,)))
        print("started", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def a_moment() -> None:
    await asyncio.sleep(random.uniform(0, LATEST_SECONDS))  # noqa: S311


async def settled(running: asyncio.Future[Outcome]) -> None:
    """Wait for a run that was killed, unless the storm had blown itself out just before."""
    async with asyncio.timeout(10):
        with contextlib.suppress(BackendUnavailableError):
            await running


async def nothing_left(before: host.Host, seconds: float = 5.0) -> None:
    for _ in range(int(seconds / 0.02)):
        if not host.left_behind(before):
            break
        await asyncio.sleep(0.02)
    assert host.left_behind(before) == {}


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_killing_pid_1_at_any_moment_leaves_nothing(rounds: int) -> None:
    async with open_cage() as cage:
        await cage.run(shell("true"))
        before = host.snapshot()
        for _ in range(rounds):
            box = await cage.backend.spawn(SPEC)
            running = asyncio.ensure_future(box.run(shell(STORM), LIMITS))
            await a_moment()
            box.kill()
            await cage.backend.bury(box)
            await settled(running)
        await nothing_left(before)
        assert cage.backend.quarantined == []
        assert (await cage.run(shell("exit 7"))).exit_code == 7


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_killing_the_runner_at_any_moment_ends_its_sandboxes_and_a_new_one_takes_over(
    rounds: int,
) -> None:
    async with open_cage() as cage:
        await cage.run(shell("true"))
        before = host.snapshot()
        for _ in range(rounds):
            boxes = [await cage.backend.spawn(SPEC) for _ in range(2)]
            runs = [asyncio.ensure_future(box.run(shell(STORM), LIMITS)) for box in boxes]
            await a_moment()
            (runner,) = host.children(cage.launcher.process.pid)
            os.kill(runner, signal.SIGKILL)
            for box, running in zip(boxes, runs, strict=True):
                await settled(running)
                await cage.backend.bury(box)
        assert (await cage.run(shell("exit 7"))).exit_code == 7
        assert cage.backend.quarantined == []
        await nothing_left_but_a_runner(cage, before)


async def nothing_left_but_a_runner(cage: Cage, before: host.Host) -> None:
    """The runner of now is not the one of ``before``: leave it out."""
    runner = {str(pid) for pid in host.children(cage.launcher.process.pid)}
    left, others = dict[str, list[str]](), list[str]()
    for _ in range(250):
        left = host.left_behind(before)
        others = [line for line in left.pop("processes", []) if line.split()[0] not in runner]
        if not left and not others:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"left behind: {left} {others}")


async def kill_launcher(rounds: int, tmp_path: Path) -> None:
    for _round in range(rounds):
        before = host.snapshot()
        async with open_cage(instances=tmp_path) as cage:
            box = await cage.backend.spawn(SPEC)
            running = asyncio.ensure_future(box.run(shell(STORM), LIMITS))
            await a_moment()
            cage.launcher.process.kill()
            await settled(running)
            pids = [pid for pid in host.processes() if pid != cage.launcher.process.pid]
            assert host.wait_until_gone(pids, GONE_SECONDS) == []
        left = host.left_behind(before)
        left.pop("cgroups", None)  # the launcher was to remove them: the next start does
        dead = [int(line.split()[0]) for line in left.pop("processes", [])]
        assert host.wait_until_gone(dead, 0) == []  # zombies at most, which are the host's to reap
        assert left == {}


async def kill_launcher_while_it_makes(rounds: int, tmp_path: Path) -> None:
    """Between the request for the first sandbox, and so for the runner, and the moment it is ready."""
    for _round in range(rounds):
        before = host.snapshot()
        async with open_cage(instances=tmp_path) as cage:
            making = asyncio.ensure_future(cage.backend.spawn(SPEC))
            await a_moment()
            cage.launcher.process.kill()
            with contextlib.suppress(BackendUnavailableError):
                await cage.backend.bury(await making)
            pids = [pid for pid in host.processes() if pid != cage.launcher.process.pid]
            assert host.wait_until_gone(pids, GONE_SECONDS) == []
        left = host.left_behind(before)
        left.pop("cgroups", None)
        dead = [int(line.split()[0]) for line in left.pop("processes", [])]
        assert host.wait_until_gone(dead, 0) == []
        assert left == {}


async def kill_launcher_at_its_start(rounds: int, tmp_path: Path) -> None:
    """While it finds out where it is, removes what the last one left, and makes its own groups."""
    for _ in range(rounds):
        launcher = launch(host.who(), seccomp.load(os.uname().machine), tmp_path)
        await asyncio.sleep(random.uniform(0, 0.2))  # noqa: S311
        launcher.process.kill()
        launcher.end()


async def kill_executor_while_it_makes(rounds: int, tmp_path: Path) -> None:
    await kill_executor(rounds, tmp_path, after=b"making\n")


async def kill_executor(rounds: int, tmp_path: Path, after: bytes = b"started\n") -> None:
    for _ in range(rounds):
        before = host.snapshot()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", HOLDER, str(tmp_path), str(host.UID_BASE),
            stdout=PIPE, stdin=DEVNULL,
        )  # fmt: skip
        assert process.stdout is not None
        while await process.stdout.readline() != after:
            assert not process.stdout.at_eof()
        await a_moment()
        process.kill()
        await process.wait()
        pids = [pid for pid in host.processes() if pid != process.pid]
        assert host.wait_until_gone(pids, GONE_SECONDS) == []
        await nothing_left(before)


@pytest.mark.parametrize(
    "rounds", [pytest.param(8, id="8-times", marks=pytest.mark.timeout(120)), ROUNDS[1]]
)
@pytest.mark.parametrize(
    "kill",
    [
        kill_launcher,
        kill_launcher_while_it_makes,
        kill_launcher_at_its_start,
        kill_executor,
        kill_executor_while_it_makes,
    ],
)
async def test_killing_what_holds_the_sandboxes_ends_them_within_a_second(
    kill: Callable[[int, Path], Awaitable[None]], rounds: int, tmp_path: Path
) -> None:
    await kill(rounds, tmp_path)
    noted = groups_noted(tmp_path)
    async with open_cage(instances=tmp_path) as cage:
        assert cage.backend.facts.unburied == ()
        assert (await cage.run(shell("exit 7"))).exit_code == 7
    assert [group for group in noted if group.exists()] == []
    assert list(tmp_path.glob("*.lock*")) == []  # noqa: ASYNC240


def groups_noted(instances: Path) -> list[Path]:
    """Return what dead launchers were about to make: those of others on this machine have groups, too."""
    notes = [line for lock in instances.glob("*.lock") for line in lock.read_text().splitlines()]
    return [Path(group) for note in notes for group in json.loads(note).get("folders", {}).values()]


def runners_of(cage: Cage) -> list[int]:
    return host.children(cage.launcher.process.pid)


def first_processes_of(cage: Cage) -> list[int]:
    return [pid for runner in runners_of(cage) for pid in host.children(runner)]


@pytest.mark.parametrize("rounds", ROUNDS)
@pytest.mark.parametrize("victims", [runners_of, first_processes_of])
async def test_what_is_killed_while_a_sandbox_is_made_leaves_nothing_and_costs_nobody_a_sandbox(
    victims: Callable[[Cage], list[int]], rounds: int
) -> None:
    async with open_cage() as cage:
        await cage.run(shell("true"))
        before = host.snapshot()
        killed = 0
        for _ in range(rounds):
            making = [asyncio.ensure_future(cage.backend.spawn(SPEC)) for _ in range(2)]
            await a_moment()
            for pid in victims(cage):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
            for box in await asyncio.gather(*making):
                await cage.backend.bury(box)
        assert killed
        assert (await cage.run(shell("exit 7"))).exit_code == 7
        assert cage.backend.quarantined == []
        await nothing_left_but_a_runner(cage, before)


@pytest.mark.parametrize("rounds", ROUNDS)
async def test_a_caller_that_is_cancelled_while_its_sandbox_is_made_leaves_nothing(
    rounds: int,
) -> None:
    async with open_cage() as cage:
        await cage.run(shell("true"))
        before = host.snapshot()
        for _ in range(rounds):
            making = asyncio.ensure_future(cage.backend.spawn(SPEC))
            await a_moment()
            making.cancel()
            try:
                box = await making
            except asyncio.CancelledError:
                continue
            await cage.backend.bury(box)
        await nothing_left(before)
        assert (await cage.run(shell("exit 7"))).exit_code == 7
        assert cage.backend.quarantined == []
