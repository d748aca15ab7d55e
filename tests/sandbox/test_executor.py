"""The whole executor on the real kernel: what a caller sees of a job while it runs, and whose turn it is."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from executor import (
    Event,
    Executor,
    Finished,
    Output,
    OutputChunk,
    Queued,
    StageFinished,
    StageStarted,
    Status,
    Stream,
)
from executor.local import LocalExecutor
from tests.sandbox.jobs import (
    SLEEPS,
    events_of,
    job,
    opened,
    run,
    until_output,
    until_queued,
    until_started,
)

pytestmark = pytest.mark.sandbox


@pytest.fixture
async def executor(tmp_path: Path) -> AsyncGenerator[LocalExecutor, None]:
    async with opened(tmp_path) as executor:
        yield executor


def told(events: list[Event]) -> list[str]:
    """Return the kinds of ``events``, pieces of output in one."""
    names = [type(event).__name__ for event in events]
    return [name for at, name in enumerate(names) if name != "Output" or names[at - 1] != name]


async def test_events_come_in_the_order_of_what_happens(executor: Executor) -> None:
    source = '#include <stdio.h>\n#warning careful\nint main(void) { puts("hi"); return 3; }'

    events = await events_of(await executor.start(job(source, "c")))

    assert told(events) == [
        "StageStarted", "Output", "StageFinished",
        "StageStarted", "Output", "StageFinished", "Finished",
    ]  # fmt: skip
    names = [event.name for event in events if isinstance(event, StageStarted)]
    steps = [event.step for event in events if isinstance(event, StageFinished)]
    last = events[-1]
    assert isinstance(last, Finished)
    assert names == [step.name for step in steps] == ["compile", "run"]
    assert tuple(steps) == last.result.steps
    assert [step.status for step in steps] == [Status.OK, Status.RUNTIME_ERROR]
    assert b"careful" in steps[0].stderr


async def test_pieces_of_output_are_told_as_the_result_has_them(executor: Executor) -> None:
    source = "import sys\nfor n in range(50):\n    print(n)\n    print(n, file=sys.stderr)"

    events = await events_of(await executor.start(job(source)))

    pieces = [OutputChunk(event.stream, event.data) for event in events if type(event) is Output]
    last = events[-1]
    assert isinstance(last, Finished)
    (step,) = last.result.steps
    assert tuple(pieces) == step.output
    lines = b"".join(b"%d\n" % n for n in range(50))
    assert (step.stdout, step.stderr, step.total_bytes) == (lines, lines, 2 * len(lines))
    assert {piece.stream for piece in pieces} == {Stream.STDOUT, Stream.STDERR}


async def test_output_is_seen_while_the_program_still_runs(executor: Executor) -> None:
    running = await executor.start(
        job("print('first', flush=True)\nprint(input())", interactive=True)
    )

    assert await until_output(running) == b"first\n"  # it cannot end before it is answered
    await running.write_stdin(b"second\n")

    result = await running.result()
    assert (result.status, result.steps[-1].stdout) == (Status.OK, b"first\nsecond\n")


async def test_a_waiting_job_is_told_each_new_position_and_then_starts(executor: Executor) -> None:
    first = await executor.start(job("input()", owner="ann", interactive=True))
    second = await executor.start(job("input()", owner="ann", interactive=True))
    third = await executor.start(job("print('my turn')", owner="ann"))
    await until_started(first)

    for running in (first, second):
        await running.close_stdin()
    events = await events_of(third)

    assert events[:3] == [Queued(2), Queued(1), StageStarted("run")]
    assert [e for e in await events_of(second) if isinstance(e, Queued)] == [Queued(1)]
    assert (await third.result()).queue_seconds > 0


async def test_a_job_that_starts_at_once_is_never_told_to_wait(executor: Executor) -> None:
    events = await events_of(await executor.start(job("print(1)")))

    assert not [event for event in events if isinstance(event, Queued)]


async def test_jobs_of_one_owner_follow_each_other_and_two_owners_overlap(
    executor: Executor,
) -> None:
    first = await executor.start(job(SLEEPS, owner="ann"))
    second = await executor.start(job("print(2)", owner="ann"))
    other = await executor.start(job("print('other')", owner="bob"))

    assert await until_queued(second) == 1
    assert (await other.result()).status is Status.OK  # while ann's first one sleeps
    await until_output(first)
    await first.cancel()

    assert (await first.result()).status is Status.CANCELLED
    assert (await second.result()).steps[-1].stdout == b"2\n"


async def test_who_reads_no_events_gets_the_whole_result(executor: Executor) -> None:
    source = "for n in range(2000): print('x' * 99)"

    result = await run(executor, job(source))

    assert result.status is Status.OK
    assert result.steps[-1].stdout == (b"x" * 99 + b"\n") * 2000


async def test_events_can_be_read_after_the_end(executor: Executor) -> None:
    running = await executor.start(job("print(1)"))
    result = await running.result()

    assert (await events_of(running))[-1] == Finished(result)


async def test_many_may_wait_for_one_result(executor: Executor) -> None:
    running = await executor.start(job("print(1)"))

    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(running.result()) for _ in range(5)]

    assert len({id(task.result()) for task in waiting}) == 1
    assert await running.result() is waiting[0].result()


async def test_cancelling_who_waits_does_not_cancel_the_job(executor: Executor) -> None:
    running = await executor.start(job("print(input())", interactive=True))
    await until_started(running)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await running.result()
    await running.write_stdin(b"still here\n")

    assert (await running.result()).steps[-1].stdout == b"still here\n"
