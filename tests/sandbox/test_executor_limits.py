"""Whose limits hold, and that they are in force in the kernel: also in a sandbox made for other ones."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from executor import (
    Executor,
    InvalidJobError,
    QueueFullError,
    Status,
    UnknownLanguageError,
    UnsafePathError,
)
from executor.config import DEFAULT_CEILING
from executor.limits import DEFAULT_LIMITS, LEAST_MEMORY_BYTES, LimitsPatch, StagePatch
from executor.local import LocalExecutor
from executor.models import Limits, LimitsRequest, SourceFile
from tests.sandbox.jobs import SLEEPS, job, opened, run, until_output

pytestmark = pytest.mark.sandbox

MIB = 1 << 20
RUN = DEFAULT_LIMITS.run
LANGUAGES = """
name: {name}
runtime: cpython
entry: main.py
run: {{argv: [python3, "{{entry}}"], limits: {limits}}}
version: {{argv: [python3, --version], pattern: 'Python (\\S+)'}}
check: {{code: 'pass', stdout: ''}}
{more}
"""
TAKES = """
block = bytearray({mib} << 20)
for at in range(0, len(block), 4096): block[at] = 1
print("had it")
"""
# Where no cgroup counts, PID 1 looks 20 times a second: whoever is above a limit must be seen there.
LINGERS = "\nimport time; time.sleep(2)"


@pytest.fixture
async def executor(tmp_path: Path) -> AsyncGenerator[LocalExecutor, None]:
    """Python as it is, and as languages that are allowed more, less, and too much."""
    languages = tmp_path / "languages"
    languages.mkdir()
    warm = "warm: python\nenv: {PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1'}"
    for name, limits, more in (
        ("python", "{}", warm),
        ("large", "{memory: 400MiB, processes: 4}", warm),
        ("small", "{memory: 64MiB, wall: 600ms}", warm),
        ("cold", "{memory: 400MiB}", ""),
        ("greedy", "{memory: 100GiB, wall: 1h}", warm),
    ):
        text = LANGUAGES.format(name=name, limits=limits, more=more)
        (languages / f"{name}.yaml").write_text(text)
    async with opened(
        tmp_path,
        languages=None,
        languages_dir=languages,
        keep_ready=True,
        limits=DEFAULT_LIMITS,
        ceiling=DEFAULT_CEILING,
    ) as executor:
        yield executor


async def held_to(executor: Executor, language: str, limits: LimitsRequest) -> Limits:
    return (await run(executor, job("pass", language, limits=limits))).steps[-1].limits


async def test_a_language_replaces_the_defaults_and_a_request_only_lowers(
    executor: Executor,
) -> None:
    asked = LimitsRequest(memory_bytes=300 * MIB, wall_seconds=0.5)
    nothing = LimitsRequest()

    assert await held_to(executor, "python", nothing) == RUN
    assert await held_to(executor, "python", asked) == replace(RUN, wall_seconds=0.5)
    large = replace(RUN, memory_bytes=400 * MIB, processes=4)
    assert await held_to(executor, "large", nothing) == large
    assert await held_to(executor, "large", asked) == replace(
        large, memory_bytes=300 * MIB, wall_seconds=0.5
    )
    small = replace(RUN, memory_bytes=64 * MIB, wall_seconds=0.6)
    assert await held_to(executor, "small", asked) == replace(small, wall_seconds=0.5)


async def test_nothing_passes_the_operators_ceiling(executor: Executor) -> None:
    ceiling = replace(RUN, memory_bytes=2 * RUN.memory_bytes, wall_seconds=2 * RUN.wall_seconds)

    assert await held_to(executor, "greedy", LimitsRequest()) == ceiling


@pytest.mark.parametrize(
    ("first", "language", "limits", "takes_mib", "expected"),
    [
        pytest.param("python", "large", None, 320, Status.OK, id="raised"),
        pytest.param("python", "large", None, 420, Status.MEMORY_LIMIT, id="raised-and-passed"),
        pytest.param("large", "python", None, 200, Status.OK, id="lowered"),
        pytest.param("large", "python", None, 320, Status.MEMORY_LIMIT, id="lowered-and-passed"),
        pytest.param("python", "python", 32 * MIB, 16, Status.OK, id="asked-for-less"),
        pytest.param(
            "python", "python", 32 * MIB, 64, Status.MEMORY_LIMIT, id="asked-for-less-and-passed"
        ),
        pytest.param("python", "cold", None, 320, Status.OK, id="not-warm"),
    ],
)
async def test_a_sandbox_kept_ready_is_held_to_the_memory_of_its_job(
    executor: LocalExecutor,
    *,
    first: str,
    language: str,
    limits: int | None,
    takes_mib: int,
    expected: Status,
) -> None:
    await run(executor, job("pass", first))  # another one like it is kept ready from now on
    await asyncio.sleep(0.1)

    source = TAKES.format(mib=takes_mib) + ("" if expected is Status.OK else LINGERS)
    given = job(source, language, limits=LimitsRequest(memory_bytes=limits))
    result = await run(executor, given)

    assert result.status is expected, result.steps
    if expected is Status.MEMORY_LIMIT and executor._runner._backend.facts.cgroup_version:
        assert result.steps[-1].usage.memory_bytes <= result.steps[-1].limits.memory_bytes + MIB


async def test_fewer_processes_than_the_ready_sandbox_has_are_enforced(executor: Executor) -> None:
    source = """
import threading, time
for _ in range(10): threading.Thread(target=time.sleep, args=(9,), daemon=True).start()
time.sleep(0.3)
print("all")
"""
    await run(executor, job("pass"))
    plenty = await run(executor, job(source))
    few = await run(executor, job(source, limits=LimitsRequest(processes=6)))
    language = await run(executor, job(source, "large"))

    assert plenty.steps[-1].stdout == b"all\n"
    assert (few.status, language.status) == (Status.PROCESS_LIMIT, Status.PROCESS_LIMIT)


@pytest.mark.parametrize(
    ("source", "limits", "expected"),
    [
        pytest.param("import time; time.sleep(60)", LimitsRequest(wall_seconds=0.2), Status.TIME_LIMIT, id="wall"),
        pytest.param("while True: pass", LimitsRequest(cpu_seconds=0.2), Status.CPU_LIMIT, id="cpu"),
        pytest.param("print('x' * 100)", LimitsRequest(output_bytes=10), Status.OUTPUT_LIMIT, id="output"),
        pytest.param("x = b'x' * (60 << 20)" + LINGERS, LimitsRequest(memory_bytes=30 * MIB), Status.MEMORY_LIMIT, id="memory"),
        pytest.param("import os; os.fork()" + LINGERS, LimitsRequest(processes=1), Status.PROCESS_LIMIT, id="processes"),
    ],
)  # fmt: skip
async def test_what_a_request_lowers_is_in_force(
    executor: Executor, source: str, limits: LimitsRequest, expected: Status
) -> None:
    result = await run(executor, job(source, limits=limits))

    assert result.status is expected, result.steps


@pytest.mark.parametrize(
    "limits",
    [
        LimitsRequest(wall_seconds=1e-9),
        LimitsRequest(cpu_seconds=1e-9),
        LimitsRequest(memory_bytes=16 * MIB),
        LimitsRequest(output_bytes=1, processes=1),
    ],
    ids=["no-time", "no-cpu", "least-memory", "no-output"],
)
@pytest.mark.parametrize("language", ["python", "cold"])
async def test_the_smallest_limits_end_a_program_and_not_the_executor(
    executor: Executor, language: str, limits: LimitsRequest
) -> None:
    for _ in range(2):  # the second one finds a sandbox kept ready
        result = await run(executor, job("print('x' * 10)", language, limits=limits))

        assert result.status not in {Status.INTERNAL_ERROR, Status.RUNTIME_ERROR}, result.steps
    assert (await run(executor, job("print(1)", language))).steps[-1].stdout == b"1\n"


@pytest.mark.parametrize("language", ["python", "cold"])
async def test_a_small_program_fits_in_the_least_memory(executor: Executor, language: str) -> None:
    least = LimitsRequest(memory_bytes=LEAST_MEMORY_BYTES)

    for _ in range(3):
        result = await run(executor, job("print(1)", language, limits=least))
        assert result.steps[-1].stdout == b"1\n", result.steps


async def test_the_defaults_of_the_settings_hold(tmp_path: Path) -> None:
    limits = StagePatch(run=LimitsPatch(memory_bytes=48 * MIB, output_bytes=100)).over(
        DEFAULT_LIMITS
    )
    async with opened(tmp_path, languages=("python",), limits=limits) as executor:
        memory = await run(executor, job(TAKES.format(mib=60) + LINGERS))
        output = await run(executor, job("print('x' * 100)"))

    assert (memory.status, output.status) == (Status.MEMORY_LIMIT, Status.OUTPUT_LIMIT)


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        pytest.param(
            replace(job("1"), language="pyton"), UnknownLanguageError, "did you mean python", id="unknown-language"
        ),
        pytest.param(
            replace(job("1"), version="2.7"), UnknownLanguageError, "python 2.7 is not here", id="unknown-version"
        ),
        pytest.param(replace(job("1"), files=()), InvalidJobError, "at least one file", id="no-file"),
        pytest.param(
            job("1", "python", SourceFile(path="../../etc/x", content=b"")), UnsafePathError, "lib/util.py", id="climbs-out"
        ),
        pytest.param(
            job("1", "python", SourceFile(path="/etc/passwd", content=b"")), UnsafePathError, "absolute", id="absolute"
        ),
        pytest.param(
            job("1", limits=LimitsRequest(memory_bytes=1)), InvalidJobError, "at least 16 MiB", id="no-memory"
        ),
    ],
)  # fmt: skip
async def test_a_job_that_cannot_be_run_is_refused_before_anything_starts(
    executor: LocalExecutor, given: object, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        await executor.start(given)  # type: ignore[arg-type]
    assert not executor._tasks


async def test_a_full_queue_says_when_to_come_back(tmp_path: Path) -> None:
    async with opened(tmp_path, languages=("python",), queue=4, running=1) as executor:
        running = await executor.start(job(SLEEPS, owner="0"))
        await until_output(running)
        waiting = [await executor.start(job("print(1)", owner=str(n))) for n in range(1, 5)]

        with pytest.raises(QueueFullError, match=r"full \(4 waiting\); try again in") as refusal:
            await executor.start(job("print(2)", owner="5"))
        assert refusal.value.retry_after_seconds >= 1

        await running.cancel()
        results = [await each.result() for each in waiting]
    assert [result.steps[-1].stdout for result in results] == [b"1\n"] * 4
