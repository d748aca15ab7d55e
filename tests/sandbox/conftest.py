"""Real sandboxes for tests: a `Cage` hands them out, and proves afterwards that nothing is left."""

import asyncio
import contextlib
import platform
import tempfile
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from executor.limits import DEFAULT_LIMITS
from executor.models import Limits, SourceFile, Stream
from executor.sandbox import seccomp
from executor.sandbox.backend import Backend, launch, open_backend
from executor.sandbox.box import Box
from executor.sandbox.client import LauncherProcess
from executor.sandbox.settings import SandboxSettings, WarmInterpreter
from executor.sandbox.spec import Kind, Outcome, Program, SandboxSpec
from tests.sandbox import host

ENV = {"PATH": "/usr/bin:/bin", "HOME": "/box", "LANG": "C.UTF-8", "TZ": "UTC"}
PYTHON = "/usr/bin/python3"
# A loaded two-core machine must not turn a slow start into a verdict.
LIMITS = replace(DEFAULT_LIMITS.run, wall_seconds=40.0, cpu_seconds=20.0)
SETTINGS = SandboxSettings(warm=WarmInterpreter(path=PYTHON, env=ENV))


def python(
    source: str, *more: SourceFile, args: tuple[str, ...] = (), env: Mapping[str, str] = ENV
) -> Program:
    """Return the program `python3 main.py` with ``source`` in main.py."""
    return Program(
        argv=(PYTHON, "main.py", *args),
        env=dict(env),
        files=(SourceFile(path="main.py", content=source.encode()), *more),
    )


def shell(source: str) -> Program:
    """Return ``source`` as a program of /bin/sh."""
    return Program(argv=("/bin/sh", "-c", source), env=ENV)


def printed(outcome: Outcome, stream: Stream = Stream.STDOUT) -> str:
    """Return what the program wrote to ``stream``."""
    chunks = (chunk.data for chunk in outcome.output if chunk.stream is stream)
    return b"".join(chunks).decode("utf-8", "surrogateescape")


async def until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Return when ``holds`` does; raises TimeoutError after ``seconds``."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110  # what the kernel does sets no Event
            await asyncio.sleep(0.005)


@dataclass(frozen=True, slots=True)
class Cage:
    """A backend and the short ways to use it."""

    backend: Backend
    launcher: LauncherProcess

    @contextlib.asynccontextmanager
    async def box(
        self, kind: Kind = Kind.GENERIC, limits: Limits = LIMITS
    ) -> AsyncGenerator[Box, None]:
        """Yield a ready sandbox and bury it."""
        box = await self.backend.spawn(SandboxSpec(kind, limits))
        try:
            yield box
        finally:
            await self.backend.bury(box)

    async def run(
        self, program: Program, kind: Kind = Kind.GENERIC, limits: Limits = LIMITS
    ) -> Outcome:
        """Run ``program`` in a sandbox of its own and return its outcome once it is buried."""
        async with self.box(kind, limits) as box:
            return await box.run(program, limits)


@contextlib.asynccontextmanager
async def open_cage(
    settings: SandboxSettings = SETTINGS,
    filter_program: bytes | None = None,
    instances: Path | None = None,
) -> AsyncGenerator[Cage, None]:
    """Yield a cage with its own launcher, under our own range of user ids.

    With ``instances`` it first removes what an earlier one of that folder left when it was killed.
    """
    program = seccomp.load(platform.machine()) if filter_program is None else filter_program
    with tempfile.TemporaryDirectory(prefix="codecage-test-") as folder:
        launcher = launch(host.who(), program, instances or Path(folder))
        async with open_backend(settings, launcher) as backend:
            yield Cage(backend, launcher)


@pytest.fixture
async def cage() -> AsyncGenerator[Cage, None]:
    """A cage whose end leaves the host as it was."""
    before = host.snapshot()
    async with open_cage() as opened:
        yield opened
        assert opened.backend.quarantined == []
    host.assert_nothing_left(before)


@pytest.fixture
def place() -> Generator[Path, None, None]:
    """An open folder with a closed home: in it our code, a secret, and a data folder that exists."""
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder).resolve()
        top.chmod(0o755)
        home = top / "home"
        for name in ("code/lib", "secrets", "data"):
            (home / name).mkdir(parents=True)
        (home / "code/lib/module.py").write_text("code")
        (home / "secrets/key").write_text("secret")
        (home / "token").write_text("token")
        (home / "data/old").write_text("old")
        (home / "data").chmod(0o700)
        home.chmod(0o700)
        yield top
