"""Stopping a job wherever it is, and the executor with jobs in every state: the verdict, and nothing left."""

import asyncio
import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from executor import (
    BackendUnavailableError,
    Executor,
    Finished,
    Queued,
    Result,
    StageFinished,
    StageStarted,
    Status,
)
from executor.config import ExecutorConfig
from executor.factory import launch_early, open_executor
from executor.interfaces import Run
from executor.local import LocalExecutor
from tests.sandbox import host
from tests.sandbox.jobs import (
    SLEEPS,
    events_of,
    job,
    needs_cgroup,
    opened,
    run,
    until_output,
    until_queued,
    until_started,
)

pytestmark = pytest.mark.sandbox

# Includes itself twice at each of 60 levels: keeps a compiler busy for longer than any test waits.
ENDLESS_C = """
#if __INCLUDE_LEVEL__ < 60
#include __FILE__
#include __FILE__
#endif
"""
PROMPT_SECONDS = 20.0  # far less than any limit


@pytest.fixture
async def executor(tmp_path: Path) -> AsyncGenerator[LocalExecutor, None]:
    async with opened(tmp_path) as executor:
        yield executor


async def promptly(running: Run) -> Result:
    """Return the result, which must come although what ran would go on."""
    async with asyncio.timeout(PROMPT_SECONDS):
        return await running.result()


async def test_a_running_job_ends_as_cancelled_and_keeps_what_it_printed(
    executor: Executor,
) -> None:
    running = await executor.start(job(SLEEPS))
    await until_output(running)

    await running.cancel()

    result = await promptly(running)
    (step,) = result.steps
    assert (result.status, step.stdout, step.exit_code) == (Status.CANCELLED, b"on\n", None)


async def test_cancelling_twice_is_like_once(executor: Executor) -> None:
    running = await executor.start(job(SLEEPS))
    await until_output(running)

    await running.cancel()
    await running.cancel()

    assert (await promptly(running)).status is Status.CANCELLED


async def test_a_compiling_job_ends_as_cancelled_and_its_program_never_starts(
    executor: Executor,
) -> None:
    running = await executor.start(job(ENDLESS_C, "c"))
    await until_started(running, "compile")

    await running.cancel()

    result = await promptly(running)
    assert [(step.name, step.status) for step in result.steps] == [("compile", Status.CANCELLED)]
    assert not [e for e in await events_of(running) if isinstance(e, StageStarted)]


async def test_a_waiting_job_leaves_the_queue_at_once(executor: Executor) -> None:
    first = await executor.start(job(SLEEPS, owner="ann"))
    second = await executor.start(job("print(2)", owner="ann"))
    third = await executor.start(job("print(3)", owner="ann"))
    assert [await until_queued(second), await until_queued(third)] == [1, 2]

    await second.cancel()

    result = await promptly(second)
    assert (result.status, result.steps) == (Status.CANCELLED, ())
    assert await until_queued(third) == 1
    await first.cancel()
    assert (await promptly(third)).steps[-1].stdout == b"3\n"


async def test_a_waiting_job_that_is_cancelled_right_after_its_start_does_not_wait_for_its_turn(
    executor: Executor,
) -> None:
    first = await executor.start(job(SLEEPS, owner="ann"))
    second = await executor.start(job("print(2)", owner="ann"))

    await second.cancel()  # its task has not taken its first step

    assert (await promptly(second)).status is Status.CANCELLED
    events = await events_of(second)
    assert [type(event) for event in events] == [Queued, Finished]
    await first.cancel()


@pytest.mark.parametrize("steps_of_the_loop", [0, 1, 2, 3, 5, 8])
async def test_a_job_can_be_cancelled_while_its_sandbox_is_made(
    executor: Executor, steps_of_the_loop: int
) -> None:
    running = await executor.start(job("print('never')"))
    for _ in range(steps_of_the_loop):
        await asyncio.sleep(0)

    await running.cancel()

    result = await promptly(running)
    assert result.status is Status.CANCELLED
    assert not [event for event in await events_of(running) if isinstance(event, StageStarted)]
    assert (await run(executor, job("print(1)"))).steps[-1].stdout == b"1\n"


@pytest.mark.parametrize("milliseconds", [1, 3, 8, 21])
async def test_a_cancelled_job_is_never_reported_twice(
    executor: Executor, milliseconds: int
) -> None:
    running = await executor.start(job("print(1)"))
    await asyncio.sleep(milliseconds / 1000)

    await running.cancel()

    result = await promptly(running)
    events = await events_of(running)
    assert result.status in {Status.CANCELLED, Status.OK}
    assert [event for event in events if isinstance(event, Finished)] == [Finished(result)]
    assert len([event for event in events if isinstance(event, StageFinished)]) <= 1


async def test_a_job_that_waits_for_a_compiler_is_cancelled_at_once(
    executor: LocalExecutor,
) -> None:
    needs_cgroup(executor)
    slots = os.cpu_count() or 1
    compiling = [await executor.start(job(ENDLESS_C, "c")) for _ in range(slots)]
    for running in compiling:
        await until_started(running, "compile")
    waiting = await executor.start(job("int main(void) {}", "c"))
    await asyncio.sleep(0.05)
    ends = [asyncio.ensure_future(running.result()) for running in (waiting, *compiling)]

    await waiting.cancel()

    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    assert [end.done() for end in ends] == [True] + [False] * slots
    assert ends[0].result().status is Status.CANCELLED
    for running in compiling:
        await running.cancel()
    await asyncio.wait(ends)


async def test_an_executor_ends_with_jobs_in_every_state(tmp_path: Path) -> None:
    async with opened(tmp_path, keep_ready=True) as executor:
        needs_cgroup(executor)
        await run(executor, job("print(1)"))
        sleeping = await executor.start(job(SLEEPS, owner="ann"))
        await until_output(sleeping)
        pids = host.processes()
        queued = await executor.start(job("print(2)", owner="ann"))
        await until_queued(queued)
        compiling = await executor.start(job(ENDLESS_C, "c"))
        await until_started(compiling, "compile")
        flooding = await executor.start(job("while True: print('x' * 99)"))
        spawning = await executor.start(job("print(3)"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        untouched = await executor.start(job("print(4)"))

        await executor.close()

        jobs = [sleeping, queued, compiling, flooding, spawning, untouched]
        results = [await promptly(running) for running in jobs]
        assert {result.status for result in results} <= {Status.CANCELLED, Status.OUTPUT_LIMIT}
        assert {type((await events_of(running))[-1]) for running in jobs} == {Finished}
    assert host.wait_until_gone(pids, 5) == []


@pytest.mark.parametrize("steps_of_the_loop", [0, 1, 2, 3, 5, 8])
async def test_an_executor_can_end_while_a_sandbox_is_made(
    tmp_path: Path, steps_of_the_loop: int
) -> None:
    async with opened(tmp_path, keep_ready=True) as executor:
        running = await executor.start(job("print(1)"))
        for _ in range(steps_of_the_loop):
            await asyncio.sleep(0)

    assert (await promptly(running)).status is Status.CANCELLED


async def test_cancelling_who_ends_the_executor_leaves_nothing_either(tmp_path: Path) -> None:
    async def use() -> None:
        async with opened(tmp_path) as executor:  # looks at the host afterwards
            await until_output(await executor.start(job(SLEEPS)))
            started.set()
            await asyncio.Event().wait()

    started = asyncio.Event()
    using = asyncio.ensure_future(use())
    await started.wait()

    using.cancel()

    with pytest.raises(asyncio.CancelledError):
        await using


async def test_a_closed_executor_accepts_nothing_and_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as executor:
        await executor.close()
        await executor.close()
        closed = executor

    with pytest.raises(BackendUnavailableError, match="stopping"):
        await closed.start(job("print(1)"))


async def test_a_killed_launcher_takes_its_sandboxes_along_and_jobs_are_told(
    tmp_path: Path,
) -> None:
    config = ExecutorConfig(data_dir=tmp_path, uid_base=host.UID_BASE)
    before = host.snapshot()
    launched = launch_early(config)
    async with open_executor(config, launched=launched, languages=("python",)) as executor:
        running = await executor.start(job(SLEEPS))
        await until_output(running)
        pids = host.processes()

        launched.process.process.kill()

        with pytest.raises(BackendUnavailableError, match="started anew"):
            await promptly(running)
        assert executor.is_lost
        with pytest.raises(BackendUnavailableError, match="started anew"):
            await run(executor, job("print(1)"))
        assert host.wait_until_gone(pids, PROMPT_SECONDS) == []
    async with open_executor(config, languages=("python",)):
        pass  # whoever starts next removes the cgroups that nobody could remove
    host.assert_nothing_left(before)
