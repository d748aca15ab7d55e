"""The attacks at the isolation levels B and C, which a root process with cgroups cannot have itself.

B: an ordinary user without a cgroup and with a single user id. C: a container that hides parts of
/proc. A few cases run always, all of them with --all.
"""

import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else"),
]
REPOSITORY = Path(__file__).parents[2]
NOBODY = "65534"
ENOUGH = 250
# One of each kind: what a level changes, and what must hold at every one.
SMALL = (
    "fork-for-ever,busy-loop,one-string-too-long,two-hungry-children,shared-mapping,sleep,yes-flood,"
    "fill-the-disk,keyrings,clones,alg,hosts-loopback,hosts-abstract-socket,sysv-segments,"
    "see-each-other,daemon,schedule-pid1,memory-of-pid1,forge-frames,own-memory,canary-process,"
    "limits-of-pid1,link-to-a-host-file,planted-output"
)
AT_LEVEL = {
    "B": ("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"),
    "C": (
        *("unshare", "--mount", "sh", "-c"),
        'mount -t tmpfs -o ro none /proc/irq && exec "$@"',
        "sh",
    ),
}


@pytest.fixture
def folder() -> Generator[Path, None, None]:
    """A folder of the other user's; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory() as name:
        os.chown(name, int(NOBODY), int(NOBODY))
        yield Path(name)


def attack(level: str, folder: Path, cases: str) -> None:
    """Run the suite at ``level``; fail with what it printed unless every case held."""
    if not os.access(REPOSITORY, os.R_OK) or not Path(sys.executable).resolve().is_file():
        pytest.skip("another user cannot read this checkout")
    done = subprocess.run(
        [
            *(*AT_LEVEL[level], sys.executable, "-m", "pytest", "-q", "--tb=short", "-p"),
            *("no:cacheprovider", f"--basetemp={folder}/pytest", "tests/attacks/test_attacks.py"),
        ],
        cwd=REPOSITORY,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "ATTACK_LEVEL": level,
            "ATTACK_CASES": cases,
            "CODECAGE_TOKEN": "codecage-canary-" + secrets.token_hex(16),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) > (cases.count(",") or ENOUGH)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("level", sorted(AT_LEVEL))
def test_a_few_attacks_end_as_the_table_says_for(level: str, folder: Path) -> None:
    attack(level, folder, SMALL)


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize("level", sorted(AT_LEVEL))
def test_all_attacks_end_as_the_table_says_for(level: str, folder: Path) -> None:
    attack(level, folder, "")
