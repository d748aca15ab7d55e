"""Runs the cases that tests ask for one after the other, a few at once."""

from collections.abc import Iterable
from typing import NoReturn

import pytest

from executor.models import Status
from tests.attacks.findings import Finding, complaints
from tests.attacks.suite import AT_ONCE, Suite, limits_of
from tests.attacks.table import Case


def _uses_up_processes(case: Case) -> bool:
    return Status.PROCESS_LIMIT in case.expected["B"].statuses


class Batches:
    """Runs the selected cases a few at once, each batch when one of its cases is first asked for."""

    def __init__(self, suite: Suite, cases: Iterable[Case]) -> None:
        self.suite = suite
        self.skipped = 0
        self._found: dict[str, tuple[list[Finding], list[str]]] = {}
        # Those of alike length run together, so that none waits long for the others.
        possible = [case for case in cases if not suite.why_not(case)]
        order = sorted(possible, key=lambda case: limits_of(case).wall_seconds)
        # Without a cgroup and with one user, whoever uses up its processes keeps others from forking.
        alone = [case for case in order if suite.level == "B" and _uses_up_processes(case)]
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

    async def check(self, case: Case) -> None:
        """Fail unless ``case`` ends as the table says and leaves the host alone; skip what cannot be run."""
        if why_not := self.suite.why_not(case):
            self.skip(why_not)
        found, on_the_host = await self.of(case)
        if found[0].stdout.startswith("SKIP "):
            self.skip(found[0].stdout.removeprefix("SKIP "))
        wrong = complaints(case, self.suite.expected_of(case), found, self.suite.canaries.secret)
        assert not wrong + on_the_host, "\n".join(
            [case.attempts, *map(str, wrong + on_the_host), *(f"{f}" for f in found)]
        )


def asked_for(items: Iterable[pytest.Item]) -> list[Case]:
    """Return the cases that tests of ``items`` are about."""
    params = (getattr(item, "callspec", None) for item in items)
    cases = (call.params.get("case") for call in params if call is not None)
    return [case for case in cases if isinstance(case, Case)]
