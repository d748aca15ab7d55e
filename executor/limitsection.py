"""Limits as people write them, in config.yaml and in language files."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field, PositiveFloat, PositiveInt

from executor.configfile import Duration, Section, Size
from executor.limits import LEAST_MEMORY_BYTES, LimitsPatch
from executor.units import human_size

# What no machine has, and what kernel or channel could not take: a typing error, found at the start.
_A_YEAR_SECONDS: Final = 365 * 24 * 3600
_A_PEBIBYTE: Final = 2**50
_MOST_PROCESSES: Final = 4_000_000  # Linux numbers 4,194,304
_MOST_FILES: Final = 1_000_000_000
_MOST_ARTIFACT_BYTES: Final = 2**30  # a file comes back in one piece, through memory


def _enough_memory(size: int | None) -> int | None:
    if size is not None and size < LEAST_MEMORY_BYTES:
        least = human_size(LEAST_MEMORY_BYTES)
        raise ValueError(f"no program fits in {human_size(size)}; write {least} or more")
    return size


class LimitsSection(Section):
    """Limits of one step, each optional; used by config.yaml and by language files."""

    wall: Duration | None = Field(None, gt=0, le=_A_YEAR_SECONDS, examples=["10s"])
    cpu: Duration | None = Field(None, gt=0, le=_A_YEAR_SECONDS, examples=["5s"])
    cpus: PositiveFloat | None = Field(None, allow_inf_nan=False, le=10_000, examples=["1"])
    memory: Annotated[Size | None, AfterValidator(_enough_memory)] = Field(
        None, le=_A_PEBIBYTE, examples=["256MiB"]
    )
    processes: PositiveInt | None = Field(None, le=_MOST_PROCESSES, examples=["64"])
    output: Size | None = Field(None, gt=0, le=_A_PEBIBYTE, examples=["1MiB"])
    disk: Size | None = Field(None, gt=0, le=_A_PEBIBYTE, examples=["64MiB"])
    inodes: PositiveInt | None = Field(None, le=_MOST_FILES, examples=["4096"])
    open_files: PositiveInt | None = Field(None, le=_MOST_FILES, examples=["512"])
    artifacts: Size | None = Field(None, gt=0, le=_MOST_ARTIFACT_BYTES, examples=["8MiB"])
    artifact_files: PositiveInt | None = Field(None, le=_MOST_FILES, examples=["50"])

    def patch(self) -> LimitsPatch:
        """Return the same as a plain value."""
        return LimitsPatch(
            wall_seconds=self.wall,
            cpu_seconds=self.cpu,
            cpus=self.cpus,
            memory_bytes=self.memory,
            output_bytes=self.output,
            disk_bytes=self.disk,
            artifact_bytes=self.artifacts,
            processes=self.processes,
            open_files=self.open_files,
            inodes=self.inodes,
            artifacts=self.artifact_files,
        )
