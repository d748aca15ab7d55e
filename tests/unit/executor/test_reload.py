"""Reading the languages anew while the executor lives; no sandbox is made."""

import asyncio

from executor.burnt import BurntCpu
from executor.cache import CompileCache
from executor.catalog import Catalog
from executor.fairqueue import Capacity
from executor.limits import DEFAULT_LIMITS
from executor.local import LocalExecutor
from executor.runner import JobRunner
from executor.sandbox.backend import Backend
from executor.sandbox.pool import Pool
from executor.sandbox.settings import SandboxSettings
from executor.sandbox.uncontained import Uncontained
from executor.scheduler import Scheduler
from tests.unit.executor.languagespecs import language


class Files:
    """Language files that change all the time: each reading takes as long as its test wants."""

    def __init__(self) -> None:
        self.readings: list[asyncio.Event] = []

    async def read(self) -> Catalog:
        may_end = asyncio.Event()
        self.readings.append(may_end)
        version = f"{len(self.readings)}.0"
        await may_end.wait()
        return Catalog([language(version)])


def executor(files: Files) -> LocalExecutor:
    backend = Backend(SandboxSettings(), Uncontained(b""))
    pool = Pool(backend, keep=False)
    scheduler = Scheduler(waiting=1, limit=Capacity(jobs=1, memory_bytes=1), compiles=1)
    return LocalExecutor(
        catalog=Catalog([]),
        scheduler=scheduler,
        runner=JobRunner(backend, pool, CompileCache(), scheduler.compile_slot),
        burnt=BurntCpu(),
        limits=DEFAULT_LIMITS,
        ceiling=DEFAULT_LIMITS,
        read_catalog=files.read,
    )


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_of_two_at_once_the_later_reading_counts() -> None:
    files = Files()
    one = executor(files)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(2):
            tasks.create_task(one.reload())
        await settle()
        while not all(reading.is_set() for reading in files.readings):
            next(x for x in reversed(files.readings) if not x.is_set()).set()  # the last ends first
            await settle()
    assert [runtime.version for runtime in one.runtimes()] == ["2.0"]


async def test_a_reload_that_is_cancelled_keeps_nobody_out() -> None:
    files = Files()
    one = executor(files)
    async with asyncio.TaskGroup() as tasks:
        given_up = tasks.create_task(one.reload())
        await settle()
        given_up.cancel()
        tasks.create_task(one.reload())
        await settle()
        files.readings[-1].set()
    assert [runtime.version for runtime in one.runtimes()] == ["2.0"]
