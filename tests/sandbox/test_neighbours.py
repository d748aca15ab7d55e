"""What a member notices of others who burn the machine: little, and never a wrong verdict."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest

from executor import Executor, Status
from executor.models import LimitsRequest
from tests.sandbox.hostile import FORK_FOR_EVER
from tests.sandbox.jobs import job, needs_cgroup, opened, run

pytestmark = pytest.mark.sandbox

LOOP = "while True: pass"
COMPUTES = """
import time
while time.process_time() < {seconds}: pass
print("{token}")
"""


@contextlib.asynccontextmanager
async def always_running(
    executor: Executor, source: str, owners: Sequence[str], limits: LimitsRequest
) -> AsyncGenerator[None, None]:
    """Let every owner start the program anew as soon as it has ended."""

    async def keep_up(owner: str) -> None:
        while True:
            running = await executor.start(job(source, owner=owner, limits=limits))
            try:
                await running.result()
            except asyncio.CancelledError:
                await running.cancel()
                await running.result()
                raise

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(keep_up(owner)) for owner in owners]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


@pytest.mark.parametrize(
    "cpu_seconds",
    [
        pytest.param(0.6, id="scaled-down"),
        pytest.param(3.0, id="3-seconds", marks=pytest.mark.full),
    ],
)
@pytest.mark.timeout(180)
async def test_honest_programs_finish_beside_endless_loops_of_others(
    cpu_seconds: float, tmp_path: Path
) -> None:
    # The proportions of the default limits: 5 CPU seconds and 10 seconds of wall clock.
    limits = LimitsRequest(cpu_seconds=cpu_seconds * 5 / 3, wall_seconds=cpu_seconds * 10 / 3)
    async with opened(tmp_path, languages=("python",), running=32) as executor:
        needs_cgroup(executor)
        loops = [f"loop {number}" for number in range(10)]
        async with always_running(executor, LOOP, loops, limits):
            await asyncio.sleep(0.5)
            honest = [
                job(COMPUTES.format(seconds=cpu_seconds, token=n), owner=f"{n}", limits=limits)
                for n in range(6)
            ]
            results = await asyncio.gather(*(run(executor, one) for one in honest))
    assert [result.status for result in results] == [Status.OK] * 6
    assert [result.steps[-1].stdout for result in results] == [b"%d\n" % n for n in range(6)]


async def test_a_quick_program_starts_at_once_beside_owners_who_fill_the_queue(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, languages=("python",), running=2) as executor:
        needs_cgroup(executor)
        owners = [f"loop {number}" for number in range(3)]
        burn = LimitsRequest(cpu_seconds=4.0, wall_seconds=50.0)
        await asyncio.gather(*(run(executor, job(LOOP, owner=o, limits=burn)) for o in owners))
        async with always_running(executor, LOOP, owners, LimitsRequest(wall_seconds=50.0)):
            await asyncio.sleep(0.5)
            assert executor.load().running_jobs == 1
            result = await run(executor, job("print('hi')", owner="somebody else"))
    assert result.steps[-1].stdout == b"hi\n"
    assert result.queue_seconds < 0.5


async def test_a_fork_bomb_ends_long_before_its_time_is_up(tmp_path: Path) -> None:
    async with opened(tmp_path, languages=("python",)) as executor:
        needs_cgroup(executor)
        limits = LimitsRequest(wall_seconds=100.0, cpu_seconds=50.0)
        result = await run(executor, job(FORK_FOR_EVER, limits=limits))
    assert result.status is Status.PROCESS_LIMIT
    assert result.steps[-1].usage.cpu_seconds < 25.0


async def test_a_program_that_copes_with_fewer_processes_is_left_alone(tmp_path: Path) -> None:
    copes = """
import os, time
for _ in range(200):
    try:
        if os.fork() == 0:
            time.sleep(100)
    except OSError:
        pass
while time.process_time() < 1.0: pass
print("coped")
"""
    async with opened(tmp_path, languages=("python",)) as executor:
        needs_cgroup(executor)
        result = await run(executor, job(copes))
    assert (result.status, result.steps[-1].stdout) == (Status.OK, b"coped\n")
