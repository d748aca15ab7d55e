"""`codecage languages`: what can run here, and whether it really does."""

import sys

import click

from executor.cli.context import CliContext, pass_context

_HELP = """Show the languages that can run here, or check them.

\b
  list [NAME…]     what can run, and what is known but not installed (the default)
  check [NAME…]    run each language's own check program in the sandbox; exit 1 if one fails
  install, remove  come with language images, which this version does not have

\b
Examples:
  codecage languages
  codecage languages check python c++
"""

_ACTIONS = ("list", "install", "remove", "check")


@click.command("languages", help=_HELP, short_help="Show and check what can run here.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.argument("action", type=click.Choice(_ACTIONS), default="list", metavar="[ACTION]")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@pass_context
def languages_command(
    context: CliContext, *, as_json: bool, action: str, names: tuple[str, ...]
) -> None:
    """Hand the options over; everything heavy is imported behind these lines."""
    if action in {"install", "remove"}:
        raise click.UsageError(
            f"{action} comes with language images, which this version does not have; "
            "languages installed below /usr are found by themselves."
        )
    from executor.cli.languagejobs import check_languages, list_languages  # noqa: PLC0415

    action_of = check_languages if action == "check" else list_languages
    sys.exit(action_of(names, context.config_path, as_json=as_json))
