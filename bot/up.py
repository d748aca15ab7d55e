"""Runs the bot until a signal ends it: on Discord, or without a token on the stand-in; and the HTTP API."""

import asyncio
import logging
import signal
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from bot.app import run_bot
from bot.config import BotConfig
from bot.demo import StandIn
from bot.errors import StoreError
from bot.store import STORE_FILE, Store, open_sqlite
from bot.store.address import NEEDS_EXTRA
from bot.store.sole import sole_user_of_folder, sole_user_of_token
from bot.tasks import Tasks
from executor import ConfigError, Executor
from executor.factory import Launched, ended_when_lost, open_executor
from executor.http import open_api
from executor.metrics import Metrics, open_metered
from executor.tracing import open_traced

_log = logging.getLogger(__name__)

# Where the chat page is looked for first; a port that stays the same can be bookmarked.
DEMO_PORT = 2080
_CONNECT_SECONDS = 60.0
_DEMO_STORE_FILE = "demo.db"  # in the data folder
_STOPPING = (signal.SIGINT, signal.SIGTERM)


async def serve(config: BotConfig, launched: Launched, *, with_api: bool) -> None:
    """Answer members on Discord until SIGINT or SIGTERM.

    Args:
        config: all settings.
        launched: the launcher of sandboxes.
        with_api: serve the HTTP API beside.

    Raises:
        ExecutorError: no program can run here, or none could any more.
        InUseError: another bot uses the same store or token.
        StoreError: what must outlive a restart cannot be kept.
        LoginError: there is no token, or Discord refused it or cannot be reached.
    """
    stop = stop_on_signals()
    token = config.discord.token or ""
    async with AsyncExitStack() as stack:
        stack.enter_context(sole_user_of_token(token, config.discord.api_url))
        store = await stack.enter_async_context(open_store(config))
        executor, metrics = await stack.enter_async_context(
            open_configured_executor(config, launched, stop)
        )
        if with_api:
            await stack.enter_async_context(open_api_beside(executor, config, metrics, stop))
        await run_bot(config, executor, store, token=token, stop=stop)


async def serve_demo(
    config: BotConfig, launched: Launched, *, announce: Callable[[str], None]
) -> None:
    """Answer whoever opens the chat page on this machine, until SIGINT or SIGTERM.

    Args:
        config: all settings; where Discord is does not matter.
        launched: the launcher of sandboxes.
        announce: is called with the page's address once the bot answers there.

    Raises:
        ExecutorError: no program can run here, or none could any more.
        InUseError: another bot uses the same data folder.
        StoreError: nothing can be kept there.
    """
    stop = stop_on_signals()
    async with (
        open_demo_store(config.shared.executor.data_dir) as store,
        open_configured_executor(config, launched, stop) as (executor, metrics),
        open_api_beside(executor, config, metrics, stop),
        open_stand_in() as standin,
    ):

        async def announce_when_connected() -> None:
            await standin.wait_until_connected(_CONNECT_SECONDS)
            announce(standin.page_url)

        tasks = Tasks()
        tasks.spawn(announce_when_connected(), name="announce")
        discord = replace(config.discord, api_url=standin.api_url, gateway_url=standin.gateway_url)
        try:
            await run_bot(
                replace(config, discord=discord), executor, store, token=standin.token, stop=stop
            )
        finally:
            await tasks.close(grace_seconds=0)


@asynccontextmanager
async def open_store(config: BotConfig) -> AsyncGenerator[Store, None]:
    """Yield the store that the settings describe, which no other bot uses meanwhile.

    Raises:
        ConfigError: it needs an extra that is not installed.
        InUseError: another bot uses it.
        StoreError: it cannot be used.
    """
    url, data_dir = config.store.url, config.shared.executor.data_dir
    async with AsyncExitStack() as stack:
        if url is None:
            stack.enter_context(sole_user_of_folder(data_dir))
            yield await stack.enter_async_context(open_sqlite(data_dir / STORE_FILE))
            return
        try:
            from bot.store.postgres import open_postgres  # noqa: PLC0415 - an extra
            from bot.store.postgreslock import sole_user_of_database  # noqa: PLC0415
        except ImportError as error:
            raise ConfigError(NEEDS_EXTRA) from error
        await stack.enter_async_context(sole_user_of_database(url))
        yield await stack.enter_async_context(open_postgres(url))


@asynccontextmanager
async def open_demo_store(data_dir: Path) -> AsyncGenerator[Store, None]:
    """Yield an empty store for the chat page, whose people and servers are new ones at each start.

    What is kept about real servers is left alone.

    Raises:
        InUseError: another bot uses the folder.
        StoreError: nothing can be kept there.
    """
    with sole_user_of_folder(data_dir):
        path = data_dir / _DEMO_STORE_FILE
        _remove(path)
        async with open_sqlite(path) as store:
            yield store


def _remove(store: Path) -> None:
    try:
        for suffix in ("", "-wal", "-shm"):  # see https://sqlite.org/wal.html
            store.with_name(f"{store.name}{suffix}").unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{store} cannot be removed: {error.strerror}.") from error


@asynccontextmanager
async def open_configured_executor(
    config: BotConfig, launched: Launched, stop: asyncio.Event
) -> AsyncGenerator[tuple[Executor, Metrics], None]:
    """Yield the executor that the settings describe, and where its work is counted.

    Args:
        config: all settings.
        launched: the launcher of sandboxes.
        stop: is set when no program can run any more.

    Raises:
        ExecutorError: no program can run here, or none could any more, on leaving.
    """
    async with open_executor(
        config.shared.executor,
        launched=launched,
        running_per_owner=config.policy.running_per_member,
    ) as inner:
        metrics = Metrics(inner.load)
        async with (
            ended_when_lost(inner, stop),
            open_traced(inner, config.shared.log.traces) as traced,
            open_metered(traced, metrics) as executor,
        ):
            yield executor, metrics


@asynccontextmanager
async def open_api_beside(
    executor: Executor, config: BotConfig, metrics: Metrics, stop: asyncio.Event
) -> AsyncGenerator[None, None]:
    """Serve the HTTP API on its own port, or on a free one where that is taken.

    It drains since ``stop``, beside the bot: one after the other outlasts a supervisor's patience.

    Raises:
        ConfigError: its address is none of this machine's.
    """
    shared = config.shared
    async with AsyncExitStack() as stack:
        try:
            address = await stack.enter_async_context(
                open_api(executor, shared, metrics, stop=stop)
            )
        except ConfigError as error:
            _log.warning("%s It takes a free port instead.", error)
            address = await stack.enter_async_context(
                open_api(executor, shared, metrics, port=0, stop=stop)
            )
        _log.info("the HTTP API is at %s/api/v2/", address.url)
        yield


def stop_on_signals() -> asyncio.Event:
    """Return an event that SIGINT and SIGTERM set; a second signal is the system's own."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop_once() -> None:
        stop.set()
        for number in _STOPPING:
            loop.remove_signal_handler(number)

    for number in _STOPPING:
        loop.add_signal_handler(number, stop_once)
    return stop


@asynccontextmanager
async def open_stand_in() -> AsyncGenerator[StandIn, None]:
    """Yield a stand-in on the usual port, or on a free one where that is taken."""
    standin = StandIn(port=DEMO_PORT)
    try:
        await standin.start()
    except OSError:
        standin = StandIn()
        await standin.start()
    try:
        yield standin
    finally:
        await standin.close()
