"""The executor's commands, for the group that `bot.cli` makes of them and its own.

Each module here holds the options only and loads what it needs when it runs, so that ``--help``
is quick.
"""

import click

from executor.cli.bench import bench_command, make_bench_command
from executor.cli.context import CliContext
from executor.cli.doctor import doctor_command
from executor.cli.keys import keys_command
from executor.cli.languages import languages_command
from executor.cli.run import run_command
from executor.cli.serve import serve_command

__all__ = ["COMMANDS", "CliContext", "make_bench_command"]

COMMANDS: tuple[click.Command, ...] = (
    run_command,
    serve_command,
    keys_command,
    doctor_command,
    languages_command,
    bench_command,
)
