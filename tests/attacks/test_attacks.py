"""Every attack of the table, in a real sandbox, with a look at the host afterwards.

The isolation level is the one that this process can have: A as root with cgroups. ATTACK_LEVEL says
which one it has to be, and test_levels.py starts this module at the others.
"""

import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.attacks.suite import AT_ONCE, Finding, Suite, complaints, limits_of, open_suite
from tests.attacks.table import Case, read

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(180),
]
CASES = read()
SMALL = {name for name in os.environ.get("ATTACK_CASES", "").split(",") if name}


class Batches:
    """Runs the selected cases a few at once, each batch when one of its cases is first asked for."""

    def __init__(self, suite: Suite, cases: list[Case]) -> None:
        self.suite = suite
        self._found: dict[str, tuple[list[Finding], list[str]]] = {}
        # Those of alike length run together, so that none waits long for the others.
        order = sorted(cases, key=lambda case: limits_of(case).wall_seconds)
        self._batches = [order[at : at + AT_ONCE] for at in range(0, len(order), AT_ONCE)]

    async def of(self, case: Case) -> tuple[list[Finding], list[str]]:
        """Return what came of ``case``, and what its batch did to the host."""
        if case.name not in self._found:
            batch = next(batch for batch in self._batches if case in batch)
            found, wrong = await self.suite.batch(batch)
            names = ", ".join(each.name for each in batch)
            for each, findings in zip(batch, found, strict=True):
                self._found[each.name] = (findings, [f"after {names}: {text}" for text in wrong])
        return self._found[case.name]


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

    found, on_the_host = await batches.of(case)

    wrong = complaints(case, batches.suite.level, found, batches.suite.canaries.secret)
    assert not wrong + on_the_host, "\n".join(
        [case.attempts, *map(str, wrong + on_the_host), *(f"{f}" for f in found)]
    )
