"""`codecage doctor`: tries the sandbox and says what enforces each limit."""

import sys

import click

from executor.cli.context import CliContext, pass_context

_HELP = """Try the sandbox here and say what protects this machine.

Every limit is tried with a small program that runs into it. The exit status is 0 for isolation
level A, 1 for a level with a warning (B: no cgroup, C: no /proc), 2 where nothing may run or an
attack got through.

Example: codecage doctor --json
"""


@click.command("doctor", help=_HELP, short_help="Try the sandbox and name what enforces it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--attack", is_flag=True, help="Also try for five seconds to get out.")
@pass_context
def doctor_command(context: CliContext, *, as_json: bool, attack: bool) -> None:
    """Hand the options over; everything heavy is imported behind these lines."""
    from executor.cli.doctorjob import run_doctor  # noqa: PLC0415

    sys.exit(run_doctor(context.config_path, as_json=as_json, attack=attack))
