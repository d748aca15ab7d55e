"""What cgroup v2 holds a program to, and what it tells about it."""

import asyncio
import dataclasses
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from executor.limits import LimitsPatch
from executor.models import Limits, Status
from executor.sandbox.box import Box
from executor.sandbox.spec import Kind, Outcome, Program, SandboxSpec
from executor.sandbox.watch import WEIGHTS
from executor.verdict import classify
from tests.sandbox.conftest import LIMITS, Cage, open_cage, printed, python, shell
from tests.vm import worlds

# One launcher for all: starting one takes seconds in the emulated machine.
pytestmark = [pytest.mark.worlds(*worlds.DELEGATED), pytest.mark.asyncio(loop_scope="module")]
MIB = 1 << 20
TWO_LOOPS = "(while :; do :; done) & while :; do :; done"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cage(world: worlds.World) -> AsyncGenerator[Cage, None]:
    async with open_cage() as opened:
        assert opened.backend.facts.cgroup_version == 2, world
        yield opened
        assert opened.backend.quarantined == []


def limited(
    *,
    memory_mib: int | None = None,
    processes: int | None = None,
    cpus: float | None = None,
    cpu_seconds: float | None = None,
) -> Limits:
    size = None if memory_mib is None else memory_mib * MIB
    patch = LimitsPatch(memory_bytes=size, processes=processes, cpus=cpus, cpu_seconds=cpu_seconds)
    return patch.over(LIMITS)


def group(cage: Cage, box: Box) -> Path:
    return Path(cage.backend.facts.cgroup_paths["memory"]) / f"slot-{box.slot}"


def fields(path: Path) -> dict[str, int]:
    rows = (line.split() for line in path.read_text().splitlines())
    return {name: int(value) for name, value in rows}


async def until_it_reads(path: Path, text: str) -> None:
    for _ in range(1200):
        if read(path) == text:
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"{path.name} is {read(path)!r}")


def read(path: Path) -> str:
    return path.read_text()


async def observe(
    cage: Cage, program: Program, limits: Limits, seconds: float
) -> tuple[dict[str, int], float, Outcome]:
    """Let ``program`` run; return how cpu.stat grew in about ``seconds``, those, and its outcome."""
    async with cage.box(limits=limits) as box:
        started = asyncio.Event()
        program = dataclasses.replace(program, on_started=started.set)
        running = asyncio.ensure_future(box.run(program, limits))
        await started.wait()
        before, began = fields(group(cage, box) / "cpu.stat"), time.monotonic()
        await asyncio.sleep(seconds)
        stat, elapsed = fields(group(cage, box) / "cpu.stat"), time.monotonic() - began
        box.cancel()
        return {name: stat[name] - before[name] for name in stat}, elapsed, await running


async def test_a_group_is_made_with_every_limit(cage: Cage) -> None:
    limits = limited(memory_mib=96, processes=17, cpus=0.5)
    async with cage.box(limits=limits) as box:
        found = {
            name: (group(cage, box) / name).read_text().strip()
            for name in ("memory.max", "memory.oom.group", "pids.max", "cpu.max", "cpu.weight")
        }
    assert found == {
        "memory.max": str(96 * MIB),
        "memory.oom.group": "1",
        "pids.max": "17",
        "cpu.max": "50000 100000",
        "cpu.weight": "100",
    }


async def test_swap_does_not_lengthen_memory(cage: Cage) -> None:
    async with cage.box() as box:
        assert (group(cage, box) / "memory.swap.max").read_text() == "0\n"


async def test_all_runs_together_weigh_less_than_the_bot(cage: Cage) -> None:
    runs = Path(cage.backend.facts.cgroup_paths["cpu"])
    assert (runs / "cpu.weight").read_text() == "25\n"
    assert (runs.parent / "codecage.main" / "cpu.weight").read_text() == "100\n"


@pytest.mark.parametrize("kind", Kind)
async def test_limits_are_raised_and_lowered_on_a_ready_sandbox(cage: Cage, kind: Kind) -> None:
    async with cage.box(kind, limited(memory_mib=256, processes=64, cpus=1.0)) as box:
        for memory, cpus in ((1024, 2.0), (64, 0.25)):
            changed = limited(memory_mib=memory, cpus=cpus)
            await cage.backend.apply_limits(box, SandboxSpec(kind, changed))
            assert (group(cage, box) / "memory.max").read_text() == f"{memory * MIB}\n"
            assert (group(cage, box) / "cpu.max").read_text() == f"{int(cpus * 100000)} 100000\n"
        outcome = await box.run(python("print('hi')"), LIMITS)
    assert printed(outcome) == "hi\n"


async def test_a_lowered_limit_holds(cage: Cage) -> None:
    small = limited(memory_mib=32)
    async with cage.box(Kind.PYTHON) as box:
        await cage.backend.apply_limits(box, SandboxSpec(Kind.PYTHON, small))
        outcome = await box.run(python("x = bytearray(100 << 20)"), small)
    assert classify(outcome, "run") is Status.MEMORY_LIMIT


async def test_memory_of_a_child_counts_and_ends_its_parent(cage: Cage) -> None:
    limits = limited(memory_mib=64)
    source = "import os\nif os.fork() == 0: x = bytearray(200 << 20)\nos.wait()\nprint('went on')"
    async with cage.box(limits=limits) as box:
        outcome = await box.run(python(source), limits)
        events = fields(group(cage, box) / "memory.events")
    assert classify(outcome, "run") is Status.MEMORY_LIMIT
    assert printed(outcome) == ""
    assert events["oom_group_kill"] == 1
    assert events["oom_kill"] >= 2


async def test_files_in_memory_count(cage: Cage) -> None:
    limits = limited(memory_mib=48)
    source = (
        "head -c 30000000 /dev/zero > /tmp/a; head -c 30000000 /dev/zero > /dev/shm/b; echo had"
    )
    outcome = await cage.run(shell(source), limits=limits)
    assert classify(outcome, "run") is Status.MEMORY_LIMIT


async def test_the_peak_is_what_was_used_at_once(cage: Cage) -> None:
    source = "x = bytearray(60 << 20); del x; y = bytearray(30 << 20)"
    await cage.run(python(""))  # who reads the interpreter's files first is charged for them
    used = (await cage.run(python(source))).usage.memory_bytes
    idle = (await cage.run(python(""))).usage.memory_bytes
    assert idle < 40 * MIB
    assert 60 * MIB <= used < 70 * MIB + idle


async def test_a_new_sandbox_in_the_same_slot_starts_from_zero(cage: Cage) -> None:
    burned = await cage.run(python("sum(range(3000000)); x = bytearray(50 << 20)"))
    after = await cage.run(shell("true"))
    assert after.usage.cpu_seconds < burned.usage.cpu_seconds / 2
    assert after.usage.memory_bytes < 30 * MIB < burned.usage.memory_bytes


async def test_cpu_time_of_children_counts_also_of_those_nobody_waits_for(cage: Cage) -> None:
    source = """
import os, time
for _ in range(2):
    if os.fork() == 0:
        while time.process_time() < 0.5: pass
        os._exit(0)
time.sleep(3)
"""
    outcome = await cage.run(python(source))
    assert 1.0 <= outcome.usage.cpu_seconds < 3.0


async def test_a_refused_fork_is_counted_and_named(cage: Cage) -> None:
    limits = limited(processes=8)
    source = "i=0; while [ $i -lt 20 ]; do sleep 60 & i=$((i+1)); done; exit 1"
    async with cage.box(limits=limits) as box:
        outcome = await box.run(shell(source), limits)
        assert fields(group(cage, box) / "pids.events")["max"] >= 1
    assert classify(outcome, "run") is Status.PROCESS_LIMIT


async def test_threads_count_as_processes(cage: Cage) -> None:
    source = """
import threading, time
for _ in range(20):
    threading.Thread(target=time.sleep, args=(1,)).start()
"""
    outcome = await cage.run(python(source), limits=limited(processes=8))
    assert classify(outcome, "run") is Status.PROCESS_LIMIT


async def test_a_program_within_its_process_limit_is_not_blamed(cage: Cage) -> None:
    outcome = await cage.run(
        shell("sleep 0.2 & sleep 0.2 & wait; exit 3"), limits=limited(processes=8)
    )
    assert classify(outcome, "run") is Status.RUNTIME_ERROR
    assert not outcome.processes_refused


async def test_two_loops_get_no_more_than_one_cpu(cage: Cage) -> None:
    stat, elapsed, outcome = await observe(cage, shell(TWO_LOOPS), limited(cpus=1.0), 4.0)
    assert stat["usage_usec"] / 1e6 <= elapsed + 0.3
    assert stat["nr_throttled"] > 0
    assert outcome.cancelled


async def test_a_part_of_a_cpu_is_a_part(cage: Cage) -> None:
    stat, elapsed, _ = await observe(cage, shell("while :; do :; done"), limited(cpus=0.25), 4.0)
    assert stat["usage_usec"] / 1e6 <= 0.25 * elapsed + 0.3
    assert stat["nr_throttled"] > 0


async def test_the_cpu_limit_ends_a_loop_soon_after_it_is_used_up(cage: Cage) -> None:
    outcome = await cage.run(shell("while :; do :; done"), limits=limited(cpu_seconds=1.0))
    assert classify(outcome, "run") is Status.CPU_LIMIT
    assert 1.0 <= outcome.usage.cpu_seconds < 2.5


async def test_who_computes_long_gives_way(cage: Cage) -> None:
    async with cage.box() as box:
        weight = group(cage, box) / "cpu.weight"
        running = asyncio.ensure_future(box.run(shell("while :; do :; done"), LIMITS))
        await until_it_reads(weight, "50\n")
        await until_it_reads(weight, "25\n")
        box.cancel()
        await running


async def test_a_quick_program_keeps_its_weight(cage: Cage) -> None:
    async with cage.box() as box:
        outcome = await box.run(shell("true"), LIMITS)
        weight = (group(cage, box) / "cpu.weight").read_text()
        assert weight == "100\n" or outcome.usage.cpu_seconds >= WEIGHTS[0][0]


async def test_neighbours_do_not_use_up_ones_processes(cage: Cage) -> None:
    crowd = "i=0; while [ $i -lt 55 ]; do sleep 20 & i=$((i + 1)); done; wait; echo all"
    outcomes = await asyncio.gather(*(cage.run(shell(crowd), limits=LIMITS) for _ in range(3)))
    assert [printed(outcome) for outcome in outcomes] == ["all\n"] * 3
