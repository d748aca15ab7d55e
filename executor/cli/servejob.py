"""What `codecage serve` does: give up rights, listen, and drain at the end."""

import asyncio
import signal
from pathlib import Path

import click

from executor.cli.messages import say
from executor.cli.outcome import EXIT_INTERRUPTED, EXIT_NOT_RUN
from executor.config import Config, load_config
from executor.errors import ExecutorError
from executor.factory import Launched, before_the_loop, ended_when_lost, open_executor
from executor.http import Address, is_loopback_address, open_api
from executor.keys import KEYS_FILE, KeyFile
from executor.logs import configure_logging
from executor.metrics import Metrics, open_metered
from executor.tracing import open_traced


def serve(config_path: Path | None, *, host: str | None, port: int | None) -> int:
    """Serve until a signal, or until no program can run any more; return the exit status."""
    try:
        config = load_config(config_path)
        configure_logging(config.log.level, config.log.format)
        launched = before_the_loop(config.executor)
        asyncio.run(_serve(config, launched, host, port))
    except ExecutorError as error:
        say(str(error))
        return EXIT_NOT_RUN
    except KeyboardInterrupt:  # a second Ctrl-C, which does not wait for anything
        return EXIT_INTERRUPTED
    return 0


async def _serve(config: Config, launched: Launched, host: str | None, port: int | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop_once(number: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(number)  # a second one is the system's own

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop_once, number)
    async with (
        open_executor(config.executor, launched=launched) as executor,
        ended_when_lost(executor, stop),
    ):
        metrics = Metrics(executor.load)
        async with (
            open_traced(executor, config.log.traces) as traced,
            open_metered(traced, metrics) as metered,
            open_api(metered, config, metrics, host=host, port=port) as address,
        ):
            click.echo(f"The HTTP API is at {address.url}/api/v2/")
            _warn_if_nobody_may(config, address)
            await stop.wait()


def _warn_if_nobody_may(config: Config, address: Address) -> None:
    if config.http.auth == "none" or is_loopback_address(address.host):
        return
    if not KeyFile(config.executor.data_dir / KEYS_FILE).keys():
        say("it needs keys there, and there are none; make one with: codecage keys add NAME")
