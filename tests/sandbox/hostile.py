"""The seven programs that every executor must survive, as a table; and as a command that runs them all.

`python -m tests.sandbox.hostile FOLDER` runs them with the rights it is given and prints how each
ended, so that a test can start it as somebody else. None of them starts anywhere but in a sandbox
that has passed its self-check: `Box.run` waits for it.
"""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from executor import Executor, Status
from executor.config import ExecutorConfig
from executor.factory import open_executor
from executor.models import LimitsRequest
from tests.sandbox.jobs import job, run

SHORT = LimitsRequest(wall_seconds=4.0, cpu_seconds=1.5)
LOOPS = LimitsRequest(cpu_seconds=1.0)  # on a busy machine a second of CPU takes many
# What takes its time before it meets its end, such as trying to remove all of /usr: 3.4 s of CPU for
# 140,000 files; an emulated machine needs more than SHORT to touch all memory, or to fill a disk.
WHOLE = LimitsRequest(wall_seconds=20.0, cpu_seconds=10.0)

DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for descriptor in range(3):
            os.close(descriptor)
        time.sleep(600)
    os._exit(0)
os.wait()
print("started")
"""
EAT_2_GB = """
block = bytearray(2 << 30)
for at in range(0, len(block), 4096):
    block[at] = 1
print("had it all")
"""
FORK_FOR_EVER = """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""


@dataclass(frozen=True, slots=True)
class Hostile:
    """A program and how it must end."""

    name: str
    language: str
    source: str
    expected: Status
    limits: LimitsRequest = SHORT


PROGRAMS = (
    Hostile(
        "rm-rf-root",
        "bash",
        "rm -rf / --no-preserve-root 2> /dev/null; test -x /usr/bin/bash && exit 7",
        Status.RUNTIME_ERROR,
        WHOLE,
    ),
    Hostile("fork-bomb", "bash", ":(){ :|:& };:\nwait; sleep 600", Status.PROCESS_LIMIT),
    Hostile("fork-for-ever", "python", FORK_FOR_EVER, Status.PROCESS_LIMIT),
    Hostile("two-gigabytes", "python", EAT_2_GB, Status.MEMORY_LIMIT, WHOLE),
    Hostile("endless-print", "python", "while True: print('x' * 1000)", Status.OUTPUT_LIMIT),
    Hostile("endless-loop", "python", "while True: pass", Status.CPU_LIMIT, LOOPS),
    Hostile("sleeper", "python", "import time; time.sleep(600)", Status.TIME_LIMIT),
    Hostile("double-forked-daemon", "python", DAEMON, Status.OK),
)


async def _ends(executor: Executor, program: Hostile) -> Status:
    given = job(program.source, program.language, limits=program.limits)
    return (await run(executor, given)).status


async def _main(folder: Path) -> dict[str, str]:
    config = ExecutorConfig(data_dir=folder, running=2)
    async with open_executor(config, languages=("python", "bash")) as executor:
        async with asyncio.TaskGroup() as group:
            tasks = {p.name: group.create_task(_ends(executor, p)) for p in PROGRAMS}
        after = await run(executor, job("print('normal')"))
    answers = {name: str(task.result()) for name, task in tasks.items()}
    return {**answers, "after": after.steps[-1].stdout.decode()}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_main(Path(sys.argv[1])))))  # noqa: T201 - it is a command
