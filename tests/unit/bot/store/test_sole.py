import re
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from bot.errors import InUseError, StoreError
from bot.store.sole import LOCK_FILE, sole_user_of_folder, sole_user_of_token

ROOT = Path(__file__).resolve().parents[4]
Lock = Callable[[], AbstractContextManager[None]]

HOLDER = """
import sys
from pathlib import Path
from bot.store.sole import sole_user_of_folder, sole_user_of_token
kind, *values = sys.argv[1:]
lock = sole_user_of_folder(Path(*values)) if kind == "folder" else sole_user_of_token(*values)
with lock:
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_by_another_process(*arguments: str) -> Generator[subprocess.Popen[str], None, None]:
    with subprocess.Popen(
        [sys.executable, "-P", "-c", HOLDER, *arguments],
        env={"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


@pytest.fixture(params=["folder", "token"])
def arguments(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, ...]:
    # A token of this test's: others may run at the same time.
    value = tmp_path / "data" if request.param == "folder" else f"secret-of-{tmp_path}"
    where = () if request.param == "folder" else ("http://127.0.0.1:1/api",)
    return request.param, str(value), *where


@pytest.fixture
def lock(arguments: tuple[str, ...]) -> Lock:
    kind, value, *where = arguments
    if kind == "folder":
        return lambda: sole_user_of_folder(Path(value))
    return lambda: sole_user_of_token(value, where[0])


def test_a_second_process_is_refused_with_the_way_out(
    lock: Lock, arguments: tuple[str, ...]
) -> None:
    with held_by_another_process(*arguments):
        with pytest.raises(InUseError) as refused, lock():
            pass
        said = str(refused.value)
        assert re.match(r"Another codecage .* would answer every message twice\. Stop that", said)
        assert "secret" not in said


def test_a_second_use_in_one_process_is_refused_too(lock: Lock) -> None:
    with lock(), pytest.raises(InUseError), lock():
        pass


def test_afterwards_the_next_one_may(lock: Lock) -> None:
    for _ in range(2):
        with lock():
            pass


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_holder_holds_nothing(
    lock: Lock, arguments: tuple[str, ...], number: signal.Signals
) -> None:
    with held_by_another_process(*arguments) as process:
        process.send_signal(number)
        process.wait()
        with lock():
            pass


def test_a_program_that_outlives_its_holder_holds_nothing(lock: Lock) -> None:
    with lock():
        outliving = subprocess.Popen(["sleep", "60"], close_fds=False)
    try:
        with lock():
            pass
    finally:
        outliving.kill()
        outliving.wait()


def test_other_folders_and_tokens_are_free(tmp_path: Path) -> None:
    url = f"http://{tmp_path.name}"
    with (
        sole_user_of_folder(tmp_path / "a"),
        sole_user_of_folder(tmp_path / "b"),
        sole_user_of_token("a", url),
        sole_user_of_token("b", url),
        sole_user_of_token("a", f"{url}/elsewhere"),
    ):
        assert (tmp_path / "a" / LOCK_FILE).stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_locked_is_told(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    with (
        pytest.raises(StoreError, match=r"lock file .* cannot be opened"),
        sole_user_of_folder(in_the_way),
    ):
        pass


def test_a_link_in_the_lock_s_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / LOCK_FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="cannot be opened"), sole_user_of_folder(tmp_path):
        pass
    assert not (tmp_path / "elsewhere").exists()
