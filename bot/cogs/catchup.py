"""Messages that were written, edited or deleted while the bot was away, found in their channels."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import discord
from discord.ext import commands

from bot.cogs.messages import MessageCog
from bot.tasks import Tasks
from bot.ui.answers import DISCORD_FAILURES
from bot.ui.reading import MessageReader

log = logging.getLogger(__name__)

# Who waited for longer has found another way.
_LOOK_BACK = timedelta(minutes=10)
_MESSAGES_PER_CHANNEL = 100
_CHANNELS_AT_ONCE = 2

_Channel = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


class CatchUpCog(commands.Cog):
    """Looks through channels where something was written lately, whenever the bot hears of a server.

    Discord tells of servers after a start, and after a session that could not be resumed. It names
    the last message of each channel, so quiet ones cost nothing. Of direct messages it names none:
    those that come while the bot is away are not seen.

    Args:
        messages: does what is to be done about each.
        reader: knows which messages are for the bot.
        tasks: owns the work.
    """

    def __init__(self, messages: MessageCog, reader: MessageReader, tasks: Tasks) -> None:
        self._messages = messages
        self._reader = reader
        self._tasks = tasks
        self._turn = asyncio.Semaphore(_CHANNELS_AT_ONCE)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Look through the channels of ``guild`` that are not quiet."""
        since = datetime.now(UTC) - _LOOK_BACK
        if channels := tuple(_active(guild, since)):
            self._tasks.spawn(self._catch_up(channels, since), name=f"catch up {guild.id}")

    async def _catch_up(self, channels: tuple[_Channel, ...], since: datetime) -> None:
        for channel in channels:
            async with self._turn:
                try:
                    await self._look_through(channel, since)
                except DISCORD_FAILURES as error:
                    log.info("channel %d: could not be looked through: %s", channel.id, error)

    async def _look_through(self, channel: _Channel, since: datetime) -> None:
        newest_first = channel.history(limit=_MESSAGES_PER_CHANNEL, after=since, oldest_first=False)
        found = [message async for message in newest_first]
        for message in reversed(found):
            if answered_id := self._answers_deleted(message):
                await self._messages.forget([answered_id])
                with suppress(*DISCORD_FAILURES):  # also one that was never written down
                    await message.delete()
            elif self._reader.text_for_us(message) is not None:
                await self._found(message, channel.guild)

    async def _found(self, message: discord.Message, guild: discord.Guild) -> None:
        """Have a message looked at, with its author's roles: without them rules would not hold."""
        try:
            message.author = await guild.fetch_member(message.author.id)
        except discord.NotFound:
            pass  # who has left has no roles
        except DISCORD_FAILURES as error:
            log.info("message %d: passed over, its author's roles: %s", message.id, error)
            return
        await self._messages.found(message)

    def _answers_deleted(self, message: discord.Message) -> int | None:
        """Return which message a reply of ours answers that is gone; `None` if there is none."""
        reference = message.reference
        if reference is None or not self._reader.is_ours(message):
            return None
        is_gone = isinstance(reference.resolved, discord.DeletedReferencedMessage)
        return reference.message_id if is_gone else None


def _active(guild: discord.Guild, since: datetime) -> Iterator[_Channel]:
    channels: tuple[_Channel, ...] = (
        *guild.text_channels,
        *guild.voice_channels,
        *guild.stage_channels,
        *guild.threads,
    )
    for channel in channels:
        last = channel.last_message_id
        if last is not None and discord.utils.snowflake_time(last) > since and _is_open(channel):
            yield channel


def _is_open(channel: _Channel) -> bool:
    try:
        may = channel.permissions_for(channel.guild.me)
    except discord.ClientException:  # a thread whose channel the bot does not know
        return False
    return may.read_messages and may.read_message_history
