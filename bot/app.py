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

from bot.cogs.buttons import ButtonCog
from bot.cogs.commanding import Commanding
from bot.cogs.errors import CommandTree
from bot.cogs.info import InfoCog
from bot.cogs.menus import MenuCog
from bot.cogs.messages import MessageCog
from bot.cogs.run import RunCog
from bot.cogs.welcome import WelcomeCog
from bot.config import BotConfig, DiscordConfig
from bot.desk import Desk
from bot.errors import LoginError
from bot.history import History
from bot.jobs import SHOW_AFTER_SECONDS
from bot.records import Records
from bot.service import RunService
from bot.store import Store
from bot.tasks import Tasks
from bot.ui.reading import MessageReader
from executor import Executor

log = logging.getLogger(__name__)

# Enough to send the answers of runs that were stopped.
GRACE_SECONDS = 5.0

_PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
)


class CodecageBot(commands.Bot):
    """The connected client: the intents that are needed, no caches, no pings.

    Args:
        intents: what Discord tells the bot.
        syncs_commands: whether to register the slash commands at the start.
    """

    def __init__(self, *, intents: discord.Intents, syncs_commands: bool) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,  # unused: RunCog reads messages itself
            help_command=None,
            tree_cls=CommandTree,
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0.5,  # nothing here waits for a complete list of servers
            max_ratelimit_timeout=30.0,  # rather answer anew than edit an old reply in minutes
        )
        self._syncs_commands = syncs_commands

    async def setup_hook(self) -> None:
        """Register the slash commands; without them, mentions still work."""
        if not self._syncs_commands:
            return
        try:
            await self.tree.sync()
        except discord.HTTPException as error:
            log.warning("slash commands could not be registered: %s", error)

    def dispatch(self, event_name: str, /, *args: object, **kwargs: object) -> None:
        """Drop what comes after the end: discord.py may find itself ready even then, and fail."""
        if not self.is_closed():
            super().dispatch(event_name, *args, **kwargs)

    async def on_ready(self) -> None:
        """Say who the bot is, and how to invite it."""
        invite = discord.utils.oauth_url(self.application_id or 0, permissions=_PERMISSIONS)
        log.info("connected as %s in %d servers; invite: %s", self.user, len(self.guilds), invite)

    async def on_message(self, message: discord.Message, /) -> None:
        """Do nothing: there are no text commands, RunCog reads messages itself."""


async def run_bot(
    config: BotConfig,
    executor: Executor,
    store: Store,
    *,
    token: str,
    stop: asyncio.Event,
    show_after_seconds: float = SHOW_AFTER_SECONDS,
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

    Raises:
        LoginError: Discord refused the token or cannot be reached.
    """
    point_at(config.discord)
    service = RunService(executor, config.policy, show_after_seconds=show_after_seconds)
    records = Records(store, keep_code_seconds=config.store.keep_code_seconds)
    history = History()
    failure: Exception | None = None
    for reads_messages in (True, False):
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        intents.message_content = reads_messages
        bot = CodecageBot(intents=intents, syncs_commands=reads_messages)
        tasks = Tasks()
        prefixes = config.discord.prefixes if reads_messages else ()
        await _add_cogs(
            bot, service=service, records=records, history=history, tasks=tasks, prefixes=prefixes
        )
        failure = await _serve(
            bot, token=token, stop=stop, service=service, records=records, tasks=tasks
        )
        if not isinstance(failure, discord.PrivilegedIntentsRequired):
            break
        log.warning(
            "Discord does not let the bot read messages that do not mention it, so the prefix"
            " does nothing; to change that, switch on Message Content Intent in the developer"
            " portal and start again"
        )
    if failure is not None:
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
    await bot.add_cog(RunCog(service, commanding))
    await bot.add_cog(MenuCog(bot, service, commanding, reader))
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
