"""Stage 1, the runner's own side: drop to the service uid, make namespaces and root, serve or exec."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys

from executor.sandbox.inside import kernel, root
from executor.sandbox.inside.context import Context
from executor.sandbox.inside.template import Template
from executor.sandbox.launcher.idmaps import MAPPED, IdentityPlan, become

MAP = b"map"  # what a runner asks for that has made its user namespace
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


class Warm:
    """An interpreter inside the root, its programs' environment, and what it executes at first."""

    def __init__(self, path: str, env: dict[str, str], source: bytes) -> None:
        self.path = path
        self.env = env
        self.source = source


def be_runner(
    plan: IdentityPlan,
    spec: root.RootSpec,
    seccomp: bytes,
    warm: Warm | None,
    channel: socket.socket,
    parent: int,
) -> None:
    """Be a runner; returns only in a process that has become a member's program.

    Args:
        plan: the user ids to get.
        spec: the root to make.
        seccomp: the filter's BPF bytes.
        warm: the interpreter to become; without it this process serves requests itself.
        channel: to the launcher.
        parent: the launcher's pid, with which this process dies.

    Raises:
        OSError: a step failed; the text says which.
    """
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
        Template(channel, Context(spec, seccomp, warm=False)).serve()
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
        become(plan.service)
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
    channel.send(MAP)
    word = channel.recv(4096)
    if word != MAPPED:
        raise OSError(word.decode(errors="replace") or "the launcher wrote no uid map")
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
