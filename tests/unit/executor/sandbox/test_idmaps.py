"""The process that writes id maps: whatever goes wrong in it, it ends and the runner hears so."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
PROGRAM = """
import os, socket
from executor.sandbox.launcher.idmaps import IdentityPlan, start_mapper

plan = IdentityPlan((1,), (2, 2, 2), helper=False)  # no group: unpacking it is no OSError
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
try:
    mapper = start_mapper(plan, os.getpid(), ours)
    print(theirs.recv(99).decode(), os.waitpid(mapper, 0)[1], flush=True)
except BaseException as error:
    print("a second launcher:", error, flush=True)
"""


def test_an_unforeseen_error_never_leaves_a_second_launcher() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
    )

    said = "the user ids could not be mapped 0"
    assert done.stdout.decode().splitlines() == [said], done.stderr
    assert done.stderr == b""
