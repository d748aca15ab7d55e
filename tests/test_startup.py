"""The start-up script, with its real first start: empty lock files need no network.

tests/bare/run tries the same in Debian roots where nothing is installed.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "codecage"
ECHO = "import json, os, sys; print(json.dumps([sys.argv[1:], os.getcwd(), sys.stdin.read()]))\n"
# Only the system's tools, so that the script does the same wherever the tests run.
ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8"}


def start(
    checkout: Path, *arguments: str, cwd: Path, stdin: str = "", path: str = ENVIRONMENT["PATH"]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [checkout / "codecage", *arguments],
        cwd=cwd,
        input=stdin,
        env={**ENVIRONMENT, "HOME": str(cwd), "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def answer(done: subprocess.CompletedProcess[str]) -> list[object]:
    assert done.returncode == 0, done.stderr
    said: list[object] = json.loads(done.stdout)
    return said


def make_checkout(folder: Path) -> Path:
    checkout = folder / "check out"
    (checkout / "bot").mkdir(parents=True)
    shutil.copy(SCRIPT, checkout)
    (checkout / "bot" / "__init__.py").touch()
    (checkout / "bot" / "cli.py").write_text(ECHO)
    (checkout / "pytest.py").write_text(ECHO)
    (checkout / "requirements.lock").touch()
    (checkout / "requirements-dev.lock").touch()
    return checkout


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout after its first start."""
    folder = tmp_path_factory.mktemp("prepared")
    checkout = make_checkout(folder)
    done = start(checkout, cwd=folder)
    if done.returncode == 3 and "venv module" in done.stderr:
        pytest.skip("the system's python3 has no venv module")
    assert done.returncode == 0, done.stderr
    return checkout


@pytest.fixture
def checkout(prepared: Path, tmp_path: Path) -> Path:
    """A copy of its own, so also a checkout that was moved."""
    return Path(shutil.copytree(prepared, tmp_path / "moved", symlinks=True))


def test_a_later_start_adds_nothing_to_what_the_command_says(
    checkout: Path, tmp_path: Path
) -> None:
    done = start(checkout, "run", "a b", "*", "", cwd=tmp_path, stdin="for the program")
    assert answer(done) == [["run", "a b", "*", ""], str(tmp_path), "for the program"]
    assert done.stderr == ""


def test_it_may_be_called_through_a_link(checkout: Path, tmp_path: Path) -> None:
    link = tmp_path / "codecage"
    link.symlink_to(checkout / "codecage")
    done = subprocess.run(
        [link, "run"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer(done)[0] == ["run"]


def test_the_callers_folder_is_not_imported_from(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "cli.py").write_text("raise SystemExit('the wrong bot')")
    assert answer(start(checkout, cwd=tmp_path))[1] == str(tmp_path)


def test_a_changed_lock_file_is_installed_over(checkout: Path, tmp_path: Path) -> None:
    (checkout / "requirements.lock").write_text("# changed\n")
    done = start(checkout, cwd=tmp_path)
    assert answer(done)
    assert "installing" in done.stderr
    assert "making" not in done.stderr
    assert start(checkout, cwd=tmp_path).stderr == ""


def interrupt(venv: Path) -> None:
    (venv / "unfinished").touch()
    shutil.rmtree(venv / "lib")


def lose_interpreter(venv: Path) -> None:
    python = venv / "bin" / "python"
    python.unlink()
    python.symlink_to("/usr/bin/python3-that-was-upgraded-away")


@pytest.mark.parametrize("damage", [interrupt, lose_interpreter])
def test_a_damaged_environment_is_made_anew(
    checkout: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    damage(checkout / ".venv")
    done = start(checkout, cwd=tmp_path)
    assert answer(done)
    assert "making .venv" in done.stderr
    assert start(checkout, cwd=tmp_path).stderr == ""


@pytest.mark.usefixtures("prepared")
def test_two_first_starts_at_once_make_one_environment(tmp_path: Path) -> None:
    checkout = make_checkout(tmp_path)
    with ThreadPoolExecutor() as threads:
        both = list(
            threads.map(lambda name: start(checkout, name, cwd=tmp_path), ("first", "second"))
        )
    assert [answer(done)[0] for done in both] == [["first"], ["second"]]
    assert sum(done.stderr.count("making .venv") for done in both) == 1


def test_what_cannot_be_installed_is_an_error_with_the_installers_words(
    checkout: Path, tmp_path: Path
) -> None:
    (checkout / "requirements.lock").write_text("nothing-with-this-name\n")
    done = start(checkout, cwd=tmp_path)
    assert done.returncode == 3
    assert done.stdout == ""
    assert "nothing-with-this-name" in done.stderr
    assert "could not be installed" in done.stderr.splitlines()[-1]


def test_a_folder_that_may_not_be_written_is_named() -> None:
    nobody = 65534 if os.geteuid() == 0 else None  # root may write everywhere
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        checkout = make_checkout(Path(folder))
        checkout.chmod(0o555)
        done = subprocess.run(
            [checkout / "codecage"],
            user=nobody,
            cwd="/",
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        checkout.chmod(0o755)
    assert done.returncode == 3
    assert f"may not write to {checkout}" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param([], ["-m", "not full and not vm"], id="plain"),
        pytest.param(["--all"], ["-m", "not vm"], id="all"),
        pytest.param(
            ["-k", "a b", "--all", "-x"],
            ["-m", "not vm", "-k", "a b", "-x"],
            id="all-among-the-arguments-of-pytest",
        ),
    ],
)
def test_test_runs_pytest_in_the_checkout(
    checkout: Path, tmp_path: Path, arguments: list[str], expected: list[str]
) -> None:
    assert answer(start(checkout, "test", *arguments, cwd=tmp_path)) == [
        expected,
        str(checkout),
        "",
    ]


def tools(folder: Path, *names: str) -> str:
    """A PATH with stand-ins that do nothing, for what the machine may lack."""
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to("/usr/bin/true")
    return f"{ENVIRONMENT['PATH']}:{folder}"


MACHINE_TOOLS = ("qemu-system-x86_64", "mmdebstrap", "busybox", "cpio", "mke2fs", "depmod")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(["--vm", "-k", "a b"], ["-m", "not full", "-k", "a b"], id="plain"),
        pytest.param(["--all", "-k", "a b", "--vm"], ["-k", "a b"], id="all"),
    ],
)
def test_tests_in_a_virtual_machine_are_a_folder_of_their_own(
    checkout: Path, tmp_path: Path, arguments: list[str], expected: list[str]
) -> None:
    done = start(
        checkout, "test", *arguments, cwd=tmp_path, path=tools(tmp_path / "tools", *MACHINE_TOOLS)
    )
    assert answer(done)[0] == ["tests/vm", *expected]


def test_without_qemu_and_root_the_command_that_installs_it_is_named(
    checkout: Path, tmp_path: Path
) -> None:
    needed = ("sh", "cat", "cksum", "readlink", "tail", "mkdir", "flock", "rm", "sleep")
    folder = tmp_path / "few"
    folder.mkdir()
    for name in needed:
        (folder / name).symlink_to(shutil.which(name) or name)
    (folder / "id").write_text("#!/bin/sh\necho 1000\n")
    (folder / "id").chmod(0o755)
    done = start(checkout, "test", "--vm", cwd=tmp_path, path=str(folder))
    assert done.returncode == 3
    assert done.stdout == ""
    assert "sudo apt-get install -y --no-install-recommends qemu-system-x86" in done.stderr
