"""The root is a parameter: other releases' files, other Pythons, and a root without any Python."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from executor.errors import BackendUnavailableError
from executor.models import Stream
from executor.sandbox.settings import SandboxSettings, WarmInterpreter
from executor.sandbox.spec import Kind, Outcome, Program
from tests.sandbox import host
from tests.sandbox.conftest import ENV, Cage, open_cage, printed, python
from tests.sandbox.roots import small_root

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(900)]

PYTHON = WarmInterpreter(path="/usr/bin/python3", env=ENV)
# The releases whose own Python is one of those that the code inside a sandbox must run on.
VERSIONS = {"bullseye": (3, 9), "bookworm": (3, 11), "trixie": (3, 13), "sid": (3, 14)}
RAISES = """
import sys
def outer(): inner()
def inner(): raise ValueError("on purpose")
print(sys.version_info[:2], sys.argv, sys.executable, sys.flags, sorted(sys.modules))
outer()
"""
USES = """
import asyncio, atexit, json, multiprocessing, os, subprocess, sys, threading
atexit.register(print, "at exit")
print(json.dumps(sys.stdin.read()), os.listdir("."), os.getuid() > 0)
print(subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True).stdout)
thread = threading.Thread(target=print, args=("in a thread",)); thread.start(); thread.join()
print(asyncio.run(asyncio.sleep(0, "slept")))
if __name__ == "__main__":
    child = multiprocessing.get_context("fork").Process(target=print, args=("forked",), kwargs={"flush": True})
    sys.stdout.flush(); child.start(); child.join()
open("made.txt", "w").write("kept")
sys.exit(3)
"""


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=pytest.mark.full) for name in VERSIONS]
)
def release(request: pytest.FixtureRequest) -> Generator[tuple[str, Path], None, None]:
    """A release and its root, in a folder that nobody else may enter."""
    packages = ("base-files", "coreutils", "dash", "python3")
    with small_root(request.param, packages) as root:
        yield request.param, root


@pytest.fixture
async def cage(release: tuple[str, Path]) -> AsyncGenerator[Cage, None]:
    before = host.snapshot()
    async with open_cage(SandboxSettings(base=str(release[1]), warm=PYTHON)) as opened:
        yield opened
    host.assert_nothing_left(before)


def shown(outcome: Outcome) -> tuple[object, ...]:
    files = [(artifact.path, artifact.content) for artifact in outcome.artifacts]
    return (
        outcome.exit_code, outcome.signal, outcome.failure, files,
        printed(outcome), printed(outcome, Stream.STDERR),
    )  # fmt: skip


async def test_a_waiting_python_is_the_one_of_its_root(
    cage: Cage, release: tuple[str, Path]
) -> None:
    outcome = await cage.run(python(RAISES, args=("a", "b c")), Kind.PYTHON)

    said, error = printed(outcome), printed(outcome, Stream.STDERR)
    assert said.startswith(f"{VERSIONS[release[0]]} ['main.py', 'a', 'b c'] /usr/bin/python3")
    assert outcome.exit_code == 1
    lines = error.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert [line for line in lines if line.startswith("  File")] == [
        '  File "/box/main.py", line 6, in <module>',
        '  File "/box/main.py", line 3, in outer',
        '  File "/box/main.py", line 4, in inner',
    ]
    assert lines[-1] == "ValueError: on purpose"


@pytest.mark.parametrize(
    "source", [RAISES, USES, "if True print(1)", "import os; os.abort()"],
    ids=["raises", "uses-the-library", "syntax-error", "aborts"],
)  # fmt: skip
async def test_it_cannot_be_told_from_one_that_was_just_started(cage: Cage, source: str) -> None:
    warm = await cage.run(python(source), Kind.PYTHON)
    cold = await cage.run(python(source), Kind.GENERIC)

    assert shown(warm) == shown(cold)


async def test_other_programs_of_the_root_run_in_it(cage: Cage) -> None:
    source = "cat /etc/debian_version; ls /; id -un; cat; exit 7"
    program = Program(argv=("/bin/dash", "-c", source), env=ENV, stdin=b"given")

    outcome = await cage.run(program)

    said = printed(outcome)
    assert outcome.exit_code == 7
    assert "box" in said.splitlines()
    assert said.endswith("member\ngiven")
    # /etc is ours, and the host's is not shown in its place.
    assert "debian_version: No such file" in printed(outcome, Stream.STDERR)
    assert not set(said.split()) & {"root", "home", "var", "run", "sys", "boot"}


@pytest.mark.full
async def test_a_root_without_python_runs_static_programs() -> None:
    before = host.snapshot()
    with small_root("bookworm", ("busybox-static",)) as root:
        assert not list(root.glob("usr/bin/python*"))
        async with open_cage(SandboxSettings(base=str(root), etc=())) as cage:
            shell = (
                "/bin/busybox",
                "sh",
                "-c",
                "echo $((6 * 7)); cat; echo kept > made.txt; exit 5",
            )
            outcome = await cage.run(Program(argv=shell, env=ENV, stdin=b"given"))
    host.assert_nothing_left(before)

    assert (outcome.exit_code, printed(outcome)) == (5, "42\ngiven")
    assert [(made.path, made.content) for made in outcome.artifacts] == [("made.txt", b"kept\n")]


@pytest.fixture
def lone_program(tmp_path: Path) -> Path:
    """A root that holds nothing but /usr/bin/hello, in a folder that is closed to everybody else."""
    if shutil.which("gcc") is None:
        pytest.skip("there is no gcc here to build a static program")
    root = tmp_path / "root"
    (root / "usr/bin").mkdir(parents=True)
    tmp_path.chmod(0o700)
    built = subprocess.run(
        ["gcc", "-static", "-o", root / "usr/bin/hello", "-x", "c", "-"],
        input=b'#include <stdio.h>\nint main(void) { puts("hello"); return 4; }',
        check=False,
    )
    if built.returncode:
        pytest.skip("there is no static C library here")
    return root


async def test_a_root_in_a_closed_folder_with_one_program_in_it_is_enough(
    lone_program: Path,
) -> None:
    async with open_cage(SandboxSettings(base=str(lone_program), etc=())) as cage:
        hello = await cage.run(Program(argv=("/usr/bin/hello",), env=ENV))
        shell = await cage.run(Program(argv=("/bin/sh", "-c", "echo the host's"), env=ENV))

    assert (hello.exit_code, printed(hello)) == (4, "hello\n")
    assert (shell.failure, printed(shell)) == ("/bin/sh: No such file or directory", "")


@pytest.fixture
def planted() -> Generator[Path, None, None]:
    """A root of somebody hostile: a shell, and links to what lies beside the root on the host."""
    # Not below /tmp, which a runner covers: links to what lies there would fail for that reason.
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        yield plant(Path(folder))


def plant(folder: Path) -> Path:
    root = folder / "root"
    shell = Path("/bin/sh").resolve()
    said = subprocess.run(["ldd", shell], capture_output=True, text=True, check=False).stdout
    for path in [str(shell), *re.findall(r"(/\S+) \(0x", said)]:
        target = root / "usr" / path.removeprefix("/usr").lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    (root / "usr/bin/sh").symlink_to(shell.name)
    for name in ("bin", "lib", "lib64"):
        (root / name).symlink_to(f"usr/{name}")
    (folder / "private").mkdir()
    (folder / "private/token").write_text("secret\n")
    folder.chmod(0o755)
    etc = root / "etc"
    (etc / "shown").mkdir(parents=True)
    (etc / "folder").symlink_to(folder / "private")
    (etc / "file").symlink_to(folder / "private/token")
    (etc / "upwards").symlink_to("../../private")
    (etc / "ld.so.cache").symlink_to(folder / "private/token")
    (etc / "shown/in-it").symlink_to(folder)
    return root


async def test_links_in_a_root_do_not_lead_out_of_it(planted: Path) -> None:
    etc = ("/etc/folder", "/etc/file", "/etc/upwards", "/etc/shown", "/etc/shown/in-it/made")
    source = (
        "for f in /etc/folder/token /etc/file /etc/upwards/token /etc/ld.so.cache; do "
        'read -r line < $f && echo "$f says $line"; done; echo done'
    )
    before = sorted(planted.parent.rglob("*"))

    async with open_cage(SandboxSettings(base=str(planted), etc=etc)) as cage:
        outcome = await cage.run(Program(argv=("/bin/sh", "-c", source), env=ENV))

    assert printed(outcome) == "done\n"
    assert sorted(planted.parent.rglob("*")) == before


async def test_a_root_whose_usr_leads_out_of_it_is_refused(planted: Path) -> None:
    shutil.rmtree(planted / "usr")
    (planted / "usr").symlink_to("/usr")

    with pytest.raises(BackendUnavailableError, match="open /usr: Too many levels"):
        async with open_cage(SandboxSettings(base=str(planted), etc=())) as cage:
            await cage.run(Program(argv=("/bin/sh", "-c", "echo the host's"), env=ENV))
