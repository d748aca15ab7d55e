"""What lower isolation levels still hold: the seven programs as an ordinary user without cgroups."""

import json

import pytest

from tests.sandbox import host
from tests.sandbox.hostile import PROGRAMS
from tests.sandbox.levels import open_folder, run_at

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(180)]


@pytest.mark.parametrize("level", ["B", pytest.param("C", marks=pytest.mark.full)])
def test_the_seven_programs_end_by_their_verdicts_at_every_level(level: str) -> None:
    before = host.snapshot()
    with open_folder() as folder:
        done = run_at(level, ["-m", "tests.sandbox.hostile", str(folder / "data")], folder)

    assert done.returncode == 0, done.stderr.decode()
    expected = {program.name: program.expected.value for program in PROGRAMS}
    assert json.loads(done.stdout) == {**expected, "after": "normal\n"}
    host.assert_nothing_left(before)


FIRST_AT_ONCE = """
import asyncio, json, sys
from pathlib import Path
from executor.config import ExecutorConfig
from executor.factory import open_executor
from tests.sandbox.jobs import job, run

async def main():
    config = ExecutorConfig(data_dir=Path(sys.argv[1]))
    async with open_executor(config, languages=("python", "bash")) as executor:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(run(executor, job(source, language)))
                for source, language in 4 * (("print(1)", "python"), ("echo 1", "bash"))
            ]
    return [task.result().steps[-1].stdout.decode() for task in tasks]

print(json.dumps(asyncio.run(main())))
"""


@pytest.mark.parametrize("level", ["A", "B", "C"])
def test_the_first_jobs_may_come_all_at_once(level: str) -> None:
    with open_folder() as folder:
        done = run_at(level, ["-c", FIRST_AT_ONCE, str(folder / "data")], folder)

    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout) == ["1\n"] * 8
