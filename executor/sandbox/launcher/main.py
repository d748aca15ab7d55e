"""The launcher's loop: requests over one SOCK_SEQPACKET, answered one by one, in order.

A request is a JSON object, see `requests`; descriptors travel beside it. An answer is a JSON object with
`error` (a sentence) or the facts asked for. What takes its time, the start of a runner, is answered at
once and told later on a pipe of its own, so that it keeps nobody else waiting. When the executor hangs
up, everything ends: runners, their sandboxes, and this instance's cgroups.
"""

from __future__ import annotations

import array
import base64
import functools
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from typing import Any

from executor.sandbox.inside import context, kernel, template
from executor.sandbox.inside.root import RootSpec
from executor.sandbox.launcher import cgroup, idmaps, requests, stage1, tree
from executor.sandbox.launcher.instances import Instances
from executor.sandbox.launcher.runners import RunnerGoneError, RunnerProcesses

MOST_BYTES = 1 << 17
_SPARE_RUNNERS = 8  # a replaced one lives until the last of its sandboxes has ended

Done = tuple[dict[str, Any], list[int]]  # an answer and what is passed with it


class Launcher:
    """Owns runners and cgroups for one executor.

    Args:
        channel: the socket to the executor.
        config: `instance`, `instances_folder`, `uid_base`, `uid_count`, `service_uid`, `service_gid`, `seccomp`
            (base64), `slots`, `ceiling` (fields of `requests.Ceiling`).
        warm_bundle: the source that a warm interpreter executes while it waits.
    """

    def __init__(self, channel: socket.socket, config: dict[str, Any], warm_bundle: bytes) -> None:
        self._channel = channel
        self._slots: int = config["slots"]
        self._warm_bundle = warm_bundle
        self._instance: str = config["instance"]
        self._instances = Instances(config["instances_folder"])
        self._unburied = self._bury_the_dead()
        self._plan = idmaps.plan_identity(
            config["uid_base"],
            config["uid_count"],
            (config["service_uid"], config["service_gid"]),
            self._instances.register(self._instance),
        )
        self._tree = tree.open_tree(self._instance, self._instances.note_groups)
        seccomp = base64.b64decode(config["seccomp"])
        self._runners = RunnerProcesses(
            self._plan, seccomp, channel.fileno(), most=self._slots + _SPARE_RUNNERS
        )
        self._groups: dict[int, cgroup.Group | None] = {}  # by slot in use; None without cgroups
        self._roots: requests.Roots | None = None
        self._parser = requests.Parser(self._slots, requests.Ceiling(**config["ceiling"]))
        self._does: dict[type, tuple[int, Callable[[Any, list[int]], Done]]] = {
            requests.Roots: (0, self._settle),
            requests.Start: (1, self._start_runner),
            requests.Spawn: (context.DESCRIPTORS, self._spawn),
            requests.Hold: (0, self._hold),
            requests.Weigh: (0, self._weigh),
            requests.Release: (0, self._release),
            requests.Stop: (0, self._stop_runner),
        }

    def _bury_the_dead(self) -> list[str]:
        """Remove what instances left behind whose launcher was killed together with its executor.

        Returns what could not be removed, and why; the next start tries again.
        """
        unburied = []
        for dead in self._instances.dead():
            reasons = cgroup.failures(
                functools.partial(tree.bury, dead.name, version, folders)
                for version, folders in dead.groups
            ) or cgroup.failures([functools.partial(self._instances.forget, dead.name)])
            if reasons:
                unburied.append(f"{dead.name}: {'; '.join(reasons)}")
        return unburied

    def serve(self) -> None:
        """Answer until the executor hangs up, then end everything."""
        facts = {
            "cgroup": self._tree.version,
            "cgroup_paths": self._tree.parents,
            "why_no_cgroup": self._tree.why_not,
            "unburied": self._unburied,
            **idmaps.describe(self._plan),
        }
        try:
            send_answer(self._channel, facts)
            self._runners.wait()
            while self._serve_one():
                self._runners.wait()
        finally:
            self._end()

    def _serve_one(self) -> bool:
        """Answer one request; return False when the executor has hung up."""
        message, descriptors = self._receive()
        if not message:
            return False
        answer: dict[str, Any]
        passed: list[int] = []
        try:
            answer, passed = self._done(self._parser.parse(message), descriptors)
        except RunnerGoneError:
            answer = {"gone": True}
        except (OSError, cgroup.CgroupError, requests.RequestError) as error:
            answer = {"error": str(error)}
        except Exception as error:  # what fails for one must not end the others
            answer = {"error": f"{type(error).__name__}: {error}"}
        send_answer(self._channel, answer, passed)
        for descriptor in {*descriptors, *passed}:
            os.close(descriptor)
        return True

    def _done(self, request: requests.Request, descriptors: list[int]) -> Done:
        expected, do = self._does[type(request)]
        if len(descriptors) != expected:
            raise requests.RequestError(f"not {expected} descriptors")
        return do(request, descriptors)

    def _receive(self) -> tuple[bytes, list[int]]:
        room = socket.CMSG_SPACE(4 * template.MOST_DESCRIPTORS)
        try:
            message, ancillary, _, _ = self._channel.recvmsg(
                MOST_BYTES, room, socket.MSG_CMSG_CLOEXEC
            )
        except ConnectionResetError:  # the executor died with answers of ours unread
            return b"", []
        descriptors = array.array("i")
        for _, _, data in ancillary:
            descriptors.frombytes(data)
        return message, list(descriptors)

    def _settle(self, request: requests.Roots, _: list[int]) -> Done:
        """Learn what all roots are made of; once, and so before there is any program."""
        if self._roots is not None:
            raise requests.RequestError("roots: settled already")
        self._roots = request
        return {}, []

    def _start_runner(self, request: requests.Start, descriptors: list[int]) -> Done:
        """Start a runner; the answer does not wait for it.

        The descriptor is a pipe's, on which is told how it went; only then it may be asked for sandboxes.
        """
        roots = self._roots
        if roots is None:
            raise requests.RequestError("runner: there are no roots yet")
        single = self._plan.single
        spec = RootSpec(
            roots.base, roots.etc, dict(roots.etc_files), self._slots, single, request.proc
        )
        warm = None
        if request.warm:
            if roots.warm is None:
                raise requests.RequestError("runner: no interpreter waits here")
            facts = {"slots": self._slots, "single": single, "proc": request.proc}
            source = b"FACTS = %s\n" % repr(facts).encode() + self._warm_bundle
            warm = stage1.Warm(*roots.warm, source)
        self._runners.start(request.runner, spec, warm, descriptors[0])
        return {}, []

    def _spawn(self, request: requests.Spawn, descriptors: list[int]) -> Done:
        """Make one sandbox in a slot; whoever asked releases that, also when this fails."""
        if request.slot in self._groups:
            raise requests.RequestError(f"slot {request.slot} is in use")
        group = self._tree.group(f"slot-{request.slot}") if self._tree.version else None
        self._groups[request.slot] = group
        joining: list[int] = []
        opened: list[int] = []
        try:
            if group is not None:
                group.make(request.limits)
                joining = group.joining_files()
            body = context.REQUEST.pack(request.slot, *request.numbers)
            message, opened = self._runners.ask(request.runner, body, descriptors + joining)
            if not opened:
                raise OSError(message[template.ANSWER.size :].decode(errors="replace"))
            keys = ["pidfd"]
            for key, descriptor in group.counters().items() if group else ():
                keys.append(key)
                opened.append(descriptor)
            if group is not None:
                keys.append("oom_event")
                opened.append(group.watch_oom(opened[keys.index("oom")]))
        except BaseException:
            for descriptor in opened:
                os.close(descriptor)
            raise
        finally:
            for descriptor in joining:
                os.close(descriptor)
        return {"keys": keys}, opened

    def _hold(self, request: requests.Hold, _: list[int]) -> Done:
        """Change the limits of a sandbox before its program starts."""
        group = self._groups.get(request.slot)
        if group is not None:
            group.set_limits(request.limits)
        return {}, []

    def _weigh(self, request: requests.Weigh, _: list[int]) -> Done:
        """Set the CPU weight of a sandbox."""
        group = self._groups.get(request.slot)
        if group is not None:
            group.set_weight(request.weight)
        return {}, []

    def _release(self, request: requests.Release, _: list[int]) -> Done:
        """Prove that nothing of a slot's sandbox is left and remove its group; may be asked at any time.

        Answers `busy`, and why, while something is: whoever asks asks again, and others are served meanwhile.
        """
        group = self._groups.get(request.slot)
        if group is not None:
            try:
                group.end()
            except cgroup.CgroupError as error:
                return {"busy": str(error)}, []
        self._groups.pop(request.slot, None)
        return {}, []

    def _stop_runner(self, request: requests.Stop, _: list[int]) -> Done:
        """End a runner and with it its sandboxes, also one that is being started."""
        self._runners.stop(request.runner, "it was stopped")
        return {}, []

    def _end(self) -> None:
        self._runners.close()
        try:
            self._tree.close(filter(None, self._groups.values()), patience_seconds=5)
            self._instances.forget(self._instance)
        except (
            OSError,
            cgroup.CgroupError,
        ) as error:  # its lock is free soon: the next start tries again
            sys.stderr.write(f"codecage: something is left behind: {error}\n")


def send_answer(
    channel: socket.socket, answer: dict[str, Any], descriptors: Sequence[int] = ()
) -> None:
    """Send an answer; where its descriptors cannot be passed, that is the answer.

    The kernel refuses to have too many of them on their way at once (ETOOMANYREFS, unix(7)).
    """
    try:
        socket.send_fds(channel, [json.dumps(answer).encode()], list(descriptors))
    except (BrokenPipeError, ConnectionResetError):
        return  # the executor is gone; the next receive sees it
    except OSError as error:
        if not descriptors:
            raise
        send_answer(channel, {"error": f"the answer could not be sent: {error}"})


def main(channel_descriptor: int, config: dict[str, Any], warm_bundle: bytes) -> None:
    """Be the launcher until the executor hangs up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the executor decides when we end: by hanging up
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    os.umask(0o077)
    with socket.socket(fileno=channel_descriptor) as channel:
        try:
            launcher = Launcher(channel, config, warm_bundle)
        except OSError as error:
            channel.send(json.dumps({"error": str(error)}).encode())
            return
        launcher.serve()
