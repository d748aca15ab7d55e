"""Answers that the last process was killed over: each says so, and offers to run again."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

import discord
from discord.ext import commands

from bot import labels, texts
from bot.cogs.errors import logged
from bot.controls import after_end
from bot.desk import Desk
from bot.models import Reply, Tone
from bot.records import Records
from bot.rendering import say
from bot.service import RunService
from bot.speech import speaking
from bot.store import Record
from bot.tasks import Tasks
from bot.ui.answers import DISCORD_FAILURES, MessageAnswer
from bot.ui.controls import stops_something
from bot.ui.convert import FORMS, Payload, caller_of, payload
from bot.ui.patience import insist, passes
from bot.ui.replies import our_reply_to

log = logging.getLogger(__name__)

# One that Discord does not answer about must not keep the others waiting.
_AT_ONCE = 8


class RecoveryCog(commands.Cog):
    """Mends what is pending from before the start, once, as soon as there is a connection.

    Args:
        bot: the connected client.
        service: knows whether people may be written to directly.
        desk: whose turn it is to work on an answer.
        records: what stands where.
        interrupted: what was pending when this process started.
        tasks: owns the work.
    """

    def __init__(
        self,
        bot: commands.Bot,
        service: RunService,
        *,
        desk: Desk,
        records: Records,
        interrupted: Sequence[Record],
        tasks: Tasks,
    ) -> None:
        self._bot = bot
        self._service = service
        self._desk = desk
        self._records = records
        self._interrupted = interrupted
        self._tasks = tasks

    @commands.Cog.listener()
    async def on_connect(self) -> None:
        """Begin, at the first connection."""
        interrupted, self._interrupted = self._interrupted, ()
        if interrupted:
            self._tasks.spawn(self._mend_all(interrupted), name="recovery")

    async def _mend_all(self, interrupted: Sequence[Record]) -> None:
        log.warning("%d answers were interrupted by the last end: telling so", len(interrupted))
        turn = asyncio.Semaphore(_AT_ONCE)

        async def mend_in_turn(record: Record) -> None:
            async with turn:
                await self._mend_if_idle(record)

        async with asyncio.TaskGroup() as group:
            for record in interrupted:
                group.create_task(mend_in_turn(record))

    async def _mend_if_idle(self, record: Record) -> None:
        key = record.asked_id or record.reply_id
        if self._desk.is_busy(key):
            return  # somebody has run it anew already
        async with self._desk.working_on(key):
            guild = self._bot.get_guild(record.guild_id or 0)
            locale = str(guild.preferred_locale) if guild is not None else None
            try:
                with speaking(locale):
                    await self._mend(record)
            except DISCORD_FAILURES as error:
                log.warning("reply %d was not mended: %s", record.reply_id, error)
            except Exception as error:  # noqa: BLE001 - an odd one must not keep the others waiting
                logged(error, f"mending reply {record.reply_id}")

    async def _mend(self, record: Record) -> None:
        if not await self._is_unchanged(record):
            return
        if record.asked_id is None or record.asked_channel_id is None:
            await self._mend_command(record)
            return
        channel = self._bot.get_partial_messageable(
            record.asked_channel_id, guild_id=record.guild_id
        )
        try:
            asked = await insist(partial(channel.fetch_message, record.asked_id))
        except discord.NotFound:
            await self._delete(record)
            return
        except discord.Forbidden:
            await self._mend_unread(record)
            return
        known = await self._reply_to(asked, record)
        if known is not None and _shows_answer(known, record):
            await self._keep(record, known)
            return
        reply = known or (self._message(record) if record.has_reply else None)
        answer = MessageAnswer(asked, reply, us=self._us, is_uncertain=True)
        answer.may_write_directly = await self._service.answers_directly(caller_of(asked))
        if await answer.finish(_interrupted()):
            await self._keep(record, answer.message)

    async def _reply_to(self, asked: discord.Message, record: Record) -> discord.Message | None:
        """Return the reply to a message, also one that we were killed over before we heard of it."""
        with suppress(discord.NotFound, discord.Forbidden):
            if record.has_reply:
                return await insist(self._message(record).fetch)
            return await insist(partial(our_reply_to, asked, us=self._us))
        return None

    async def _mend_unread(self, record: Record) -> None:
        """Change a reply in a channel whose history is closed to us, where we see neither message."""
        if record.has_reply:
            made = payload(_interrupted(), FORMS[0], record.user_id)
            with suppress(discord.NotFound):
                await insist(partial(_change, self._message(record), made))
        await self._keep(record, None)

    async def _mend_command(self, record: Record) -> None:
        """Change an interaction's answer, with its token as long as that lives."""
        webhook = discord.Webhook.partial(
            self._bot.application_id or 0, record.token, client=self._bot
        )
        by_token, by_channel = (
            partial(webhook.fetch_message, record.reply_id),
            self._message(record).fetch,
        )
        for fetch in (by_token, by_channel):
            try:
                shown = await insist(fetch)
                if not _shows_answer(shown, record):
                    made = payload(_interrupted(), FORMS[0], record.user_id)
                    await insist(partial(_change, shown, made))
            except discord.HTTPException as error:
                if passes(error):
                    raise
                log.info("reply %d: cannot be changed this way: %s", record.reply_id, error)
            else:
                break
        await self._keep(record, None)

    async def _is_unchanged(self, record: Record) -> bool:
        if record.asked_id is not None:
            return await self._records.by_asked(record.asked_id) == record
        return record in await self._records.pending()

    async def _delete(self, record: Record) -> None:
        """Forget a message that is gone, and take its reply along."""
        if record.has_reply:
            with suppress(*DISCORD_FAILURES):
                await insist(self._message(record).delete)
        await self._records.remove(record.reply_id)

    async def _keep(
        self, record: Record, reply: discord.Message | discord.PartialMessage | None
    ) -> None:
        shown = replace(record, is_pending=False, token="")
        if reply is not None:
            shown = replace(shown, reply_id=reply.id, channel_id=reply.channel.id)
        await self._records.change(record, shown)

    @property
    def _us(self) -> int:
        return self._bot.user.id if self._bot.user is not None else 0

    def _message(self, record: Record) -> discord.PartialMessage:
        channel = self._bot.get_partial_messageable(record.channel_id, guild_id=record.guild_id)
        return channel.get_partial_message(record.reply_id)


async def _change(reply: discord.Message | discord.PartialMessage, made: Payload) -> None:
    await reply.edit(content=None, embeds=made.embeds, attachments=[], view=made.view)


def _shows_answer(reply: discord.Message, record: Record) -> bool:
    """Return whether a reply shows the answer that we did not get to write down any more.

    That is so if it says nothing of a run under way and was changed since then.
    """
    if reply.flags.loading or stops_something(reply):
        return False
    changed = reply.edited_at or reply.created_at
    return not record.has_reply or changed.timestamp() > record.created_at


def _interrupted() -> Reply:
    # Nothing is run again by itself: if a program brought the bot down, it would do so for ever.
    return after_end(say(texts.STOPPED, labels.WAS_RESTARTED, Tone.STOPPED))
