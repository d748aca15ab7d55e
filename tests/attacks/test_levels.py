"""The attacks as others than the host's root have them: a container's, users with many ids or one.

A few cases run always, all of them with --all.
"""

import os
import re
import secrets

import pytest

from tests.sandbox import host
from tests.sandbox.levels import IN_CONTAINER, ROOT, WITH_IDS, open_folder, run_at

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else"),
]
ENOUGH = 250
# One of each kind: what a level changes, and what must hold at every one.
SMALL = (
    "fork-for-ever,busy-loop,one-string-too-long,two-hungry-children,shared-mapping,sleep,yes-flood,"
    "fill-the-disk,keyrings,clones,alg,hosts-loopback,hosts-abstract-socket,sysv-segments,"
    "see-each-other,daemon,schedule-pid1,memory-of-pid1,forge-frames,own-memory,canary-process,"
    "limits-of-pid1,link-to-a-host-file,planted-output"
)
# With an id each: what processes of one user have together, and what they may do to each other.
SMALL_WITH_IDS = (
    "budget-of-one-user,forks-of-one-user,kill-a-users-processes,queue-bytes-of-all,schedule-user,"
    "thread-bomb,zombies,pipe-buffers,pending-signals,change-owner,who-am-i,become-root"
)


def attack(level: str, cases: str) -> None:
    """Run the suite at ``level``; fail with what it printed unless every case held."""
    before = host.snapshot()
    with open_folder() as folder:
        done = run_at(
            level,
            [
                *(
                    "-m",
                    "pytest",
                    "-q",
                    "--tb=short",
                    "-p",
                    "no:cacheprovider",
                    f"--rootdir={ROOT}",
                ),
                *(f"--basetemp={folder}/pytest", str(ROOT / "tests/attacks/test_attacks.py")),
            ],
            folder,
            TMPDIR=str(folder),
            ATTACK_LEVEL=level[0],
            ATTACK_CASES=cases,
            CODECAGE_TOKEN="codecage-canary-" + secrets.token_hex(16),
        )
    printed = done.stdout.decode(errors="replace")
    assert done.returncode == 0, printed[-8000:] + done.stderr.decode(errors="replace")[-2000:]
    passed = re.search(r"(\d+) passed", printed)
    assert passed is not None
    assert int(passed[1]) > (cases.count(",") or ENOUGH)
    host.assert_nothing_left(before)


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("level", "cases"),
    [(IN_CONTAINER, SMALL_WITH_IDS), ("B", SMALL), ("C", SMALL), (WITH_IDS, SMALL_WITH_IDS)],
    ids=["container", "B", "C", "with-ids"],
)
def test_a_few_attacks_end_as_the_table_says_for(level: str, cases: str) -> None:
    attack(level, cases)


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "level",
    [pytest.param(IN_CONTAINER, id="container"), "B", "C", pytest.param(WITH_IDS, id="with-ids")],
)
def test_all_attacks_end_as_the_table_says_for(level: str) -> None:
    attack(level, "")
