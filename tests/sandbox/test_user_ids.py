"""Whose ids root may take for sandboxes and for itself, on a host with other accounts than this one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from executor.sandbox.identity import UID_COUNT

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(os.getuid() != 0, reason="only root takes ids of others"),
]
BASE = 3_000_000
OWN = BASE + UID_COUNT
CHOOSES = """
import sys
from executor.errors import ConfigError
from executor.sandbox.identity import choose
try:
    print(choose(int(sys.argv[1])).service_uid)
except ConfigError as error:
    print(error)
"""
ROOT = "root:x:0:0::/root:/bin/sh\n"


def chosen(folder: Path, **files: str) -> str:
    """Return which id the bot takes where files below /etc hold what is given, or why there is none."""
    names = {"passwd": ROOT, "group": "root:x:0:\n", "subuid": "", "subgid": "", **files}
    for name, text in names.items():
        (folder / name).write_text(text)
    binds = " && ".join(f"mount --bind {folder}/{name} /etc/{name}" for name in names)
    done = subprocess.run(
        [
            *("unshare", "--mount", "sh", "-c", f'{binds} && exec "$@"', "sh"),
            *(sys.executable, "-c", CHOOSES, str(BASE)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("passwd", "group", "subuid", "subgid"):
        path = Path("/etc", name)
        if not path.exists():
            pytest.skip(f"there is no {path} that could be covered")
    return tmp_path


@pytest.mark.parametrize(
    ("files", "taken_by"),
    [
        pytest.param({"passwd": f"{ROOT}ann:x:{OWN}:9::/:/bin/sh\n"}, "the user ann", id="user"),
        pytest.param({"group": f"staff:x:{OWN}:\n"}, "the group staff", id="group"),
        pytest.param({"subuid": f"ann:{OWN}:65536\n"}, "a range in /etc/subuid", id="subuid"),
        pytest.param({"subgid": f"ann:{OWN}:1\n"}, "a range in /etc/subgid", id="subgid"),
        pytest.param({"group": f"staff:x:{BASE}:\n"}, "the group staff", id="group-of-sandboxes"),
    ],
)
def test_an_id_that_somebody_has_is_not_taken(
    folder: Path, files: dict[str, str], taken_by: str
) -> None:
    said = chosen(folder, **files)

    assert f"executor.uid_base: {BASE} to {OWN} " in said
    assert taken_by in said


def test_the_id_behind_the_range_is_taken_where_it_is_free(folder: Path) -> None:
    assert chosen(folder, passwd=f"{ROOT}ann:x:{OWN + 1}:9::/:/bin/sh\n") == str(OWN)


def test_an_account_of_the_bots_own_needs_no_id_behind_the_range(folder: Path) -> None:
    people = f"{ROOT}codecage:x:777:777::/:/bin/false\nann:x:{OWN}:9::/:/bin/sh\n"

    assert chosen(folder, passwd=people) == "777"
