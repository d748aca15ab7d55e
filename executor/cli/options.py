"""What `codecage run` was asked for."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The command line of `codecage run`, checked for form only. "-" is standard input."""

    file: str
    args: tuple[str, ...] = ()
    language: str | None = None
    version: str | None = None
    stdin: str | None = None
    extra_files: tuple[str, ...] = ()
    wall_seconds: float | None = None
    memory_bytes: int | None = None
    as_json: bool = False
    output_dir: Path | None = None
