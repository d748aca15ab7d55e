"""A stand-in for the bot in a systemd unit: holds an executor with programs that run for ever.

Usage: service.py DATA_FOLDER. What it is made of goes to DATA_FOLDER/state as JSON, once all run.
"""

import asyncio
import json
import os
import secrets
import sys
from pathlib import Path

from executor import Job, Output, SourceFile
from executor.config import ExecutorConfig
from executor.factory import launch_early, open_executor
from executor.interfaces import Run

_FOREVER = "echo on; while :; do sleep 5 & wait; done"


async def main(folder: Path) -> None:
    """Start two programs and wait to be killed, or until no program can run any more."""
    config = ExecutorConfig(data_dir=folder)
    launched = launch_early(config)
    async with open_executor(config, launched=launched, languages=("sh",)) as executor:
        for _ in range(2):
            file = SourceFile(path="main.sh", content=_FOREVER.encode())
            job = Job(
                id=secrets.token_hex(4), language="sh", owner=secrets.token_hex(4), files=(file,)
            )
            await _first_output(await executor.start(job))
        state = {
            "executor": os.getpid(),
            "launcher": launched.process.process.pid,
            "cgroup": _own_group(),
        }
        _write(folder / "state", json.dumps(state))
        await executor.lost.wait()
    sys.exit("no program can run any more")  # as the bot ends then, for systemd to start it anew


async def _first_output(run: Run) -> None:
    async for event in run:
        if isinstance(event, Output):
            return


def _own_group() -> str:
    return Path("/proc/self/cgroup").read_text().strip().removeprefix("0::")


def _write(path: Path, text: str) -> None:
    unfinished = path.with_suffix(".new")
    unfinished.write_text(text)
    unfinished.rename(path)


asyncio.run(main(Path(sys.argv[1])))
