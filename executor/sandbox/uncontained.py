"""Stands in for the launcher where nothing can be contained and the operator wants programs all the same.

It answers the requests of `backend` that a launcher answers, but starts each program as an ordinary
process of our own user, with a warden of its own (`inside/uncontained.py`).
"""

import asyncio
import contextlib
import os
import socket
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Sequence
from typing import Any, Final, cast

from executor.errors import BackendUnavailableError
from executor.sandbox.bundle import uncontained_source
from executor.sandbox.client import BOOT, system_interpreter

_START_SECONDS: Final = 20.0
_END_SECONDS: Final = 15.0

Answer = tuple[dict[str, Any], list[int]]


class Uncontained:
    """Starts and buries programs that nothing contains; see `executor.sandbox.client.LauncherClient`.

    Args:
        seccomp: the filter's BPF bytes, which cost nothing and keep some of the kernel away.
    """

    def __init__(self, seccomp: bytes) -> None:
        self._seccomp = seccomp
        self.lost = asyncio.Event()  # never: there is no launcher
        self._wardens: dict[int, Process] = {}
        self._strays: list[Process] = []  # wardens that have no slot: nobody got what they started

    async def start(self) -> dict[str, Any]:
        """Return what a launcher would have found.

        Raises:
            BackendUnavailableError: we are root, as whom nothing is ever run without containment.
        """
        if os.getuid() == 0:
            raise BackendUnavailableError(
                "As root nothing is run without containment, whatever "
                "executor.run_without_containment says; start codecage as an ordinary user."
            )
        return {
            "cgroup": 0,
            "cgroup_paths": {},
            "why_no_cgroup": "",
            "single_uid": True,
            "unburied": [],
        }

    async def call(self, op: str, descriptors: Sequence[int] = (), **fields: object) -> Answer:
        """Do ``op``: of all that a launcher does, spawn and release mean something here.

        Raises:
            BackendUnavailableError: it could not be done.
        """
        slot = cast("int", fields.get("slot"))
        if op == "spawn":
            numbers = cast("list[int]", fields["request"])
            return {"keys": ["pidfd"]}, [await self._spawn(slot, numbers, descriptors)]
        if op == "release":
            await self._release(slot)
        if op == "runner":
            os.write(descriptors[0], b"ready")  # there is none, and it is not needed
        return {}, []

    def post(
        self,
        op: str,  # noqa: ARG002 - there is nothing that could be done without waiting
        descriptors: Sequence[int] = (),  # noqa: ARG002
        **_: object,
    ) -> asyncio.Future[Answer]:
        """Do nothing."""
        done: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        done.set_result(({}, []))
        return done

    async def close(self) -> None:
        """Wait until every warden has ended what it watched."""
        for slot in list(self._wardens):
            with contextlib.suppress(BackendUnavailableError):
                await self._release(slot)
        for stray in self._strays:
            if not await _ends(stray):
                stray.kill()
                await stray.wait()

    async def _spawn(self, slot: int, numbers: Sequence[int], descriptors: Sequence[int]) -> int:
        """Start a warden and return the pidfd of its keeper.

        A warden that fails, or is not waited for any more, ends when the caller has closed the other ends
        of ``descriptors``; `close` sees to it.
        """
        try:
            ours, theirs = socket.socketpair()
        except OSError as error:
            raise BackendUnavailableError(f"no warden could be started: {error}") from error
        with ours:
            with theirs:
                try:
                    warden = await self._start_warden(theirs.fileno(), slot, numbers, descriptors)
                except OSError as error:
                    raise BackendUnavailableError(f"no warden could be started: {error}") from error
            try:
                async with asyncio.timeout(_START_SECONDS):
                    pidfd = await _received(ours)
            except TimeoutError as error:
                self._strays.append(warden)
                raise BackendUnavailableError("a warden did not answer") from error
            except BaseException:
                self._strays.append(warden)
                raise
        self._wardens[slot] = warden
        return pidfd

    async def _start_warden(
        self, answer: int, slot: int, numbers: Sequence[int], descriptors: Sequence[int]
    ) -> Process:
        code = os.memfd_create("codecage-warden", 0)
        try:
            os.write(code, uncontained_source(answer, [slot, *numbers], descriptors, self._seccomp))
            os.lseek(code, 0, os.SEEK_SET)
            return await asyncio.create_subprocess_exec(
                *(system_interpreter(), "-I", "-S", "-B", "-c", BOOT, str(code)),
                stdin=DEVNULL,
                stdout=DEVNULL,
                pass_fds=(code, answer, *descriptors),
                env={"LANG": "C.UTF-8"},
                start_new_session=True,
            )
        finally:
            os.close(code)

    async def _release(self, slot: int) -> None:
        """Wait until nothing of a program is left, which its warden sees to.

        Raises:
            BackendUnavailableError: it takes too long.
        """
        warden = self._wardens.get(slot)
        if warden is None:
            return
        if not await _ends(warden) or warden.returncode:
            raise BackendUnavailableError("processes of an uncontained program may still run")
        del self._wardens[slot]


async def _received(channel: socket.socket) -> int:
    """Return the descriptor that comes by ``channel``.

    On the event loop: a thread would still read when a caller that was cancelled has closed the channel,
    and the number may be another one's by then.

    Raises:
        BackendUnavailableError: none comes.
    """
    loop = asyncio.get_running_loop()
    channel.setblocking(False)
    is_readable = asyncio.Event()
    loop.add_reader(channel, is_readable.set)
    try:
        await is_readable.wait()
    finally:
        loop.remove_reader(channel)
    try:
        _, passed, _, _ = socket.recv_fds(channel, 64, 1, socket.MSG_CMSG_CLOEXEC)
    except OSError as error:
        raise BackendUnavailableError(f"a warden did not answer: {error}") from error
    if not passed:
        raise BackendUnavailableError("a warden ended before it had started a program")
    return passed[0]


async def _ends(warden: Process) -> bool:
    """Wait until ``warden`` has ended; False when that takes too long."""
    try:
        async with asyncio.timeout(_END_SECONDS):
            await warden.wait()
    except TimeoutError:
        return False
    return True
