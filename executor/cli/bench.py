"""`codecage bench`: latency and throughput here, beside bare subprocesses in the same run."""

import sys
from collections.abc import Callable

import click

from executor.bench import Measurement
from executor.cli.context import CliContext, pass_context

_HELP = """Measure runs in the sandbox against bare subprocesses in the same run.

Only the ratios mean something: the two sides take turns, so that both see the same machine. Ours
is everything from handing over a job to its result; bare is python3 or bash without any limit.

Example: codecage bench --runs 50
"""


def make_bench_command(more: Callable[[], Measurement] | None = None) -> click.Command:
    """Return the command.

    Args:
        more: gives a further measurement of the same executor, such as the bot's share; it is
            called when the command runs, so that it can import late.
    """

    @click.command("bench", help=_HELP, short_help="Measure runs against bare subprocesses.")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    @click.option("--runs", type=click.IntRange(5), default=30, show_default=True, help="Per side.")
    @pass_context
    def bench_command(context: CliContext, *, as_json: bool, runs: int) -> None:
        from executor.cli.benchjob import run_bench  # noqa: PLC0415

        further = more() if more is not None else None
        sys.exit(run_bench(context.config_path, as_json=as_json, runs=runs, more=further))

    return bench_command


bench_command = make_bench_command()
