"""Stage 2: the runner's loop, which clones one PID 1 per spawn request.

A request arrives with the sandbox's descriptors; the answer is a pid and a pidfd, or the reason
why there is none. The runner reads nothing that a member's program wrote.
"""

from __future__ import annotations

import array
import gc
import os
import resource
import signal
import socket
import struct

from executor.sandbox.inside import init, kernel
from executor.sandbox.inside.context import Context, Request

ANSWER = struct.Struct("<i")
MOST_DESCRIPTORS = 16

_COMMON_LIMITS = (
    # Too little for any dump to a file. With a core_pattern that is a pipe the kernel looks at no limit
    # but for this one: at 1 it does not start the handler, which would be the host's root, in no cgroup.
    (resource.RLIMIT_CORE, 1),
    (resource.RLIMIT_MEMLOCK, 0),
    # Also counted for who made the namespace, over all sandboxes, who has 819200 by default.
    (resource.RLIMIT_MSGQUEUE, 204800),
    (resource.RLIMIT_SIGPENDING, 256),
    (resource.RLIMIT_RTPRIO, 0),
    (resource.RLIMIT_NICE, 0),
)
_SANDBOX_NAMESPACES = (
    kernel.CLONE_NEWNS
    | kernel.CLONE_NEWPID
    | kernel.CLONE_NEWNET
    | kernel.CLONE_NEWIPC
    | kernel.CLONE_NEWUTS
)


class Template:
    """A runner's loop, whose process its sandboxes are cloned from.

    Args:
        channel: the SOCK_SEQPACKET to the launcher; end-of-file ends the runner.
        context: what its sandboxes share.
    """

    def __init__(self, channel: socket.socket, context: Context) -> None:
        self.channel = channel
        self.context = context

    def serve(self) -> None:
        """Answer requests until the launcher hangs up. Returns only in a warm program's process."""
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps; the pidfd still tells
        # Done once for all that is cloned from here: none of it ever gains anything by an execve.
        kernel.drop_bounding_set()
        for which, value in _COMMON_LIMITS:
            _, hard = resource.getrlimit(which)
            lowered = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(which, (lowered, lowered))
        gc.collect()
        gc.freeze()
        self.channel.send(b"ready")
        while True:
            message, descriptors = self._receive()
            if not message:
                os._exit(0)
            if self._clone(Request(message, descriptors)):
                return

    def _receive(self) -> tuple[bytes, list[int]]:
        room = socket.CMSG_SPACE(4 * MOST_DESCRIPTORS)
        try:
            message, ancillary, _, _ = self.channel.recvmsg(256, room, socket.MSG_CMSG_CLOEXEC)
        except ConnectionResetError:  # the launcher died with answers of ours unread
            return b"", []
        descriptors = array.array("i")
        for _, _, data in ancillary:
            descriptors.frombytes(data)
        return message, list(descriptors)

    def _clone(self, request: Request) -> bool:
        """Clone one sandbox; True means this process has become a warm program."""
        try:
            pid, pidfd = kernel.clone(_SANDBOX_NAMESPACES)
        except OSError as error:
            self._close(request)
            self.channel.send(ANSWER.pack(-1) + str(error).encode())
            return False
        if pid == 0:
            self.channel.close()
            os.close(self.context.alive_write)
            return init.run(self.context, request)
        self._close(request)
        socket.send_fds(self.channel, [ANSWER.pack(pid)], [pidfd])
        os.close(pidfd)
        return False

    def _close(self, request: Request) -> None:
        for descriptor in (request.ctl, *request.programs_own):
            os.close(descriptor)
