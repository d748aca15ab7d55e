"""The sandbox's own tests, in every unit: what they prove on the build machine holds here too."""

import subprocess
import sys

import pytest

from tests.sandbox.levels import SUITES
from tests.vm import worlds

pytestmark = pytest.mark.full


@pytest.mark.parametrize("suite", SUITES)
def test_it_passes(world: worlds.World, suite: str) -> None:
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", f"tests/sandbox/{suite}", *worlds.PYTEST,
         "-p", "tests.vm.patience", "-m", "not full", "--tb=short"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{world}: {done.stdout[-8000:]}{done.stderr[-2000:]}"
