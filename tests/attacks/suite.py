"""Runs cases of the table in real sandboxes, a few at once, and looks at the host afterwards."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from executor.burnt import BurntCpu
from executor.cache import CompileCache
from executor.catalog import Catalog
from executor.config import ExecutorConfig
from executor.fairqueue import Capacity
from executor.local import LocalExecutor
from executor.models import Job, Limits, LimitsRequest, SourceFile, Status
from executor.runner import JobRunner
from executor.sandbox import pressure
from executor.sandbox.pool import Pool
from executor.sandbox.spec import Kind, Program
from executor.scheduler import Scheduler
from executor.verdict import classify
from executor.versions import load_catalog
from tests.attacks.canaries import Canaries, canaries
from tests.attacks.findings import Finding, finding_of
from tests.attacks.table import HERE, LEVELS, Case, Expected, Level
from tests.sandbox import host
from tests.sandbox.conftest import ENV, PYTHON, Cage, open_cage

AT_ONCE: Final = 3
SLACK_SECONDS: Final = 2.0
_MIB: Final = 1 << 20
LIMITS: Final = Limits(
    wall_seconds=6.0,
    cpu_seconds=4.0,
    cpus=1.0,
    memory_bytes=64 * _MIB,
    output_bytes=256 * 1024,
    disk_bytes=16 * _MIB,
    artifact_bytes=2 * _MIB,
    processes=32,
    open_files=256,
    inodes=1024,
    artifacts=50,
)
_GUARD: Final = '[ "$PWD" = /box ] && [ ! -e /etc/shadow ] && [ ! -e /var ] || exit 99\n'
_BY_TIME: Final = {Status.CPU_LIMIT, Status.TIME_LIMIT, Status.PROCESS_LIMIT}
_LANGUAGES: Final = ("c", "c++")


class Suite:
    """Runs cases at the isolation level that this process can have.

    Args:
        cage: hands out sandboxes.
        executor: runs the cases that are jobs.
        put_out: what no program may touch.
        built: the bytes of each C program; empty where there is no compiler.
        stretch: by how much time limits are longer than the table says, on a slow machine.
    """

    def __init__(
        self,
        cage: Cage,
        executor: LocalExecutor,
        put_out: Canaries,
        built: Mapping[str, bytes],
        stretch: float,
    ) -> None:
        self._cage = cage
        self._executor = executor
        self.canaries = put_out
        self._built = built
        self._stretch = stretch
        self._before = host.snapshot()
        self._languages = {r.name for r in executor.runtimes() if r.installed}

    @property
    def level(self) -> Level:
        """The isolation level that holds here."""
        if not self._cage.backend.has_proc:
            return LEVELS[2]
        return LEVELS[0 if self._cage.backend.facts.cgroup_version else 1]

    def expected_of(self, case: Case) -> Expected:
        """Return what must come of ``case`` here."""
        if self._cage.backend.facts.single_uid and case.one_user is not None:
            return case.one_user
        return case.expected[self.level]

    def why_not(self, case: Case) -> str:
        """Return why ``case`` cannot be run here; empty when it can."""
        if case.kind == "c" and not self._built:
            return "there is no C compiler"
        if case.kind == "job" and case.source["language"] not in self._languages:
            return f"there is no compiler for {case.source['language']}"
        return ""

    def look_again(self) -> None:
        """Take the host as it is for how it must be after each batch."""
        self._before = host.snapshot()

    async def batch(self, cases: Sequence[Case]) -> tuple[list[list[Finding]], list[str]]:
        """Run ``cases`` at once; return their findings, and what they did to the host."""
        found = await asyncio.gather(*(self._case(case) for case in cases))
        left = self._left_behind()
        for _ in range(int(host.PATIENCE_SECONDS / 0.05)):
            if not left:
                break
            await asyncio.sleep(0.05)
            left = self._left_behind()
        complaints = self.canaries.complaints()
        complaints += [f"{what} left behind: {things}" for what, things in left.items()]
        if left:
            self.look_again()  # told once: what comes after is not to blame for it
        if self._cage.backend.quarantined:
            complaints.append(f"quarantined: {self._cage.backend.quarantined}")
        return found, complaints

    def _left_behind(self) -> dict[str, list[str]]:
        left = host.left_behind(self._before)
        # Others on this machine make and leave groups of theirs: ours are those of our instance.
        runners = {str(pid) for pid in host.children(self._cage.launcher.process.pid)}
        own = set(self._cage.backend.facts.cgroup_paths.values())
        groups = [str(path) for folder in own for path in Path(folder).glob("slot-*")]
        left["cgroups"] = sorted(groups)
        # A runner that has become old is replaced; it is nobody's leavings.
        processes = left.get("processes", [])
        left["processes"] = [text for text in processes if text.split()[0] not in runners]
        return {name: things for name, things in left.items() if things}

    async def _case(self, case: Case) -> list[Finding]:
        if case.kind == "job":
            return [await self._job(case)]
        sides = ("a", "b") if case.pair else ("a",)
        return list(await asyncio.gather(*(self._run(case, side) for side in sides)))

    async def _run(self, case: Case, side: str) -> Finding:
        limits = self._limits(case)
        kind = Kind.PYTHON if case.kind == "warm" else Kind.GENERIC
        async with self._cage.box(kind, limits) as box:
            load, began = pressure.read(), time.monotonic()
            outcome = await box.run(self._program(case, side), limits)
            elapsed = time.monotonic() - began
            idle = pressure.idle_share(load, pressure.read())
        return finding_of(outcome, classify(outcome, "run"), elapsed, self._allowed(limits, idle))

    def _program(self, case: Case, side: str) -> Program:
        env = {**ENV, **self.canaries.hints(), "SIDE": side, **case.env}
        argv: tuple[str, ...]
        files: tuple[SourceFile, ...]
        if case.kind == "c":
            source, attack = case.source.split()
            argv = ("./attack", attack)
            files = (SourceFile(path="attack", content=self._built[source], executable=True),)
        elif case.kind == "sh":
            argv, files = ("/bin/sh", "-c", _GUARD + case.source), ()
        else:
            argv = (PYTHON, "main.py")
            files = (
                SourceFile(path="main.py", content=case.source.encode()),
                SourceFile(path="attack.py", content=_PRELUDE.read_bytes()),
            )
            env["PYTHONDONTWRITEBYTECODE"] = "1"
        stdin = b"x" * case.stdin_bytes
        return Program(argv=argv, env=env, files=files, stdin=stdin)

    async def _job(self, case: Case) -> Finding:
        files = tuple(
            SourceFile(path=path, content=text.encode())
            for path, text in case.source["files"].items()
        )
        limits = self._limits(case)
        request = LimitsRequest(
            wall_seconds=limits.wall_seconds,
            cpu_seconds=limits.cpu_seconds,
            memory_bytes=limits.memory_bytes,
            output_bytes=limits.output_bytes,
        )
        job = Job(
            id=secrets.token_hex(8),
            language=case.source["language"],
            files=files,
            compile_limits=replace(request, memory_bytes=4 * limits.memory_bytes),
            run_limits=request,
            owner=case.name,
        )
        load, began = pressure.read(), time.monotonic()
        result = await (await self._executor.start(job)).result()
        elapsed = time.monotonic() - began
        last = result.steps[-1]
        idle = pressure.idle_share(load, pressure.read())
        return Finding(
            status=result.status,
            stdout=b"".join(step.stdout for step in result.steps).decode("utf-8", "replace"),
            stderr=b"".join(step.stderr for step in result.steps).decode("utf-8", "replace"),
            printed_bytes=sum(len(step.stdout) + len(step.stderr) for step in result.steps),
            exit_code=last.exit_code,
            artifacts=tuple(sorted(artifact.path for artifact in result.artifacts)),
            elapsed_seconds=elapsed,
            allowed_seconds=self._allowed(limits, idle) * len(result.steps),
        )

    def _limits(self, case: Case) -> Limits:
        limits = limits_of(case)
        # What no limit of time is to end gets as much as it could need. A fork bomb may wait for its timer.
        by_time = _BY_TIME & self.expected_of(case).statuses
        longer = self._stretch if by_time else self._stretch**2
        return replace(
            limits,
            wall_seconds=limits.wall_seconds * longer,
            cpu_seconds=limits.cpu_seconds * longer,
        )

    def _allowed(self, limits: Limits, idle: float) -> float:
        """Return within how many seconds a program must have ended, its files read."""
        busy = idle < 2 * pressure.IDLE_ENOUGH
        longer = pressure.MOST_STRETCH if busy else 1.0
        return limits.wall_seconds * longer + SLACK_SECONDS * self._stretch


_PRELUDE: Final = HERE / "programs" / "attack.py"


def limits_of(case: Case) -> Limits:
    """Return the limits a case runs under on an ordinary machine."""
    values: dict[str, Any] = {**asdict(LIMITS), **case.limits}
    return Limits(**values)


@contextlib.asynccontextmanager
async def open_suite(
    folder: Path, built: Mapping[str, bytes], stretch: float = 1.0
) -> AsyncGenerator[Suite, None]:
    """Yield a suite, ready and warm. ``folder`` is for what lasts, the others are as in `Suite`."""

    async def read_catalog() -> Catalog:
        return await load_catalog(None, cache_file=folder / "versions.json", only=_LANGUAGES)

    catalog = await read_catalog()
    config = ExecutorConfig(data_dir=folder)
    with canaries() as put_out:
        async with open_cage() as cage:
            pool = Pool(cage.backend, keep=False)
            scheduler = Scheduler(
                waiting=64, limit=Capacity(jobs=8, memory_bytes=8 << 30), compiles=AT_ONCE
            )
            executor = LocalExecutor(
                catalog=catalog,
                scheduler=scheduler,
                runner=JobRunner(cage.backend, pool, CompileCache(), scheduler.compile_slot),
                burnt=BurntCpu(),
                limits=config.limits,
                ceiling=config.ceiling,
                read_catalog=read_catalog,
            )
            suite = Suite(cage, executor, put_out, built, stretch)
            for kind in Kind:  # both runners are up before the host is looked at
                await cage.run(Program(argv=("/bin/true",), env=ENV), kind, LIMITS)
            suite.look_again()
            try:
                yield suite
            finally:
                await executor.close()
                await pool.close()
