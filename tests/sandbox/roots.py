"""Small root file systems of other Debian releases, from the apt sources that this machine is configured with."""

import contextlib
import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterable
from pathlib import Path

import pytest

APT = Path("/etc/apt")
BUILD_SECONDS = 600


@contextlib.contextmanager
def small_root(suite: str, packages: Iterable[str]) -> Generator[Path, None, None]:
    """Yield a folder that holds ``packages`` and what they need, unpacked and not configured.

    It lies in a folder that is closed to everybody else, and is removed with it. Skips where such a
    root cannot be built or ``suite`` is not served.
    """
    if os.getuid() != 0:
        pytest.skip("only root can unpack a root file system")
    if shutil.which("mmdebstrap") is None:
        pytest.skip("there is no mmdebstrap here: apt-get install -y mmdebstrap")
    with tempfile.TemporaryDirectory(prefix="codecage-root-") as closed:  # mode 0700
        root = Path(closed).resolve() / "root"
        done = subprocess.run(
            ["mmdebstrap", "--quiet", "--variant=extract", f"--include={','.join(packages)}",
             '--aptopt=Acquire::Check-Valid-Until "false"', suite, root, *_sources(suite)],
            capture_output=True,
            timeout=BUILD_SECONDS,
            check=False,
        )  # fmt: skip
        if done.returncode:
            last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            pytest.skip(f"{suite} cannot be had here: {''.join(last)}")
        yield root


def _sources(suite: str) -> list[str]:
    """Return the line for ``suite`` at the server that this machine has its own release from."""
    codename = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    for path in [APT / "sources.list", *sorted(APT.glob("sources.list.d/*"))]:
        text = path.read_text("utf-8", "replace") if path.is_file() else ""
        for entry in re.split(r"\n\s*\n", text):
            fields = dict(re.findall(r"^(\w[\w-]*):[ \t]*(.*)$", entry, re.MULTILINE))
            if codename and codename in fields.get("Suites", "").split():
                return [f"deb {fields['URIs'].split()[0]} {suite} main"]
        line = re.search(rf"^deb\s+(?:\[.*?\]\s+)?(\S+)\s+{codename}\s", text, re.MULTILINE)
        if codename and line:
            return [f"deb {line[1]} {suite} main"]
    return []  # mmdebstrap knows where Debian is
