"""Builds executor results for tests, with the limits a real one would carry."""

from executor import (
    Artifact,
    Limits,
    OutputChunk,
    Result,
    Status,
    StepResult,
    Stream,
    Usage,
)
from executor.models import StepName

LIMITS = Limits(
    wall_seconds=10,
    cpu_seconds=5,
    cpus=1,
    memory_bytes=256 * 1024**2,
    output_bytes=1024**2,
    disk_bytes=64 * 1024**2,
    artifact_bytes=8 * 1024**2,
    processes=64,
    open_files=512,
    inodes=4096,
    artifacts=50,
)


def step(
    stdout: bytes = b"",
    stderr: bytes = b"",
    *,
    name: StepName = "run",
    status: Status = Status.OK,
    exit_code: int | None = 0,
    signal: str | None = None,
    truncated: bool = False,
    notes: tuple[str, ...] = (),
) -> StepResult:
    """Return a step that printed this."""
    chunks = ((Stream.STDOUT, stdout), (Stream.STDERR, stderr))
    return StepResult(
        name=name,
        status=status,
        exit_code=exit_code,
        signal=signal,
        stdout=stdout,
        stderr=stderr,
        output=tuple(OutputChunk(stream, data) for stream, data in chunks if data),
        truncated=truncated,
        total_bytes=len(stdout) + len(stderr),
        usage=Usage(wall_seconds=0.0061, cpu_seconds=0.004, memory_bytes=9_123_840),
        limits=LIMITS,
        notes=notes,
    )


def result(
    *steps: StepResult,
    artifacts: tuple[Artifact, ...] = (),
    cached: bool = False,
    language: str = "python",
    job_id: str = "job-1",
) -> Result:
    """Return a finished job with these steps."""
    return Result(
        job_id=job_id,
        language=language,
        version="3.13.5",
        steps=steps,
        artifacts=artifacts,
        cached=cached,
    )
