"""Runs one program without containment (isolation level D): only where the operator said so.

There is no namespace, no root of its own, no other user: the program can do what whoever started
it can do. What is left is what `init` and `program` do anywhere: time, output, memory, CPU and
processes are watched, and the program's processes are ended. One that means harm can avoid even
that, by ending its watchers. Two processes watch it::

    warden     adopts whatever is left when the keeper is gone, ends it, removes the work folder
    └─ keeper  as PID 1 of a sandbox, but for how it finds and ends the program's processes
       └─ program
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from executor.sandbox.inside import init, kernel, meter, program
from executor.sandbox.inside.context import REQUEST, Context, Request
from executor.sandbox.inside.root import RootSpec

_KILL_SECONDS = 10.0


def main(answer: int, message: list[int], descriptors: list[int], seccomp: bytes) -> None:
    """Be the warden of one program.

    Args:
        answer: a socket that gets the keeper's pidfd.
        message: slot, then the numbers of `REQUEST`.
        descriptors: ctl, job, standard input, output and error.
        seccomp: the filter's BPF bytes.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    folder = tempfile.mkdtemp(prefix="codecage-without-containment-")
    try:
        os.chdir(folder)
        request = Request(REQUEST.pack(*message), descriptors)
        keeper = os.fork()
        if keeper == 0:
            os.close(answer)
            _keep(Context(RootSpec("/", [], {}, 1, True, True), seccomp, False, folder), request)
        for descriptor in descriptors:
            os.close(descriptor)
        # Who asked may be gone. Then the keeper is hung up on, and ends.
        with socket.socket(fileno=answer) as channel, contextlib.suppress(BrokenPipeError):
            socket.send_fds(channel, [b"started"], [os.pidfd_open(keeper)])
        os.waitpid(keeper, 0)
    finally:
        os.chdir("/")
        try:
            end_descendants()
        finally:
            _remove(folder)


def end_descendants() -> None:
    """End and reap every process below this one, which must adopt orphans."""
    deadline = time.monotonic() + _KILL_SECONDS
    while time.monotonic() < deadline:
        for pid in _descendants():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.002)
    sys.exit(1)


def _keep(context: Context, request: Request) -> None:
    control = socket.socket(fileno=request.ctl)
    try:
        kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
        os.setsid()
        init.reset_signals()
        status_read, status_write = os.pipe()
        child = os.fork()
        if child == 0:
            _become(context, request, control, status_write)
        os.close(status_write)
        for descriptor in request.programs_own:
            os.close(descriptor)
        folder = init.open_work_folder()
        _Keeper(context, request, control, child, status_read, folder).watch()
    except BaseException as error:
        init.refuse(control, f"{type(error).__name__}: {error}")
    os._exit(1)


def _become(context: Context, request: Request, control: socket.socket, status: int) -> None:
    try:
        control.close()
        os.setsid()
        request.processes += _tasks_of_user()  # the kernel counts all that this user has
        program.set_limits(request)
        program.take_descriptors(request, status)
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        os.umask(0o022)
        kernel.install_seccomp(context.seccomp)
    except BaseException as error:
        program.refuse(status, error)
    program.start(context, request, status)


class _Keeper(init.Keeper):
    def make_meter(self, interval_ms: int) -> meter.Meter:
        return _Meter(interval_ms)

    def kill_all(self) -> None:
        end_descendants()


class _Meter(meter.Meter):
    def names(self) -> list[str]:
        return [str(pid) for pid in _descendants()]

    def files_bytes(self) -> int:
        return 0  # they lie on the host's disk


def _descendants() -> list[int]:
    """Return the pids of all processes below this one."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:
                parent = int(file.read().rsplit(b")", 1)[1].split()[1])
                children.setdefault(parent, []).append(int(name))
    found = [os.getpid()]
    for pid in found:
        found += children.get(pid, ())
    return found[1:]


def _tasks_of_user() -> int:
    count = 0
    for name in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            if name.isdigit() and os.stat(f"/proc/{name}").st_uid == os.getuid():
                count += len(os.listdir(f"/proc/{name}/task"))
    return count


def _remove(folder: str) -> None:
    """Remove a folder, however deep and closed; no link in it, or in its place, is followed."""
    for tool, *arguments in (("chmod", "-R", "u+rwx"), ("rm", "-rf")):
        path = shutil.which(tool, path="/usr/bin:/bin")
        # chmod follows a link that it is given, and the program may have put one there.
        if path and not (tool == "chmod" and os.path.islink(folder)):
            subprocess.run([path, *arguments, "--", folder], stderr=subprocess.DEVNULL, check=False)
