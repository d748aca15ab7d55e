"""The executor's end of the launcher process: starts it, asks it, ends it by hanging up."""

import array
import asyncio
import contextlib
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from executor.errors import BackendUnavailableError
from executor.sandbox.bundle import launcher_source
from executor.sandbox.delegation import scope_command

_log = logging.getLogger(__name__)

_MOST_BYTES = 1 << 17
_MOST_DESCRIPTORS = 16
_START_SECONDS = 20.0
_CLOSE_SECONDS = 15.0
BOOT = (
    "import os,sys;exec(compile(os.fdopen(int(sys.argv[1])).read(),'<codecage launcher>','exec'))"
)


def system_interpreter() -> str:
    """Return the interpreter for the launcher: the system's own, which nobody's home can change.

    Where there is none it is the one that we run on: whoever can change that one has us already.
    """
    for path in ("/usr/bin/python3", "/usr/local/bin/python3"):
        if os.access(path, os.X_OK):
            return path
    return shutil.which("python3", path="/usr/bin:/bin") or sys.executable


LOST = (
    "The sandbox launcher has ended, so that no program can run until codecage has been started anew; "
    "try again in a minute."
)


class DiedError(BackendUnavailableError):
    """Something was ended before there was a program in it; what takes its place can do the same."""


class NoProcError(BackendUnavailableError):
    """Nobody may mount a /proc here, as in a container that hides parts of its own."""


class RunnerGoneError(DiedError):
    """The runner died before it could answer."""


@dataclass(frozen=True, slots=True)
class LauncherProcess:
    """A launcher that was started, and the socket that it serves; closing that ends it."""

    process: subprocess.Popen[bytes]
    channel: socket.socket

    def end(self) -> None:
        """Hang up and wait; for a launcher that no client has taken over."""
        self.channel.close()
        self.process.wait(_CLOSE_SECONDS)


def start_launcher(config: Mapping[str, Any]) -> LauncherProcess:
    """Start the launcher with our present rights, an empty environment and no descriptor of ours.

    Raises:
        BackendUnavailableError: it did not start.
    """
    try:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with contextlib.ExitStack() as failing, theirs:
            failing.callback(ours.close)
            process = _start(theirs.fileno(), config)
            failing.pop_all()
    except OSError as error:
        raise BackendUnavailableError(f"the sandbox launcher did not start: {error}") from error
    ours.setblocking(False)
    return LauncherProcess(process, ours)


def _start(channel: int, config: Mapping[str, Any]) -> subprocess.Popen[bytes]:
    code = os.memfd_create("codecage-launcher", 0)
    try:
        os.write(code, launcher_source(channel, config))
        os.lseek(code, 0, os.SEEK_SET)
        return subprocess.Popen(
            [*scope_command(), system_interpreter(), "-I", "-S", "-B", "-c", BOOT, str(code)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=(code, channel),
            env={"LANG": "C.UTF-8"},
            cwd="/",
            start_new_session=True,
        )
    finally:
        os.close(code)


class LauncherClient:
    """Asks the launcher, in order; many callers may ask at once.

    ``lost`` is set when the launcher has ended by itself, and with it every sandbox.

    Descriptors in an answer belong to the caller. A caller that was cancelled loses only its
    answer: descriptors that come for it are closed.
    """

    def __init__(self, launcher: LauncherProcess) -> None:
        self._waiting: deque[asyncio.Future[tuple[dict[str, Any], list[int]]]] = deque()
        self._socket: socket.socket | None = launcher.channel
        self._process = launcher.process
        self.lost = asyncio.Event()

    async def start(self) -> dict[str, Any]:
        """Return what the launcher found out about this machine.

        Raises:
            BackendUnavailableError: it did not come up.
        """
        if self._socket is None:
            raise BackendUnavailableError("the sandbox launcher has ended; restart codecage")
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._on_readable)
        try:
            async with asyncio.timeout(_START_SECONDS):
                facts, _ = await self._expect_answer()
        except TimeoutError as error:
            raise BackendUnavailableError("the sandbox launcher did not answer in time") from error
        if "error" in facts:
            raise BackendUnavailableError(f"the sandbox launcher cannot start: {facts['error']}")
        return facts

    async def call(
        self, op: str, descriptors: Sequence[int] = (), **fields: object
    ) -> tuple[dict[str, Any], list[int]]:
        """Ask for ``op`` and return the answer and the descriptors that came with it.

        Raises:
            BackendUnavailableError: the launcher refused, with its reason, or is gone.
        """
        answer, passed = await self.post(op, descriptors, **fields)
        if "gone" in answer:
            raise RunnerGoneError("the sandbox runner has died")
        if "error" in answer:
            raise BackendUnavailableError(f"the sandbox could not be made: {answer['error']}")
        return answer, passed

    def post(
        self, op: str, descriptors: Sequence[int] = (), **fields: object
    ) -> asyncio.Future[tuple[dict[str, Any], list[int]]]:
        """Ask without waiting; the future may be ignored."""
        if self._socket is None:
            raise BackendUnavailableError("the sandbox launcher has ended; restart codecage")
        body = json.dumps({"op": op, **fields}).encode()
        # Requests are small and their number is bounded by the slots: the socket's buffer
        # (212 KiB by default) takes them all, so a full one is a fault and not back-pressure.
        try:
            socket.send_fds(self._socket, [body], list(descriptors))
        except (BrokenPipeError, ConnectionResetError) as error:
            self.lost.set()
            raise BackendUnavailableError(LOST) from error
        except OSError as error:
            raise BackendUnavailableError(
                f"the sandbox launcher does not take it: {error}"
            ) from error
        return self._expect_answer()

    async def close(self) -> None:
        """Hang up, which ends every sandbox, and wait until the launcher has cleaned up."""
        if self._socket is None:
            return
        asyncio.get_running_loop().remove_reader(self._socket.fileno())
        self._socket.close()
        self._socket = None
        self._fail_waiting("the executor was closed")
        try:
            await asyncio.to_thread(self._process.wait, _CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            _log.error("the sandbox launcher (pid %d) does not end", self._process.pid)

    def _expect_answer(self) -> asyncio.Future[tuple[dict[str, Any], list[int]]]:
        future: asyncio.Future[tuple[dict[str, Any], list[int]]]
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        return future

    def _on_readable(self) -> None:
        if self._socket is None:
            return
        try:
            room = socket.CMSG_SPACE(4 * _MOST_DESCRIPTORS)
            message, ancillary, _, _ = self._socket.recvmsg(
                _MOST_BYTES, room, socket.MSG_CMSG_CLOEXEC
            )
        except BlockingIOError:
            return
        except OSError:
            message, ancillary = b"", []
        descriptors = array.array("i")
        for _, _, data in ancillary:
            descriptors.frombytes(data)
        if not message:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self.lost.set()
            self._fail_waiting(LOST)
            return
        future = self._waiting.popleft()
        if future.done():  # its caller was cancelled
            for descriptor in descriptors:
                os.close(descriptor)
            return
        future.set_result((json.loads(message), list(descriptors)))

    def _fail_waiting(self, reason: str) -> None:
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_exception(BackendUnavailableError(reason))
                future.exception()  # a posted request's future may have nobody waiting for it
