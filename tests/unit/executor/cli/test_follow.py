import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from executor.cli.follow import ReaderGoneError, follow, write_through
from executor.models import Job, Result, SourceFile, Status, Stream
from tests.results import result, step
from tests.unit.executor.cli.scripted import ScriptedExecutor, ScriptedRun

JOB = Job(id="1", language="python", files=(SourceFile(path="main.py", content=b""),))
Script = Callable[[ScriptedRun], Awaitable[Result]]
Make = Callable[[Script], ScriptedExecutor]


@pytest.fixture
async def executor() -> AsyncGenerator[Make, None]:
    made: list[ScriptedExecutor] = []

    def make(script: Script) -> ScriptedExecutor:
        made.append(ScriptedExecutor(script))
        return made[-1]

    yield make
    for one in made:
        await one.close()


async def hello(run: ScriptedRun) -> Result:
    run.prints(b"out")
    run.prints(b"err", Stream.STDERR)
    return result(step(b"out"))


async def echo(run: ScriptedRun) -> Result:
    while data := await run.input.get():
        run.prints(data)
    return result()


async def endless(run: ScriptedRun) -> Result:
    run.prints(b"still here")
    await run.cancelled.wait()
    return result()


async def test_output_passes_through_as_it_comes(executor: Make) -> None:
    seen: list[tuple[Stream, bytes]] = []
    done = await follow(
        executor(hello), JOB, write=lambda stream, data: seen.append((stream, data))
    )
    assert seen == [(Stream.STDOUT, b"out"), (Stream.STDERR, b"err")]
    assert done == result(step(b"out"))


async def test_without_a_writer_the_output_stays_in_the_result(executor: Make) -> None:
    assert (await follow(executor(hello), JOB, write=None)).steps[0].stdout == b"out"


async def test_a_descriptor_becomes_the_programs_input(executor: Make) -> None:
    reading, writing = os.pipe()
    seen: list[bytes] = []
    os.write(writing, b"line\n")
    os.close(writing)
    await follow(executor(echo), JOB, write=lambda _, data: seen.append(data), input_fd=reading)
    os.close(reading)
    assert b"".join(seen) == b"line\n"


async def test_a_program_that_ignores_its_input_is_not_waited_for(executor: Make) -> None:
    reading, writing = os.pipe()
    assert (await follow(executor(hello), JOB, write=None, input_fd=reading)).status is Status.OK
    os.close(writing)  # ends the feeding thread


async def test_cancelling_stops_the_job_and_returns_its_result(executor: Make) -> None:
    started = asyncio.Event()
    loop = asyncio.get_running_loop()
    one = executor(endless)

    def write(_: Stream, __: bytes) -> None:
        loop.call_soon_threadsafe(started.set)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(follow(one, JOB, write=write))
        await started.wait()
        task.cancel()
    assert task.result().status is Status.CANCELLED
    assert one.runs[0].cancelled.is_set()


async def test_a_reader_that_left_stops_the_job(executor: Make) -> None:
    one = executor(endless)

    def write(_: Stream, __: bytes) -> None:
        raise ReaderGoneError

    with pytest.raises(ReaderGoneError):
        await follow(one, JOB, write=write)
    assert one.runs[0].cancelled.is_set()


def test_bytes_reach_our_own_streams_unchanged(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    write_through(Stream.STDOUT, b"\xff\x00" * 100_000)
    write_through(Stream.STDERR, b"e\r\n")
    assert capfdbinary.readouterr() == (b"\xff\x00" * 100_000, b"e\r\n")
