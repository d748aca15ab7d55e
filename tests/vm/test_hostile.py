"""The seven programs that every executor must survive, in every unit that may run one."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from executor import Status
from executor.config import ExecutorConfig
from executor.factory import open_executor
from executor.limits import DEFAULT_LIMITS
from executor.local import LocalExecutor
from executor.models import StageLimits
from tests.sandbox import host
from tests.sandbox.hostile import PROGRAMS, Hostile
from tests.sandbox.jobs import job, run
from tests.vm import worlds

pytestmark = [
    pytest.mark.worlds(*worlds.MAIN),
    pytest.mark.asyncio(loop_scope="module"),
]
_SLOWER = 6  # what a program needs for a start takes longer here, so that limits are wider
_FOR_LONG = StageLimits(
    compile=replace(DEFAULT_LIMITS.compile, wall_seconds=3000.0, cpu_seconds=1000.0),
    run=replace(DEFAULT_LIMITS.run, wall_seconds=3000.0, cpu_seconds=1000.0),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def executor(
    world: worlds.World, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[LocalExecutor, None]:
    folder = tmp_path_factory.mktemp(world.name)
    config = ExecutorConfig(data_dir=folder, uid_base=host.UID_BASE, ceiling=_FOR_LONG)
    async with open_executor(config, languages=("python", "bash"), keep_ready=False) as opened:
        for language in ("python", "bash"):  # both runners are up before the host is looked at
            await run(opened, job("", language))
        yield opened


async def groups_left(executor: LocalExecutor) -> list[str]:
    """Return the groups of sandboxes that are still there after a while."""
    folders = set(executor._runner._backend.facts.cgroup_paths.values())
    for _ in range(200):
        if not slots(folders):
            break
        await asyncio.sleep(0.05)
    return slots(folders)


def slots(folders: set[str]) -> list[str]:
    return [str(path) for folder in folders for path in Path(folder).glob("slot-*")]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
async def test_it_ends_by_its_own_verdict_and_leaves_nothing(
    world: worlds.World, executor: LocalExecutor, program: Hostile
) -> None:
    before = host.snapshot()
    by_time = program.expected in {Status.CPU_LIMIT, Status.TIME_LIMIT}
    slower = _SLOWER if by_time else _SLOWER**2
    wide = replace(
        program.limits,
        wall_seconds=slower * (program.limits.wall_seconds or 20.0),
        cpu_seconds=slower * (program.limits.cpu_seconds or 10.0),
    )

    result = await run(executor, job(program.source, program.language, limits=wide))

    # Who counts for a program without a cgroup starves here with it: its timer ends it all the same.
    at_b = {Status.PROCESS_LIMIT: {Status.TIME_LIMIT}} if world.level == "B" else {}
    assert result.status in {program.expected} | at_b.get(program.expected, set()), result.steps[-1]
    assert await groups_left(executor) == []
    await asyncio.to_thread(host.assert_nothing_left, before)
    after = await run(executor, job("print('normal')"))
    assert after.steps[-1].stdout == b"normal\n"
