"""Which limits hold for a step: defaults, then the language, then the request, under a ceiling."""

import math
from dataclasses import asdict, dataclass, fields, replace
from typing import Final

from executor.errors import InvalidJobError
from executor.models import Limits, LimitsRequest, StageLimits
from executor.units import human_duration, human_size

_MIB: Final = 1024 * 1024
# What waits for a job uses 8 MiB: held to less it can be ended before it has become the program.
LEAST_MEMORY_BYTES: Final = 16 * _MIB

DEFAULT_LIMITS: Final = StageLimits(
    compile=Limits(
        wall_seconds=20.0,
        cpu_seconds=15.0,
        cpus=1.0,
        memory_bytes=512 * _MIB,
        output_bytes=1 * _MIB,
        disk_bytes=256 * _MIB,
        artifact_bytes=32 * _MIB,  # of a compile step: what it built, for the run step
        processes=64,
        open_files=512,
        inodes=16384,
        artifacts=512,  # a Java program is one file per class
    ),
    run=Limits(
        wall_seconds=10.0,
        cpu_seconds=5.0,
        cpus=1.0,
        memory_bytes=256 * _MIB,
        output_bytes=1 * _MIB,
        disk_bytes=64 * _MIB,
        artifact_bytes=8 * _MIB,
        processes=64,
        open_files=512,
        inodes=4096,
        artifacts=50,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsPatch:
    """Some of a step's limits; `None` leaves what is there. Fields as in `Limits`."""

    wall_seconds: float | None = None
    cpu_seconds: float | None = None
    cpus: float | None = None
    memory_bytes: int | None = None
    output_bytes: int | None = None
    disk_bytes: int | None = None
    artifact_bytes: int | None = None
    processes: int | None = None
    open_files: int | None = None
    inodes: int | None = None
    artifacts: int | None = None

    def over(self, limits: Limits) -> Limits:
        """Return ``limits`` with every field that this patch names replaced, up or down."""
        return replace(limits, **{k: v for k, v in asdict(self).items() if v is not None})


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePatch:
    """What a language or an operator changes in the limits of the two steps."""

    compile: LimitsPatch = LimitsPatch()
    run: LimitsPatch = LimitsPatch()

    def over(self, limits: StageLimits) -> StageLimits:
        """Return ``limits`` with both steps' patches laid over them."""
        return StageLimits(compile=self.compile.over(limits.compile), run=self.run.over(limits.run))


def twice(limits: Limits) -> Limits:
    """Return ``limits`` with every number doubled: the ceiling of who sets none."""
    return Limits(**{f.name: getattr(limits, f.name) * 2 for f in fields(limits)})


def largest(*stages: StageLimits) -> Limits:
    """Return the largest of each limit in all these steps."""
    steps = [step for one in stages for step in (one.compile, one.run)]
    return Limits(**{f.name: max(getattr(step, f.name) for step in steps) for f in fields(Limits)})


def ceiling_over(limits: StageLimits, patch: StagePatch) -> StageLimits:
    """Return the ceiling: what ``patch`` says, and twice ``limits`` where it says nothing."""
    return patch.over(StageLimits(compile=twice(limits.compile), run=twice(limits.run)))


def with_patience(limits: StageLimits, patience_seconds: float) -> StageLimits:
    """Return ``limits`` with more wall time for the run step, for a person who types to it.

    Processor time stays as it is: a program that waits for input uses none.
    """
    wall_seconds = limits.run.wall_seconds + patience_seconds
    return replace(limits, run=replace(limits.run, wall_seconds=wall_seconds))


def resolve(
    defaults: Limits, *, language: LimitsPatch, request: LimitsRequest, ceiling: Limits
) -> Limits:
    """Return the limits that hold for one step.

    ``language`` replaces ``defaults`` up or down; ``request`` can only lower what came out, and
    asking for more than that is not an error. Nothing is ever above ``ceiling``.

    Raises:
        InvalidJobError: a requested limit is too small for any program, or not a finite number.
    """
    check_request(request)
    limits = language.over(defaults).clamp(ceiling)
    asked = {k: v for k, v in asdict(request).items() if v is not None}
    return limits.clamp(replace(limits, **asked))


def resolve_stages(
    defaults: StageLimits,
    *,
    language: StagePatch,
    compile_request: LimitsRequest,
    run_request: LimitsRequest,
    ceiling: StageLimits,
) -> StageLimits:
    """Return the limits that hold for both steps; see `resolve`.

    Raises:
        InvalidJobError: a requested limit is too small for any program, or not a finite number.
    """
    return StageLimits(
        compile=resolve(
            defaults.compile,
            language=language.compile,
            request=compile_request,
            ceiling=ceiling.compile,
        ),
        run=resolve(defaults.run, language=language.run, request=run_request, ceiling=ceiling.run),
    )


def check_request(request: LimitsRequest) -> None:
    """Refuse what no program could run under.

    Raises:
        InvalidJobError: a requested limit is too small for any program, or not a finite number.
    """
    for name, value in asdict(request).items():
        if value is not None and not (math.isfinite(value) and value > 0):
            what, example = _SAID[name]
            raise InvalidJobError(
                f"The {what} must be more than zero, such as {example}; it was {value}."
            )
    memory = request.memory_bytes
    if memory is not None and memory < LEAST_MEMORY_BYTES:
        raise InvalidJobError(
            f"The memory limit must be at least {human_size(LEAST_MEMORY_BYTES)}, "
            f"such as {human_size(128 * _MIB)}; it was {human_size(memory)}."
        )


_SAID: Final = {
    "wall_seconds": ("time limit", human_duration(5)),
    "cpu_seconds": ("CPU time limit", human_duration(5)),
    "memory_bytes": ("memory limit", human_size(128 * _MIB)),
    "output_bytes": ("output limit", human_size(_MIB)),
    "processes": ("process limit", "16"),
}
