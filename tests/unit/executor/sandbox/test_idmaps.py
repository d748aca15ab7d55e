"""Which ids an instance maps, and the process that writes the maps, whatever goes wrong in it."""

import subprocess
import sys
from pathlib import Path

import pytest

from executor.sandbox.backend import SLOTS
from executor.sandbox.identity import UID_COUNT
from executor.sandbox.inside.root import RootSpec
from executor.sandbox.launcher.idmaps import shift

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


def used(count: int, number: int) -> set[int]:
    spec = RootSpec("/", [], {}, SLOTS, single_uid=False, proc=True)
    inner = {0, *(of(slot) for of in (spec.user_id, spec.keeper_id) for slot in range(SLOTS))}
    assert max(inner) < count - shift(count, number)
    return {shift(count, number) + one for one in inner}


@pytest.mark.parametrize(
    ("count", "instances"),
    [
        pytest.param(UID_COUNT, 21, id="roots-range"),
        pytest.param(65535, 21, id="a-users-subordinate-ids"),
        pytest.param(22000, 7, id="a-small-container"),
        pytest.param(20128, 1, id="the-least-there-may-be"),
    ],
)
def test_no_two_instances_use_one_id(count: int, instances: int) -> None:
    all_used = [used(count, number) for number in range(instances)]
    assert len(set().union(*all_used)) == sum(map(len, all_used))
    assert used(count, instances) == all_used[0]  # then they begin anew
