"""PID 2: behind the finished sandbox it waits for the job, then becomes the member's program.

Everything that weakens a process happens before the wait: uid, capabilities, limits, filter, and
the self-check that looks at all of it. What arrives with the job is data: files, argv, environment.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import socket
import struct
import sys
import time
from typing import NoReturn

from executor.sandbox.inside import frames, kernel, prefault, selfcheck
from executor.sandbox.inside.context import Context, Request
from executor.sandbox.inside.root import WORK_FOLDER

# What is said on the status pipe. Closing it means: started, unless a failure was told before.
READY, REFUSED, FAILED, STARTING = b"+", b"!", b"-", b"@"
STAMP = struct.Struct("<Q")  # follows STARTING: CLOCK_MONOTONIC in nanoseconds

_JOB_SIZES = {frames.FILE: 1 << 30, frames.ARGV: 4 << 20, frames.ENV: 1 << 20, frames.START: 0}


class Job:
    """What PID 2 is told to become."""

    def __init__(self) -> None:
        self.argv: list[bytes] = []
        self.env: dict[bytes, bytes] = {}


def become(context: Context, request: Request, control: socket.socket, status: int) -> bool:
    """Weaken this process, wait for the job, start it. Returns True for a warm program only."""
    try:
        control.close()
        os.setsid()
        _join_cgroups(request.cgroups)
        if context.spec.proc:
            _be_first_victim()
        set_limits(request)
        take_descriptors(request, status)
        _drop_privileges(context, request.slot)
        kernel.install_seccomp(context.seccomp)
        spec = context.spec
        selfcheck.check(spec.user_id(request.slot), spec.proc, spec.single_uid)
    except BaseException as error:  # fail closed: no step may be skipped
        refuse(status, error)
    return start(context, request, status)


def refuse(status: int, error: BaseException) -> NoReturn:
    """Tell PID 1 that a step failed, and end."""
    os.write(status, REFUSED + (f"{type(error).__name__}: {error}").encode())
    os._exit(127)


def start(context: Context, request: Request, status: int) -> bool:
    """Wait for the job and become it. Returns True for a warm program only."""
    os.write(status, READY)
    try:
        if not _has_come(request.job):
            prefault.own_pages()
        job = _receive(request.job)
        if context.folder != WORK_FOLDER:
            job.env[b"HOME"] = os.fsencode(context.folder)
        os.close(request.job)
        kernel.unblock_signals()
        os.write(status, STARTING + STAMP.pack(time.monotonic_ns()))
        if context.warm and job.argv[1:2] == [b"main.py"]:
            _continue_as_python(job)
            os.close(status)
            return True
        os.execvpe(job.argv[0], job.argv, job.env)  # no shell; status closes by exec
    except BaseException as error:  # the reason goes to the host as a sentence
        os.write(status, FAILED + _sentence(error).encode(errors="replace")[: frames.TEXT_BYTES])
    os._exit(127)


def _sentence(error: BaseException) -> str:
    if isinstance(error, OSError) and isinstance(error.filename, (bytes, str)):
        return f"{os.fsdecode(error.filename)}: {error.strerror}"
    return str(error)


def _join_cgroups(descriptors: list[int]) -> None:
    """Enter the sandbox's cgroups by files the launcher opened, then hide where they lie."""
    for descriptor in descriptors:
        os.write(descriptor, b"0\n")
        os.close(descriptor)
    kernel.unshare(kernel.CLONE_NEWCGROUP)


def _be_first_victim() -> None:
    """Be what an out-of-memory kill takes first, instead of what watches us."""
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # or our own files in /proc would be host root's
    descriptor = os.open("/proc/self/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC)
    os.write(descriptor, b"1000")
    os.close(descriptor)


def set_limits(request: Request) -> None:
    """Set the limits of this process that its sandbox was asked for with."""
    limits = [
        (resource.RLIMIT_NOFILE, request.open_files),
        (resource.RLIMIT_FSIZE, request.disk_bytes),
        (resource.RLIMIT_NPROC, request.processes),
    ]
    if request.data_bytes:
        os.nice(5)  # no cgroup shares the CPU here: PID 1 must get its turn to look
        limits.append((resource.RLIMIT_DATA, request.data_bytes))
    for which, value in limits:
        _, hard = resource.getrlimit(which)
        lowered = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (lowered, lowered))


def take_descriptors(request: Request, status: int) -> None:
    """Leave standard streams, the job and the status pipe open; close everything else."""
    for target, source in enumerate((request.stdin, request.stdout, request.stderr)):
        os.dup2(source, target)
    low, high = sorted((request.job, status))
    os.closerange(3, low)
    os.closerange(low + 1, high)
    os.closerange(high + 1, 4096)


def _drop_privileges(context: Context, slot: int) -> None:
    kernel.prctl(kernel.PR_CAP_AMBIENT, kernel.PR_CAP_AMBIENT_CLEAR_ALL)
    if not context.spec.single_uid:
        user = context.spec.user_id(slot)
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    kernel.set_capabilities(0)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # the change of uid has cleared it
    os.umask(0o022)


def _has_come(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(prefault.IDLE_MS))


def _receive(descriptor: int) -> Job:
    """Read the job; its files are written as they arrive. Hang-up before its end ends us."""
    job = Job()
    decoder = frames.Decoder(_JOB_SIZES)
    while True:
        data = os.read(descriptor, 1 << 20)
        if not data:
            os._exit(0)
        for kind, payload in decoder.feed(data):
            if kind == frames.START:
                return job
            if kind == frames.FILE:
                _write_file(payload)
            elif kind == frames.ARGV:
                job.argv = payload.split(b"\0")
            else:
                job.env = dict(pair.split(b"=", 1) for pair in payload.split(b"\0") if pair)


def _write_file(payload: bytes) -> None:
    path, content, executable = frames.unpack_file(payload)
    folder = os.path.dirname(path)
    if folder:
        os.makedirs(folder, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o755 if executable else 0o644)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
    finally:
        os.close(descriptor)


def _continue_as_python(job: Job) -> None:
    """Make this interpreter look as if it had just been started with the job's arguments."""
    os.environ.clear()
    os.environb.update(job.env)
    arguments = [os.fsdecode(argument) for argument in job.argv]
    sys.argv[:] = arguments[1:]
    if hasattr(sys, "orig_argv"):  # Python 3.10
        sys.orig_argv[:] = arguments
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_IGN)  # as CPython starts every program
    os.chdir(WORK_FOLDER)
