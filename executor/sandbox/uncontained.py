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
        self._wardens: dict[int, Process] = {}

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
        return {"cgroup": 0, "cgroup_paths": {}, "why_no_cgroup": "", "single_uid": True}

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

    async def _spawn(self, slot: int, numbers: Sequence[int], descriptors: Sequence[int]) -> int:
        """Start a warden and return the pidfd of its keeper."""
        ours, theirs = socket.socketpair()
        code = os.memfd_create("codecage-warden", 0)
        with ours, theirs:
            try:
                source = uncontained_source(
                    theirs.fileno(), [slot, *numbers], descriptors, self._seccomp
                )
                os.write(code, source)
                os.lseek(code, 0, os.SEEK_SET)
                self._wardens[slot] = await asyncio.create_subprocess_exec(
                    *(system_interpreter(), "-I", "-S", "-B", "-c", BOOT, str(code)),
                    stdin=DEVNULL,
                    stdout=DEVNULL,
                    pass_fds=(code, theirs.fileno(), *descriptors),
                    env={"LANG": "C.UTF-8"},
                    start_new_session=True,
                )
            except OSError as error:
                raise BackendUnavailableError(f"no warden could be started: {error}") from error
            finally:
                os.close(code)
            theirs.close()
            ours.settimeout(_START_SECONDS)
            try:
                _, passed, _, _ = await asyncio.to_thread(socket.recv_fds, ours, 64, 1)
            except OSError as error:
                passed = []
                raise BackendUnavailableError(f"a warden did not answer: {error}") from error
        if not passed:
            raise BackendUnavailableError("a warden ended before it had started a program")
        return passed[0]

    async def _release(self, slot: int) -> None:
        """Wait until nothing of a program is left, which its warden sees to.

        Raises:
            BackendUnavailableError: it takes too long.
        """
        warden = self._wardens.get(slot)
        if warden is None:
            return
        try:
            async with asyncio.timeout(_END_SECONDS):
                failed = await warden.wait()
        except TimeoutError:
            failed = 1
        if failed:
            raise BackendUnavailableError("processes of an uncontained program may still run")
        del self._wardens[slot]
