"""A runner from its fork until it can be asked for sandboxes; nobody waits for it meanwhile."""

from __future__ import annotations

import os
import signal
import socket

from executor.sandbox.inside import root
from executor.sandbox.launcher import idmaps, stage1
from executor.sandbox.launcher.children import Children

READY = b"ready"
DIED = b"died"  # before it said anything else


class RunnerProcess:
    """A runner's process, our end of the SOCK_SEQPACKET to it, and the process that wrote its maps."""

    def __init__(self, pid: int, channel: socket.socket) -> None:
        self.pid = pid
        self.channel = channel
        self.mapper: int | None = None

    def end(self, children: Children) -> None:
        """Kill it, and with it its sandboxes; ``children`` reaps it, when the mapper has been."""
        self.channel.close()
        os.kill(self.pid, signal.SIGKILL)
        children.add(self.pid, after=self.mapper)


def fork_runner(
    plan: idmaps.IdentityPlan, spec: root.RootSpec, seccomp: bytes, warm: stage1.Warm | None
) -> RunnerProcess:
    """Fork a runner, which then makes its root by itself; see `Start`.

    Without ``warm`` it stays a fork of this process, which also serves roots without Python.

    Raises:
        OSError: there is no room for one more process or descriptor.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    parent = os.getpid()
    try:
        pid = os.fork()
    except OSError:
        ours.close()
        theirs.close()
        raise
    if pid == 0:
        try:
            ours.close()
            stage1.be_runner(plan, spec, seccomp, warm, theirs, parent)
        except BaseException as error:  # the launcher passes the sentence on
            theirs.send((f"failed: {error}").encode()[:4000])
        finally:
            os._exit(1)  # whatever happens: this process is never one more launcher
    theirs.close()
    return RunnerProcess(pid, ours)


class Start:
    """A runner that still makes its root.

    Args:
        plan: the user ids that it gets.
        runner: its process.
        told: a pipe's end, on which is told how it went: `READY`, `DIED`, or a sentence that says which
            step failed. Owned by this object, which closes it then.
        children: reaps what is started for it.
    """

    def __init__(
        self, plan: idmaps.IdentityPlan, runner: RunnerProcess, told: int, children: Children
    ) -> None:
        self.runner = runner
        self._plan = plan
        self._told = told
        self._children = children

    def hear(self) -> bool:
        """Take in what the runner says, if it says anything; return whether it is ready now.

        Raises:
            OSError: it failed; the text says at which step.
        """
        try:
            word = self.runner.channel.recv(4096, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except ConnectionResetError:  # it died with a word of ours unread
            word = b""
        if word == stage1.MAP:
            runner = self.runner
            runner.mapper = idmaps.start_mapper(self._plan, runner.pid, runner.channel)
            self._children.add(runner.mapper, failed=self._give_up)
            return False
        if word != READY:
            raise OSError((word or DIED).decode(errors="replace"))
        return True

    def _give_up(self) -> None:
        """End the runner, for whom nobody writes the maps any more: `hear` hears that it has died.

        It is reaped after the mapper, so its number is its own.
        """
        os.kill(self.runner.pid, signal.SIGKILL)

    def end(self, reason: bytes) -> None:
        """End the runner and tell why."""
        self.tell(reason)
        self.runner.end(self._children)

    def tell(self, word: bytes) -> None:
        """Say how it went; called once, as the last thing."""
        try:
            os.write(self._told, word)
        except OSError:
            return  # nobody wants to know any more, or it is no pipe's end that was passed
        finally:
            os.close(self._told)
