"""Measures runs in the sandbox beside bare subprocesses, interleaved in one go on this machine.

Only the ratios mean something: both sides see the same load. A bare run is what a careless bot
would do: ``create_subprocess_exec`` and ``communicate``, without any limit or isolation.
"""

import asyncio
import secrets
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from executor.interfaces import Executor
from executor.models import Job, SourceFile, Status

_SETTLE_SECONDS = 0.02  # between runs, so that the next sandbox is made outside the clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One comparison: medians and the middle 80 % of ``n`` values each, in ``unit``."""

    name: str
    n: int
    unit: str
    ours: tuple[float, float, float]  # 10th percentile, median, 90th percentile
    baseline: tuple[float, float, float]
    baseline_name: str

    @property
    def ratio(self) -> float:
        """Ours over the baseline, by medians."""
        return self.ours[1] / self.baseline[1] if self.baseline[1] else 0.0


@dataclass(frozen=True, slots=True)
class Case:
    """A program that both sides run."""

    name: str
    language: str
    path: str
    source: bytes
    bare_argv: tuple[str, ...]


CASES = (
    Case("python: print", "python", "main.py", b"print('hi')\n", ("/usr/bin/python3", "-I")),
    Case(
        "python: 20 ms of CPU",
        "python",
        "main.py",
        b"x = 0\nfor i in range(400000): x += i\nprint(x)\n",
        ("/usr/bin/python3", "-I"),
    ),
    Case("bash: echo", "bash", "main.sh", b"echo hi\n", ("/usr/bin/bash",)),
)
_BURST = CASES[0]


class Measurement(Protocol):
    """Measures something with an executor that keeps a sandbox ready."""

    async def __call__(
        self, executor: Executor, *, runs: int, progress: Callable[[str], None]
    ) -> list[Sample]:
        """Return the comparisons; ``progress`` is told what is being measured."""
        ...


async def measure(
    executor: Executor, *, runs: int, progress: Callable[[str], None] = lambda _: None
) -> list[Sample]:
    """Return latency and throughput of the languages that are here.

    Args:
        executor: keeps a sandbox ready.
        runs: how many runs of each side.
        progress: told what is being measured.
    """
    known = {runtime.name for runtime in executor.runtimes()}
    samples = []
    with tempfile.TemporaryDirectory(prefix="codecage-bench-") as folder:
        for case in CASES:
            if case.language in known:
                progress(case.name)
                samples.append(await _latency(executor, case, runs, Path(folder)))
        for width in (1, 8):
            if _BURST.language in known:
                progress(f"python: {width} at once")
                samples.append(await _throughput(executor, width, runs, Path(folder)))
    return samples


def spread(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the 10th percentile, the median and the 90th percentile."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    cuts = statistics.quantiles(values, n=10, method="inclusive")
    return cuts[0], statistics.median(values), cuts[-1]


async def _latency(executor: Executor, case: Case, runs: int, folder: Path) -> Sample:
    script = folder / case.path
    script.write_bytes(case.source)
    ours, bare = [], []
    await _sandboxed(executor, case)  # the first one also makes the runner
    for _ in range(runs):
        await asyncio.sleep(_SETTLE_SECONDS)
        bare.append(await _timed(_bare(case, script)))
        await asyncio.sleep(_SETTLE_SECONDS)
        ours.append(await _timed(_sandboxed(executor, case)))
    return Sample(
        name=case.name,
        n=runs,
        unit="ms",
        ours=spread(ours),
        baseline=spread(bare),
        baseline_name="bare subprocess",
    )


async def _throughput(executor: Executor, width: int, runs: int, folder: Path) -> Sample:
    script = folder / _BURST.path
    script.write_bytes(_BURST.source)
    ours, bare = [], []
    total = max(runs, 2 * width)
    for _ in range(3):
        bare.append(total / await _burst(lambda: _bare(_BURST, script), width, total))
        ours.append(total / await _burst(lambda: _sandboxed(executor, _BURST), width, total))
    return Sample(
        name=f"python: {width} at once",
        n=3 * total,
        unit="runs/s",
        ours=spread(ours),
        baseline=spread(bare),
        baseline_name="bare subprocess",
    )


async def _burst(start: Callable[[], Awaitable[None]], width: int, total: int) -> float:
    left = iter(range(total))

    async def work() -> None:
        for _ in left:
            await start()

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(width):
            group.create_task(work())
    return time.perf_counter() - began


async def _timed(run: Awaitable[None]) -> float:
    began = time.perf_counter()
    await run
    return (time.perf_counter() - began) * 1000


async def _bare(case: Case, script: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *case.bare_argv,
        str(script),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
    )
    out, _ = await process.communicate()
    if process.returncode or not out:
        raise RuntimeError(f"the bare run of {case.name} failed")


async def _sandboxed(executor: Executor, case: Case) -> None:
    name = secrets.token_hex(8)
    job = Job(
        id=name,
        language=case.language,
        files=(SourceFile(path=case.path, content=case.source),),
        owner=name,
    )
    result = await (await executor.start(job)).result()
    if result.status is not Status.OK:
        raise RuntimeError(f"the sandboxed run of {case.name} ended as {result.status}")
