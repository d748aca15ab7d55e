"""The attacks on cgroup v2 under systemd: as root, with subordinate ids, with one id, and without a cgroup.

A plain run takes those that something here decides which the build machine does not have, each where it does;
--all takes all everywhere.
"""

import re
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.attacks import compiled
from tests.attacks.batches import Batches, asked_for
from tests.attacks.suite import open_suite
from tests.attacks.table import Case, read
from tests.vm import machine, worlds

pytestmark = pytest.mark.asyncio(loop_scope="module")
CASES = read()
STRETCH = 10.0  # a program's start takes 25 times as long, and what it then does less


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def batches(
    world: worlds.World,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[Batches, None]:
    folder = tmp_path_factory.mktemp(world.name)
    async with open_suite(folder, compiled.read(machine.PROGRAMS), STRETCH) as suite:
        yield Batches(suite, asked_for(request.session.items))


def stopped_by(words: str) -> pytest.MarkDecorator:
    """Parametrize by the attacks whose layer has one of ``words``, a regular expression."""
    chosen = [case for case in CASES if re.search(words, case.layer)]
    return pytest.mark.parametrize("case", chosen, ids=[case.name for case in chosen])


# Other files than those of cgroup v1, and other words for the same limits.
@pytest.mark.worlds(worlds.ROOT, worlds.MAPPED)
@stopped_by("cgroup|CPU accounting")
async def test_what_cgroup_v2_stops(batches: Batches, case: Case) -> None:
    await batches.check(case)


# With cgroup.kill and a group that must be empty before it can be removed, and without.
@pytest.mark.worlds(worlds.ROOT, worlds.NO_DELEGATE)
@stopped_by(
    "kill of PID 1|kill is one|kills a pid namespace|cannot be signalled|ends? with PID 1|end is|"
    "everything is dead|the timer"
)
async def test_what_will_not_end_ends(batches: Batches, case: Case) -> None:
    await batches.check(case)


# With newuidmap's map, and with one id for all, counted by a cgroup and not.
@pytest.mark.worlds(worlds.MAPPED, worlds.PLAIN, worlds.NO_DELEGATE)
@stopped_by("another user|host user|per user|user namespace|RLIMIT_NPROC|SIGPENDING")
async def test_what_user_ids_stop(batches: Batches, case: Case) -> None:
    await batches.check(case)


@pytest.mark.full
@pytest.mark.worlds(*worlds.MAIN)
@stopped_by("")
async def test_attack_ends_as_the_table_says(batches: Batches, case: Case) -> None:
    await batches.check(case)


@pytest.mark.worlds(*worlds.MAIN)
async def test_none_was_skipped_and_the_level_is_as_it_should_be(
    world: worlds.World, batches: Batches
) -> None:
    assert batches.suite.level == world.level
    assert batches.skipped == 0
