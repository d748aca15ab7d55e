"""Reads members' messages: text that is meant for the bot, attachments, and what they answer."""

import hashlib
from collections.abc import Sequence

import discord

from bot import labels, texts
from bot.errors import BotError
from bot.inputs import Quoted, Written
from bot.parsing import strip_mention, strip_prefix
from bot.policy import FILES, SOURCE_BYTES
from bot.ui.answers import DISCORD_FAILURES
from executor import SourceFile


class UnreadableError(BotError):
    """Something of a message cannot be read; the text is the sentence for the member."""


class MessageReader:
    """Reads messages for the bot's user.

    Args:
        client: the connected client; its user is whom messages mention.
        prefixes: words that begin a message to the bot.
    """

    def __init__(self, client: discord.Client, *, prefixes: Sequence[str]) -> None:
        self._client = client
        self._prefixes = tuple(prefixes)

    def text_for_us(self, message: discord.Message) -> str | None:
        """Return what the message says to the bot; `None` if it is not for the bot."""
        user = self._client.user
        if message.author.bot or message.webhook_id is not None or user is None:
            return None
        mentioned = strip_mention(message.content, user.id)
        text = message.content if mentioned is None else mentioned
        prefixed = strip_prefix(text, self._prefixes)
        if prefixed is not None:
            return prefixed
        return text if mentioned is not None or message.guild is None else None

    def is_ours(self, message: discord.Message) -> bool:
        """Return whether the bot wrote it."""
        return message.author == self._client.user

    async def read(self, message: discord.Message, text: str) -> Written:
        """Return all of a message to the bot; what cannot be read is said in it.

        Args:
            message: the message.
            text: what it says to the bot.
        """
        try:
            files = await read_attachments(message.attachments)
            quoted = None
            if not files and "`" not in text:
                quoted = await self._quoted(message)
        except UnreadableError as problem:
            return Written(problem=str(problem))
        return Written(text=text, files=files, quoted=quoted)

    async def read_quoted(self, message: discord.Message) -> Written:
        """Return a message that somebody else points at, as what is to be run."""
        try:
            files = await read_attachments(message.attachments)
        except UnreadableError as problem:
            return Written(problem=str(problem))
        return Written(quoted=Quoted(text=message.content, files=files))

    async def _quoted(self, message: discord.Message) -> Quoted | None:
        """Return what the message answers; `None` if it answers nothing, or the bot itself.

        Raises:
            UnreadableError: it is gone, or Discord does not show it to the bot.
        """
        reference = message.reference
        if reference is None or reference.message_id is None or message.is_system():
            return None
        found = reference.resolved
        if isinstance(found, discord.DeletedReferencedMessage):
            raise UnreadableError(labels.QUOTED_GONE)
        if found is None or _is_hidden(found):
            found = await self._fetch(message.channel, reference.message_id)
        if self.is_ours(found):
            return None
        if _is_hidden(found):
            raise UnreadableError(labels.QUOTED_HIDDEN)
        return Quoted(text=found.content, files=await read_attachments(found.attachments))

    @staticmethod
    async def _fetch(channel: discord.abc.Messageable, message_id: int) -> discord.Message:
        try:
            return await channel.fetch_message(message_id)
        except discord.NotFound:
            raise UnreadableError(labels.QUOTED_GONE) from None
        except DISCORD_FAILURES:
            raise UnreadableError(labels.QUOTED_HIDDEN) from None


def digest_of(message: discord.Message, text: str) -> bytes:
    """Return what changes when, and only when, what the message asks to run changes."""
    attachments = ",".join(str(attachment.id) for attachment in message.attachments)
    reference = message.reference.message_id if message.reference else None
    return hashlib.sha256(f"{attachments};{reference};{text.strip()}".encode()).digest()


def check_attachments(attachments: Sequence[discord.Attachment]) -> None:
    """Refuse attachments that are too many or too large, before anything of them is downloaded.

    Raises:
        UnreadableError: they are.
    """
    if len(attachments) > FILES:
        raise UnreadableError(texts.too_many_files(len(attachments), FILES))
    size_bytes = sum(attachment.size for attachment in attachments)
    if size_bytes > SOURCE_BYTES:
        problem = texts.files_too_large(len(attachments), size_bytes, SOURCE_BYTES)
        raise UnreadableError(problem)


async def read_attachments(attachments: Sequence[discord.Attachment]) -> tuple[SourceFile, ...]:
    """Download what a member attached.

    Raises:
        UnreadableError: it is too much, or Discord does not give it out.
    """
    check_attachments(attachments)
    try:
        return tuple(
            [SourceFile(path=one.filename, content=await one.read()) for one in attachments]
        )
    except DISCORD_FAILURES:
        raise UnreadableError(texts.FILE_UNREADABLE) from None


def _is_hidden(message: discord.Message) -> bool:
    """Return whether Discord may have blanked the message: it does so without an intent."""
    return not message.content and not message.attachments and not message.embeds
