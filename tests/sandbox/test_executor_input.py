"""What a caller can do to a running job on the real kernel: give it input, and send it signals."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from executor import Executor, Status
from executor.local import LocalExecutor
from executor.models import LimitsRequest
from tests.sandbox.jobs import SLEEPS, job, opened, until_output, until_queued, until_started

pytestmark = pytest.mark.sandbox

ECHO = "while line := input():\n    print(line.upper(), flush=True)"
CATCHES_C = r"""
#include <signal.h>
#include <unistd.h>
static void caught(int number) { (void)number; if (write(1, "caught\n", 7) == 7) _exit(7); }
int main(void) { signal(SIGINT, caught); if (write(1, "on\n", 3) == 3) for (;;) pause(); }
"""


@pytest.fixture
async def executor(tmp_path: Path) -> AsyncGenerator[LocalExecutor, None]:
    async with opened(tmp_path) as executor:
        yield executor


@pytest.mark.parametrize("language", ["python", "bash"])
async def test_a_conversation_goes_line_by_line(executor: Executor, language: str) -> None:
    source = {"python": ECHO, "bash": 'while read -r line; do echo "${line^^}"; done'}[language]
    running = await executor.start(job(source, language, interactive=True))

    for line in (b"one\n", b"two\n", b"three\n"):
        await running.write_stdin(line)
        assert await until_output(running) == line.upper()
    await running.close_stdin()

    result = await running.result()
    assert result.steps[-1].stdout == b"ONE\nTWO\nTHREE\n"


@pytest.mark.full
async def test_who_types_is_waited_for_anew_after_each_line(executor: Executor) -> None:
    asked = job(ECHO, interactive=True, limits=LimitsRequest(wall_seconds=0.5))
    running = await executor.start(replace(asked, patience_seconds=2.0))
    await until_started(running)
    lines = 10  # in more time than a busy machine makes of the limit by itself
    for _ in range(lines):
        await asyncio.sleep(1.5)
        await running.write_stdin(b"line\n")
    result = await running.result()
    assert result.steps[-1].status is Status.TIME_LIMIT
    assert result.steps[-1].stdout == b"LINE\n" * lines


async def test_input_written_before_the_start_is_kept_in_its_order(executor: Executor) -> None:
    first = await executor.start(job("input()", owner="ann", interactive=True))
    given = job(
        "import sys; print(repr(sys.stdin.read()))", owner="ann", stdin=b"a", interactive=True
    )
    second = await executor.start(given)

    await second.write_stdin(b"b")
    await second.write_stdin(b"c")
    await second.close_stdin()
    await first.close_stdin()

    assert (await second.result()).steps[-1].stdout == b"'abc'\n"


@pytest.mark.parametrize("ending", ["its-turn-comes", "it-is-cancelled"])
async def test_a_job_that_waits_takes_some_input_and_lets_the_rest_wait(
    executor: Executor, ending: str
) -> None:
    piece = b"x" * (1 << 18)
    first = await executor.start(job("input()", owner="ann", interactive=True))
    source = "import sys; print(len(sys.stdin.read()))"
    second = await executor.start(job(source, owner="ann", interactive=True))
    await until_queued(second)

    async def give() -> None:
        for _ in range(40):
            await second.write_stdin(piece)
        await second.close_stdin()

    async with asyncio.TaskGroup() as group:
        giving = group.create_task(give())
        await asyncio.sleep(0.1)
        assert not giving.done()  # nobody may fill our memory while nothing reads
        if ending == "it-is-cancelled":
            await second.cancel()
        else:
            await first.close_stdin()

    result = await second.result()
    if ending == "it-is-cancelled":
        assert result.status is Status.CANCELLED
        await first.cancel()
    else:
        assert result.steps[-1].stdout == b"%d\n" % (40 * len(piece))


async def test_input_goes_to_the_program_and_not_to_its_compiler(executor: Executor) -> None:
    source = "#include <stdio.h>\nint main(void) { int c; while ((c = getchar()) > 0) putchar(c); }"
    running = await executor.start(job(source, "c", interactive=True))
    await until_started(running, "compile")

    await running.write_stdin(b"early ")
    await until_started(running, "run")
    await running.write_stdin(b"late")
    await running.close_stdin()

    assert (await running.result()).steps[-1].stdout == b"early late"


async def test_the_input_of_a_job_that_is_no_conversation_ends_by_itself(
    executor: Executor,
) -> None:
    running = await executor.start(job("import sys; print(sys.stdin.read())", stdin=b"all"))

    await running.write_stdin(b" and more")

    assert (await running.result()).steps[-1].stdout == b"all\n"


async def test_input_for_a_program_that_does_not_read_waits_until_it_ends(
    executor: Executor,
) -> None:
    running = await executor.start(job(SLEEPS, interactive=True))
    await until_output(running)

    async with asyncio.TaskGroup() as group:
        writing = group.create_task(running.write_stdin(b"x" * (1 << 20)))
        await asyncio.sleep(0.05)
        assert not writing.done()  # a pipe holds 64 KiB
        await running.cancel()

    assert (await running.result()).status is Status.CANCELLED


async def test_what_is_done_to_a_job_after_its_end_does_nothing(executor: Executor) -> None:
    running = await executor.start(job("print(1)", interactive=True))
    result = await running.result()

    await running.write_stdin(b"too late")
    await running.close_stdin()
    await running.signal(signal.SIGKILL)
    await running.cancel()

    assert await running.result() == result
    assert result.status is Status.OK


async def test_an_interrupt_is_a_keyboard_interrupt_for_python(executor: Executor) -> None:
    running = await executor.start(job(SLEEPS))
    await until_output(running)

    await running.signal(signal.SIGINT)

    (step,) = (await running.result()).steps
    assert step.stderr.endswith(b"KeyboardInterrupt\n")
    assert (step.status, step.signal) == (Status.SIGNALLED, "SIGINT")


async def test_an_interrupt_reaches_a_handler(executor: Executor) -> None:
    running = await executor.start(job(CATCHES_C, "c"))
    await until_output(running, b"on\n")

    await running.signal(signal.SIGINT)

    step = (await running.result()).steps[-1]
    assert (step.stdout, step.exit_code) == (b"on\ncaught\n", 7)


async def test_a_signal_reaches_the_whole_process_group(executor: Executor) -> None:
    source = (
        "trap 'wait; exit 5' TERM; (trap 'echo child; exit' TERM; echo on; sleep 60 & wait) & wait"
    )
    running = await executor.start(job(source, "bash"))
    await until_output(running)

    await running.signal(signal.SIGTERM)

    step = (await running.result()).steps[-1]
    assert (step.stdout, step.exit_code) == (b"on\nchild\n", 5)


async def test_a_signal_while_nothing_runs_is_ignored(executor: Executor) -> None:
    first = await executor.start(job("input()", owner="ann", interactive=True))
    second = await executor.start(job("print('unharmed')", owner="ann"))
    await until_queued(second)

    await second.signal(signal.SIGKILL)
    await first.close_stdin()

    assert (await second.result()).steps[-1].stdout == b"unharmed\n"


@pytest.mark.parametrize("number", [0, -1, 65, 4096], ids=["none", "negative", "past-last", "huge"])
async def test_a_number_that_is_no_signal_is_ignored(executor: Executor, number: int) -> None:
    running = await executor.start(job("print(input())", interactive=True))
    await until_started(running)

    await running.signal(number)
    await running.write_stdin(b"fine\n")

    assert (await running.result()).steps[-1].stdout == b"fine\n"
