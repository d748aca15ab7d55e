"""The process that writes id maps: whatever goes wrong in it, it ends and says so by an errno."""

import errno
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
PROGRAM = """
import os
from executor.sandbox.launcher.stage1 import IdentityPlan, _write_maps

plan = IdentityPlan((1,), (2, 2, 2), helper=False)  # no group: unpacking it is no OSError
try:
    _write_maps(plan, os.getpid())
except BaseException as error:
    print(type(error).__name__, getattr(error, "errno", None), flush=True)
"""


def test_an_unforeseen_error_never_leaves_a_second_launcher() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
    )

    assert done.stdout.decode().splitlines() == [f"OSError {errno.EIO}"], done.stderr
    assert done.stderr == b""
