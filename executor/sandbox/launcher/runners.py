"""The runners of a launcher: those that are being started, those that serve, those to be reaped."""

from __future__ import annotations

import os
import select
import socket

from executor.sandbox.inside import root
from executor.sandbox.launcher import idmaps, stage1
from executor.sandbox.launcher.children import Children
from executor.sandbox.launcher.starting import READY, RunnerProcess, Start, fork_runner

_REAP_MS = 50
# A runner that is asked has nothing to do but one clone. One that is stuck in it would keep everybody
# waiting, and an answer that comes later would be taken for the next one's: so it is ended.
_CLONE_SECONDS = 20.0


class RunnerGoneError(Exception):
    """A runner died; the executor starts another one."""


class RunnerProcesses:
    """Starts and ends runners, each under a number, without waiting for that; only `ask` waits.

    Args:
        plan: the user ids that they get.
        seccomp: the filter's BPF bytes.
        channel: a descriptor that is listened to beside them.
        most: how many may be there at once.
    """

    def __init__(self, plan: idmaps.IdentityPlan, seccomp: bytes, channel: int, most: int) -> None:
        self._plan = plan
        self._most = most
        self._seccomp = seccomp
        self._channel = channel
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)
        self._starts: dict[int, Start] = {}
        self._serving: dict[int, RunnerProcess] = {}
        self._children = Children()

    def start(self, number: int, spec: root.RootSpec, warm: stage1.Warm | None, told: int) -> None:
        """Start a runner; how it went is told on a duplicate of ``told``, see `Start`.

        Raises:
            OSError: there is no room for one more, or ``number`` is another one's.
        """
        if number in self._starts or number in self._serving:
            raise OSError(f"runner {number} is there already")
        if len(self._starts) + len(self._serving) >= self._most:
            raise OSError("there are too many runners")
        told = os.dup(told)
        try:
            runner = fork_runner(self._plan, spec, self._seccomp, warm)
        except OSError:
            os.close(told)
            raise
        self._starts[number] = Start(self._plan, runner, told, self._children)
        self._poll.register(runner.channel, select.POLLIN)

    def wait(self) -> None:
        """Let starts go on until there is something to read from the channel."""
        while True:
            events = self._poll.poll(_REAP_MS if self._children else None)
            self._children.reap()
            for number in list(self._starts):
                self._hear(number)
            if any(descriptor == self._channel for descriptor, _ in events):
                return

    def ask(self, number: int, body: bytes, descriptors: list[int]) -> tuple[bytes, list[int]]:
        """Ask a runner for a sandbox and wait for its one clone; return its answer and the pidfd, if there is one.

        Raises:
            RunnerGoneError: it has died, or was stuck and is ended.
        """
        runner = self._serving.get(number)
        if runner is None:
            raise RunnerGoneError
        try:
            socket.send_fds(runner.channel, [body], descriptors)
            message, passed, _, _ = socket.recv_fds(
                runner.channel, 4096, 1, socket.MSG_CMSG_CLOEXEC
            )
        except (BrokenPipeError, ConnectionResetError, socket.timeout):
            message, passed = b"", []
        if not message:
            self.stop(number, "it has died")
            raise RunnerGoneError
        return message, list(passed)

    def stop(self, number: int, reason: str) -> None:
        """End a runner and with it its sandboxes; nothing happens when it was ended before.

        Args:
            number: which.
            reason: what is told to who waits for its start.
        """
        start = self._starts.pop(number, None)
        if start is not None:
            self._poll.unregister(start.runner.channel)
            start.end(reason.encode())
        runner = self._serving.pop(number, None)
        if runner is not None:
            runner.end(self._children)

    def close(self) -> None:
        """End all and wait until they are gone."""
        for number in (*self._starts, *self._serving):
            self.stop(number, "the launcher ends")
        self._children.wait()

    def _hear(self, number: int) -> None:
        """Let a start go on if its runner has said something."""
        try:
            if not self._starts[number].hear():
                return
        except OSError as error:
            self.stop(number, str(error))
            return
        start = self._starts.pop(number)
        self._poll.unregister(start.runner.channel)
        start.runner.channel.settimeout(_CLONE_SECONDS)
        self._serving[number] = start.runner
        start.tell(READY)
