"""Whose turn it is depends on what an owner has used by then. The runner only says what it used."""

import asyncio

from executor.burnt import HEAVY_SECONDS, BurntCpu
from executor.catalog import Catalog
from executor.fairqueue import Capacity
from executor.limits import DEFAULT_LIMITS
from executor.local import LocalExecutor
from executor.models import Job, SourceFile
from executor.plan import Plan
from executor.runner import Handle, Input, JobRunner, Report
from executor.sandbox.backend import Backend
from executor.sandbox.settings import SandboxSettings
from executor.sandbox.uncontained import Uncontained
from executor.scheduler import Scheduler
from tests.unit.executor.languagespecs import language

CATALOG = Catalog([language()])


class Burning(JobRunner):
    """Every job uses as much CPU as makes its owner heavy."""

    def __init__(self) -> None:
        self._unused = Backend(SandboxSettings(), Uncontained(b""))

    @property
    def sandboxes(self) -> Backend:
        return self._unused

    async def run(
        self, plan: Plan, job_input: Input, language: tuple[str, str], handle: Handle
    ) -> Report:
        del plan, job_input, language
        await asyncio.sleep(0)
        handle.cpu_seconds += HEAVY_SECONDS + 1
        return Report(steps=())


def job(number: int) -> Job:
    main = SourceFile(path="main.py", content=b"")
    return Job(id=str(number), language="python", files=(main,), owner="a")


async def read_catalog() -> Catalog:
    return CATALOG


async def test_what_an_owner_burns_counts_for_its_job_that_waits_already() -> None:
    burnt = BurntCpu()
    asked: list[bool] = []
    now = asyncio.get_running_loop().time

    def is_heavy(owner: str) -> bool:
        asked.append(burnt.is_heavy(owner, now=now()))
        return asked[-1]

    executor = LocalExecutor(
        catalog=CATALOG,
        scheduler=Scheduler(
            waiting=9, limit=Capacity(jobs=4, memory_bytes=1 << 40), compiles=1, is_heavy=is_heavy
        ),
        runner=Burning(),
        burnt=burnt,
        limits=DEFAULT_LIMITS,
        ceiling=DEFAULT_LIMITS,
        read_catalog=read_catalog,
    )
    runs = [await executor.start(job(number)) for number in range(2)]
    for run in runs:
        await run.result()
    await executor.close()
    assert asked == [False, True]
