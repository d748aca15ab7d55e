"""Puts the bot together: settings, executor, service, cogs and the connection to Discord."""

import asyncio
import logging
from collections.abc import Sequence

import aiohttp
import discord
import yarl
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.admission import Admission
from bot.client import IDENTIFY_EVERY_SECONDS, CodecageBot, Identifies
from bot.cogs.buttons import ButtonCog
from bot.cogs.commanding import Commanding
from bot.cogs.info import InfoCog
from bot.cogs.menus import MenuCog
from bot.cogs.messages import MessageCog
from bot.cogs.run import RunCog
from bot.cogs.welcome import WelcomeCog
from bot.cogs.windows import WindowCog
from bot.config import BotConfig, DiscordConfig
from bot.desk import Desk
from bot.errors import LoginError
from bot.history import History
from bot.jobs import SHOW_AFTER_SECONDS
from bot.quotas import Quotas
from bot.records import Records
from bot.service import RunService
from bot.settings.keeper import SettingsKeeper
from bot.store import Store
from bot.tasks import Tasks
from bot.ui.reading import MessageReader
from executor import Executor

log = logging.getLogger(__name__)

# The number of shards does not fit, from Discord's developer documentation (gateway close codes).
WRONG_SHARDS = (4010, 4011)

# Enough to send the answers of runs that were stopped.
GRACE_SECONDS = 5.0


async def run_bot(
    config: BotConfig,
    executor: Executor,
    store: Store,
    *,
    token: str,
    stop: asyncio.Event,
    show_after_seconds: float = SHOW_AFTER_SECONDS,
    identify_every_seconds: float = IDENTIFY_EVERY_SECONDS,
) -> None:
    """Answer members until ``stop`` is set; then stop what runs, say so, and disconnect.

    Cancelling it disconnects at once.

    Args:
        config: all settings.
        executor: runs the programs; stays its maker's to close.
        store: keeps what must outlive a restart; stays its maker's to close.
        token: the bot's secret.
        stop: ends the bot.
        show_after_seconds: how long a run may take before its member is told that it runs.
        identify_every_seconds: how far apart Discord wants the sessions to be started.

    Raises:
        LoginError: Discord refused the token or cannot be reached.
    """
    point_at(config.discord)
    settings = SettingsKeeper(store.settings, store.audits)
    admission = Admission(config.policy, settings, Quotas(store.quotas))
    service = RunService(executor, admission, show_after_seconds=show_after_seconds)
    records = Records(
        store,
        keep_code_seconds=config.store.keep_code_seconds,
        keep_history_seconds=config.store.keep_history_seconds,
    )
    history = History()
    identifies = Identifies(every_seconds=identify_every_seconds)
    reads_messages = True
    while True:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        intents.message_content = reads_messages
        bot = CodecageBot(intents=intents, syncs_commands=reads_messages, identifies=identifies)
        tasks = Tasks()
        prefixes = config.discord.prefixes if reads_messages else ()
        await _add_cogs(
            bot, service=service, records=records, history=history, tasks=tasks, prefixes=prefixes
        )
        failure = await _serve(
            bot, token=token, stop=stop, service=service, records=records, tasks=tasks
        )
        match failure:
            case discord.PrivilegedIntentsRequired() if reads_messages:
                reads_messages = False
                log.warning(
                    "Discord does not let the bot read messages that do not mention it, so the"
                    " prefix does nothing; to change that, switch on Message Content Intent in the"
                    " developer portal and start again"
                )
            case discord.ConnectionClosed(code=code) if code in WRONG_SHARDS:
                log.warning("the bot is in more servers than its shards may serve: adding shards")
            case None:
                return
            case _:
                raise _explained(failure) from failure


async def _add_cogs(
    bot: commands.Bot,
    *,
    service: RunService,
    records: Records,
    history: History,
    tasks: Tasks,
    prefixes: tuple[str, ...],
) -> None:
    desk = Desk(service, records)
    reader = MessageReader(bot, prefixes=prefixes)
    commanding = Commanding(desk, tasks)
    await bot.add_cog(
        MessageCog(
            bot,
            service,
            desk=desk,
            records=records,
            reader=reader,
            history=history,
            tasks=tasks,
            prefixes=prefixes,
        )
    )
    windows = WindowCog(service, commanding, records)
    await bot.add_cog(windows)
    await bot.add_cog(RunCog(service, commanding, windows))
    await bot.add_cog(MenuCog(bot, service, commanding, reader, windows))
    await bot.add_cog(
        ButtonCog(bot, service, desk=desk, records=records, reader=reader, tasks=tasks)
    )
    await bot.add_cog(InfoCog(bot, service, prefixes=prefixes))
    await bot.add_cog(WelcomeCog(bot, service))


def point_at(config: DiscordConfig) -> None:
    """Set up discord.py, which keeps such things in its own classes, for the whole process."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # no voice here
    if config.api_url is not None:
        Route.BASE = config.api_url
    if config.gateway_url is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(config.gateway_url)


async def _serve(
    bot: commands.Bot,
    *,
    token: str,
    stop: asyncio.Event,
    service: RunService,
    records: Records,
    tasks: Tasks,
) -> Exception | None:
    """Return what ended the connection: `None` for ``stop``."""
    async with asyncio.TaskGroup() as group:
        connection = group.create_task(_connect(bot, token))
        stopping = group.create_task(stop.wait())
        tidying = group.create_task(records.keep_tidy())
        both: Sequence[asyncio.Task[object]] = (connection, stopping)
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                await service.close()
                await tasks.close(GRACE_SECONDS)
        finally:
            await tasks.close(0)
            await bot.close()
            # discord.py may be asleep before its next attempt to connect.
            connection.cancel()
            stopping.cancel()
            tidying.cancel()
    return None if connection.cancelled() else connection.result()


async def _connect(bot: commands.Bot, token: str) -> Exception | None:
    """Stay connected; return the error that makes that impossible instead of raising it."""
    try:
        await bot.start(token)
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        return error
    return None


def _explained(failure: Exception) -> LoginError:
    match failure:
        case discord.LoginFailure():
            return LoginError(
                "Discord refused the token: copy it anew from the developer portal (Bot, Reset"
                " Token) into DISCORD_TOKEN or the file that discord.token_file names."
            )
        case discord.DiscordException():
            return LoginError(f"Discord ended the connection: {failure}.")
        case _:
            return LoginError(f"Discord cannot be reached: {failure}.")
