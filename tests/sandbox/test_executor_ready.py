"""The sandbox kept ready is the one that is used, another takes its place, and many at once stay apart."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from executor import Artifact, Executor, Job, Result, Status
from executor.models import LimitsRequest
from tests.sandbox import host
from tests.sandbox.jobs import SLEEPS, job, opened, run, until_output, until_started

pytestmark = pytest.mark.sandbox


CRAFTED_PYTHON = """
name: {name}
runtime: cpython
entry: main.py
run: {{argv: [python3, "{{entry}}"]}}
warm: python
env: {{PYTHONOPTIMIZE: "{optimize}"}}
version: {{argv: [python3, --version], pattern: 'Python (\\S+)'}}
check: {{code: 'pass', stdout: ''}}
"""


def sandboxes() -> set[int]:
    """Return the host's pids of all our sandboxes' PID 1."""
    return {pid for pid in host.processes() if host.namespaced_pid(pid) == 1}


async def eventually(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def test_the_ready_sandbox_is_used_and_another_takes_its_place(tmp_path: Path) -> None:
    async with opened(tmp_path, languages=("python",), keep_ready=True) as executor:
        await run(executor, job("print(1)"))
        await eventually(lambda: len(sandboxes()) == 1)
        (ready,) = sandboxes()

        running = await executor.start(job("print(input())", interactive=True))
        await until_started(running)
        assert sandboxes() == {ready}  # nothing was made for this job, and nothing beside it
        await running.close_stdin()
        await running.result()

        await eventually(lambda: len(sandboxes()) == 1 and sandboxes() != {ready})


async def test_every_kind_of_program_keeps_its_own_ready(tmp_path: Path) -> None:
    async with opened(tmp_path, languages=("python", "bash"), keep_ready=True) as executor:
        for language in ("python", "bash", "python"):
            await run(executor, job({"python": "1", "bash": "true"}[language], language))

        await eventually(lambda: len(sandboxes()) == 2)


async def test_no_language_is_run_by_the_waiting_interpreter_of_another(tmp_path: Path) -> None:
    languages = tmp_path / "languages"
    languages.mkdir()
    for name, optimize in (("python", "0"), ("optimized", "2")):
        text = CRAFTED_PYTHON.format(name=name, optimize=optimize)
        (languages / f"{name}.yaml").write_text(text)
    source = "import sys; print(sys.flags.optimize)"
    async with opened(
        tmp_path, languages=None, languages_dir=languages, keep_ready=True
    ) as executor:
        said = [
            (await run(executor, job(source, name))).steps[-1].stdout
            for name in ("python", "optimized", "python", "optimized")
        ]

    assert said == [b"0\n", b"2\n"] * 2


@pytest.mark.parametrize("language", ["python", "bash"])
async def test_what_one_member_asks_for_does_not_reach_the_next_job(
    tmp_path: Path, language: str
) -> None:
    source = {"python": "print(1)", "bash": "echo 1"}[language]
    little = LimitsRequest(memory_bytes=16 << 20, processes=1, output_bytes=1, cpu_seconds=0.001)
    async with opened(tmp_path, languages=(language,), keep_ready=True) as executor:
        said = []
        for limits in 5 * (little, LimitsRequest(memory_bytes=16 << 20), LimitsRequest()):
            step = (await run(executor, job(source, language, limits=limits))).steps[-1]
            await asyncio.sleep(0.02)  # what is kept ready is made, and waits
            if limits == LimitsRequest():
                said.append((step.status, step.stdout))

    assert said == [(Status.OK, b"1\n")] * 5


async def test_none_is_kept_for_a_command_that_runs_one_program(tmp_path: Path) -> None:
    async with opened(tmp_path, languages=("python",)) as executor:
        await run(executor, job("print(1)"))
        await eventually(lambda: not sandboxes())
        await asyncio.sleep(0.1)
        assert sandboxes() == set()


async def test_a_ready_sandbox_that_dies_is_not_handed_out(tmp_path: Path) -> None:
    async with opened(tmp_path, languages=("python",), keep_ready=True) as executor:
        await run(executor, job("print(1)"))
        await eventually(lambda: len(sandboxes()) == 1)
        (ready,) = sandboxes()
        host.kill(ready)
        await eventually(lambda: not sandboxes())
        await asyncio.sleep(0.05)  # as in real life: nobody asks at that very moment

        result = await run(executor, job("print(2)"))

    assert result.steps[-1].stdout == b"2\n"


async def test_jobs_at_once_are_as_many_as_the_operator_wants(tmp_path: Path) -> None:
    async with opened(tmp_path, languages=("python",), running=2) as executor:
        jobs = [await executor.start(job(SLEEPS, owner=str(n))) for n in range(4)]
        await until_output(jobs[0])
        await until_output(jobs[1])

        assert len(sandboxes()) == 2
        assert executor._scheduler.waiting == 2
        for running in jobs:
            await running.cancel()
        assert {(await running.result()).status for running in jobs} == {Status.CANCELLED}


def mixed(number: int) -> tuple[Job, Callable[[Result], bool]]:
    """Return a job that nobody else has, and what only its own result can be."""
    name = f"{number}".encode()
    match number % 5:
        case 0:
            given = job(
                "import sys\nopen('made', 'w').write(input())\nprint(sys.argv[1])",
                stdin=b"in " + name,
                args=(f"arg {number}",),
            )

            def fits(result: Result) -> bool:
                made = (Artifact(path="made", content=b"in " + name),)
                return (result.steps[-1].stdout, result.artifacts) == (b"arg %s\n" % name, made)

        case 1:
            given = job(f"ls; cat; exit {number}", "bash", stdin=name)

            def fits(result: Result) -> bool:
                step = result.steps[-1]
                return (step.exit_code, step.stdout) == (number, b"main.bash\n" + name)

        case 2:
            source = f'#include <stdio.h>\nint main(void) {{ puts("c {number}"); return 0; }}'
            given = job(source, "c")

            def fits(result: Result) -> bool:
                return [s.stdout for s in result.steps] == [b"", b"c %s\n" % name]

        case 3:
            given = job(f"print({number})\nwhile True: pass", limits=LimitsRequest(cpu_seconds=0.3))

            def fits(result: Result) -> bool:
                step = result.steps[-1]
                return (step.status, step.stdout) == (Status.CPU_LIMIT, name + b"\n")

        case _:
            given = job(f"kill -{(9, 15)[number % 2]} $$", "bash")

            def fits(result: Result) -> bool:
                return result.steps[-1].signal == ("SIGKILL", "SIGTERM")[number % 2]

    return replace(given, id=f"job-{number}"), fits


async def judge(executor: Executor, number: int) -> str:
    given, fits = mixed(number)
    result = await run(executor, given)
    return "" if result.job_id == given.id and fits(result) else f"{number}: {result}"


@pytest.mark.timeout(120)
async def test_twenty_jobs_at_once_each_get_their_own_answer(tmp_path: Path) -> None:
    async with opened(tmp_path, keep_ready=True) as executor, asyncio.TaskGroup() as group:
        tasks = [group.create_task(judge(executor, number)) for number in range(20)]

    assert [task.result() for task in tasks if task.result()] == []
