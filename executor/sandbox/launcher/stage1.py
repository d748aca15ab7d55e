"""Makes a runner: fork, drop to the service uid, map uids, build the root, serve or exec."""

from __future__ import annotations

import contextlib
import errno
import os
import pwd
import signal
import socket
import subprocess
import sys
from typing import Any

from executor.sandbox.inside import kernel, root
from executor.sandbox.inside.context import Context
from executor.sandbox.inside.template import Runner

_WARM_FOLDER = "codecage-warm"  # below /etc of the root: holds the sitecustomize that waits
_WARM_SITE = """\
import os
import sys
_memory = int(os.environ["CODECAGE_WARM"])
_code = os.read(_memory, os.fstat(_memory).st_size)  # by no file object: that imports modules
os.close(_memory)
exec(compile(_code, "<codecage>", "exec"), {"__name__": "__codecage__"})
del sys.modules["sitecustomize"]
import sitecustomize  # the root's own; where it has none, the ImportError is what site expects
"""


class IdentityPlan:
    """Which host ids a runner's namespace gets.

    Args:
        service: uid and gid the runner has on the host; the executor's own.
        outside: first host uid and gid, and how many, of the mapped range; None for a single uid.
        helper: True when newuidmap/newgidmap write the maps, because we are not root.
    """

    def __init__(
        self, service: tuple[int, int], outside: tuple[int, int, int] | None, helper: bool
    ) -> None:
        self.service = service
        self.outside = outside
        self.helper = helper

    @property
    def single(self) -> bool:
        """Whether every process of every sandbox shares the executor's own uid."""
        return self.outside is None


def plan_identity(uid_base: int, uid_count: int, service: tuple[int, int]) -> IdentityPlan:
    """Decide how ids are mapped: as root freely, else by the subordinate ids of /etc/subuid."""
    if os.getuid() == 0 and uid_count:
        return IdentityPlan(service, (uid_base, uid_base, uid_count), helper=False)
    own = (os.getuid(), os.getgid())
    users, groups = _subordinate("/etc/subuid"), _subordinate("/etc/subgid")
    if users and groups and _may_use_helpers():
        count = min(users[1], groups[1], 65535)
        if count >= root.FIRST_KEEPER + 128:
            return IdentityPlan(own, (users[0], groups[0], count), helper=True)
    return IdentityPlan(own, None, helper=False)


def _may_use_helpers() -> bool:
    """Say whether newuidmap and newgidmap are there, and can gain the privileges they need."""
    if kernel.prctl(kernel.PR_GET_NO_NEW_PRIVS):
        return False
    return all(os.access("/usr/bin/" + name, os.X_OK) for name in ("newuidmap", "newgidmap"))


def _subordinate(path: str) -> tuple[int, int] | None:
    """Return the first range that ``path`` gives us, as (first, count)."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = ""
    try:
        with open(path) as file:
            rows = [line.strip().split(":") for line in file]
    except OSError:
        return None
    for row in rows:
        if len(row) == 3 and row[0] in (name, str(os.getuid())) and row[0]:
            return int(row[1]), int(row[2])
    return None


class Warm:
    """An interpreter inside the root, its programs' environment, and what it executes at first."""

    def __init__(self, path: str, env: dict[str, str], source: bytes) -> None:
        self.path = path
        self.env = env
        self.source = source


def start_runner(
    plan: IdentityPlan, spec: root.RootSpec, seccomp: bytes, warm: Warm | None
) -> tuple[int, socket.socket]:
    """Fork a runner and give it its user ids; return its pid and its channel.

    Without ``warm`` the runner is a fork of this process, which also serves roots without Python.
    It still has to make its root: `await_ready` sees it through that.

    Raises:
        OSError: a step failed; the text says which.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        ours.close()
        try:
            _be_runner(plan, spec, seccomp, warm, theirs, parent)
        except BaseException as error:  # the launcher passes the sentence on
            theirs.send((f"failed: {error}").encode()[:4000])
        os._exit(1)
    theirs.close()
    ours.settimeout(20)
    try:
        if plan.outside is not None:
            _expect(ours, b"map")
            _write_maps(plan, pid)
            ours.send(b"mapped")
    except BaseException:
        end_runner(pid, ours)
        raise
    return pid, ours


def await_ready(pid: int, channel: socket.socket) -> None:
    """Return once a runner that was started can be asked for sandboxes.

    Raises:
        OSError: a step failed, and the runner was ended; the text says which.
    """
    try:
        _expect(channel, b"ready")
    except BaseException:
        end_runner(pid, channel)
        raise
    channel.settimeout(None)


def end_runner(pid: int, channel: socket.socket) -> None:
    """Kill a runner, and with it its sandboxes."""
    channel.close()
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _expect(channel: socket.socket, word: bytes) -> None:
    answer = channel.recv(4096)
    if answer != word:
        raise OSError(answer.decode(errors="replace") or "the runner ended before it was ready")


def _write_maps(plan: IdentityPlan, pid: int) -> None:
    if plan.outside is None:
        return
    users, groups, count = plan.outside
    if not plan.helper:
        child = os.fork()
        if child == 0:
            _write_maps_as_owner(plan, pid)
        _, status = os.waitpid(child, 0)
        if status:
            number = os.waitstatus_to_exitcode(status)
            raise OSError(number, f"the user ids could not be mapped: {os.strerror(abs(number))}")
        return
    for name, own, first in (
        ("newuidmap", plan.service[0], users), ("newgidmap", plan.service[1], groups),
    ):  # fmt: skip
        argv = ["/usr/bin/" + name, str(pid), "0", str(own), "1", "1", str(first), str(count)]
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode:
            raise OSError(name + ": " + done.stderr.decode(errors="replace").strip())


def _write_maps_as_owner(plan: IdentityPlan, pid: int) -> None:
    """Write both maps and end; the exit status is an errno.

    The kernel takes a map from the namespace's owner, or from who has CAP_SYS_ADMIN, which root of a
    container has not: so this is the owner, with no more than the right to set ids.
    """
    number = errno.EIO  # whatever happens: this process is never one more launcher
    try:
        _become(plan.service)
        kernel.set_capabilities(1 << kernel.CAP_SETUID | 1 << kernel.CAP_SETGID)
        users, groups, count = plan.outside or (0, 0, 0)
        for name, first in (("uid_map", users), ("gid_map", groups)):
            with open(f"/proc/{pid}/{name}", "w") as file:
                file.write(f"0 {first} {count}")
        number = 0
    except OSError as error:
        number = error.errno or number
    finally:
        os._exit(number)


def _become(service: tuple[int, int]) -> None:
    """Become the service user, with every capability that may be taken into effect again."""
    user, group = service
    kernel.prctl(kernel.PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)


def _be_runner(
    plan: IdentityPlan,
    spec: root.RootSpec,
    seccomp: bytes,
    warm: Warm | None,
    channel: socket.socket,
    parent: int,
) -> None:
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid()
    _close_all_but(channel.fileno())
    if spec.base and os.getuid() == 0 and not plan.single:
        root.show_base(spec)
    _enter_user_namespace(plan, channel)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)  # a change of uid has cleared it
    if os.getppid() != parent:
        os._exit(1)
    os.umask(0o022)
    root.enter_namespaces()
    if warm is not None:
        spec.etc_files[_WARM_FOLDER + "/sitecustomize.py"] = _WARM_SITE
    root.build(spec)
    root.detach_host()
    if not spec.proc:
        with contextlib.suppress(OSError):  # what hides parts of /proc may also write them off
            root.forbid_user_namespaces("/proc")
    if warm is None:
        Runner(channel, Context(spec, seccomp, warm=False)).serve()
    else:
        _exec_warm(plan, channel, warm)


def _close_all_but(keep: int) -> None:
    null = os.open("/dev/null", os.O_RDWR)
    for target in (0, 1):
        os.dup2(null, target)
    os.closerange(3, keep)
    os.closerange(keep + 1, 4096)


def _enter_user_namespace(plan: IdentityPlan, channel: socket.socket) -> None:
    if os.getuid() == 0 and not plan.single:
        # The namespace belongs to whoever makes it: to the service user, who may then kill in it.
        # CAP_SYS_ADMIN stays for that one call where we have it (a container's root has not), since
        # some hosts (Ubuntu 24.04's AppArmor) give a namespace that was made without it no rights.
        _become(plan.service)
        held = 1 << kernel.CAP_SYS_ADMIN if kernel.may_hold(kernel.CAP_SYS_ADMIN) else 0
        kernel.set_capabilities(held)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # or we could not write our own maps below /proc
    kernel.unshare(kernel.CLONE_NEWUSER)
    # Whoever is in the namespace may write this map, once, and all that come later can read it: a program
    # must not leave a message there. Where we may not, nobody in it may.
    with contextlib.suppress(PermissionError), open("/proc/self/projid_map", "w") as file:
        file.write("0 0 1")
    if plan.outside is None:
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{root.FIRST_USER} {plan.service[0]} 1"),
            ("gid_map", f"{root.FIRST_USER} {plan.service[1]} 1"),
        ):
            with open("/proc/self/" + name, "w") as file:
                file.write(text)
        return
    channel.send(b"map")
    if channel.recv(16) != b"mapped":
        raise OSError("the launcher wrote no uid map")
    os.setgroups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)


def _exec_warm(plan: IdentityPlan, channel: socket.socket, warm: Warm) -> None:
    """Become the root's own python3, which waits for jobs inside its sitecustomize."""
    code = os.memfd_create("codecage", 0)
    os.set_inheritable(channel.fileno(), True)
    os.write(code, b"CHANNEL = %d\n" % channel.fileno() + warm.source)
    os.lseek(code, 0, os.SEEK_SET)
    # What a stream's object says of itself is found out at its making: programs have pipes there.
    for target, end in enumerate(os.pipe()):
        os.dup2(end, target)
    os.chroot(root.TEMPLATE)  # and stay in the folder outside it: PID 1 finds its way back by that
    if plan.single:
        kernel.keep_capabilities_over_exec()
    environment = {
        **warm.env,
        "PYTHONPATH": "/etc/" + _WARM_FOLDER,
        "CODECAGE_WARM": str(code),
    }
    os.execve(warm.path, [warm.path, root.WORK_FOLDER + "/main.py"], environment)
    sys.exit(1)


def describe(plan: IdentityPlan) -> dict[str, Any]:
    """Return the plan as facts for doctor."""
    return {"single_uid": plan.single, "outside": plan.outside, "service": plan.service}
