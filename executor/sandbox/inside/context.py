"""What the processes of one sandbox are told: what its runner shares, and what this one asked for."""

from __future__ import annotations

import os
import struct

from executor.sandbox.inside.root import WORK_FOLDER, RootSpec

# slot, processes, disk bytes, inodes, open files, data segment bytes (0: unlimited),
# milliseconds between METER frames (0: none)
REQUEST = struct.Struct("<IIQQIQI")
DESCRIPTORS = 5  # ctl, job, stdin, stdout, stderr; then the cgroup.procs files to join


class Context:
    """What every sandbox of a runner shares.

    Args:
        spec: the root that was built.
        seccomp: the filter's BPF bytes.
        warm: the program's process is a fork of this interpreter and goes on as `python3 main.py`.
            The runner is then chrooted into the template and stands in its own root: the current
            folder follows a clone into the new mount namespace, an open descriptor would not.
        folder: where programs work.
    """

    def __init__(
        self, spec: RootSpec, seccomp: bytes, warm: bool, folder: str = WORK_FOLDER
    ) -> None:
        self.spec = spec
        self.seccomp = seccomp
        self.warm = warm
        self.folder = folder
        self.alive_read, self.alive_write = os.pipe()  # hangs up when the runner dies


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

    @property
    def programs_own(self) -> list[int]:
        """The descriptors that PID 1 has no use for."""
        return [self.job, self.stdin, self.stdout, self.stderr, *self.cgroups]
