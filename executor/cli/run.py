"""`codecage run`: one program in the sandbox, joined with our own streams."""

import sys
from pathlib import Path

import click

from executor.cli.context import CliContext, pass_context
from executor.cli.options import RunOptions
from executor.cli.params import SecondsType, SizeType

_HELP = """Run one program in the sandbox.

FILE is the program; - reads it from standard input. Its language follows from its extension or
its #! line; -l says it otherwise. All ARGS after FILE go to the program as they are.

The program's streams pass through, and what is typed or piped into this command becomes its
standard input (nothing when FILE is -). In a shell loop that reads a list, add --stdin /dev/null.

\b
Exit status:
  the program's own; 128+n when signal n ended it
  124  it reached a time limit
  137  it was stopped at another limit
  130  it was stopped with Ctrl-C
  2    this command was used wrongly
  3    it could not be run

\b
Examples:
  codecage run hello.py
  codecage run --stdin data.txt --file util.py main.py first second
  echo 'print(6 * 7)' | codecage run -l python -
"""


@click.command(
    "run",
    help=_HELP,
    short_help="Run one program in the sandbox.",
    context_settings={"allow_interspersed_args": False},
)
@click.option("-l", "--language", metavar="LANG", help="Language or alias, such as python or cpp.")
@click.option("-V", "--version", metavar="VERSION", help="Version, or its start, such as 3.11.")
@click.option("--stdin", metavar="FILE", help="Standard input of the program; - is this command's.")
@click.option("--time", "wall_seconds", type=SecondsType(), help="Lower the time limit, such as 3.")
@click.option(
    "--memory", "memory_bytes", type=SizeType(), help="Lower the memory limit, such as 64MiB."
)
@click.option(
    "--file",
    "extra_files",
    metavar="EXTRA",
    multiple=True,
    help="One more file for the program; a relative path keeps its folders. Repeatable.",
)
@click.option(
    "--output-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the files that the program made there; nothing is overwritten.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
@click.argument("file")
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
@pass_context
def run_command(
    context: CliContext,
    *,
    file: str,
    args: tuple[str, ...],
    language: str | None,
    version: str | None,
    stdin: str | None,
    extra_files: tuple[str, ...],
    wall_seconds: float | None,
    memory_bytes: int | None,
    as_json: bool,
    output_dir: Path | None,
) -> None:
    """Hand the options over; everything heavy is imported behind this line."""
    from executor.cli.runjob import run_and_report  # noqa: PLC0415 - keeps --help fast

    if file == stdin == "-":
        raise click.UsageError("Standard input cannot be both the program and its input.")
    options = RunOptions(
        file=file,
        args=args,
        language=language,
        version=version,
        stdin=stdin,
        extra_files=extra_files,
        wall_seconds=wall_seconds,
        memory_bytes=memory_bytes,
        as_json=as_json,
        output_dir=output_dir,
    )
    sys.exit(run_and_report(options, context.config_path))
