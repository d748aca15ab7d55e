"""Messages that were written, edited or deleted while the bot was away, found in their channels."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import discord
from discord.ext import commands

from bot.cogs.messages import MessageCog
from bot.errors import StoreError
from bot.records import Records
from bot.tasks import Tasks
from bot.ui.answers import DISCORD_FAILURES
from bot.ui.patience import insist
from bot.ui.reading import MessageReader

log = logging.getLogger(__name__)

# Who waited for longer has found another way.
_LOOK_BACK = timedelta(minutes=10)
_MESSAGES_PER_CHANNEL = 100
_CHANNELS_AT_ONCE = 2
# For as long as we look back, about.
_WAITS = (1.0, 4.0, 15.0, 45.0, *([60.0] * 9))
# Each costs a call, since nobody tells which of them are quiet.
_PRIVATE_CHANNELS = 100
# Which is told of direct messages, from Discord's developer documentation (gateway, sharding).
_PRIVATE_SHARD = 0

_ServerChannel = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
_Channel = _ServerChannel | discord.PartialMessageable


class CatchUpCog(commands.Cog):
    """Looks through channels where something was written lately, whenever the bot hears of a server.

    Discord tells of servers after a start, and after a session that could not be resumed. It names
    the last message of each channel, so quiet ones cost nothing. Of direct messages it names no
    channel at all: those are looked through where the bot answered last.

    Args:
        bot: the connected client.
        messages: does what is to be done about each.
        records: know where the bot answered.
        reader: knows which messages are for the bot.
        tasks: owns the work.
    """

    def __init__(
        self,
        bot: commands.Bot,
        messages: MessageCog,
        *,
        records: Records,
        reader: MessageReader,
        tasks: Tasks,
    ) -> None:
        self._bot = bot
        self._messages = messages
        self._records = records
        self._reader = reader
        self._tasks = tasks
        self._turn = asyncio.Semaphore(_CHANNELS_AT_ONCE)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Look through the channels of ``guild`` that are not quiet."""
        since = datetime.now(UTC) - _LOOK_BACK
        if channels := tuple(_active(guild, since)):
            self._tasks.spawn(self._catch_up(channels, since), name=f"catch up {guild.id}")

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        """Look through direct messages."""
        if shard_id == _PRIVATE_SHARD:
            self._tasks.spawn(self._catch_up_privately(), name="catch up direct messages")

    async def _catch_up_privately(self) -> None:
        since = datetime.now(UTC) - _LOOK_BACK
        known = await self._records.private_channels(_PRIVATE_CHANNELS)
        await self._catch_up([self._bot.get_partial_messageable(one) for one in known], since)

    async def _catch_up(self, channels: Sequence[_Channel], since: datetime) -> None:
        async with asyncio.TaskGroup() as group:
            for channel in channels:
                group.create_task(self._look_through(channel, since))

    async def _look_through(self, channel: _Channel, since: datetime) -> None:
        try:
            newest_first = await insist(partial(self._read, channel, since), _WAITS)
        except DISCORD_FAILURES as error:
            log.info("channel %d: could not be looked through: %s", channel.id, error)
            return
        for message in reversed(newest_first):
            if answered_id := self._answers_deleted(message):
                await self._messages.forget([answered_id])
                with suppress(*DISCORD_FAILURES):  # also one that was never written down
                    await insist(message.delete)
            else:
                await self._found(message)

    async def _read(self, channel: _Channel, since: datetime) -> list[discord.Message]:
        """Return what may be of concern to us, and so kept in memory for a while, the newest first."""
        async with self._turn:
            limit = _MESSAGES_PER_CHANNEL
            found = channel.history(limit=limit, after=since, oldest_first=False)
            return [message async for message in found if self._concerns_us(message)]

    def _concerns_us(self, message: discord.Message) -> bool:
        return bool(self._answers_deleted(message)) or self._reader.text_for_us(message) is not None

    async def _found(self, message: discord.Message) -> None:
        """Have a message looked at, with its author's roles: without them rules would not hold."""
        try:
            if message.guild is not None:
                fetch = partial(message.guild.fetch_member, message.author.id)
                message.author = await insist(fetch, _WAITS)
        except discord.NotFound:
            pass  # who has left has no roles
        except DISCORD_FAILURES as error:
            log.info("message %d: passed over, its author's roles: %s", message.id, error)
            return
        try:
            await self._messages.found(message)
        except StoreError as error:
            log.info("message %d: passed over, what it was answered: %s", message.id, error)

    def _answers_deleted(self, message: discord.Message) -> int | None:
        """Return which message a reply of ours answers that is gone; `None` if there is none."""
        reference = message.reference
        if reference is None or not self._reader.is_ours(message):
            return None
        is_gone = isinstance(reference.resolved, discord.DeletedReferencedMessage)
        return reference.message_id if is_gone else None


def _active(guild: discord.Guild, since: datetime) -> Iterator[_ServerChannel]:
    channels: tuple[_ServerChannel, ...] = (
        *guild.text_channels,
        *guild.voice_channels,
        *guild.stage_channels,
        *guild.threads,
    )
    for channel in channels:
        last = channel.last_message_id
        if last is not None and discord.utils.snowflake_time(last) > since and _is_open(channel):
            yield channel


def _is_open(channel: _ServerChannel) -> bool:
    try:
        may = channel.permissions_for(channel.guild.me)
    except discord.ClientException:  # a thread whose channel the bot does not know
        return False
    return may.read_messages and may.read_message_history
