"""When a waiting interpreter is replaced, and when the replaced one is ended. The launcher is a list."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from executor.errors import BackendUnavailableError
from executor.sandbox.client import DiedError
from executor.sandbox.runners import Runners
from executor.sandbox.settings import SandboxSettings, WarmInterpreter
from executor.sandbox.spec import Kind

WARM = WarmInterpreter(path="/usr/bin/python3", env={})


class Launcher:
    """Notes what it is asked for, as operation and runner; refuses what it is told to.

    A runner is ready at once, fails, or keeps silent, as `says` says.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, object]] = []
        self.refuses = ""
        self.says: bytes | None = b"ready"
        self.silent: list[int] = []

    async def call(
        self, op: str, descriptors: Sequence[int] = (), **fields: object
    ) -> tuple[dict[str, Any], list[int]]:
        self.asked.append((op, fields["runner"]))
        await asyncio.sleep(0)
        if op == self.refuses:
            raise BackendUnavailableError("there is no room")
        for descriptor in descriptors:
            if self.says is None:
                self.silent.append(os.dup(descriptor))
            else:
                os.write(descriptor, self.says)
        return {}, []

    def post(
        self, op: str, descriptors: Sequence[int] = (), **fields: object
    ) -> asyncio.Future[tuple[dict[str, Any], list[int]]]:
        assert not descriptors
        self.asked.append((op, fields["runner"]))
        if op == "stop_runner":
            self.hang_up()
        return asyncio.get_running_loop().create_future()

    def hang_up(self) -> None:
        while self.silent:
            os.close(self.silent.pop())


@pytest.fixture
def launcher() -> Iterator[Launcher]:
    launcher = Launcher()
    yield launcher
    launcher.hang_up()


def runners(
    launcher: Launcher, *, runs: int = 2, seconds: float = 900.0, ready_seconds: float = 50.0
) -> Runners:
    settings = SandboxSettings(warm=WARM, warm_runs=runs, warm_seconds=seconds)
    return Runners(launcher, settings, ready_seconds=ready_seconds)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_many_callers_wait_for_one_start(launcher: Launcher) -> None:
    kept = runners(launcher, runs=9)
    entered = await asyncio.gather(*(kept.enter(Kind.PYTHON) for _ in range(5)))

    assert {runner.number for runner in entered} == {0}
    assert launcher.asked == [("runner", 0)]


async def test_after_its_share_of_programs_another_one_takes_over(launcher: Launcher) -> None:
    kept = runners(launcher)
    first, second = await kept.enter(Kind.PYTHON), await kept.enter(Kind.PYTHON)
    await settle()
    third = await kept.enter(Kind.PYTHON)

    assert [first.number, second.number, third.number] == [0, 0, 1]
    assert launcher.asked == [("runner", 0), ("runner", 1)]
    kept.leave(first)
    assert launcher.asked[2:] == []  # one of its programs still runs
    kept.leave(second)
    assert launcher.asked[2:] == [("stop_runner", 0)]


async def test_until_another_one_is_ready_the_old_one_serves(launcher: Launcher) -> None:
    kept = runners(launcher, runs=1)
    numbers = [(await kept.enter(Kind.PYTHON)).number for _ in range(2)]  # no chance to be ready

    assert numbers == [0, 0]
    await settle()
    assert (await kept.enter(Kind.PYTHON)).number == 1


async def test_one_that_is_old_enough_is_replaced_at_its_next_use(launcher: Launcher) -> None:
    kept = runners(launcher, runs=900, seconds=0.0)
    kept.leave(await kept.enter(Kind.PYTHON))
    await settle()

    assert launcher.asked == [("runner", 0), ("runner", 1), ("stop_runner", 0)]


async def test_other_programs_start_their_own_interpreter_and_need_none(launcher: Launcher) -> None:
    kept = runners(launcher)
    for _ in range(9):
        kept.leave(await kept.enter(Kind.GENERIC))
    await settle()

    assert launcher.asked == [("runner", 0)]


@pytest.mark.parametrize(
    ("refuses", "says"),
    [
        pytest.param("runner", b"", id="refused"),
        pytest.param("", b"failed: mount proc", id="a-step-fails"),
        pytest.param("", b"", id="the-launcher-dies"),
    ],
)
async def test_where_none_can_be_started_the_old_one_goes_on(
    launcher: Launcher, refuses: str, says: bytes
) -> None:
    kept = runners(launcher)
    await kept.enter(Kind.PYTHON)
    launcher.refuses, launcher.says = refuses, says
    await kept.enter(Kind.PYTHON)
    await settle()
    launcher.refuses, launcher.says = "", b"ready"

    numbers = []
    for _ in range(3):
        numbers.append((await kept.enter(Kind.PYTHON)).number)
        await settle()
    assert numbers == [0, 0, 2]  # tried again after as many programs, with success


async def test_a_replacement_for_one_that_has_died_meanwhile_is_not_needed(
    launcher: Launcher,
) -> None:
    kept = runners(launcher, runs=1)
    dead = await kept.enter(Kind.PYTHON)
    await kept.retire(dead)
    successor = await kept.enter(Kind.PYTHON)
    await settle()
    kept.leave(dead)

    assert successor.number == 2
    assert ("stop_runner", 1) in launcher.asked
    assert launcher.asked.count(("stop_runner", 0)) == 1


async def test_a_start_that_failed_is_tried_again_by_the_next_caller(launcher: Launcher) -> None:
    kept = runners(launcher)
    launcher.refuses = "runner"
    with pytest.raises(BackendUnavailableError, match="no room"):
        await kept.enter(Kind.GENERIC)
    launcher.refuses = ""

    assert (await kept.enter(Kind.GENERIC)).number == 1


async def test_why_one_could_not_be_started_is_passed_on(launcher: Launcher) -> None:
    launcher.says = b"failed: [Errno 1] mount proc"
    with pytest.raises(BackendUnavailableError, match=r"could not be made: failed: .* mount proc$"):
        await runners(launcher).enter(Kind.GENERIC)


async def test_one_that_died_on_its_way_is_told_apart_from_one_that_failed(
    launcher: Launcher,
) -> None:
    launcher.says = b"died"
    with pytest.raises(DiedError, match="ended before it was ready"):
        await runners(launcher).enter(Kind.GENERIC)


async def test_one_that_never_becomes_ready_is_ended(launcher: Launcher) -> None:
    kept = runners(launcher, ready_seconds=0.01)
    launcher.says = None
    with pytest.raises(BackendUnavailableError, match="not made in time"):
        await kept.enter(Kind.GENERIC)

    assert launcher.asked == [("runner", 0), ("stop_runner", 0)]
    launcher.says = b"ready"
    assert (await kept.enter(Kind.GENERIC)).number == 1


async def test_closing_ends_a_replacement_under_way(launcher: Launcher) -> None:
    kept = runners(launcher, runs=1)
    await kept.enter(Kind.PYTHON)
    launcher.says = None
    await settle()
    await kept.close()

    assert launcher.asked == [("runner", 0), ("runner", 1), ("stop_runner", 1)]


async def test_closing_ends_a_first_start_and_who_waits_for_it_hears_so(launcher: Launcher) -> None:
    kept = runners(launcher)
    launcher.says = None
    async with asyncio.TaskGroup() as tasks:
        entering = tasks.create_task(fails(kept))
        await settle()
        await kept.close()

    assert "launcher has ended" in entering.result()
    assert launcher.asked == [("runner", 0), ("stop_runner", 0)]
    assert "stopping" in await fails(kept)


async def fails(kept: Runners) -> str:
    with pytest.raises(BackendUnavailableError) as caught:
        await kept.enter(Kind.GENERIC)
    return str(caught.value)
