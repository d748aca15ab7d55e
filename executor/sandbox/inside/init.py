"""PID 1 of a sandbox: sets it up, forks the program, kills, reaps, collects, reports.

It lives outside the program's cgroup, so that the program's limits cannot starve it, and under
a uid of its own, so that the program can neither signal nor read it. Its death is the death of
the whole pid namespace (pid_namespaces(7)): the host's last word is SIGKILL to this process.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import socket
import sys
import time

from executor.sandbox.inside import artifacts, frames, kernel, meter, prefault, program
from executor.sandbox.inside.context import Context, Request
from executor.sandbox.inside.root import TEMPLATE, WORK_FOLDER, forbid_user_namespaces, hide_facts

_FROM_HOST = {frames.COLLECT: 1 << 20, frames.SIGNAL: 1}
_KEEP = 1 << kernel.CAP_KILL | 1 << kernel.CAP_SETUID | 1 << kernel.CAP_SETGID


class _NoProcError(Exception):
    """The kernel lets nobody mount a /proc here; the text is its answer."""


def run(context: Context, request: Request) -> bool:
    """Be PID 1. Returns True only in the program's process of a warm sandbox; else never."""
    control = socket.socket(fileno=request.ctl)
    try:
        die_with_runner(context)
        os.setsid()
        reset_signals()
        _mount_everything(context, request)
        status_read, status_write = os.pipe()
        child = os.fork()
        if child == 0:
            return program.become(context, request, control, status_write)
        os.close(status_write)
        for descriptor in request.programs_own:
            os.close(descriptor)
        folder = open_work_folder()
        _drop_privileges(context, request)
        kernel.install_seccomp(context.seccomp)
        Keeper(context, request, control, child, status_read, folder).watch()
    except _NoProcError as error:
        refuse(control, str(error), frames.NO_PROC)
    except BaseException as error:  # whatever it is: refuse, never go on half set up
        refuse(control, f"{type(error).__name__}: {error}")
    os._exit(1)


def open_work_folder() -> int:
    """Open the work folder, where this process stands, before a program could put another in its place.

    Only the keeper may hold it, so it is opened after the program's process was forked.
    """
    return os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def refuse(control: socket.socket, reason: str, kind: int = frames.REFUSED) -> None:
    """Tell the host that this sandbox must not be used."""
    try:
        control.sendall(frames.pack(kind, reason.encode()[: frames.TEXT_BYTES]))
    except OSError:
        os._exit(1)


def die_with_runner(context: Context) -> None:
    """Die when the runner dies. Set again after each change of uid, which clears it (prctl(2))."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    poll = select.poll()
    poll.register(context.alive_read, 0)
    if poll.poll(0):  # hung up: the runner died before the line above
        os._exit(1)


def reset_signals() -> None:
    """Put every signal at its default: such a one cannot reach a PID 1, and programs inherit it.

    The launcher ignores some, and so may whoever started the executor: nohup, or a shell's `&`.
    """
    for number in range(1, signal.NSIG):
        with contextlib.suppress(OSError, ValueError):  # KILL and STOP, and what glibc keeps
            signal.signal(number, signal.SIG_DFL)


def _mount_everything(context: Context, request: Request) -> None:
    if context.warm:
        os.chroot(".")  # the folder we stand in is the runner's root, outside the template
    os.chdir(TEMPLATE)
    quiet = kernel.MS_NOSUID | kernel.MS_NODEV
    if context.spec.proc:
        try:
            kernel.mount("proc", "proc", "proc", quiet | kernel.MS_NOEXEC)
        except PermissionError as error:
            raise _NoProcError(f"{type(error).__name__}: {error}") from error
        forbid_user_namespaces("proc")
        hide_facts("proc")
    user = context.spec.user_id(request.slot)
    # One tmpfs behind every writable place, so that the disk limit is one number.
    kernel.mount(
        "tmpfs",
        "tmp",
        "tmpfs",
        quiet,
        f"size={request.disk_bytes},nr_inodes={request.inodes + 4},mode=755",
    )
    for name, mode in (("box", 0o700), ("tmp", 0o1777), ("shm", 0o1777)):
        path = "tmp/" + name
        os.mkdir(path)
        os.chmod(path, mode)
    os.chown("tmp/box", user, user)
    kernel.mount("tmp/box", "box", None, kernel.MS_BIND)
    kernel.mount("tmp/shm", "dev/shm", None, kernel.MS_BIND)
    kernel.mount_attributes("dev/shm", add=kernel.MS_NOEXEC)
    kernel.mount("tmp/tmp", "tmp", None, kernel.MS_BIND)
    kernel.pivot_here()
    os.chdir(WORK_FOLDER)
    kernel.loopback_up()
    kernel.set_hostname("sandbox")


def _drop_privileges(context: Context, request: Request) -> None:
    os.umask(0o077)
    if context.spec.single_uid:
        kernel.prctl(kernel.PR_CAP_AMBIENT, kernel.PR_CAP_AMBIENT_CLEAR_ALL)
        kernel.set_capabilities(0)
    else:
        keeper = context.spec.keeper_id(request.slot)
        keep = _KEEP | (1 << kernel.CAP_SYS_PTRACE if request.meter_ms else 0)  # to read smaps
        kernel.prctl(kernel.PR_SET_KEEPCAPS, 1)
        os.setgroups([])
        os.setresgid(keeper, keeper, keeper)
        os.setresuid(keeper, keeper, keeper)
        kernel.set_capabilities(keep)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    die_with_runner(context)


class Keeper:
    """Watches the program from beside it: its end, the host's orders, its use where none counts."""

    def __init__(
        self,
        context: Context,
        request: Request,
        control: socket.socket,
        child: int,
        status_read: int,
        folder: int,
    ) -> None:
        self._context = context
        self._slot = request.slot
        self._control = control
        self._child = child
        self._folder = folder
        self._status_read: int | None = status_read
        self._status = b""
        self._orders = frames.Decoder(_FROM_HOST)
        self._collect = (0, 0, {})  # type: tuple[int, int, dict[bytes, tuple[int, int]]]
        self._meter = self.make_meter(request.meter_ms) if request.meter_ms else None
        self._signals = kernel.child_signal_descriptor()
        self._wait_status: int | None = None
        self._started_ns = self._ended_ns = 0
        self._waiting_for_job = False

    def watch(self) -> None:
        """Loop until the program has ended; then kill the rest, report and exit."""
        poll = select.poll()
        poll.register(self._signals, select.POLLIN)
        poll.register(self._control, select.POLLIN)
        poll.register(self._status_read or 0, select.POLLIN)
        self._reap()
        while self._wait_status is None:
            events = poll.poll(self._patience_ms())
            if self._waiting_for_job:
                self._waiting_for_job = False
                if not events:
                    prefault.own_pages()
            for descriptor, _ in events:
                if descriptor == self._signals:
                    os.read(self._signals, 4096)
                elif descriptor == self._status_read:
                    self._hear_program(poll)
                else:
                    self._obey()
            self._reap()
            if self._meter and self._meter.is_due:
                self._send(frames.METER, self._meter.sample())
        if self._meter:
            self._send(frames.METER, self._meter.sample(just_ended=1))
        self._finish(poll)

    def _patience_ms(self) -> int | None:
        if self._waiting_for_job:
            return prefault.IDLE_MS
        return self._meter.interval_ms if self._meter else None

    def _send(self, kind: int, payload: bytes = b"") -> None:
        self._control.sendall(frames.pack(kind, payload))

    def _hear_program(self, poll: select.poll) -> None:
        """Pass on what `program.become` says before it is the member's: ready, failed, started."""
        if self._status_read is None:
            return
        data = os.read(self._status_read, 8192)
        self._status += data
        if self._status[:1] == program.READY:
            self._send(frames.READY)
            self._waiting_for_job = True
            self._status = self._status[1:]
        if self._status[:1] == program.STARTING:
            (self._started_ns,) = program.STAMP.unpack_from(self._status, 1)
            self._status = self._status[1 + program.STAMP.size :]
        if data:
            return
        poll.unregister(self._status_read)
        os.close(self._status_read)
        self._status_read = None
        if self._status:
            kind = frames.REFUSED if self._status[:1] == program.REFUSED else frames.FAILED
            self._send(kind, self._status[1 : 1 + frames.TEXT_BYTES])
        else:
            self._send(frames.STARTED)

    def _obey(self) -> None:
        data = self._control.recv(65536)
        if not data:
            self.kill_all()  # the host hung up: nobody wants the rest
            os._exit(0)
        for kind, payload in self._orders.feed(data):
            if kind == frames.COLLECT:
                self._collect = frames.unpack_collect(payload)
            else:
                self._signal(payload[0])

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self._child, number)  # the program leads its own process group
        except (ProcessLookupError, OverflowError, OSError):
            return  # it is gone, or there is no such signal

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self._child:
                self._wait_status = status
                self._ended_ns = time.monotonic_ns()

    def _finish(self, poll: select.poll) -> None:
        if self._status_read is not None:
            self._hear_program(poll)
        if self._status_read is not None:
            self._hear_program(poll)
        self.kill_all()
        use = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_us = int((use.ru_utime + use.ru_stime) * 1e6)
        room = os.fstatvfs(self._folder)
        free = room.f_bavail * room.f_frsize
        status = self._wait_status or 0
        wall_ns = self._ended_ns - (self._started_ns or self._ended_ns)
        body = frames.EXITED_BODY.pack(status, cpu_us, free, room.f_favail, wall_ns)
        self._send(frames.EXITED, body)
        files, size, skip = self._collect
        if files:
            self._become_member()
            caps = artifacts.Caps(files=files, size=size, skip=skip)
            artifacts.collect(self._control, caps, self._folder)
        os._exit(0)

    def _become_member(self) -> None:
        """Take the rights of the program that is dead by now, before its files are looked at."""
        if not self._context.spec.single_uid:
            user = self._context.spec.user_id(self._slot)
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
        kernel.set_capabilities(0)

    def make_meter(self, interval_ms: int) -> meter.Meter:
        """Return what counts the program's use where no cgroup does."""
        return meter.Meter(interval_ms)

    def kill_all(self) -> None:
        """End every other process of this pid namespace and reap it."""
        if os.getpid() != 1:  # on the host this would be a massacre: never without this check
            os._exit(1)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
            try:
                while True:
                    os.waitpid(-1, 0)
            except ChildProcessError:
                return
        sys.exit(1)
