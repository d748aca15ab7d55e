"""Sandboxes that were made before their job: used once, held to its limits, replaced when dead."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from executor.models import Limits
from executor.sandbox.box import Box
from executor.sandbox.pool import MOST_READY, Pool
from executor.sandbox.spec import Kind, Outcome, Program, SandboxSpec
from tests.sandbox import host
from tests.sandbox.conftest import LIMITS, Cage, printed, python, until

pytestmark = pytest.mark.sandbox


@pytest.fixture
async def pool(cage: Cage) -> AsyncGenerator[Pool, None]:
    pool = Pool(cage.backend)
    yield pool
    await pool.close()


async def filled(pool: Pool, kind: Kind, limits: Limits = LIMITS) -> Box:
    """Return the sandbox that is ready in ``pool``."""
    spec = SandboxSpec(kind, limits)
    pool.refill(spec)
    await until(lambda: pool._shape(spec) in pool._ready)
    return pool._ready[pool._shape(spec)]


@contextlib.asynccontextmanager
async def taken(cage: Cage, pool: Pool, spec: SandboxSpec) -> AsyncGenerator[Box, None]:
    box = await pool.take(spec)
    try:
        yield box
    finally:
        await cage.backend.bury(box)


async def run(
    cage: Cage, pool: Pool, program: Program, kind: Kind, limits: Limits = LIMITS
) -> Outcome:
    async with taken(cage, pool, SandboxSpec(kind, limits)) as box:
        return await box.run(program, limits)


@pytest.mark.parametrize("kind", Kind)
async def test_a_ready_sandbox_is_used_and_used_once(cage: Cage, pool: Pool, kind: Kind) -> None:
    ready = await filled(pool, kind)
    spec = SandboxSpec(kind, LIMITS)
    async with taken(cage, pool, spec) as first, taken(cage, pool, spec) as second:
        assert first is ready
        assert second is not ready
        assert printed(await first.run(python("print(1)"), LIMITS)) == "1\n"


async def test_a_sandbox_is_kept_ready_once_per_kind(cage: Cage, pool: Pool) -> None:
    boxes = [await filled(pool, kind) for kind in (*Kind, *Kind)]
    assert len(set(boxes)) == len(Kind)
    assert cage.backend.quarantined == []


async def test_compile_and_run_steps_each_have_one_and_old_shapes_make_room(
    cage: Cage, pool: Pool
) -> None:
    shapes = [replace(LIMITS, inodes=1000 + number) for number in range(MOST_READY + 2)]
    boxes = [await filled(pool, Kind.GENERIC, limits) for limits in shapes]
    await until(lambda: pool.ready == MOST_READY)
    for limits, box in zip(shapes[-MOST_READY:], boxes[-MOST_READY:], strict=True):
        async with taken(cage, pool, SandboxSpec(Kind.GENERIC, limits)) as used:
            assert used is box


@pytest.mark.parametrize("kind", Kind)
async def test_a_ready_sandbox_that_died_is_replaced(cage: Cage, pool: Pool, kind: Kind) -> None:
    ready = await filled(pool, kind)
    keepers = [pid for pid in host.processes() if host.is_nested(pid)]
    for pid in keepers:
        with contextlib.suppress(ProcessLookupError):  # it ended with the one before
            os.kill(pid, signal.SIGKILL)
    await asyncio.to_thread(host.wait_until_gone, keepers, 10)
    await until(lambda: ready.is_gone)
    assert printed(await run(cage, pool, python("print('alive')"), kind)) == "alive\n"


TAKE_60_MIB = "block = b'x' * (60 << 20)\nimport time; time.sleep(0.5)\nprint('had it')"


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    ("made_mib", "wanted_mib"),
    [pytest.param(256, 40, id="lowered"), pytest.param(40, 256, id="raised")],
)
async def test_a_ready_sandbox_is_held_to_the_memory_limit_of_its_job(
    cage: Cage, pool: Pool, kind: Kind, made_mib: int, wanted_mib: int
) -> None:
    await filled(pool, kind, replace(LIMITS, memory_bytes=made_mib << 20))
    limits = replace(LIMITS, memory_bytes=wanted_mib << 20)
    outcome = await run(cage, pool, python(TAKE_60_MIB), kind, limits)
    is_enough = wanted_mib > 60
    assert outcome.oom_killed is not is_enough
    assert printed(outcome) == ("had it\n" if is_enough else "")


async def test_other_limits_hold_as_well(cage: Cage, pool: Pool) -> None:
    await filled(pool, Kind.PYTHON)
    limits = replace(LIMITS, output_bytes=5, open_files=50, disk_bytes=1 << 20)
    outcome = await run(cage, pool, python("print('123456789')"), Kind.PYTHON, limits)
    assert (outcome.output_cut, printed(outcome)) == (True, "12345")


async def test_closing_the_pool_buries_what_is_ready_and_what_is_being_made(cage: Cage) -> None:
    pool = Pool(cage.backend)
    await filled(pool, Kind.GENERIC)
    pool.refill(SandboxSpec(Kind.PYTHON, LIMITS))
    await pool.close()
    pool.refill(SandboxSpec(Kind.GENERIC, LIMITS))
    await until(lambda: not any(host.is_nested(pid) for pid in host.processes()))
    assert pool._ready == {}


async def test_a_pool_that_keeps_nothing_still_hands_out(cage: Cage) -> None:
    pool = Pool(cage.backend, keep=False)
    pool.refill(SandboxSpec(Kind.GENERIC, LIMITS))
    assert pool._refills == {}
    assert printed(await run(cage, pool, python("print(2)"), Kind.GENERIC)) == "2\n"
    await pool.close()
