"""A sandbox from its making to its burial, in a real kernel, and what is left when it cannot be made."""

import asyncio
import signal
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from executor.errors import BackendUnavailableError
from executor.models import SourceFile
from executor.sandbox.settings import SandboxSettings
from executor.sandbox.spec import Kind, Program, SandboxSpec
from tests.sandbox import host
from tests.sandbox.conftest import ENV, LIMITS, SETTINGS, Cage, open_cage, printed, python, shell

pytestmark = pytest.mark.sandbox

ALLOW, KILL = 0x7FFF0000, 0x80000000


def filter_that_returns(action: int) -> bytes:
    """Return the BPF program that answers every system call with ``action`` (seccomp(2))."""
    return struct.pack("<HBBI", 0x06, 0, 0, action)


@pytest.mark.parametrize("kind", Kind)
async def test_a_sandbox_is_made_ready_runs_once_and_is_gone(cage: Cage, kind: Kind) -> None:
    async with cage.box(kind) as box:
        outcome = await box.run(python("print('hi')"), LIMITS)
        assert (outcome.exit_code, printed(outcome)) == (0, "hi\n")
        assert await box.gone()
        assert box.is_gone


async def test_what_a_run_used_is_told(cage: Cage) -> None:
    source = """
import time
block = bytearray(40 << 20)
end = time.process_time() + 0.3
while time.process_time() < end: pass
time.sleep(0.2)
"""
    for kind in Kind:
        usage = (await cage.run(python(source), kind)).usage
        assert usage.wall_seconds > 0.5
        assert 0.25 < usage.cpu_seconds < usage.wall_seconds
        assert 40 << 20 < usage.memory_bytes < 90 << 20


async def test_a_sandbox_that_ran_nothing_is_buried(cage: Cage) -> None:
    async with cage.box():
        pass
    async with cage.box(Kind.PYTHON):
        pass
    assert cage.backend.quarantined == []


async def test_a_sandbox_can_be_buried_twice(cage: Cage) -> None:
    box = await cage.backend.spawn(SandboxSpec(Kind.GENERIC, LIMITS))
    for _ in range(2):
        await cage.backend.bury(box)
    async with cage.box() as one, cage.box() as other:
        assert one.slot != other.slot


async def test_twenty_runs_leave_as_many_descriptors_as_one(cage: Cage) -> None:
    for kind in Kind:
        await cage.run(python("print(1)"), kind)
    before = host.snapshot()
    for turn in range(20):
        kind = list(Kind)[turn % 2]
        assert printed(await cage.run(python(f"print({turn})"), kind)) == f"{turn}\n"
    assert host.left_behind(before) == {}


async def test_twelve_sandboxes_live_at_once(cage: Cage) -> None:
    async with asyncio.TaskGroup() as group:
        runs = [
            group.create_task(cage.run(python(f"print({n})"), list(Kind)[n % 2])) for n in range(12)
        ]
    assert [printed(run.result()) for run in runs] == [f"{n}\n" for n in range(12)]


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        pytest.param(("/no/such/program",), "No such file", id="missing"),
        pytest.param(("no-such-program",), "No such file", id="missing-on-path"),
        pytest.param(("./text",), "Permission denied", id="not-executable"),
        pytest.param(("./garbage",), "Exec format error", id="no-program"),
        pytest.param(("./script",), "No such file", id="missing-interpreter"),
        pytest.param(("/usr",), "Permission denied", id="folder"),
    ],
)
@pytest.mark.parametrize("kind", Kind)
async def test_a_program_that_cannot_be_started_says_why(
    cage: Cage, kind: Kind, argv: tuple[str, ...], reason: str
) -> None:
    files = (
        SourceFile(path="text", content=b"#!/bin/sh\n"),
        SourceFile(path="garbage", content=b"\x01\x02", executable=True),
        SourceFile(path="script", content=b"#!/no/such/shell\n", executable=True),
    )
    outcome = await cage.run(Program(argv=argv, env=ENV, files=files), kind)
    assert reason in (outcome.failure or "")
    assert (outcome.exit_code, outcome.signal, outcome.output) == (None, None, ())


@pytest.mark.parametrize("kind", Kind)
async def test_files_that_do_not_fit_keep_a_program_from_starting(cage: Cage, kind: Kind) -> None:
    limits = replace(LIMITS, disk_bytes=1 << 20)
    big = SourceFile(path="big", content=b"x" * (2 << 20))
    outcome = await cage.run(python("print(1)", big), kind, limits)
    assert "large" in (outcome.failure or "") or "space" in (outcome.failure or "")
    assert outcome.exit_code is None


@pytest.mark.parametrize(
    ("settings", "program", "reason"),
    [
        pytest.param(
            SETTINGS, filter_that_returns(ALLOW), "has the filter we made", id="open-filter"
        ),
        pytest.param(
            SETTINGS, filter_that_returns(KILL), "before it was ready", id="deadly-filter"
        ),
        pytest.param(SETTINGS, b"\xff" * 8, "seccomp", id="broken-filter"),
        pytest.param(SETTINGS, b"", "seccomp", id="no-filter"),
        pytest.param(
            SandboxSettings(base="/no/such/folder"), None, "No such file", id="no-root-at-all"
        ),
    ],
)
async def test_where_a_step_fails_there_is_no_sandbox(
    settings: SandboxSettings, program: bytes | None, reason: str
) -> None:
    before = host.snapshot()
    async with open_cage(settings, program) as cage:
        for _ in range(2):
            with pytest.raises(BackendUnavailableError, match=reason):
                await cage.backend.spawn(SandboxSpec(Kind.GENERIC, LIMITS))
        between = host.snapshot()  # the runner may have stayed
        for _ in range(3):
            with pytest.raises(BackendUnavailableError, match=reason):
                await cage.backend.spawn(SandboxSpec(Kind.GENERIC, LIMITS))
        host.assert_nothing_left(between)
        assert cage.backend.quarantined == []
    host.assert_nothing_left(before)


async def test_a_root_without_usr_is_refused(tmp_path: Path) -> None:
    before = host.snapshot()
    async with open_cage(SandboxSettings(base=str(tmp_path))) as cage:
        with pytest.raises(BackendUnavailableError, match="usr"):
            await cage.backend.spawn(SandboxSpec(Kind.GENERIC, LIMITS))
    host.assert_nothing_left(before)


@pytest.fixture
def bare_root(tmp_path: Path) -> Path:
    """A root with an empty usr."""
    (tmp_path / "usr").mkdir()
    for folder in (tmp_path, *tmp_path.parents[:2]):
        if folder.stat().st_mode & 0o005 != 0o005:
            folder.chmod(0o755)  # the runner is not us
    return tmp_path


async def test_a_root_without_python_cannot_wait_for_programs(bare_root: Path) -> None:
    settings = replace(SETTINGS, base=str(bare_root))
    before = host.snapshot()
    async with open_cage(settings) as cage:
        with pytest.raises(BackendUnavailableError, match="No such file"):
            await cage.backend.spawn(SandboxSpec(Kind.PYTHON, LIMITS))
    host.assert_nothing_left(before)


async def test_after_one_runner_failed_the_other_kind_still_works() -> None:
    async with open_cage(SandboxSettings(warm=None)) as plain:
        with pytest.raises(BackendUnavailableError, match="python3"):
            await plain.backend.spawn(SandboxSpec(Kind.PYTHON, LIMITS))
        assert printed(await plain.run(shell("echo works"))) == "works\n"


@pytest.mark.parametrize("kind", Kind)
async def test_signals_reach_the_whole_process_group_and_nothing_else(
    cage: Cage, kind: Kind
) -> None:
    source = """
import os, signal, time
got = []
signal.signal(signal.SIGUSR1, lambda *_: got.append(1))
up, tell = os.pipe()
child = os.fork()
if child:
    os.read(up, 1)  # a signal that comes while a process is forked is lost to it
    print("ready", flush=True)
else:
    os.write(tell, b"!")
while not got: time.sleep(0.01)
if not child: os._exit(5)
_, status = os.waitpid(child, 0)
print("both", os.waitstatus_to_exitcode(status))
"""
    program = python(source)
    async with cage.box(kind) as box:

        def on_output(_: object, data: bytes) -> None:
            if b"ready" in data:
                for number in (0, 65, -1, 1000, signal.SIGUSR1):
                    box.send_signal(number)

        outcome = await box.run(replace(program, on_output=on_output), LIMITS)
    assert (outcome.exit_code, printed(outcome)) == (0, "ready\nboth 5\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_a_signal_that_ends_the_program_leaves_its_report(cage: Cage, number: int) -> None:
    async with cage.box() as box:
        program = replace(
            shell("echo ready; exec sleep 600"),
            on_output=lambda _stream, _data: box.send_signal(number),
        )
        outcome = await box.run(program, LIMITS)
    assert (outcome.signal, outcome.exit_code) == (number, None)
    assert outcome.usage.wall_seconds < LIMITS.wall_seconds
