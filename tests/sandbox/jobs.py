"""Jobs for the whole executor: the short ways to make them, to open one, and to look at the host after."""

import contextlib
import secrets
from collections.abc import AsyncGenerator, Collection
from dataclasses import replace
from pathlib import Path

import pytest

from executor import Event, Executor, Finished, Job, Output, Result, SourceFile, StageStarted
from executor.config import ExecutorConfig
from executor.factory import open_executor
from executor.interfaces import Run
from executor.limits import DEFAULT_LIMITS
from executor.local import LocalExecutor
from executor.models import LimitsRequest, Queued, StageLimits
from tests.sandbox import host

ENTRIES = {
    "python": "main.py",
    "bash": "main.bash",
    "sh": "main.sh",
    "c": "main.c",
    "c++": "main.cpp",
    "javascript": "main.js",
    "perl": "main.pl",
    "crafted": "build.sh",
}
# A language whose compile step is the job's own shell script, so that a test decides what it makes.
CRAFTED = """
name: crafted
runtime: sh
entry: build.sh
compile: {argv: [sh, "{entry}"]}
run: {argv: [./main]}
version: {argv: [sh, -c, echo 1], pattern: '^(1)'}
check: {code: 'true', stdout: ''}
"""
# A loaded machine must not turn what a test waits for into a verdict: it asks for less where it wants one.
PATIENT = StageLimits(
    compile=replace(DEFAULT_LIMITS.compile, wall_seconds=200.0, cpu_seconds=150.0),
    run=replace(DEFAULT_LIMITS.run, wall_seconds=100.0, cpu_seconds=50.0),
)
# What would go on for ever, and says so first.
SLEEPS = "import time\nprint('on', flush=True)\ntime.sleep(600)"


def job(
    source: str,
    language: str = "python",
    *more: SourceFile,
    owner: str = "",
    stdin: bytes = b"",
    interactive: bool = False,
    args: tuple[str, ...] = (),
    limits: LimitsRequest | None = None,
    compile_limits: LimitsRequest | None = None,
) -> Job:
    """Return a job with ``source`` as its entry."""
    entry = SourceFile(path=ENTRIES.get(language, "main.py"), content=source.encode())
    return Job(
        id=secrets.token_hex(8),
        language=language,
        files=(entry, *more),
        stdin=stdin,
        args=args,
        owner=owner,
        interactive=interactive,
        run_limits=limits or LimitsRequest(),
        compile_limits=compile_limits or LimitsRequest(),
    )


async def run(executor: Executor, given: Job) -> Result:
    """Run ``given`` to its end."""
    return await (await executor.start(given)).result()


async def events_of(running: Run) -> list[Event]:
    """Return every event from now on."""
    return [event async for event in running]


async def until_output(running: Run, wanted: bytes = b"\n") -> bytes:
    """Read events until the program has printed ``wanted``; return what it printed meanwhile."""
    seen = b""
    async for event in running:
        if isinstance(event, Output):
            seen += event.data
            if wanted in seen:
                return seen
        assert not isinstance(event, Finished), event.result.steps
    raise AssertionError("no end was told")


async def until_started(running: Run, name: str = "run") -> None:
    """Read events until the step ``name`` has started."""
    async for event in running:
        if isinstance(event, StageStarted) and event.name == name:
            return
        assert not isinstance(event, Finished), event.result.steps


async def until_queued(running: Run) -> int:
    """Read events until the job waits; return its position."""
    async for event in running:
        assert isinstance(event, Queued), event
        return event.position
    raise AssertionError("it did not wait")


def needs_cgroup(executor: LocalExecutor) -> None:
    """Skip where no cgroup counts: at most two jobs run at once there, with 512 MiB together."""
    if not executor._runner._backend.facts.cgroup_version:
        pytest.skip("needs a cgroup, which this user may not make (isolation level B)")


@contextlib.asynccontextmanager
async def opened(
    folder: Path,
    *,
    languages: Collection[str] | None = ("python", "bash", "c"),
    keep_ready: bool = False,
    running_per_owner: int = 1,
    **settings: object,
) -> AsyncGenerator[LocalExecutor, None]:
    """Yield an executor whose end leaves the host as it was; ``settings`` as in `ExecutorConfig`."""
    before = host.snapshot()
    patient = {"limits": PATIENT, "ceiling": PATIENT}
    config = ExecutorConfig(
        data_dir=folder,
        uid_base=host.UID_BASE,  # only root has a range
        **{**patient, **settings},  # type: ignore[arg-type]
    )
    async with open_executor(
        config, languages=languages, keep_ready=keep_ready, running_per_owner=running_per_owner
    ) as executor:
        yield executor
    host.assert_nothing_left(before)
