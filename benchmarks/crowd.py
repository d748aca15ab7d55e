"""Measures how long an ordinary program takes beside hostile ones of other owners; prints JSON.

    .venv/bin/python -m benchmarks.crowd [RUNS]

Five fork bombs, five memory bombs and five endless loops, each of an owner of its own who starts the
next one as soon as one has ended, against the default settings. The baselines in the same run: the
same program with nobody beside it, in the sandbox and as a bare process.
"""

import asyncio
import contextlib
import json
import os
import platform
import secrets
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from executor import Executor, Job, SourceFile, Status
from executor.config import load_config
from executor.factory import before_the_loop, open_executor

HOSTILE = {
    "fork bomb": "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass\n",
    "memory bomb": "kept = []\nwhile True: kept.append(bytearray(1 << 20))\n",
    "endless loop": "while True: pass\n",
}
EACH = 5
BETWEEN_SECONDS = 0.1


@dataclass(slots=True)
class Crowd:
    """What became of the hostile programs."""

    verdicts: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if sys.argv[1:] else 200
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        config = load_config(environ={"CODECAGE_DATA_DIR": folder}).executor
        launched = before_the_loop(config)

        async def measure() -> dict[str, object]:
            async with open_executor(config, launched=launched) as executor:
                for _ in range(5):
                    await sandboxed(executor)
                alone = [await sandboxed(executor) for _ in range(runs)]
                bare = [await unsandboxed() for _ in range(runs)]
                async with crowd(executor) as beside:
                    await asyncio.sleep(2)
                    crowded = [await sandboxed(executor) for _ in range(runs)]
                    bare_crowded = [await unsandboxed() for _ in range(runs // 4)]
                return {
                    "bare_alone_ms": spread(bare),
                    "alone_ms": spread(alone),
                    "beside_15_hostile_ms": spread(crowded),
                    "bare_beside_15_hostile_ms": spread(bare_crowded),
                    "lost": sum(seconds < 0 for seconds in (*alone, *crowded)),
                    "p95_over_alone": round(percentile(crowded, 95) / percentile(alone, 95), 2),
                    "hostile_verdicts": dict(sorted(beside.verdicts.items())),
                }

        figures = asyncio.run(measure())
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}"
    head = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine,
        "load_before": round(load_before, 1),
    }
    print(json.dumps(head | figures, indent=1))


async def sandboxed(executor: Executor) -> float:
    """Run one print and return its seconds, or -1 when its answer is not its own."""
    await asyncio.sleep(BETWEEN_SECONDS)
    token = secrets.token_hex(8)
    began = time.perf_counter()
    run = await executor.start(job("honest", f"print('{token}')"))
    result = await run.result()
    seconds = time.perf_counter() - began
    is_right = result.status is Status.OK and result.steps[-1].stdout.decode() == token + "\n"
    return seconds if is_right else -1.0


async def unsandboxed() -> float:
    """Start the same program as a process and return its seconds."""
    await asyncio.sleep(BETWEEN_SECONDS)
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        "/usr/bin/python3", "-I", "-c", "print('hi')", stdout=asyncio.subprocess.PIPE
    )
    await process.communicate()
    return time.perf_counter() - began


@contextlib.asynccontextmanager
async def crowd(executor: Executor) -> AsyncGenerator[Crowd, None]:
    """Keep the hostile programs running until the context is left."""
    seen = Crowd()

    async def keep_up(owner: str, kind: str) -> None:
        while True:
            run = await executor.start(job(owner, HOSTILE[kind]))
            try:
                result = await run.result()
            except asyncio.CancelledError:
                await run.cancel()
                await run.result()
                raise
            seen.verdicts[f"{kind}: {result.status}"] += 1

    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(keep_up(f"{kind} {number}", kind))
            for kind in HOSTILE
            for number in range(EACH)
        ]
        try:
            yield seen
        finally:
            for task in tasks:
                task.cancel()


def job(owner: str, source: str) -> Job:
    """Return a Python job with the default limits."""
    files = (SourceFile(path="main.py", content=source.encode()),)
    return Job(id=secrets.token_hex(8), language="python", files=files, owner=owner)


def percentile(seconds: list[float], share: int) -> float:
    """Return a percentile."""
    return statistics.quantiles(seconds, n=100, method="inclusive")[share - 1]


def spread(seconds: list[float]) -> dict[str, float]:
    """Return n, median, p95 and maximum, in milliseconds."""
    return {
        "n": len(seconds),
        "median": round(statistics.median(seconds) * 1000, 1),
        "p95": round(percentile(seconds, 95) * 1000, 1),
        "max": round(max(seconds) * 1000, 1),
    }


if __name__ == "__main__":
    main()
