"""Answers to commands, windows and buttons, within Discord's 3 seconds to begin and 15 minutes to end."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import discord

from bot import labels
from bot.desk import Shown
from bot.models import Reply, ReplyFile, Tone
from bot.rendering import say
from bot.ui.answers import DISCORD_FAILURES
from bot.ui.convert import FORMS, Form, Payload, discord_files, payload

log = logging.getLogger(__name__)

Interaction = discord.Interaction[discord.Client]

# Discord's code for a token that is older than 15 minutes, from its developer documentation.
_TOKEN_EXPIRED: Final = 50027


class InteractionAnswer:
    """Answers a command or an editor window with a message of its own. Never raises.

    ``is_private`` shows the answer to the asker alone. Refusals are private in any case, unless
    something was shown to all already.
    """

    def __init__(self, interaction: Interaction, *, is_private: bool = False) -> None:
        self.interaction = interaction
        self._is_private = is_private
        self._shown: Shown | None = None

    @property
    def shown(self) -> Shown | None:
        """What can be seen now."""
        return self._shown

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
        make = partial(payload, reply, form, self.interaction.user.id)
        if self.interaction.response.is_done():
            before = self._shown.reply_id if self._shown else None
            message_id, made = await _edit_response(self.interaction, make, before)
        else:
            made = make()
            response = await self.interaction.response.send_message(
                made.content,
                embeds=made.embeds,
                files=made.files,
                view=made.view or discord.utils.MISSING,
                ephemeral=self._is_private or reply.tone is Tone.REFUSED,
            )
            message_id = response.message_id or 0
        if message_id:
            self._shown = Shown(
                channel_id=self.interaction.channel_id or 0,
                reply_id=message_id,
                unattached=made.unattached,
            )


class ButtonAnswer:
    """Answers a press by changing the message that holds the button. Never raises.

    A refusal does not replace what stands there: it is told to who pressed, privately.

    Args:
        interaction: the press, or the window that it opened.
        owner_id: the member whose buttons these are, and stay.
    """

    def __init__(self, interaction: Interaction, *, owner_id: int) -> None:
        self._interaction = interaction
        self._owner_id = owner_id
        self._has_changed = False
        self._shown: Shown | None = None

    @property
    def shown(self) -> Shown | None:
        """What can be seen now; `None` as long as the message stands as it did."""
        return self._shown

    async def accepted(self) -> None:
        """Acknowledge the press; nothing is to be seen of that."""
        try:
            await acknowledge(self._interaction)
        except DISCORD_FAILURES as error:
            log.warning(
                "interaction %d: could not be acknowledged: %s", self._interaction.id, error
            )

    async def running(self, reply: Reply) -> None:
        """Show that it waits or runs."""
        await self._change(reply)

    async def finish(self, reply: Reply) -> None:
        """Show the answer."""
        if reply.tone is Tone.REFUSED and not self._has_changed:
            await tell_privately(self._interaction, reply)
        else:
            await self._change(reply)

    async def _change(self, reply: Reply) -> None:
        try:
            await acknowledge(self._interaction)
            try:
                await self._edit(reply, FORMS[0])
            except discord.Forbidden:
                await self._edit(reply, Form(embeds=True, files=False))
        except discord.NotFound:
            log.info("interaction %d: its message is gone", self._interaction.id)
        except DISCORD_FAILURES as error:
            log.warning("interaction %d: could not be answered: %s", self._interaction.id, error)

    async def _edit(self, reply: Reply, form: Form) -> None:
        make = partial(payload, reply, form, self._owner_id)
        message = self._interaction.message
        reply_id, made = await _edit_response(
            self._interaction, make, message.id if message else None
        )
        self._has_changed = True
        self._shown = Shown(
            channel_id=self._interaction.channel_id or 0,
            reply_id=reply_id,
            unattached=made.unattached,
        )


async def _edit_response(
    interaction: Interaction, make: Callable[[], Payload], message_id: int | None
) -> tuple[int, Payload]:
    """Change the message that answers ``interaction``; return its id, and what it is made of now.

    Later than Discord's 15 minutes it is changed as the message in a channel that it is, where the
    bot sees that.

    Args:
        interaction: what is answered.
        make: returns what to show; it can be sent once.
        message_id: the message, if it is known.

    Raises:
        discord.DiscordException: Discord does not take it.
    """
    made = make()
    try:
        sent = await interaction.edit_original_response(
            content=made.content, embeds=made.embeds, attachments=made.files, view=made.view
        )
    except discord.HTTPException as error:
        if error.code != _TOKEN_EXPIRED or message_id is None:
            raise
    else:
        return sent.id, made
    channel = interaction.client.get_partial_messageable(interaction.channel_id or 0)
    made = make()
    await channel.get_partial_message(message_id).edit(
        content=made.content, embeds=made.embeds, attachments=made.files, view=made.view
    )
    return message_id, made


async def acknowledge(interaction: Interaction) -> None:
    """Tell Discord that a press was heard; the message stays as it is.

    Raises:
        discord.DiscordException: Discord no longer takes an answer.
    """
    if not interaction.response.is_done():
        await interaction.response.defer()


async def tell_privately(
    interaction: Interaction, reply: Reply, files: Sequence[ReplyFile] = ()
) -> None:
    """Show ``reply`` and ``files``, without any buttons, to who caused the interaction alone."""
    made = payload(reply, FORMS[0], interaction.user.id)
    try:
        if interaction.response.is_done():
            await interaction.followup.send(
                embeds=made.embeds, files=list(discord_files(files)), ephemeral=True
            )
        else:
            await interaction.response.send_message(
                embeds=made.embeds, files=list(discord_files(files)), ephemeral=True
            )
    except DISCORD_FAILURES as error:
        log.warning("interaction %d: could not be answered: %s", interaction.id, error)


async def refuse_privately(interaction: Interaction, sentence: str) -> None:
    """Say one sentence to who caused the interaction alone."""
    await tell_privately(interaction, say(labels.NOT_DONE, sentence, Tone.REFUSED))
