"""The seven programs that every executor must survive, through the whole executor, on the real kernel.

None of them starts anywhere but in a sandbox that has passed its self-check: `Box.run` waits for it.
"""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from executor import Executor, Job, Result, SourceFile, Status
from executor.config import ExecutorConfig
from executor.factory import open_executor
from executor.limits import DEFAULT_LIMITS
from executor.models import LimitsRequest
from executor.sandbox import pressure
from tests.sandbox import host
from tests.sandbox.hostile import LOOPS, PROGRAMS, SHORT, WHOLE, Hostile

pytestmark = pytest.mark.sandbox

LIMITS = DEFAULT_LIMITS.run
FILES = {"python": "main.py", "bash": "main.sh", "c": "main.c"}


@pytest.fixture
async def executor(tmp_path: Path) -> AsyncGenerator[Executor, None]:
    config = ExecutorConfig(data_dir=tmp_path, uid_base=host.UID_BASE)
    async with open_executor(config, languages=tuple(FILES), keep_ready=False) as opened:
        for language in ("python", "bash"):  # both runners are up before the host is looked at
            await run(opened, language, {"python": "print(1)", "bash": "echo 1"}[language])
        yield opened


@pytest.fixture
def canary() -> Generator[subprocess.Popen[bytes], None, None]:
    """A process of ours outside, which must outlive every program."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process
    process.kill()
    process.wait()


async def run(
    executor: Executor, language: str, source: str, limits: LimitsRequest = SHORT
) -> Result:
    job = Job(
        id=secrets.token_hex(8),
        language=language,
        files=(SourceFile(path=FILES[language], content=source.encode()),),
        run_limits=limits,
    )
    return await (await executor.start(job)).result()


async def nothing_left(before: host.Host) -> None:
    """Give the burial, which goes on beside the result, a moment; then look at the host."""
    for _ in range(100):
        if not host.left_behind(before):
            break
        await asyncio.sleep(0.05)
    assert host.left_behind(before) == {}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
async def test_hostile_program_ends_by_its_own_verdict_and_leaves_nothing(
    executor: Executor,
    canary: subprocess.Popen[bytes],
    tmp_path: Path,
    program: Hostile,
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("still here")
    before = host.snapshot()
    load_before, began = pressure.read(), time.monotonic()

    result = await run(executor, program.language, program.source, program.limits)

    elapsed = time.monotonic() - began
    idle = pressure.idle_share(load_before, pressure.read())
    assert result.status is program.expected, result.steps[-1]
    # The wall limit may stretch while the machine has no CPU to spare.
    allowed = (program.limits.wall_seconds or LIMITS.wall_seconds) * (
        1 if idle > 2 * pressure.IDLE_ENOUGH else pressure.MOST_STRETCH
    )
    assert elapsed <= allowed + 1
    await nothing_left(before)
    assert canary.poll() is None
    assert precious.read_text() == "still here"
    assert Path("/usr/bin/env").exists()  # noqa: ASYNC240
    after = await run(executor, "python", "print('normal')")
    assert (after.status, after.steps[-1].stdout) == (Status.OK, b"normal\n")


async def test_rm_rf_removes_nothing_outside_the_work_folder(executor: Executor) -> None:
    result = await run(
        executor,
        "bash",
        "rm -rf / --no-preserve-root 2> /dev/null; ls /usr/bin | wc -l; ls /box | wc -l",
        WHOLE,
    )

    programs, own_files = result.steps[-1].stdout.split()
    assert int(programs) == len(list(Path("/usr/bin").iterdir()))  # noqa: ASYNC240
    assert int(own_files) == 0


async def test_output_up_to_the_limit_is_kept_whole(executor: Executor) -> None:
    size = LIMITS.output_bytes

    exact = await run(executor, "python", f"import sys; sys.stdout.write('x' * {size})")
    over = await run(executor, "python", f"import sys; sys.stdout.write('x' * {size + 1})")

    assert (exact.status, exact.steps[-1].truncated) == (Status.OK, False)
    assert exact.steps[-1].stdout == b"x" * size
    assert (over.status, over.steps[-1].truncated) == (Status.OUTPUT_LIMIT, True)
    assert over.steps[-1].stdout == b"x" * size


async def test_memory_of_a_whole_process_tree_counts(executor: Executor) -> None:
    source = """
import os, time
for _ in range(8):
    if os.fork() == 0:
        block = bytearray(60 << 20)
        for at in range(0, len(block), 4096): block[at] = 1
        time.sleep(30)
time.sleep(30)
"""
    assert (await run(executor, "python", source, WHOLE)).status is Status.MEMORY_LIMIT


async def test_an_out_of_memory_kill_of_a_child_ends_the_whole_program(executor: Executor) -> None:
    source = """
import os
if os.fork() == 0:
    block = bytearray(1 << 30)
    for at in range(0, len(block), 4096): block[at] = 1
os.wait()
print("went on")
"""
    result = await run(executor, "python", source, WHOLE)

    assert result.status is Status.MEMORY_LIMIT


async def test_a_program_that_ignores_every_signal_is_ended(executor: Executor) -> None:
    source = """
import signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True: pass
"""
    assert (await run(executor, "python", source, LOOPS)).status is Status.CPU_LIMIT


async def test_killing_everything_in_sight_reaches_neither_pid_1_nor_the_host(
    executor: Executor, canary: subprocess.Popen[bytes]
) -> None:
    source = f"""
import os, signal
assert os.getpid() != 1 and not os.path.exists("/etc/shadow")
for number in range(1, 65):
    for pid in (1, {canary.pid}, {os.getpid()}):
        try: os.kill(pid, number)
        except OSError: pass
try: os.kill(-1, signal.SIGKILL)
except OSError: pass
print("alive")
"""
    result = await run(executor, "python", source)

    assert (result.status, result.steps[-1].stdout) == (Status.OK, b"alive\n")
    assert canary.poll() is None


async def test_a_full_disk_is_named_when_the_program_fails_of_it(executor: Executor) -> None:
    one_file = await run(executor, "python", "open('a', 'wb').write(b'x' * (80 << 20))", WHOLE)
    spread_out = await run(
        executor,
        "bash",
        "for f in /box/a /tmp/b /dev/shm/c; do head -c 40000000 /dev/zero > $f || exit 1; done",
        WHOLE,
    )
    many_files = await run(
        executor, "python", "for n in range(10000): open(f'f{n}', 'w').close()", WHOLE
    )

    assert one_file.status is Status.DISK_LIMIT
    assert spread_out.status is Status.DISK_LIMIT
    assert many_files.status is Status.DISK_LIMIT


async def test_signals_and_exit_codes_are_named(executor: Executor) -> None:
    crash = await run(executor, "c", "int main(void) { *(volatile int *)0 = 1; }")
    abort = await run(executor, "bash", "kill -ABRT $$")
    code = await run(executor, "python", "import sys; sys.exit(42)")

    assert (crash.status, crash.steps[-1].signal) == (Status.SIGNALLED, signal.SIGSEGV.name)
    assert (abort.status, abort.steps[-1].signal) == (Status.SIGNALLED, signal.SIGABRT.name)
    assert (code.status, code.steps[-1].exit_code) == (Status.RUNTIME_ERROR, 42)
