"""`codecage serve`: the HTTP API alone."""

import sys

import click

from executor.cli.context import CliContext, pass_context

_HELP = """Serve the HTTP API alone, until SIGINT or SIGTERM.

It speaks the Piston API: whoever used that changes a base URL, to http://127.0.0.1:2000/api/v2/.
On loopback no key is needed. Elsewhere one is, unless http.auth is none.

\b
Examples:
  codecage serve
  codecage serve --port 8000
  codecage keys add my-bot --rate 5/s && codecage serve --host 0.0.0.0
"""


@click.command("serve", help=_HELP, short_help="Serve the HTTP API.")
@click.option("--host", help="Address to listen on; else http.host, which is 127.0.0.1.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port; else http.port, which is 2000. 0: any."
)
@pass_context
def serve_command(context: CliContext, *, host: str | None, port: int | None) -> None:
    """Hand the options over; everything heavy is imported behind these lines."""
    from executor.cli.servejob import serve  # noqa: PLC0415

    sys.exit(serve(context.config_path, host=host, port=port))
