"""Whoever dies, no sandbox outlives it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from executor.errors import BackendUnavailableError
from executor.sandbox.box import Box
from executor.sandbox.spec import Kind, Outcome, SandboxSpec
from tests.sandbox import host
from tests.sandbox.conftest import LIMITS, Cage, open_cage, printed, python, shell

pytestmark = pytest.mark.sandbox

# One second is what is promised; a loaded machine gets more.
PATIENCE_SECONDS = 5.0
SLEEPERS = "import os, time\nfor _ in range(3): os.fork()\nprint('on', flush=True)\ntime.sleep(600)"


class Sleeping:
    """Sandboxes whose programs, each eight processes, sleep until something ends them."""

    def __init__(self, cage: Cage) -> None:
        self.cage = cage
        self.boxes: list[Box] = []
        self.ends: list[asyncio.Task[Outcome]] = []

    async def start(self, kinds: tuple[Kind, ...] = tuple(Kind)) -> None:
        """Start one program of each kind and return when all its processes are there."""
        for kind in kinds:
            box = await self.cage.backend.spawn(SandboxSpec(kind, LIMITS))
            up = asyncio.Event()
            heard = bytearray()

            def on_output(
                _: object, data: bytes, heard: bytearray = heard, up: asyncio.Event = up
            ) -> None:
                heard.extend(data)
                if heard.count(b"on") == 8:
                    up.set()

            program = replace(python(SLEEPERS), on_output=on_output)
            self.boxes.append(box)
            self.ends.append(asyncio.get_running_loop().create_task(box.run(program, LIMITS)))
            async with asyncio.timeout(30):
                await up.wait()

    def inside(self) -> list[int]:
        """Return the host's pids of everything in the sandboxes.

        What an earlier test ended may be a zombie still, until whoever has adopted it comes to it.
        """
        found = [pid for pid in host.processes() if host.is_nested(pid)]
        return [pid for pid in found if host.is_alive(pid)]

    async def ended(self) -> list[Outcome | BaseException]:
        async with asyncio.timeout(30):
            return await asyncio.gather(*self.ends, return_exceptions=True)


async def test_hanging_up_the_control_channel_ends_everything(cage: Cage) -> None:
    sleeping = Sleeping(cage)
    await sleeping.start()
    inside = sleeping.inside()
    assert len(inside) == 2 * 9
    for box in sleeping.boxes:
        box._control_out.close()
        box._readers[0].close()
        box._ended("control")
    assert await asyncio.to_thread(host.wait_until_gone, inside, PATIENCE_SECONDS) == []
    await sleeping.ended()
    for box in sleeping.boxes:
        await cage.backend.bury(box)


async def test_killing_a_sandbox_ends_all_its_processes(cage: Cage) -> None:
    sleeping = Sleeping(cage)
    await sleeping.start()
    inside = sleeping.inside()
    for box in sleeping.boxes:
        box.cancel()
        box.kill()
    outcomes = await sleeping.ended()
    assert [outcome.cancelled for outcome in outcomes if isinstance(outcome, Outcome)] == [True] * 2
    assert host.wait_until_gone(inside, 0) == []
    for box in sleeping.boxes:
        await cage.backend.bury(box)
        box.kill()


async def test_a_cancelled_caller_leaves_the_program_until_it_is_buried(cage: Cage) -> None:
    sleeping = Sleeping(cage)
    await sleeping.start()
    inside = sleeping.inside()
    for end in sleeping.ends:
        end.cancel()
    await sleeping.ended()
    assert host.wait_until_gone(inside, 0) == inside
    for box in sleeping.boxes:
        await cage.backend.bury(box)
    assert host.wait_until_gone(inside, 0) == []


async def test_the_death_of_a_runner_ends_its_sandboxes(cage: Cage) -> None:
    sleeping = Sleeping(cage)
    await sleeping.start()
    inside, runners = sleeping.inside(), host.children(cage.launcher.process.pid)
    assert len(runners) == 2
    for pid in runners:
        os.kill(pid, signal.SIGKILL)
    assert await asyncio.to_thread(host.wait_until_gone, inside, PATIENCE_SECONDS) == []
    outcomes = await sleeping.ended()
    assert [type(outcome) for outcome in outcomes] == [BackendUnavailableError] * 2
    for box in sleeping.boxes:
        await cage.backend.bury(box)


async def test_the_death_of_the_launcher_ends_every_sandbox() -> None:
    before = host.snapshot()
    async with open_cage() as cage:
        folders = [Path(path) for path in cage.backend.facts.cgroup_paths.values()]
        sleeping = Sleeping(cage)
        await sleeping.start()
        inside, runners = sleeping.inside(), host.children(cage.launcher.process.pid)
        cage.launcher.process.kill()
        everything = inside + runners
        assert await asyncio.to_thread(host.wait_until_gone, everything, PATIENCE_SECONDS) == []
        outcomes = await sleeping.ended()
        assert [type(outcome) for outcome in outcomes] == [BackendUnavailableError] * 2
        with pytest.raises(BackendUnavailableError):
            await cage.run(shell("echo never"))
    await asyncio.to_thread(_remove_empty, folders)  # nobody is left to do it
    host.assert_nothing_left(before)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGABRT])
def test_the_death_of_the_process_that_holds_an_executor_ends_all(number: int) -> None:
    before = host.snapshot()
    holder = subprocess.Popen(
        [sys.executable, "-m", "tests.sandbox.holder"],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        report = json.loads(holder.stdout.readline())
        assert len(report["processes"]) > 8
        holder.send_signal(number)
    assert host.wait_until_gone(report["processes"], PATIENCE_SECONDS) == []
    assert not any(Path(path).exists() for path in report["cgroups"])
    host.assert_nothing_left(before)


async def test_closing_the_backend_ends_what_still_runs() -> None:
    before = host.snapshot()
    async with open_cage() as cage:
        sleeping = Sleeping(cage)
        await sleeping.start()
        inside = sleeping.inside()
    assert host.wait_until_gone(inside, 0) == []
    assert len(await sleeping.ended()) == 2
    host.assert_nothing_left(before)


async def test_many_sandboxes_killed_at_random_moments_leave_nothing(cage: Cage) -> None:
    await cage.run(shell("true"))
    await cage.run(python("1"), Kind.PYTHON)
    before = host.snapshot()
    for turn in range(40):
        box = await cage.backend.spawn(SandboxSpec(list(Kind)[turn % 2], LIMITS))
        run = asyncio.get_running_loop().create_task(box.run(python(SLEEPERS), LIMITS))
        await asyncio.sleep(turn / 1000)
        box.cancel()
        assert (await run).cancelled
        await cage.backend.bury(box)
    host.assert_nothing_left(before)
    assert cage.backend.quarantined == []


@pytest.mark.parametrize("at_once", [1, 6])
async def test_after_the_death_of_a_runner_there_are_sandboxes_again(
    cage: Cage, at_once: int
) -> None:
    for _ in range(3):
        await cage.run(shell("true"))
        (runner,) = host.children(cage.launcher.process.pid)
        os.kill(runner, signal.SIGKILL)
        await asyncio.to_thread(host.wait_until_gone, [runner], PATIENCE_SECONDS)
        async with asyncio.timeout(30):
            runs = (cage.run(shell("sleep 0.2; echo again")) for _ in range(at_once))
            outcomes = await asyncio.gather(*runs)
        assert [printed(outcome) for outcome in outcomes] == ["again\n"] * at_once
        assert len(host.children(cage.launcher.process.pid)) == 1


async def test_a_request_that_nobody_could_carry_out_ends_only_itself(cage: Cage) -> None:
    with pytest.raises(BackendUnavailableError):
        await cage.run(shell("true"), limits=replace(LIMITS, processes=1 << 40))
    assert printed(await cage.run(shell("echo still here"))) == "still here\n"


def _remove_empty(folders: list[Path]) -> None:
    for folder in set(folders):  # on v2 all controllers have one
        for slot in folder.glob("slot-*"):
            slot.rmdir()
        folder.rmdir()
