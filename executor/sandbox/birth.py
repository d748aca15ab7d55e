"""Asks the launcher for one sandbox and puts a `Box` around what comes back."""

import contextlib
import os
from collections.abc import Mapping

from executor.errors import BackendUnavailableError
from executor.models import Limits
from executor.sandbox.box import Box
from executor.sandbox.counters import CgroupCounters, Counters, MeteredCounters
from executor.sandbox.ends import TOO_MANY_FILES, Ends, close_all, open_ends
from executor.sandbox.runners import Asks
from executor.sandbox.settings import Facts
from executor.sandbox.spec import SandboxSpec

_METER_MS = 50
# Where the pids cgroup counts, the kernel's per-uid limit is only a second line behind it.
_SPARE_PROCESSES = 64
# Where all sandboxes share one uid it counts them all: as many neighbours may have as much.
_MOST_SHARERS = 32


async def make_box(client: Asks, facts: Facts, *, runner: int, slot: int, spec: SandboxSpec) -> Box:
    """Make a sandbox in ``slot``; it is not ready yet.

    Must not be cancelled half-way: the launcher would have a sandbox that nobody knows.

    Raises:
        RunnerGoneError: the runner has died.
        BackendUnavailableError: a step failed. What was made ends by itself; the caller proves that
            the slot is empty, as after every error.
    """
    ours, inside = open_ends()
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
        close_all(ours)
        raise
    finally:
        close_all(inside)
    if len(passed) != len(answer["keys"]):  # the kernel passes no more than we may open
        close_all([*ours, *passed])  # its PID 1 sees the hang-up and ends
        raise BackendUnavailableError(TOO_MANY_FILES)
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


def cgroup_limits(spec: SandboxSpec) -> dict[str, float]:
    """Return what the launcher's cgroup is to hold a sandbox to."""
    return {
        "memory_bytes": spec.limits.memory_bytes,
        "processes": spec.limits.processes,
        "cpus": spec.limits.cpus,
    }


def launcher_ceiling(most: Limits) -> dict[str, float]:
    """Return what the launcher refuses to go beyond: what a sandbox held to ``most`` is asked for."""
    return {
        "memory_bytes": most.memory_bytes,
        "processes": most.processes,
        "cpus": most.cpus,
        "disk_bytes": most.disk_bytes,
        "inodes": most.inodes,
        "open_files": most.open_files,
        "data_bytes": _data_bytes(most),
        "processes_of_user": (most.processes + _SPARE_PROCESSES) * _MOST_SHARERS,
    }


def _data_bytes(limits: Limits) -> int:
    """Return a backstop where no cgroup counts: run-times reserve much more than they use."""
    return 8 * limits.memory_bytes + (128 << 20)


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
        # the same as with a cgroup.
        data_bytes = _data_bytes(limits)
        meter_ms = _METER_MS
        if not facts.single_uid:
            processes = limits.processes
    elif facts.single_uid:
        processes *= _MOST_SHARERS
    return [
        processes, limits.disk_bytes, limits.inodes, limits.open_files, data_bytes, meter_ms,
    ]  # fmt: skip
