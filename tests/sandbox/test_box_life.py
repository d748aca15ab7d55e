"""A sandbox from its making to its burial, in a real kernel."""

import pytest

from executor.sandbox.spec import Kind
from tests.sandbox.conftest import Cage, printed, python

pytestmark = pytest.mark.sandbox


@pytest.mark.parametrize("kind", Kind)
async def test_a_sandbox_is_made_ready_runs_once_and_is_gone(cage: Cage, kind: Kind) -> None:
    async with cage.box(kind) as box:
        outcome = await box.run(python("print('hi')"), box.spec.limits)
        assert (outcome.exit_code, printed(outcome)) == (0, "hi\n")
        assert await box.gone()
