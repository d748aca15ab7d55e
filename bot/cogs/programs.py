"""What stands behind a reply with buttons: the program that it answers, and whose it is."""

from dataclasses import replace

import discord

from bot import labels, texts
from bot.inputs import read_written
from bot.models import ParseProblem, RunRequest
from bot.records import Records
from bot.service import RunService
from bot.store import Record
from bot.ui.answers import DISCORD_FAILURES
from bot.ui.convert import caller_of
from bot.ui.interactions import Interaction
from bot.ui.reading import MessageReader


class NotPossibleError(Exception):
    """What a button says cannot be done now; the text is the sentence for the member."""


class NoProgramError(Exception):
    """What a reply ran is not known any more; the text is a sentence that an example completes."""


class Programs:
    """Finds what replies ran: in the store, or in the members' messages as they are now.

    Args:
        client: the connected client.
        service: knows the languages.
        records: what stands where, and what it ran.
        reader: reads messages.
    """

    def __init__(
        self,
        client: discord.Client,
        service: RunService,
        records: Records,
        reader: MessageReader,
    ) -> None:
        self._client = client
        self._service = service
        self._records = records
        self._reader = reader

    async def check_owner(self, interaction: Interaction) -> None:
        """Refuse to touch somebody else's reply, whatever its button's id says, if whose it is is known.

        Raises:
            NotPossibleError: it is somebody else's.
        """
        message = interaction.message
        if message is not None and (record := await self._records.known(message.id)) is not None:
            _check_owner(record, interaction)

    async def record(self, interaction: Interaction) -> Record:
        """Return what is known of the reply with the button.

        Raises:
            NoProgramError: nothing is.
            NotPossibleError: it is somebody else's, whatever the button's id says.
            StoreError: the store cannot be read.
        """
        message = interaction.message
        record = await self._records.by_reply(message.id) if message is not None else None
        if record is None and message is not None and message.reference is not None:
            # Discord may hold back for seconds that the reply was sent; what it answers we know.
            record = await self._records.by_asked(message.reference.message_id or 0)
            record = replace(record, reply_id=message.id) if record is not None else None
        if record is None:
            raise NoProgramError(labels.GONE)
        _check_owner(record, interaction)
        return record

    async def request(self, record: Record) -> RunRequest:
        """Return what a reply ran, or would run but for its language, which is empty then.

        Raises:
            NoProgramError: nobody knows.
        """
        found = await self.found(record)
        request = found.request if isinstance(found, ParseProblem) else found
        if request is None:
            raise NoProgramError(labels.GONE)
        return request

    async def found(self, record: Record) -> RunRequest | ParseProblem:
        """Return what a reply ran: as it was kept, else as the member's message has it now.

        Raises:
            NoProgramError: it is in neither.
        """
        if record.request is not None:
            if record.request.language:
                return record.request
            return ParseProblem(message=texts.NO_LANGUAGE_CHOSEN, request=record.request)
        if record.asked_id is None or record.asked_channel_id is None:
            raise NoProgramError(labels.CODE_EXPIRED)
        channel = self._client.get_partial_messageable(record.asked_channel_id)
        try:
            message = await channel.fetch_message(record.asked_id)
        except discord.NotFound:
            raise NoProgramError(labels.MESSAGE_GONE) from None
        except DISCORD_FAILURES:
            raise NoProgramError(labels.MESSAGE_HIDDEN) from None
        text = self._reader.text_for_us(message)
        written = await self._reader.read(message, message.content if text is None else text)
        return read_written(written, self._service.names)


def _check_owner(record: Record, interaction: Interaction) -> None:
    is_theirs = record.user_id == interaction.user.id
    if not is_theirs and not caller_of(interaction).is_moderator:  # an id can be made up
        raise NotPossibleError(labels.not_yours(record.user_id))
