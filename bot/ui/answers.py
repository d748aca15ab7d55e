"""One answer to one message or interaction: shown while it runs, replaced by the result. Never two."""

import logging
from collections.abc import Sequence
from typing import Final

import aiohttp
import discord

from bot.models import Reply, Tone
from bot.ui.convert import FORMS, Form, payload

log = logging.getLogger(__name__)

# Discord's error codes, from its developer documentation (opcodes and status codes).
MISSING_PERMISSIONS: Final = 50013
CANNOT_REPLY_WITHOUT_HISTORY: Final = 160002

# What may come up when one talks to Discord: its refusals, and the network.
DISCORD_FAILURES: Final = (discord.DiscordException, aiohttp.ClientError, OSError)


class MessageAnswer:
    """Answers a member's message with one reply, which is edited from then on. Never raises.

    Where the bot may not write at all, the member gets the answer in a direct message.
    """

    def __init__(self, message: discord.Message) -> None:
        self._message = message
        self._target: discord.abc.Messageable = message.channel
        # A message that is gone by then is answered without a reference to it.
        self._reference: discord.MessageReference | None = message.to_reference(
            fail_if_not_exists=False
        )
        self._sent: discord.Message | None = None

    async def accepted(self) -> None:
        """Say nothing yet: most programs end before one could read it."""

    async def running(self, reply: Reply) -> None:
        """Show that it waits or runs."""
        await self._show(reply)

    async def finish(self, reply: Reply) -> None:
        """Show the answer."""
        await self._show(reply)

    async def _show(self, reply: Reply) -> None:
        try:
            await self._show_in_some_form(reply)
        except discord.NotFound:
            log.info("message %d: its answer or its channel is gone", self._message.id)
        except DISCORD_FAILURES as error:
            log.warning("message %d: could not be answered: %s", self._message.id, error)

    async def _show_in_some_form(self, reply: Reply) -> None:
        for form in self._forms():
            try:
                await self._send_or_edit(reply, form)
            except discord.Forbidden as error:
                if error.code != MISSING_PERMISSIONS:
                    raise
            else:
                return
        if self._message.guild is None or self._target is self._message.author:
            log.warning("message %d: I may not answer it anywhere", self._message.id)
            return
        self._target, self._reference = self._message.author, None
        await self._send_or_edit(reply, FORMS[0])

    def _forms(self) -> Sequence[Form]:
        """Return the forms that can work, by the permissions that Discord told us; perhaps none."""
        guild, channel = self._message.guild, self._message.channel
        if guild is None or self._target is not channel:
            return FORMS
        if isinstance(channel, discord.PartialMessageable):
            return FORMS
        try:
            may = channel.permissions_for(guild.me)
        except discord.ClientException:  # a thread whose channel the bot does not know
            return FORMS
        is_thread = isinstance(channel, discord.Thread)
        may_write = may.send_messages_in_threads if is_thread else may.send_messages
        return [
            form
            for form in FORMS
            if may_write
            and (may.embed_links or not form.embeds)
            and (may.attach_files or not form.files)
        ]

    async def _send_or_edit(self, reply: Reply, form: Form) -> None:
        if self._sent is not None:
            made = payload(reply, form)
            await self._sent.edit(content=made.content, embeds=made.embeds, attachments=made.files)
            return
        if self._reference is not None:
            made = payload(reply, form)
            try:
                self._sent = await self._target.send(
                    made.content,
                    embeds=made.embeds,
                    files=made.files,
                    reference=self._reference,
                    mention_author=False,
                )
            except discord.HTTPException as error:
                if error.code != CANNOT_REPLY_WITHOUT_HISTORY:
                    raise
                self._reference = None
            else:
                return
        made = payload(reply, form)
        self._sent = await self._target.send(made.content, embeds=made.embeds, files=made.files)


class InteractionAnswer:
    """Answers a slash command or an editor window, within Discord's 3 seconds. Never raises.

    ``is_private`` shows the answer to the asker alone. Refusals are private in any case, unless
    something was shown to all already.
    """

    def __init__(
        self, interaction: discord.Interaction[discord.Client], *, is_private: bool = False
    ) -> None:
        self.interaction = interaction
        self._is_private = is_private

    async def accepted(self) -> None:
        """Let Discord show "thinking…", which buys a quarter of an hour."""
        if self.interaction.response.is_done():
            return
        try:
            await self.interaction.response.defer(ephemeral=self._is_private, thinking=True)
        except DISCORD_FAILURES as error:
            log.warning("interaction %d: could not be deferred: %s", self.interaction.id, error)

    async def running(self, reply: Reply) -> None:
        """Show that it waits or runs."""
        await self.finish(reply)

    async def finish(self, reply: Reply) -> None:
        """Show the answer."""
        try:
            await self._show(reply, FORMS[0])
        except discord.Forbidden:
            await self._show_without_files(reply)
        except DISCORD_FAILURES as error:
            log.warning("interaction %d: could not be answered: %s", self.interaction.id, error)

    async def _show_without_files(self, reply: Reply) -> None:
        try:
            await self._show(reply, Form(embeds=True, files=False))
        except DISCORD_FAILURES as error:
            log.warning("interaction %d: could not be answered: %s", self.interaction.id, error)

    async def _show(self, reply: Reply, form: Form) -> None:
        made = payload(reply, form)
        if self.interaction.response.is_done():
            await self.interaction.edit_original_response(
                content=made.content, embeds=made.embeds, attachments=made.files
            )
            return
        await self.interaction.response.send_message(
            made.content,
            embeds=made.embeds,
            files=made.files,
            ephemeral=self._is_private or reply.tone is Tone.REFUSED,
        )
