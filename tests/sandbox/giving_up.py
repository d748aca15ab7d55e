"""Processes that give up root and tell what they are then."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox import host

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root has rights to give up")

ROOT = Path(__file__).resolve().parents[2]
WHO = host.who()
HEAD = f"""
import json, os, sys
from pathlib import Path
from executor.sandbox.identity import Identity
from executor.sandbox.rights import give_up

who = Identity(uid_base={WHO.uid_base}, uid_count={WHO.uid_count},
               service_uid={WHO.service_uid}, service_gid={WHO.service_gid})
ours = [Path(sys.prefix), Path(sys.base_prefix), Path({str(ROOT)!r})]

def tries(path):
    try:
        return sorted(os.listdir(path)) if os.path.isdir(path) else open(path).read()
    except OSError as error:
        return type(error).__name__
"""


def start(program: str, place: Path, cwd: Path | None = None, umask: int = -1) -> Any:  # noqa: ANN401
    """Run ``program`` after `HEAD`, with ``place`` at hand; return what it printed as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", HEAD + f"place = Path({str(place)!r})\n" + textwrap.dedent(program)],
        cwd=cwd or "/",
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        umask=umask,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)
