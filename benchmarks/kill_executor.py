"""Measures how soon after a SIGKILL of the executor its sandboxes are gone; prints JSON.

    .venv/bin/python -m benchmarks.kill_executor [ROUNDS]

Each round starts an executor with two programs that keep forking, kills it with SIGKILL, and waits for the
last process of its tree to end. Beside it, as the baseline, two bare shells in a process group of
their own, which whoever cleans up kills by group.
"""

import asyncio
import json
import os
import platform
import secrets
import signal
import statistics
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE
from datetime import UTC, datetime
from pathlib import Path

import psutil

_HOLDER = """
import asyncio, secrets, sys
from executor import Job, SourceFile, StageStarted
from executor.config import load_config
from executor.factory import before_the_loop, open_executor

config = load_config(environ={"CODECAGE_DATA_DIR": sys.argv[1]}).executor
launched = before_the_loop(config)

async def main():
    async with open_executor(config, launched=launched, languages=("bash",)) as executor:
        file = SourceFile(path="main.sh", content=b"while :; do sleep 5 & done")
        for _ in range(2):
            run = await executor.start(Job(id=secrets.token_hex(4), language="bash", files=(file,)))
            async for event in run:
                if isinstance(event, StageStarted):
                    break
        await asyncio.sleep(0.1)
        print("started", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""
_LATEST_SECONDS = 10.0


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if sys.argv[1:] else 50
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)  # the executor gives up root and goes on below it
        ours, bare = asyncio.run(measure(rounds, folder))
    print(
        json.dumps(
            {
                "date": datetime.now(UTC).date().isoformat(),
                "machine": f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}",
                "load_before": round(load_before, 1),
                "executor_killed_until_nothing_is_left_ms": spread(ours),
                "bare_group_killed_until_nothing_is_left_ms": spread(bare),
                "ratio_of_medians": round(statistics.median(ours) / statistics.median(bare), 2),
            },
            indent=1,
        )
    )


async def measure(rounds: int, folder: str) -> tuple[list[float], list[float]]:
    """Return the seconds of each round: the executor's, and the bare group's beside it."""
    ours, bare = [], []
    for _ in range(rounds):
        ours.append(await kill_executor(f"{folder}/{secrets.token_hex(4)}"))
        bare.append(await kill_bare())
    return ours, bare


async def kill_executor(folder: str) -> float:
    """Kill an executor under load and return the seconds until its last process has ended."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _HOLDER, folder, stdout=PIPE, stdin=DEVNULL
    )
    if process.stdout is None or await process.stdout.readline() != b"started\n":
        raise RuntimeError("the executor did not start")
    tree = psutil.Process(process.pid).children(recursive=True)
    began = time.perf_counter()
    process.kill()
    seconds = wait_until_gone(tree, began)
    await process.wait()
    return seconds


async def kill_bare() -> float:
    """Kill two bare shells that keep forking and return the seconds until they are gone."""
    storm = "for i in $(seq 40); do sleep 5 & done; echo started; wait"
    shells = [
        await asyncio.create_subprocess_exec(
            "/bin/bash", "-c", storm, stdout=PIPE, stdin=DEVNULL, start_new_session=True
        )
        for _ in range(2)
    ]
    for shell in shells:
        if shell.stdout is None or await shell.stdout.readline() != b"started\n":
            raise RuntimeError("the shell did not start")
    tree = [one for s in shells for one in psutil.Process(s.pid).children(recursive=True)]
    began = time.perf_counter()
    for shell in shells:
        os.killpg(shell.pid, signal.SIGKILL)
    seconds = wait_until_gone(tree, began)
    for shell in shells:
        await shell.wait()
    return seconds


def wait_until_gone(tree: list[psutil.Process], began: float) -> float:
    """Return the seconds from ``began`` until no process of ``tree`` runs; zombies count as ended."""
    while time.perf_counter() - began < _LATEST_SECONDS:
        tree = [one for one in tree if is_running(one)]
        if not tree:
            return time.perf_counter() - began
        time.sleep(0.001)
    raise RuntimeError(f"still there: {tree}")


def is_running(process: psutil.Process) -> bool:
    """Say whether a process has not ended."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def spread(seconds: list[float]) -> dict[str, float]:
    """Return n, median, p95 and maximum, in milliseconds."""
    return {
        "n": len(seconds),
        "median": round(statistics.median(seconds) * 1000, 1),
        "p95": round(statistics.quantiles(seconds, n=20, method="inclusive")[-1] * 1000, 1),
        "max": round(max(seconds) * 1000, 1),
    }


if __name__ == "__main__":
    main()
