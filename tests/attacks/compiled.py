"""The attacks' C programs, compiled once on a machine with a compiler; they run nowhere but in sandboxes."""

import shutil
import subprocess
from pathlib import Path

from tests.attacks.table import HERE


def build(folder: Path) -> None:
    """Compile programs/*.c into ``folder``; leave it empty where there is no compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return
    for source in sorted((HERE / "programs").glob("*.c")):
        subprocess.run(
            [
                compiler,
                "-O1",
                "-Wno-infinite-recursion",
                "-o",
                folder / source.stem,
                source,
                "-lpthread",
            ],
            check=True,
            capture_output=True,
        )


def read(folder: Path) -> dict[str, bytes]:
    """Return the bytes of what was compiled into ``folder``, by the source's name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}
