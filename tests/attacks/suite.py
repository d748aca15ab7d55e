"""Runs cases of the table in real sandboxes, a few at once, and looks at the host afterwards."""

import asyncio
import contextlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Generator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from executor.cache import CompileCache
from executor.catalog import Catalog
from executor.config import ExecutorConfig
from executor.fairqueue import Capacity
from executor.local import LocalExecutor
from executor.models import Job, Limits, LimitsRequest, SourceFile, Status, Stream
from executor.runner import Runner
from executor.sandbox import pressure
from executor.sandbox.pool import Pool
from executor.sandbox.spec import Kind, Outcome, Program
from executor.scheduler import Scheduler
from executor.verdict import classify
from executor.versions import load_catalog
from tests.attacks.table import HERE, LEVELS, Case, Level
from tests.sandbox import host
from tests.sandbox.conftest import ENV, PYTHON, Cage, open_cage, printed

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
_SHARED: Final = "/tmp"  # noqa: S108 - where sandboxes have one of their own
_GUARD: Final = '[ "$PWD" = /box ] && [ ! -e /etc/shadow ] && [ ! -e /var ] || exit 99\n'
_LANGUAGES: Final = ("c", "c++")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What came of one program."""

    status: Status
    stdout: str
    stderr: str
    printed_bytes: int
    exit_code: int | None
    artifacts: tuple[str, ...]
    elapsed_seconds: float
    allowed_seconds: float


@dataclass(slots=True)
class Canaries:
    """Things of the host that no program may touch."""

    folder: Path
    process: subprocess.Popen[bytes]
    listeners: tuple[socket.socket, ...]
    abstract: str
    files: dict[Path, str]
    secret: str
    settings: dict[str, str] = field(default_factory=dict)

    def hints(self) -> dict[str, str]:
        """Return what programs are told, so that they know where to aim."""
        return {
            "CANARY_PORT": str(self.listeners[0].getsockname()[1]),
            "CANARY_ABSTRACT": self.abstract,
            "CANARY_PID": str(self.process.pid),
            "CANARY_FILES": ":".join(map(str, self.files)),
        }

    def complaints(self) -> list[str]:
        """Return what was touched."""
        found = []
        if self.process.poll() is not None:
            found.append("the canary process is dead")
        for listener in self.listeners:
            with contextlib.suppress(BlockingIOError):
                listener.accept()
                found.append(f"somebody connected to {listener.getsockname()!r}")
        for path, text in self.files.items():
            if not path.exists() or path.read_text() != text:
                found.append(f"{path} was changed")
        if _settings() != self.settings:
            found.append(f"the host's settings changed: {_settings()}")
        return found


def _settings() -> dict[str, str]:
    """Return what of the host a program could turn if it got out of its namespaces."""
    # The clock against the one that cannot be set: how far apart they are must not change.
    apart = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    read = {
        name: Path("/proc/sys", name).read_text()
        for name in ("kernel/hostname", "kernel/core_pattern", "kernel/sysrq", "vm/drop_caches")
        if os.access(f"/proc/sys/{name}", os.R_OK)
    }
    return {**read, "clock": str(round(apart / 5))}


@contextlib.contextmanager
def canaries() -> Generator[Canaries, None, None]:
    """Put out the canaries."""
    # Where a test started us, its environment holds the secret, and /proc shows it as ours too.
    secret = os.environ.get("CODECAGE_TOKEN") or "codecage-canary-" + secrets.token_hex(16)
    abstract = "codecage-test-" + secrets.token_hex(8)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        files = {folder / "canary": secret, Path(_SHARED, abstract): secret}
        for path, text in files.items():
            path.touch(mode=0o600)
            path.write_text(text)
            stack.callback(path.unlink, missing_ok=True)
        listeners = []
        for kind, address in (
            (socket.AF_INET, ("127.0.0.1", 0)),
            (socket.AF_UNIX, "\0" + abstract),
        ):
            listener = stack.enter_context(socket.socket(kind))
            listener.bind(address)
            listener.listen()
            listener.setblocking(False)
            listeners.append(listener)
        process = subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(900)"],
            env={**os.environ, "CODECAGE_TOKEN": secret},
        )
        stack.callback(process.wait)
        stack.callback(process.kill)
        os.environ["CODECAGE_TOKEN"] = secret
        stack.callback(os.environ.pop, "CODECAGE_TOKEN", None)
        yield Canaries(
            folder, process, tuple(listeners), abstract, files, secret, settings=_settings()
        )


def build(folder: Path) -> dict[str, bytes]:
    """Compile programs/*.c, which are run nowhere but in sandboxes; return each one's bytes."""
    built: dict[str, bytes] = {}
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return built
    for source in sorted((HERE / "programs").glob("*.c")):
        target = folder / source.stem
        subprocess.run(
            [compiler, "-O1", "-Wno-infinite-recursion", "-o", target, source, "-lpthread"],
            check=True,
            capture_output=True,
        )
        built[source.stem] = target.read_bytes()
    return built


class Suite:
    """Runs cases at the isolation level that this process can have."""

    def __init__(
        self, cage: Cage, executor: LocalExecutor, put_out: Canaries, built: dict[str, bytes]
    ) -> None:
        self._cage = cage
        self._executor = executor
        self.canaries = put_out
        self._built = built
        self._before = host.snapshot()
        self._languages = {r.name for r in executor.runtimes() if r.installed}

    @property
    def level(self) -> Level:
        """The isolation level that holds here."""
        if not self._cage.backend.has_proc:
            return LEVELS[2]
        return LEVELS[0 if self._cage.backend.facts.cgroup_version else 1]

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
        own = set(self._cage.backend.facts.cgroup_paths.values())
        groups = [str(path) for folder in own for path in Path(folder).glob("slot-*")]
        left["cgroups"] = sorted(groups)
        return {name: things for name, things in left.items() if things}

    async def _case(self, case: Case) -> list[Finding]:
        if case.kind == "job":
            return [await self._job(case)]
        sides = ("a", "b") if case.pair else ("a",)
        return list(await asyncio.gather(*(self._run(case, side) for side in sides)))

    async def _run(self, case: Case, side: str) -> Finding:
        limits = limits_of(case)
        kind = Kind.PYTHON if case.kind == "warm" else Kind.GENERIC
        async with self._cage.box(kind, limits) as box:
            load, began = pressure.read(), time.monotonic()
            outcome = await box.run(self._program(case, side), limits)
            elapsed = time.monotonic() - began
            idle = pressure.idle_share(load, pressure.read())
        return _finding(outcome, classify(outcome, "run"), elapsed, _allowed(limits, idle))

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
        limits = limits_of(case)
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
            allowed_seconds=_allowed(limits, idle) * len(result.steps),
        )


_PRELUDE: Final = HERE / "programs" / "attack.py"


def limits_of(case: Case) -> Limits:
    """Return the limits a case runs under."""
    values: dict[str, Any] = {**asdict(LIMITS), **case.limits}
    return Limits(**values)


def _allowed(limits: Limits, idle: float) -> float:
    """Return within how many seconds a program must have ended, its files read."""
    busy = idle < 2 * pressure.IDLE_ENOUGH
    stretch = pressure.MOST_STRETCH if busy else 1.0
    return limits.wall_seconds * stretch + SLACK_SECONDS


def _finding(outcome: Outcome, status: Status, elapsed: float, allowed: float) -> Finding:
    return Finding(
        status=status,
        stdout=printed(outcome),
        stderr=printed(outcome, Stream.STDERR),
        printed_bytes=sum(len(chunk.data) for chunk in outcome.output),
        exit_code=outcome.exit_code,
        artifacts=tuple(sorted(artifact.path for artifact in outcome.artifacts)),
        elapsed_seconds=elapsed,
        allowed_seconds=allowed,
    )


def complaints(case: Case, level: Level, found: Sequence[Finding], secret: str) -> list[str]:
    """Return what is not as the table says."""
    wrong: list[str] = []
    for finding in found:
        wrong += case.expected[level].complaints(finding.status, finding.stdout)
        if finding.elapsed_seconds > finding.allowed_seconds:
            wrong.append(f"it ended after {finding.elapsed_seconds:.1f} s")
        if secret in finding.stdout or secret in finding.stderr:
            wrong.append("it found the secret")
        if case.output and not re.fullmatch(case.output, finding.stdout, re.DOTALL):
            wrong.append("it printed something else")
        if case.artifacts is not None and finding.artifacts != tuple(sorted(case.artifacts)):
            wrong.append(f"it left {finding.artifacts}")
        most = case.most_printed_bytes
        if most is not None and finding.printed_bytes > most:
            wrong.append(f"{finding.printed_bytes} bytes of output were kept")
        if case.exit_code is not None and finding.exit_code != case.exit_code:
            wrong.append(f"its exit code is {finding.exit_code}")
    return wrong


@contextlib.asynccontextmanager
async def open_suite(folder: Path) -> AsyncGenerator[Suite, None]:
    """Yield a suite, ready and warm."""
    catalog: Catalog = await load_catalog(
        None, cache_file=folder / "versions.json", only=_LANGUAGES
    )
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
                runner=Runner(cage.backend, pool, CompileCache(), scheduler.compile_slot),
                limits=config.limits,
                ceiling=config.ceiling,
            )
            suite = Suite(cage, executor, put_out, build(folder))
            for kind in Kind:  # both runners are up before the host is looked at
                await cage.run(Program(argv=("/bin/true",), env=ENV), kind, LIMITS)
            suite.look_again()
            try:
                yield suite
            finally:
                await executor.close()
                await pool.close()
