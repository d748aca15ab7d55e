"""What commands tell a person on standard error, beside what a program prints there."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from executor.cli.artifacts import Saved, printable
from executor.units import human_size


def say(text: str) -> None:
    """Print one line."""
    click.echo(f"codecage: {text}", err=True)


def list_files(files: Sequence[Saved], folder: Path | None) -> None:
    """Print which files a program made and, with a ``folder``, what became of them there."""
    if sys.stderr.isatty():
        _table(files, folder)
    else:
        for file in files:
            say(f"{_fate(file, folder)} {printable(file.path)} ({human_size(file.size_bytes)})")
    for file in files:
        if file.problem is not None:
            say(f"{printable(file.path)} was not written: {file.problem}")
    if folder is None:
        say("to keep them, run it again with --output-dir DIR before FILE")


def _fate(file: Saved, folder: Path | None) -> str:
    if folder is None:
        return "made"
    return f"wrote to {folder}:" if file.problem is None else "did not write"


def _table(files: Sequence[Saved], folder: Path | None) -> None:
    # Rich is needed by people at terminals only, and takes its time to load.
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table("file", "size", "" if folder is None else f"in {folder}")
    for file in files:
        # Text, not str: a file's name is no markup.
        size = Text(human_size(file.size_bytes), justify="right")
        table.add_row(Text(printable(file.path)), size, Text("" if folder is None else _mark(file)))
    Console(stderr=True).print(table)


def _mark(file: Saved) -> str:
    return "written" if file.problem is None else "not written"
