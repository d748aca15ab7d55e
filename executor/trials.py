"""Tries the sandbox: one small program per limit, each of which must end with that limit's verdict."""

from dataclasses import dataclass, replace
from typing import Final

from executor.limits import DEFAULT_LIMITS
from executor.models import Limits, Status
from executor.sandbox.backend import Backend
from executor.sandbox.spec import Kind, Program, SandboxSpec
from executor.verdict import classify

_MIB: Final = 1024 * 1024
_ENV: Final = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/box", "LANG": "C.UTF-8"}
# Time for a slow or busy machine, on which another limit must not be the one that ends a trial.
_PATIENT: Final = replace(DEFAULT_LIMITS.run, wall_seconds=20.0, cpu_seconds=10.0)


@dataclass(frozen=True, slots=True)
class Trial:
    """A shell program that runs into one limit, and the status that proves it."""

    limit: str
    program: str
    limits: Limits
    expected: Status


TRIALS: Final = (
    Trial(
        "memory",
        # One large read: nothing else touches files meanwhile that reclaim could free again and again,
        # which at the very limit burns CPU for seconds. Repeated, so that where nothing but PID 1
        # counts it has something to see.
        "dd if=/dev/zero of=/dev/null bs=200000000 count=20",
        replace(_PATIENT, memory_bytes=64 * _MIB),
        Status.MEMORY_LIMIT,
    ),
    Trial(
        "processes",
        "i=0; while [ $i -lt 60 ]; do sleep 60 & i=$((i+1)); done; exit 1",
        replace(_PATIENT, processes=16),
        Status.PROCESS_LIMIT,
    ),
    Trial("cpu", "while :; do :; done", replace(_PATIENT, cpu_seconds=0.2), Status.CPU_LIMIT),
    Trial("wall", "sleep 60", replace(_PATIENT, wall_seconds=0.3), Status.TIME_LIMIT),
    Trial("output", "yes", replace(_PATIENT, output_bytes=65536), Status.OUTPUT_LIMIT),
    Trial(
        "disk",
        "head -c 3000000 /dev/zero > a && head -c 3000000 /dev/zero > /tmp/b",
        replace(_PATIENT, disk_bytes=4 * _MIB),
        Status.DISK_LIMIT,
    ),
    Trial(
        "inodes",
        "i=0; while [ $i -lt 200 ]; do : > f$i || exit 1; i=$((i+1)); done",
        replace(_PATIENT, inodes=64),
        Status.DISK_LIMIT,
    ),
)


async def attempt(backend: Backend, trial: Trial) -> Status:
    """Run one trial and return how it ended.

    Raises:
        BackendUnavailableError: there was no sandbox for it.
    """
    box = await backend.spawn(SandboxSpec(Kind.GENERIC, trial.limits))
    try:
        outcome = await box.run(
            Program(argv=("/bin/sh", "-c", trial.program), env=_ENV, collect=False), trial.limits
        )
    finally:
        await backend.bury(box)
    return classify(outcome, "run")
