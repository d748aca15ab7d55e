"""What lower isolation levels still hold: the seven programs as an ordinary user without cgroups."""

import json

import pytest

from tests.sandbox import host
from tests.sandbox.hostile import PROGRAMS
from tests.sandbox.levels import IN_CONTAINER, ROOT, SUITES, WITH_IDS, open_folder, run_at

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(180)]


@pytest.mark.parametrize(
    "level",
    [
        "B",
        pytest.param("C", marks=pytest.mark.full),
        pytest.param(WITH_IDS, marks=pytest.mark.full),
    ],
)
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


@pytest.mark.parametrize("level", ["A", IN_CONTAINER, "B", WITH_IDS, "C"])
def test_the_first_jobs_may_come_all_at_once(level: str) -> None:
    with open_folder() as folder:
        done = run_at(level, ["-c", FIRST_AT_ONCE, str(folder / "data")], folder)

    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout) == ["1\n"] * 8


@pytest.mark.full
@pytest.mark.timeout(600)
@pytest.mark.parametrize("level", ["B", WITH_IDS])
@pytest.mark.parametrize("suite", SUITES)
def test_what_root_is_proved_to_have_ordinary_users_have_too(level: str, suite: str) -> None:
    before = host.snapshot()
    with open_folder() as folder:
        done = run_at(
            level,
            [
                *("-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", "-m", "not full"),
                *(
                    f"--rootdir={ROOT}",
                    f"--basetemp={folder}/pytest",
                    f"{ROOT}/tests/sandbox/{suite}",
                ),
            ],
            folder,
            TMPDIR=str(folder),
        )

    assert done.returncode == 0, done.stdout.decode(errors="replace")[-8000:]
    host.assert_nothing_left(before)
