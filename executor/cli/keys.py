"""`codecage keys`: makes, lists and removes keys of the HTTP API."""

import sys

import click

from executor.cli.context import CliContext, pass_context
from executor.cli.params import SecondsType, SizeType

_HELP = """Make, list and remove keys of the HTTP API.

A running API knows of it at once.

\b
Examples:
  codecage keys add my-bot --rate 5/s --languages python,javascript
  codecage keys list
  codecage keys remove my-bot
"""

_ADD_HELP = """Make a key and print it, once: only its hash is kept.

It is sent as `Authorization: Bearer KEY`, or as the bare KEY.
"""


@click.group("keys", help=_HELP, short_help="Make, list and remove keys of the HTTP API.")
def keys_command() -> None:
    """Hold the commands below together."""


@keys_command.command("add", help=_ADD_HELP, short_help="Make a key and print it.")
@click.argument("name")
@click.option("--rate", help="Runs it may start, such as 5/s, 100/m or 1000/h; else any number.")
@click.option(
    "--running", type=click.IntRange(1), metavar="N", help="Runs at once; further ones wait."
)
@click.option("--languages", help="The only ones it may run, such as python,c.")
@click.option(
    "--right",
    "rights",
    type=click.Choice(["metrics", "packages"]),
    multiple=True,
    help="What it may do beside running programs. Repeatable.",
)
@click.option("--time", "wall_seconds", type=SecondsType(), help="Most time of a run, such as 3.")
@click.option(
    "--memory", "memory_bytes", type=SizeType(), help="Most memory of a run, such as 64MiB."
)
@pass_context
def add_command(
    context: CliContext,
    *,
    name: str,
    rate: str | None,
    running: int | None,
    languages: str | None,
    rights: tuple[str, ...],
    wall_seconds: float | None,
    memory_bytes: int | None,
) -> None:
    """Hand the options over; everything heavy is imported behind these lines."""
    from executor.cli.keysjob import Wanted, add_key  # noqa: PLC0415

    wanted = Wanted(
        name=name,
        rate=rate,
        running=running,
        languages=languages,
        rights=rights,
        wall_seconds=wall_seconds,
        memory_bytes=memory_bytes,
    )
    sys.exit(add_key(context.config_path, wanted))


@keys_command.command("list", help="List the keys there are; never their secrets.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_context
def list_command(context: CliContext, *, as_json: bool) -> None:
    """Hand the options over."""
    from executor.cli.keysjob import list_keys  # noqa: PLC0415

    sys.exit(list_keys(context.config_path, as_json=as_json))


@keys_command.command("remove", help="Remove a key; from then on it opens nothing.")
@click.argument("name")
@pass_context
def remove_command(context: CliContext, *, name: str) -> None:
    """Hand the name over."""
    from executor.cli.keysjob import remove_key  # noqa: PLC0415

    sys.exit(remove_key(context.config_path, name))
