"""Asks the launcher for one sandbox and puts a `Box` around what comes back."""

import contextlib
import os
import socket
from collections.abc import Mapping, Sequence

from executor.errors import BackendUnavailableError
from executor.sandbox.box import Box, Ends
from executor.sandbox.counters import CgroupCounters, Counters, MeteredCounters
from executor.sandbox.runners import Asks
from executor.sandbox.settings import Facts
from executor.sandbox.spec import SandboxSpec

_METER_MS = 50
# Where the pids cgroup counts, the kernel's per-uid limit is only a second line behind it.
_SPARE_PROCESSES = 64
# Where all sandboxes share one uid it counts them all: as many neighbours may have as much.
_MOST_SHARERS = 32
_TOO_MANY_FILES = "too many files are open for one more sandbox; raise the limit with ulimit -n"


async def make_box(client: Asks, facts: Facts, *, runner: int, slot: int, spec: SandboxSpec) -> Box:
    """Make a sandbox in ``slot``; it is not ready yet.

    Must not be cancelled half-way: the launcher would have a sandbox that nobody knows.

    Raises:
        RunnerGoneError: the runner has died.
        BackendUnavailableError: a step failed; nothing is left behind.
    """
    ours, inside = _open_ends()
    try:
        answer, passed = await client.call(
            "spawn",
            inside,
            runner=runner,
            slot=slot,
            limits=cgroup_limits(spec),
            request=_request(facts, spec),
        )
    except BaseException:
        _close(ours)
        raise
    finally:
        _close(inside)
    if len(passed) != len(answer["keys"]):  # the kernel passes no more than we may open
        _close([*ours, *passed])  # its PID 1 sees the hang-up and ends
        await client.call("release", slot=slot)
        raise BackendUnavailableError(_TOO_MANY_FILES)
    named = dict(zip(answer["keys"], passed, strict=True))
    pidfd = named.pop("pidfd")
    oom_event = named.pop("oom_event", None)
    if oom_event is not None and facts.cgroup_version == 2:
        # memory.oom.group ends the whole program by itself: nothing to wait for.
        os.close(oom_event)
        oom_event = None

    def set_weight(weight: int) -> None:
        if facts.cgroup_version:
            with contextlib.suppress(BackendUnavailableError):
                client.post("weight", slot=slot, weight=weight)

    return Box(
        slot=slot,
        spec=spec,
        ends=Ends(
            control=ours[0],
            job=ours[1],
            stdin=ours[2],
            stdout=ours[3],
            stderr=ours[4],
            pidfd=pidfd,
            oom_event=oom_event,
        ),
        counters=_counters(facts, named, spec),
        set_weight=set_weight,
    )


def _open_ends() -> tuple[list[int], list[int]]:
    """Return our ends and the sandbox's: control, job, stdin, stdout, stderr.

    Raises:
        BackendUnavailableError: this process may open no more files.
    """
    ours: list[int] = []
    inside: list[int] = []
    try:
        control, control_inside = socket.socketpair()
        ours.append(control.detach())
        inside.append(control_inside.detach())
        for we_write in (True, True, False, False):
            reading, writing = os.pipe()
            ours.append(writing if we_write else reading)
            inside.append(reading if we_write else writing)
        # A pipe is its maker's: without this a program of another uid cannot open /dev/stdin.
        _, _, stdin, stdout, stderr = inside
        os.fchmod(stdin, 0o444)
        os.fchmod(stdout, 0o222)
        os.fchmod(stderr, 0o222)
    except OSError as error:
        _close([*ours, *inside])
        raise BackendUnavailableError(_TOO_MANY_FILES) from error
    return ours, inside


def cgroup_limits(spec: SandboxSpec) -> dict[str, float]:
    """Return what the launcher's cgroup is to hold a sandbox to."""
    return {
        "memory_bytes": spec.limits.memory_bytes,
        "processes": spec.limits.processes,
        "cpus": spec.limits.cpus,
    }


def _counters(facts: Facts, named: Mapping[str, int], spec: SandboxSpec) -> Counters:
    if facts.cgroup_version:
        return CgroupCounters(facts.cgroup_version, named)
    return MeteredCounters(spec.limits.memory_bytes, spec.limits.processes)


def _request(facts: Facts, spec: SandboxSpec) -> list[int]:
    limits = spec.limits
    data_bytes = meter_ms = 0
    processes = limits.processes + _SPARE_PROCESSES
    if not facts.cgroup_version:
        # A backstop only: PID 1 sees and ends what is above the limit, which makes the verdict
        # the same as with a cgroup. Run-times reserve much more than they use.
        data_bytes = 8 * limits.memory_bytes + (128 << 20)
        meter_ms = _METER_MS
        if not facts.single_uid:
            processes = limits.processes
    elif facts.single_uid:
        processes *= _MOST_SHARERS
    return [
        processes, limits.disk_bytes, limits.inodes, limits.open_files, data_bytes, meter_ms,
    ]  # fmt: skip


def _close(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
