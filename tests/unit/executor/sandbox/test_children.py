"""Processes that were ended are reaped, without waiting, and never too early."""

import subprocess
import time
from collections.abc import Iterator

import pytest

from executor.sandbox.launcher.children import Children


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["/bin/sleep", "60"], stdin=subprocess.DEVNULL) as process:
        yield process
        process.kill()


@pytest.fixture
def worker() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["/bin/sleep", "60"], stdin=subprocess.DEVNULL) as process:
        yield process
        process.kill()


def reap_all(children: Children) -> None:
    deadline = time.monotonic() + 50
    while children and time.monotonic() < deadline:
        children.reap()
        time.sleep(0.002)


def test_who_lives_is_not_waited_for(sleeper: subprocess.Popen[bytes]) -> None:
    children = Children()
    children.add(sleeper.pid)
    children.reap()
    assert children
    sleeper.kill()
    reap_all(children)
    assert not children


def test_a_number_is_kept_while_somebody_works_on_it(
    sleeper: subprocess.Popen[bytes], worker: subprocess.Popen[bytes]
) -> None:
    children = Children()
    children.add(sleeper.pid, after=worker.pid)
    children.add(worker.pid)
    sleeper.kill()
    for _ in range(20):
        children.reap()
        time.sleep(0.002)
    with open(f"/proc/{sleeper.pid}/stat") as file:  # noqa: PTH123
        assert file.read().split()[2] == "Z"  # nobody else has got its number
    worker.kill()
    reap_all(children)
    assert not children


def test_at_the_end_all_are_waited_for(
    sleeper: subprocess.Popen[bytes], worker: subprocess.Popen[bytes]
) -> None:
    children = Children()
    children.add(sleeper.pid, after=worker.pid)
    children.add(worker.pid)
    for process in (sleeper, worker):
        process.kill()
    children.wait()
    assert not children


def test_that_one_was_killed_is_told(
    sleeper: subprocess.Popen[bytes], worker: subprocess.Popen[bytes]
) -> None:
    told = list[str]()
    children = Children()
    children.add(sleeper.pid, after=worker.pid, failed=lambda: told.append("sleeper"))
    children.add(worker.pid, failed=lambda: told.append("worker"))
    sleeper.kill()
    worker.kill()
    reap_all(children)
    assert told == ["worker", "sleeper"]


def test_that_one_has_ended_well_is_not() -> None:
    told = list[str]()
    children = Children()
    with subprocess.Popen(["/bin/true"], stdin=subprocess.DEVNULL) as process:
        children.add(process.pid, failed=lambda: told.append("failed"))
        reap_all(children)
        process.returncode = 0  # it was reaped by us
    assert told == []
