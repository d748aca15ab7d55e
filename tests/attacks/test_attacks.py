"""Every attack of the table, in a real sandbox, with a look at the host afterwards.

The isolation level is the one that this process can have: A as root with cgroups. ATTACK_LEVEL says
which one it has to be, and test_levels.py starts this module at the others.
"""

import os
import platform
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import NoReturn

import pytest
import pytest_asyncio

from executor.models import Status
from tests.attacks.suite import AT_ONCE, Finding, Suite, complaints, limits_of, open_suite
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


def uses_up_processes(case: Case) -> bool:
    return Status.PROCESS_LIMIT in case.expected["B"].statuses


class Batches:
    """Runs the selected cases a few at once, each batch when one of its cases is first asked for."""

    def __init__(self, suite: Suite, cases: list[Case]) -> None:
        self.suite = suite
        self.skipped = 0
        self._found: dict[str, tuple[list[Finding], list[str]]] = {}
        # Those of alike length run together, so that none waits long for the others.
        possible = [case for case in cases if not suite.why_not(case)]
        order = sorted(possible, key=lambda case: limits_of(case).wall_seconds)
        # Without a cgroup and with one user, whoever uses up its processes keeps others from forking.
        alone = [case for case in order if suite.level == "B" and uses_up_processes(case)]
        order = [case for case in order if case not in alone]
        self._batches = [order[at : at + AT_ONCE] for at in range(0, len(order), AT_ONCE)]
        self._batches += [[case] for case in alone]

    async def of(self, case: Case) -> tuple[list[Finding], list[str]]:
        """Return what came of ``case``, and what its batch did to the host."""
        if case.name not in self._found:
            batch = next(batch for batch in self._batches if case in batch)
            found, wrong = await self.suite.batch(batch)
            names = ", ".join(each.name for each in batch)
            for each, findings in zip(batch, found, strict=True):
                self._found[each.name] = (findings, [f"after {names}: {text}" for text in wrong])
        return self._found[case.name]

    def skip(self, reason: str) -> NoReturn:
        """Skip the test at hand, and count it."""
        self.skipped += 1
        pytest.skip(reason)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def batches(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Batches, None]:
    items = [item for item in request.session.items if isinstance(item, pytest.Function)]
    asked = {item.name.partition("[")[2].removesuffix("]") for item in items}
    folder: Path = tmp_path_factory.mktemp("attacks")
    async with open_suite(folder) as suite:
        yield Batches(suite, [case for case in CASES if case.name in asked])


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.name) for case in CASES if not SMALL or case.name in SMALL]
)
async def test_attack_ends_as_the_table_says_and_leaves_the_host_alone(
    batches: Batches, case: Case
) -> None:
    level = os.environ.get("ATTACK_LEVEL", batches.suite.level)
    assert batches.suite.level == level

    if why_not := batches.suite.why_not(case):
        batches.skip(why_not)
    found, on_the_host = await batches.of(case)
    if found[0].stdout.startswith("SKIP "):
        batches.skip(found[0].stdout.removeprefix("SKIP "))

    wrong = complaints(case, batches.suite.level, found, batches.suite.canaries.secret)
    assert not wrong + on_the_host, "\n".join(
        [case.attempts, *map(str, wrong + on_the_host), *(f"{f}" for f in found)]
    )


async def test_no_more_attacks_were_skipped_than_is_known(batches: Batches) -> None:
    assert batches.skipped <= MOST_SKIPPED
