"""Running programs that stand in messages: by mention, by prefix, in a direct message; and edits."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import discord
from discord.ext import commands

from bot.cogs.errors import logged
from bot.desk import Desk, Subject, Work
from bot.guide import help_reply
from bot.history import History
from bot.inputs import read_written
from bot.records import Records
from bot.service import RunService
from bot.store import Record
from bot.tasks import Tasks
from bot.ui.answers import DISCORD_FAILURES, MessageAnswer
from bot.ui.convert import caller_of, is_known
from bot.ui.patience import insist
from bot.ui.reading import MessageReader, digest_of

# A message that was not for the bot at first is answered when an edit makes it so this early.
_LATE_FOR_A_FIRST_ANSWER = timedelta(minutes=10)


class MessageCog(commands.Cog):
    """Gives every message that is meant for the bot exactly one answer, and keeps it true.

    Args:
        bot: the connected client.
        service: answers requests.
        desk: shows and remembers the answers.
        records: what was answered before.
        reader: reads messages.
        history: which messages were answered since the start.
        tasks: owns the answers under way, so that a stop can wait for them.
        prefixes: words that begin a message to the bot, for the help.
    """

    def __init__(
        self,
        bot: commands.Bot,
        service: RunService,
        *,
        desk: Desk,
        records: Records,
        reader: MessageReader,
        history: History,
        tasks: Tasks,
        prefixes: tuple[str, ...],
    ) -> None:
        self._bot = bot
        self._service = service
        self._desk = desk
        self._records = records
        self._reader = reader
        self._history = history
        self._tasks = tasks
        self._prefixes = prefixes

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer a message that is meant for the bot."""
        text = self._text_for_us(message)
        if text is not None and self._history.claim(message.id):
            self._tasks.spawn(self._answer(message, text), name=f"message {message.id}")

    @commands.Cog.listener()
    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Run an edited message again if what it asks for changed; previews and pins change nothing."""
        message = event.message
        text = self._text_for_us(message)
        if text is not None and message.edited_at is not None and self._is_newest(message):
            self._tasks.spawn(self._answer_edited(message, text), name=f"edit {message.id}")

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Delete the answer to a deleted message, and forget an answer that was deleted."""
        self._tasks.spawn(self.forget([event.message_id]), name=f"delete {event.message_id}")

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Do the same for many messages at once."""
        self._tasks.spawn(self.forget(sorted(event.message_ids)), name="bulk delete")

    async def found(self, message: discord.Message) -> None:
        """Do what is to be done about a message that is read later than it was written, if anything.

        Who takes the turn to answer stops who works on it now, so we look before.

        Raises:
            StoreError: nobody knows whether it was answered before.
        """
        text = self._reader.text_for_us(message)
        if text is None:
            return
        record = await self._records.look_up(message.id)
        if record is None:
            await self.on_message(message)
        elif record.asked_digest != digest_of(message, text) and self._is_newest(message):
            self._tasks.spawn(self._answer_edited(message, text), name=f"edit {message.id}")

    def _text_for_us(self, message: discord.Message) -> str | None:
        """Return what a message says to the bot, as `MessageReader.text_for_us` does.

        `None` also as long as its server is not known: who may do what there cannot be judged. The
        message is found again as soon as Discord tells of the server (`CatchUpCog`).
        """
        if message.guild is not None and not is_known(message.guild):
            return None
        return self._reader.text_for_us(message)

    @property
    def _us(self) -> int:
        return self._bot.user.id if self._bot.user is not None else 0

    def _is_newest(self, message: discord.Message) -> bool:
        """Return whether this is the latest state of a message: what is read may be out of date."""
        changed = message.edited_at or message.created_at
        return self._history.is_newest(message.id, changed.timestamp())

    async def _answer(self, message: discord.Message, text: str) -> None:
        digest = digest_of(message, text)
        with self._service.jobs.under_way(caller_of(message)) as asked:
            async with self._desk.working_on(message.id, digest, asked=asked) as work:
                # Discord may deliver a message again, also to the next process.
                if await self._records.is_new(message.id):
                    await self._begin(message, work)
                    await self._work_on(message, text, work, MessageAnswer(message, us=self._us))

    async def _answer_edited(self, message: discord.Message, text: str) -> None:
        digest = digest_of(message, text)
        if self._desk.is_making(message.id, digest):
            return
        with self._service.jobs.under_way(caller_of(message)) as asked:
            async with self._desk.working_on(message.id, digest, asked=asked) as work:
                await self._answer_anew(message, text, work)

    async def _answer_anew(self, message: discord.Message, text: str, work: Work) -> None:
        record = await self._records.by_asked(message.id)
        if record is None:
            is_late = datetime.now(UTC) - message.created_at > _LATE_FOR_A_FIRST_ANSWER
            is_new = not is_late and await self._records.is_new(message.id)
            if is_new and self._history.claim(message.id):
                await self._begin(message, work)
                await self._work_on(message, text, work, MessageAnswer(message, us=self._us))
        elif not record.has_reply:
            if record.is_pending:  # somebody was stopped before there was a reply
                answer = MessageAnswer(message, us=self._us, is_uncertain=True)
                await self._work_on(message, text, work, answer)
        elif record.asked_digest != work.digest or record.is_pending:
            pending = replace(record, asked_digest=work.digest, is_pending=True)
            await self._records.change(record, pending)
            channel = self._bot.get_partial_messageable(record.channel_id)
            reply = channel.get_partial_message(record.reply_id)
            answer = MessageAnswer(message, reply, us=self._us)
            await self._work_on(message, text, work, answer)

    async def _begin(self, message: discord.Message, work: Work) -> None:
        """Write down that this is being answered, for who comes after us if we do not get to it."""
        if work.is_stale or work.is_forgotten:
            return
        await self._records.keep(
            Record(
                reply_id=message.id,
                channel_id=message.channel.id,
                user_id=message.author.id,
                guild_id=message.guild.id if message.guild else None,
                asked_id=message.id,
                asked_channel_id=message.channel.id,
                asked_digest=work.digest,
                is_pending=True,
            )
        )

    async def _work_on(
        self, message: discord.Message, text: str, work: Work, answer: MessageAnswer
    ) -> None:
        subject = Subject(
            owner_id=message.author.id,
            asked_id=message.id,
            asked_channel_id=message.channel.id,
            asked_digest=work.digest,
            keeps_request=False,
        )
        caller = caller_of(message)
        answer.may_write_directly = await self._service.answers_directly(caller)
        if not (work.is_stale or work.is_unwanted):
            try:
                await self._run_or_help(message, text, work, answer, subject)
            except Exception as error:  # noqa: BLE001 - the border to Discord: logged, never silence
                reply = logged(error, f"message {message.id}")
                await self._desk.tell(reply, caller, answer, subject, work)
        if work.is_stale and answer.shown is None:
            self._history.release(message.id)  # whoever is newer gives the first answer

    async def _run_or_help(
        self,
        message: discord.Message,
        text: str,
        work: Work,
        answer: MessageAnswer,
        subject: Subject,
    ) -> None:
        caller = caller_of(message)
        written = await self._reader.read(message, text)
        if written.text.strip() or written.files or written.quoted or written.problem:
            read = partial(read_written, written)
            await self._desk.run(read, answer, subject, work)
            return
        mention = self._bot.user.mention if self._bot.user else ""
        reply = help_reply(
            await self._service.names_for(caller),
            mention=mention,
            prefixes=self._prefixes,
            welcome=await self._service.welcome_of(caller),
        )
        await self._desk.tell(reply, caller, answer, subject, work)

    async def forget(self, message_ids: list[int]) -> None:
        """Delete the answers to messages that are gone, and forget answers that are gone."""
        for message_id in message_ids:
            async with self._desk.working_on(message_id):
                if record := await self._records.by_asked(message_id):
                    await self._delete_reply(record)
                else:
                    await self._records.reply_is_gone(message_id)

    async def _delete_reply(self, record: Record) -> None:
        if not record.has_reply:
            await self._records.remove(record.reply_id)
            return
        channel = self._bot.get_partial_messageable(record.channel_id)
        with suppress(*DISCORD_FAILURES):  # gone already, or where the bot no longer sees it
            await insist(channel.get_partial_message(record.reply_id).delete)
        await self._records.remove(record.reply_id)
