"""Wardens that fail, or that nobody waits for any more: none is left. No program is ever given to one."""

import asyncio
import os
import platform
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from executor.errors import BackendUnavailableError
from executor.sandbox import seccomp
from executor.sandbox.uncontained import Uncontained

NUMBERS = [64, 1 << 20, 100, 64, 0, 0]


class Ends:
    """What a program would be given: its ends and ours."""

    def __init__(self) -> None:
        control, control_inside = socket.socketpair()
        pipes = [os.pipe() for _ in range(4)]
        self.inside = [control_inside.detach(), *(reading for reading, _ in pipes)]
        self._ours = [control.detach(), *(writing for _, writing in pipes)]

    def hang_up(self) -> None:
        """Close all, as who has asked for a sandbox does when there is none."""
        while self._ours:
            os.close(self._ours.pop())
        while self.inside:
            os.close(self.inside.pop())


@pytest.fixture
def ends() -> Iterator[Ends]:
    made = Ends()
    yield made
    made.hang_up()


def children() -> set[int]:
    """Return our own processes."""
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii")
    return {int(pid) for pid in listed.split()}


def work_folders() -> set[str]:
    return {path.name for path in Path("/tmp").glob("codecage-without-containment-*")}  # noqa: S108


async def test_a_warden_that_fails_leaves_nothing(ends: Ends) -> None:
    before = (children(), work_folders())
    uncontained = Uncontained(b"")
    with pytest.raises(BackendUnavailableError, match="ended before it had started"):
        await uncontained.call("spawn", ends.inside[:1], slot=0, request=NUMBERS)
    ends.hang_up()
    await uncontained.close()
    assert (children(), work_folders()) == before


async def test_who_is_cancelled_while_a_warden_starts_leaves_none(ends: Ends) -> None:
    before = (children(), work_folders())
    uncontained = Uncontained(seccomp.load(platform.machine()))
    async with asyncio.TaskGroup() as tasks:
        spawning = tasks.create_task(
            uncontained.call("spawn", ends.inside, slot=0, request=NUMBERS)
        )
        async with asyncio.timeout(50):
            while not children() - before[0]:  # noqa: ASYNC110  # what the kernel does sets no Event
                await asyncio.sleep(0)
        (warden,) = children() - before[0]
        os.kill(warden, signal.SIGSTOP)
        await asyncio.sleep(0.05)
        assert not spawning.done()
        spawning.cancel()
    ends.hang_up()
    os.kill(warden, signal.SIGCONT)
    await uncontained.close()
    assert (children(), work_folders()) == before
