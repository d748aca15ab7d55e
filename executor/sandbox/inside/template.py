"""Stage 2: the runner's loop, which clones one PID 1 per spawn request.

A request arrives with the sandbox's descriptors; the answer is a pid and a pidfd, or the reason
why there is none. The runner reads nothing that a member's program wrote.
"""

from __future__ import annotations

import array
import gc
import os
import signal
import socket
import struct

from executor.sandbox.inside import init, kernel
from executor.sandbox.inside.root import RootSpec

# slot, processes, disk bytes, inodes, open files, data segment bytes (0: unlimited),
# milliseconds between METER frames (0: none)
REQUEST = struct.Struct("<IIQQIQI")
ANSWER = struct.Struct("<i")
DESCRIPTORS = 5  # ctl, job, stdin, stdout, stderr; then the cgroup.procs files to join
MOST_DESCRIPTORS = 16

_SANDBOX_NAMESPACES = (
    kernel.CLONE_NEWNS
    | kernel.CLONE_NEWPID
    | kernel.CLONE_NEWNET
    | kernel.CLONE_NEWIPC
    | kernel.CLONE_NEWUTS
)


class Request:
    """One spawn request, unpacked."""

    def __init__(self, message: bytes, descriptors: list[int]) -> None:
        (
            self.slot,
            self.processes,
            self.disk_bytes,
            self.inodes,
            self.open_files,
            self.data_bytes,
            self.meter_ms,
        ) = REQUEST.unpack(message)
        self.ctl, self.job, self.stdin, self.stdout, self.stderr = descriptors[:DESCRIPTORS]
        self.cgroups = descriptors[DESCRIPTORS:]


class Runner:
    """What every sandbox of this runner shares.

    Args:
        channel: the SOCK_SEQPACKET to the launcher; end-of-file ends the runner.
        spec: the root that was built.
        seccomp: the filter's BPF bytes.
        warm: the program's process is a fork of this interpreter and goes on as `python3 main.py`.
            It is chrooted into the template and stands in the runner's root: the current folder
            follows a clone into the new mount namespace, an open descriptor would not.
    """

    def __init__(
        self,
        channel: socket.socket,
        spec: RootSpec,
        seccomp: bytes,
        warm: bool = False,
    ) -> None:
        self.channel = channel
        self.spec = spec
        self.seccomp = seccomp
        self.warm = warm
        self.alive_read, self.alive_write = os.pipe()

    def serve(self) -> None:
        """Answer requests until the launcher hangs up. Returns only in a warm program's process."""
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps; the pidfd still tells
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
        message, ancillary, _, _ = self.channel.recvmsg(256, room, socket.MSG_CMSG_CLOEXEC)
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
            os.close(self.alive_write)
            return init.run(self, request)
        self._close(request)
        socket.send_fds(self.channel, [ANSWER.pack(pid)], [pidfd])
        os.close(pidfd)
        return False

    def _close(self, request: Request) -> None:
        for descriptor in (
            request.ctl, request.job, request.stdin, request.stdout, request.stderr,
            *request.cgroups,
        ):  # fmt: skip
            os.close(descriptor)
