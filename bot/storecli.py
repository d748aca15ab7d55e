"""`codecage store`: backs up what the bot keeps, checks it, puts a backup back."""

from pathlib import Path

import click

from executor.cli import CliContext

_HELP = """Back up, check and restore what the bot keeps.

\b
Examples:
  codecage store backup
  codecage store check
  codecage store restore codecage-2026-11-24-101500.db
"""


@click.group("store", help=_HELP, short_help="Back up, check and restore what the bot keeps.")
def store_command() -> None:
    """Hold the commands below together."""


@store_command.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.pass_obj
def backup_command(context: CliContext, file: Path | None) -> None:
    """Copy the store to FILE, also while the bot runs; else to a new file in this folder.

    Members' programs are in the copy; nobody but you can read it.
    """
    from bot.storejobs import back_up_store  # noqa: PLC0415 - not needed for --help

    click.echo(back_up_store(context.config_path, file))


@store_command.command("check")
@click.pass_obj
def check_command(context: CliContext) -> None:
    """Say whether the store is whole and of a version that can be used here; changes nothing."""
    from bot.storejobs import check_store  # noqa: PLC0415 - not needed for --help

    click.echo(check_store(context.config_path))


@store_command.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.pass_obj
def restore_command(context: CliContext, file: Path) -> None:
    """Put the backup FILE in the store's place, while the bot is stopped.

    The store that is there is moved aside, not removed.
    """
    from bot.storejobs import restore_store  # noqa: PLC0415 - not needed for --help

    click.echo(restore_store(context.config_path, file))
