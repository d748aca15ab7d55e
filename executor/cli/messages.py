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
        _print_table(files, folder)
    else:
        for file in files:
            fate = "made" if folder is None else _fate(file, folder)
            say(f"{fate} {printable(file.path)} ({human_size(file.size_bytes)})")
    if folder is None:
        say("to keep them, run it again with --output-dir DIR before FILE")


def _fate(file: Saved, folder: Path) -> str:
    if file.problem is None:
        return f"wrote to {folder}:"
    return f"did not write ({file.problem}):"


def _print_table(files: Sequence[Saved], folder: Path | None) -> None:
    # Rich is needed by people at terminals only, and takes its time to load.
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table("file", "size")
    if folder is not None:
        table.add_column(Text(f"in {folder}"))
    for file in files:
        # Text, not str: a file's name is no markup.
        cells = [Text(printable(file.path)), Text(human_size(file.size_bytes), justify="right")]
        if folder is not None:
            cells.append(Text("written" if file.problem is None else file.problem))
        table.add_row(*cells)
    Console(stderr=True).print(table)
