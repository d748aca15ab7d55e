"""Every attack of the table, in a real sandbox, with a look at the host afterwards.

The isolation level is the one that this process can have: A as root with cgroups. ATTACK_LEVEL says
which one it has to be, and test_levels.py starts this module at the others.
"""

import os
import platform
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.attacks import compiled
from tests.attacks.batches import Batches, asked_for
from tests.attacks.suite import open_suite
from tests.attacks.table import Case, read

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(180),
]
CASES = read()
# Calls and numbers that only an x86_64 kernel has.
MOST_SKIPPED = 0 if platform.machine() == "x86_64" else 3
SMALL = {name for name in os.environ.get("ATTACK_CASES", "").split(",") if name}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def batches(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Batches, None]:
    folder, programs = tmp_path_factory.mktemp("attacks"), tmp_path_factory.mktemp("programs")
    compiled.build(programs)
    async with open_suite(folder, compiled.read(programs)) as suite:
        yield Batches(suite, asked_for(request.session.items))


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.name) for case in CASES if not SMALL or case.name in SMALL]
)
async def test_attack_ends_as_the_table_says_and_leaves_the_host_alone(
    batches: Batches, case: Case
) -> None:
    level = os.environ.get("ATTACK_LEVEL", batches.suite.level)
    assert batches.suite.level == level

    await batches.check(case)


async def test_no_more_attacks_were_skipped_than_is_known(batches: Batches) -> None:
    assert batches.skipped <= MOST_SKIPPED
