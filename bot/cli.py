"""``codecage …``: the bot's commands joined with the executor's. Heavy parts load when a command runs."""

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot import __version__
from bot.errors import BotError
from bot.storecli import store_command
from executor import ConfigError, ExecutorError
from executor.cli import COMMANDS, CliContext, make_bench_command
from executor.cli.streams import own_streams

if TYPE_CHECKING:
    from bot.config import BotConfig
    from executor.bench import Measurement
    from executor.factory import Launched


class _CouldNotRunError(click.ClickException):
    """One sentence on standard error and status 3, as for every command of ours."""

    exit_code = 3


class _Group(click.Group):
    """Tells a person what a typed error says, without a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (ExecutorError, BotError) as error:
            raise _CouldNotRunError(str(error)) from error


@click.group("codecage", cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Settings; else CODECAGE_CONFIG, else ./config.yaml, else built-in defaults.",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def codecage(ctx: click.Context, config_path: Path | None) -> None:
    """Run members' programs on Discord, in a sandbox that comes along.

    To try it, with nothing configured: codecage up
    """
    ctx.obj = CliContext(config_path=config_path)


@codecage.command()
@click.pass_obj
def up(context: CliContext) -> None:
    """Start the bot and the HTTP API; without a token, the bot on a chat page of this machine.

    The token is looked for in the environment variable DISCORD_TOKEN and in the file that
    discord.token_file names.
    """
    config = _start(context)
    launched = before_the_loop(config)
    from bot.up import serve, serve_demo  # noqa: PLC0415 - discord.py takes its time to load

    if config.discord.token is not None:
        _run(serve(config, launched, with_api=True))
    else:
        _run(serve_demo(config, launched, announce=_announce))


@codecage.command()
@click.pass_obj
def bot(context: CliContext) -> None:
    """Start the Discord bot alone, in the foreground."""
    config = _start(context)
    if config.discord.token is None:
        raise ConfigError(
            "There is no token: put the bot's token into the environment variable DISCORD_TOKEN,"
            " or into a file that discord.token_file names. To try it without Discord, run:"
            " codecage up"
        )
    launched = before_the_loop(config)
    from bot.up import serve  # noqa: PLC0415 - discord.py takes its time to load

    _run(serve(config, launched, with_api=False))


def _measure_replies() -> "Measurement":
    from bot.bench import measure_replies  # noqa: PLC0415 - discord.py takes its time to load

    return measure_replies


for _command in (
    *COMMANDS,
    store_command,
    make_bench_command(_measure_replies),
):  # the later bench replaces
    codecage.add_command(_command)


def before_the_loop(config: "BotConfig") -> "Launched":
    """Start the launcher of sandboxes and give up our own rights, before there is a loop."""
    from executor.factory import before_the_loop  # noqa: PLC0415 - not needed for --help

    return before_the_loop(config.shared.executor)


def main() -> None:
    """Run the command that the arguments name, and exit with its status."""
    with own_streams():
        codecage(prog_name="codecage")


def _start(context: CliContext) -> "BotConfig":
    """Read the settings and begin to log as they say."""
    from bot.config import load_bot_config  # noqa: PLC0415 - not needed for --help
    from executor.logs import configure_logging  # noqa: PLC0415 - not needed for --help

    config = load_bot_config(context.config_path)
    configure_logging(config.shared.log.level, config.shared.log.format)
    return config


def _run(work: Coroutine[Any, Any, None]) -> None:
    try:
        asyncio.run(work)
    except KeyboardInterrupt:  # a second Ctrl-C, which does not wait for anything
        sys.exit(130)


def _announce(page_url: str) -> None:
    """Tell a person where the chat page is; plainly when nobody looks at a terminal."""
    lines = (
        f"The chat page is at {page_url}",
        'Open it and send: @codecage ```py print("hi")```',
        "Ctrl-C ends it. With DISCORD_TOKEN set, the same bot runs on Discord.",
    )
    if not sys.stdout.isatty():
        click.echo("\n".join(lines))
        return
    from rich.console import Console  # noqa: PLC0415 - needed by people at terminals only
    from rich.panel import Panel  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    Console().print(Panel(Text("\n".join(lines)), title="codecage", expand=False))


if __name__ == "__main__":
    main()
