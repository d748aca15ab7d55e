"""One sandbox's control group, on v1 and v2 behind one interface. Used by the launcher process alone."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
from collections.abc import Callable, Iterable

from executor.sandbox.launcher.requests import Limits

_PERIOD_US = 100000
# v1 charges what waits in TCP and UDP sockets only to a counter of its own, and only where that has
# a limit: without one a program fills the whole machine's udp_mem and tcp_mem. v2 needs no such step.
_SOCKET_SHARE = 8
_LIBC = ctypes.CDLL(None)


class CgroupError(Exception):
    """A group could not be made, limited or removed; the text says which step."""


def write(path: str, value: str) -> None:
    """Write a control file.

    Raises:
        CgroupError: naming the file and the reason.
    """
    try:
        with open(path, "w") as file:
            file.write(value)
    except OSError as error:
        raise CgroupError(f"{path}: {error.strerror}") from error


def failures(steps: Iterable[Callable[[], None]]) -> list[str]:
    """Take every step, also those behind one that fails; return why those failed."""
    reasons = []
    for step in steps:
        try:
            step()
        except (OSError, CgroupError) as error:
            reasons.append(str(error))
    return reasons


def remove(folder: str) -> None:
    """Remove a group's folder, if it is there.

    Raises:
        CgroupError: something is in it.
    """
    try:
        os.rmdir(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise CgroupError(f"{folder}: {error.strerror}") from error


class Group:
    """One sandbox's group: a folder per controller on v1, one folder on v2.

    What it never made is not its own: nothing in there is ended, and no such folder removed.

    Args:
        folders: by controller.
        version: of the hierarchy.
        made: those of ``folders`` that are ours, made before by an instance that has died.
    """

    def __init__(self, folders: dict[str, str], version: int, made: Iterable[str] = ()) -> None:
        self.folders = folders
        self.version = version
        self._made = list(made)

    def make(self, limits: Limits) -> None:
        """Make it and hold it to ``limits``; `end` it, too, when that has failed half-way.

        Raises:
            CgroupError: a step failed.
        """
        for folder in dict.fromkeys(self.folders.values()):
            try:
                os.mkdir(folder)
            except OSError as error:
                raise CgroupError(f"{folder}: {error.strerror}") from error
            self._made.append(folder)
        self.set_limits(limits)

    def path(self, controller: str, name: str) -> str:
        """Return a control file's path."""
        return self.folders[controller] + "/" + name

    def set_limits(self, limits: Limits) -> None:
        """Set all limits; may be called again while nothing runs."""
        quota = max(1000, int(limits.cpus * _PERIOD_US))
        if self.version == 2:
            write(self.path("memory", "memory.max"), str(limits.memory_bytes))
            if os.path.exists(self.path("memory", "memory.swap.max")):
                write(self.path("memory", "memory.swap.max"), "0")
            write(self.path("memory", "memory.oom.group"), "1")
            write(self.path("pids", "pids.max"), str(limits.processes))
            write(self.path("cpu", "cpu.max"), f"{quota} {_PERIOD_US}")
            return
        self._set_v1_memory(limits.memory_bytes)
        write(self.path("pids", "pids.max"), str(limits.processes))
        write(self.path("cpu", "cpu.cfs_period_us"), str(_PERIOD_US))
        write(self.path("cpu", "cpu.cfs_quota_us"), str(quota))

    def _set_v1_memory(self, size: int) -> None:
        plain, with_swap = "memory.limit_in_bytes", "memory.memsw.limit_in_bytes"
        has_swap = os.path.exists(self.path("memory", with_swap))
        names = [plain, with_swap] if has_swap else [plain]
        try:
            for name in names:
                write(self.path("memory", name), str(size))
        except CgroupError:  # raising a limit: memsw may never be below memory, so it goes first
            for name in reversed(names):
                write(self.path("memory", name), str(size))
        swappiness = self.path("memory", "memory.swappiness")
        if os.path.exists(swappiness):  # alone keeps a group out of swap that is not counted
            write(swappiness, "0")
        sockets = self.path("memory", "memory.kmem.tcp.limit_in_bytes")
        if os.path.exists(sockets):
            write(sockets, str(size // _SOCKET_SHARE))

    def set_weight(self, weight: int) -> None:
        """Set the share of CPU among the runs; 100 is what every run starts with."""
        if self.version == 2:
            write(self.path("cpu", "cpu.weight"), str(max(1, weight)))
        else:
            write(self.path("cpu", "cpu.shares"), str(max(2, weight * 1024 // 100)))

    def joining_files(self) -> list[int]:
        """Open what a process of one thread writes "0" to in order to join.

        On v1 that is `tasks`: a thread that moves just itself does not take the lock that every
        fork and exit of the machine holds for reading. Behind fork bombs, whose forks wait for
        their turn while they hold it, a write to `cgroup.procs` took seconds, and meanwhile nobody
        could fork or exit (`cgroup_procs_write_start` in Linux, measured on 6.18).
        """
        name = "tasks" if self.version == 1 else "cgroup.procs"
        unique = sorted(set(self.folders.values()))
        with contextlib.ExitStack() as opened:
            files = [_open(f"{p}/{name}", os.O_WRONLY, opened) for p in unique]
            opened.pop_all()
        return files

    def counters(self) -> dict[str, int]:
        """Open the files that tell what is used and what was hit; the caller closes them."""
        names = {
            1: (
                ("cpu", "cpuacct", "cpuacct.usage"),
                ("peak", "memory", "memory.max_usage_in_bytes"),
                ("oom", "memory", "memory.oom_control"),
                ("pids", "pids", "pids.events"),
            ),
            2: (
                ("cpu", "cpu", "cpu.stat"),
                ("peak", "memory", "memory.peak"),
                ("oom", "memory", "memory.events"),
                ("pids", "pids", "pids.events"),
            ),
        }[self.version]
        files = {}
        with contextlib.ExitStack() as opened:
            for key, controller, name in names:
                path = self.path(controller, name)
                if key == "peak" and not os.path.exists(path):
                    continue  # memory.peak came with Linux 5.19
                files[key] = _open(path, os.O_RDONLY, opened)
            opened.pop_all()
        return files

    def watch_oom(self, counter: int) -> int:
        """Return a descriptor that becomes readable (v1) or urgent (v2) when memory runs out."""
        if self.version == 2:
            return os.dup(counter)
        event = _eventfd()
        try:
            write(self.path("memory", "cgroup.event_control"), f"{event} {counter}")
        except CgroupError:
            os.close(event)
            raise
        return event

    def processes(self) -> list[int]:
        """Return the pids in what is there of the group."""
        found: set[int] = set()
        for folder in self._made:
            try:
                with open(folder + "/cgroup.procs") as file:
                    found.update(int(line) for line in file if line.strip())
            except FileNotFoundError:
                continue
        return sorted(found)

    def kill(self) -> None:
        """SIGKILL whatever is in the group."""
        if self.version == 2:
            write(self.path("memory", "cgroup.kill"), "1")
            return
        state = self.path("freezer", "freezer.state")
        write(state, "FROZEN")  # nothing forks while we go through the list
        try:
            for pid in self.processes():
                if pid > 1:
                    self._kill_member(pid)
        finally:
            write(state, "THAWED")

    def _kill_member(self, pid: int) -> None:
        """SIGKILL a process of the group, and nobody who has got its number since."""
        try:
            process = os.pidfd_open(pid)
        except ProcessLookupError:
            return  # it was dead already; the caller looks again
        try:
            if pid in self.processes():
                signal.pidfd_send_signal(process, signal.SIGKILL)
        except ProcessLookupError:
            return
        finally:
            os.close(process)

    def remove(self) -> None:
        """Remove the empty group, or what was made of it.

        Raises:
            CgroupError: something is in it.
        """
        while self._made:  # v1: the freezer, which kills, last
            remove(self._made[0])
            self._made.pop(0)

    def end(self) -> None:
        """Kill what is left, prove the group empty and remove it.

        Raises:
            CgroupError: something is still in it, be it for a moment.
        """
        try:
            self.remove()
        except CgroupError:
            if self.processes():
                self.kill()
            raise


def _open(path: str, flags: int, opened: contextlib.ExitStack) -> int:
    """Open a control file that is closed again with ``opened``."""
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    opened.callback(os.close, descriptor)
    return descriptor


def _eventfd() -> int:
    # os.eventfd came with Python 3.10. Loaded once: each load leaves classes behind.
    return int(_LIBC.eventfd(0, 0o2004000))
