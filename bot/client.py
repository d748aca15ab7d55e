"""The connection to Discord: as many shards as it recommends, no caches, no pings."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord.ext import commands

from bot.cogs.errors import CommandTree
from bot.speech import speaking
from bot.tongues import Tongues
from bot.ui.answers import DISCORD_FAILURES
from bot.ui.translating import CommandTranslator

log = logging.getLogger(__name__)

# Discord takes one IDENTIFY per 5 s, and counts when it arrives.
IDENTIFY_EVERY_SECONDS = 5.5

_PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
)


class Identifies:
    """Spaces the sessions that a bot starts, as Discord asks (docs: topics/gateway, rate limiting).

    Args:
        every_seconds: how far apart two may be that share a limit.
        clock: seconds that only grow.
        sleep: lets that time pass.
    """

    def __init__(
        self,
        *,
        every_seconds: float = IDENTIFY_EVERY_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.max_concurrency = 1
        self._every_seconds = every_seconds
        self._clock = clock
        self._sleep = sleep
        self._last: dict[int, float] = {}
        self._known: set[int] = set()

    async def wait(self, shard_id: int) -> None:
        """Return when ``shard_id`` may start a session; asked by one shard at a time."""
        if shard_id in self._known:
            # Discord ended a session and wants its clients not to come back all at once.
            await self._sleep(random.uniform(0.2, 1) * self._every_seconds)  # noqa: S311
        key = shard_id % self.max_concurrency
        last = self._last.get(key)
        if last is not None:
            await self._sleep(last + self._every_seconds - self._clock())
        self._last[key] = self._clock()
        self._known.add(shard_id)


class CodecageBot(commands.AutoShardedBot, commands.Bot):
    """The connected client: the intents that are needed, no caches, no pings.

    It is a `Bot` too, for what is written for any bot: discord.py makes the two siblings.

    Args:
        intents: what Discord tells the bot.
        syncs_commands: whether to register the slash commands at the start.
        identifies: spaces the sessions.
        tongues: which language somebody reads.
        claim: is called with the application's id before anything is done in its name; may refuse.
    """

    def __init__(
        self,
        *,
        intents: discord.Intents,
        syncs_commands: bool,
        identifies: Identifies,
        tongues: Tongues,
        claim: Callable[[int], Awaitable[None]],
    ) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,  # unused: MessageCog reads messages itself
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
        self._identifies = identifies
        self._tongues = tongues
        self._claim = claim
        self._connection.parsers["READY"] = self._session_began

    async def setup_hook(self) -> None:
        """Ask how many shards there must be, and register the slash commands.

        Without the commands, mentions still work.

        Raises:
            StoreError: what is kept is of another application.
        """
        await self._claim(self.application_id or 0)
        await self._count_shards()
        await self.tree.set_translator(CommandTranslator())
        if not self._syncs_commands:
            return
        try:
            await self.tree.sync()
        except DISCORD_FAILURES as error:
            log.warning("slash commands could not be registered: %s", error)

    async def _count_shards(self) -> None:
        """Take the number of shards that Discord recommends, when it lets us start so many."""
        self.shard_count, _, limit = await self.http.get_bot_gateway()
        self._identifies.max_concurrency = limit["max_concurrency"]
        if limit["remaining"] < self.shard_count:
            # Discord takes the token away from who starts more sessions than it allows in a day.
            wait_seconds = limit["reset_after"] / 1000
            log.error(
                "Discord allows no further connection for %.0f minutes: the bot connected %d times"
                " within a day. It waits; see what stops it so often.",
                wait_seconds / 60,
                limit["total"],
            )
            await asyncio.sleep(wait_seconds)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:  # noqa: ARG002 - discord.py's
        """Wait until Discord lets this shard start a session."""
        await self._identifies.wait(shard_id or 0)

    def _session_began(self, data: dict[str, Any]) -> None:
        """Tell of the servers that a new session of a shard has, which are all that it has now.

        discord.py keeps those that it knew before, also if the bot was taken from them meanwhile. In
        READY, Discord lists a shard's servers all, those that it cannot show just now as unavailable
        (its developer documentation, gateway events, ready).
        """
        shard_id, shards = data["shard"]
        here = frozenset(int(guild["id"]) for guild in data["guilds"])
        self._connection.parse_ready(data)  # type: ignore[arg-type]  # as its own table of parsers does
        for guild in self.guilds:
            if guild.shard_id == shard_id and guild.id not in here:
                self._connection.parse_guild_delete({"id": guild.id})
        self.dispatch("servers_known", shard_id, shards, here)

    def dispatch(self, event_name: str, /, *args: object, **kwargs: object) -> None:
        """Let the listeners speak the language of who is meant.

        What comes after the end is dropped: discord.py may find itself ready even then, and fail.
        """
        if not self.is_closed():
            with speaking(self._locale_of(args[0] if args else None)):
                super().dispatch(event_name, *args, **kwargs)

    def _locale_of(self, event: object) -> str | None:
        match event:
            case discord.Interaction():
                self._tongues.note(event.user.id, str(event.locale))
                return str(event.locale)
            case discord.Message():
                server = str(event.guild.preferred_locale) if event.guild else None
                return self._tongues.of(event.author.id, server)
            case discord.RawMessageUpdateEvent():
                return self._locale_of(event.message)
            case discord.Guild():
                return str(event.preferred_locale)
            case _:
                return None

    async def on_ready(self) -> None:
        """Say who the bot is, and how to invite it."""
        invite = discord.utils.oauth_url(self.application_id or 0, permissions=_PERMISSIONS)
        log.info(
            "connected as %s in %d servers on %d shards; invite: %s",
            self.user,
            len(self.guilds),
            self.shard_count,
            invite,
        )

    async def on_message(self, message: discord.Message, /) -> None:
        """Do nothing: there are no text commands, MessageCog reads messages itself."""
