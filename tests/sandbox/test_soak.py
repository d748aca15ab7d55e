"""A long mixed load: honest answers are right and each its own, and in the end nothing has grown."""

import asyncio
import ctypes
import gc
import random
import secrets
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from executor import Executor, Job, Result, SourceFile, Status
from executor.config import ExecutorConfig
from executor.factory import open_executor
from executor.models import LimitsRequest
from tests.sandbox import host

pytestmark = pytest.mark.sandbox

AT_ONCE = 8
HOSTILE_SHARE = 0.05
QUICK = LimitsRequest(wall_seconds=5.0, cpu_seconds=0.5, memory_bytes=64 * 1024 * 1024)

HOSTILE = (
    ("python", "while True: pass", {Status.CPU_LIMIT, Status.TIME_LIMIT}),
    ("python", "x = bytearray(1 << 30)\nfor i in range(0, 1 << 30, 4096): x[i] = 1", {Status.MEMORY_LIMIT}),
    ("python", "while True: print('x' * 1000)", {Status.OUTPUT_LIMIT}),
    ("bash", ":(){ :|:& };:\nwait; sleep 600", {Status.PROCESS_LIMIT}),
    ("bash", "(setsid sleep 60 &) ; exit 3", {Status.RUNTIME_ERROR}),
    ("bash", "kill -SEGV $$", {Status.SIGNALLED}),
)  # fmt: skip
HONEST: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("python", lambda token: f"print('{token}'[::-1][::-1])"),
    ("python", lambda token: f"open('{token}', 'w').write('x')\nprint('{token}')"),
    ("bash", lambda token: f"echo {token} | cat"),
)
FILES = {"python": "main.py", "bash": "main.sh"}


@pytest.mark.parametrize(
    "runs",
    [
        pytest.param(300, id="300", marks=pytest.mark.timeout(240)),
        pytest.param(10_000, id="10000", marks=[pytest.mark.full, pytest.mark.timeout(2400)]),
    ],
)
async def test_a_mixed_load_is_answered_rightly_and_leaves_no_trace(
    runs: int, tmp_path: Path
) -> None:
    config = ExecutorConfig(data_dir=tmp_path, uid_base=host.UID_BASE)
    async with open_executor(config, languages=tuple(FILES), keep_ready=False) as executor:
        await load(executor, max(100, runs // 10))  # everything that is made once is there
        before, memory_before = await settled_host(), memory_bytes()
        await load(executor, runs)
        await settled_host()
        for _ in range(200):
            if not left_behind(before):
                break
            await asyncio.sleep(0.05)
        assert left_behind(before) == {}
        assert memory_bytes() <= memory_before * 1.05


def left_behind(before: host.Host) -> dict[str, object]:
    """Return what has come or gone; a runner that was replaced by its like is neither."""
    found = host.left_behind(before)
    new = Counter(map(_without_pid, found.pop("processes", [])))
    gone = Counter(map(_without_pid, before.processes - host.snapshot().processes))
    changed = new - gone
    return {**found, **({"processes": changed} if changed else {})}


def _without_pid(described: str) -> str:
    return described.partition(" ")[2]


async def settled_host() -> host.Host:
    """Look at the host once the last burials are over."""
    await asyncio.sleep(0.5)
    gc.collect()
    return host.snapshot()


def memory_bytes() -> int:
    """Return what this process and the launcher hold, pages of their own only.

    What was freed and lies between what is in use is given back first: it is no leak.
    """
    ctypes.CDLL(None).malloc_trim(0)
    me = psutil.Process()
    return sum(one.memory_full_info().uss for one in (me, *me.children()))


async def load(executor: Executor, runs: int) -> None:
    numbers = iter(range(runs))
    chance = random.Random(runs)  # noqa: S311  # the same mix every time

    async def work() -> None:
        for _ in numbers:
            if chance.random() < HOSTILE_SHARE:
                language, source, expected = chance.choice(HOSTILE)
                result = await run(executor, language, source, QUICK)
                assert result.status in expected, (source, result.steps)
            else:
                language, make = chance.choice(HONEST)
                token = secrets.token_hex(8)
                result = await run(executor, language, make(token), LimitsRequest())
                assert (result.status, result.steps[-1].stdout) == (
                    Status.OK,
                    f"{token}\n".encode(),
                ), result.steps

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())


async def run(executor: Executor, language: str, source: str, limits: LimitsRequest) -> Result:
    job = Job(
        id=secrets.token_hex(8),
        language=language,
        files=(SourceFile(path=FILES[language], content=source.encode()),),
        run_limits=limits,
    )
    return await (await executor.start(job)).result()
