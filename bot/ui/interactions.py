"""Answers to commands, windows and buttons, within Discord's 3 seconds to begin and 15 minutes to end."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

import discord

from bot.desk import Shown
from bot.models import Reply, ReplyFile, Tone
from bot.ui.answers import DISCORD_FAILURES
from bot.ui.convert import FORMS, Form, Payload, payload
from bot.ui.ordinary import is_answered, is_dead, send_ordinarily
from bot.ui.patience import LONG, SOON, always, insist, passes
from bot.ui.private import tell_privately

log = logging.getLogger(__name__)

Interaction = discord.Interaction[discord.Client]


class InteractionAnswer:
    """Answers a command or an editor window with a message of its own. Never raises.

    ``is_private`` shows the answer to the asker alone. Refusals are private in any case, unless
    something was shown to all already. When Discord takes no answer any more, after 15 minutes or
    because we were slow, it becomes an ordinary message: to the asker directly where it is private,
    if ``may_write_directly`` is switched on, as operator and server allow it.
    """

    def __init__(self, interaction: Interaction, *, is_private: bool = False) -> None:
        self.interaction = interaction
        self.may_write_directly = False
        self._is_private = is_private
        self._is_answered = False
        self._is_dead = False
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
            sent = await self.interaction.response.defer(ephemeral=self._is_private, thinking=True)
        except DISCORD_FAILURES as error:
            log.warning("interaction %d: could not be deferred: %s", self.interaction.id, error)
        else:
            if sent is not None and sent.message_id is not None:
                self._note(sent.message_id, ())

    async def running(self, reply: Reply) -> None:
        """Show that it waits or runs."""
        await self._show_somehow(reply, SOON, always)

    async def finish(self, reply: Reply, *, is_wanted: Callable[[], bool] = always) -> bool:
        """Show the answer; return `False` if Discord did not answer while it was wanted."""
        return await self._show_somehow(reply, LONG, is_wanted)

    async def _show_somehow(
        self, reply: Reply, waits: Sequence[float], is_wanted: Callable[[], bool]
    ) -> bool:
        try:
            await insist(partial(self._show_in_some_form, reply), waits, is_wanted=is_wanted)
        except DISCORD_FAILURES as error:
            log.warning("interaction %d: could not be answered: %s", self.interaction.id, error)
            if isinstance(error, discord.NotFound):
                self._shown = None  # what was forgotten with it is not to be kept anew
            return not passes(error)
        return True

    async def _show_in_some_form(self, reply: Reply) -> None:
        if not self._is_dead:
            try:
                await self._show(reply, FORMS[0])
            except discord.Forbidden:
                await self._show(reply, Form(embeds=True, files=False))
            except discord.HTTPException as error:
                if not is_dead(error):
                    raise
                self._is_dead = True
            else:
                return
        await self._show_ordinarily(reply)

    async def _show_ordinarily(self, reply: Reply) -> None:
        shown = self._shown
        if shown is not None and not self._is_private:
            make = partial(payload, reply, FORMS[0], self.interaction.user.id)
            with suppress(discord.NotFound, discord.Forbidden):
                made = await _edit_in_channel(self.interaction, make, shown)
                self._shown = replace(shown, unattached=made.unattached)
                return
        is_private = self._is_private or reply.tone is Tone.REFUSED
        self._shown = await send_ordinarily(
            self.interaction,
            reply,
            is_private=is_private,
            may_write_directly=self.may_write_directly,
        )
        self._is_private = False  # where it stands now nobody else sees it, or all may

    async def _show(self, reply: Reply, form: Form) -> None:
        if not (self._is_answered or self.interaction.response.is_done()):
            try:
                await self._respond(reply, form)
            except discord.HTTPException as error:
                if not is_answered(error):
                    raise
                self._is_answered = True
            else:
                return
        made = payload(reply, form, self.interaction.user.id)
        sent = await _edit_response(self.interaction, made)
        self._note(sent.id, made.unattached)

    async def _respond(self, reply: Reply, form: Form) -> None:
        made = payload(reply, form, self.interaction.user.id)
        response = await self.interaction.response.send_message(
            made.content,
            embeds=made.embeds,
            files=made.files,
            view=made.view or discord.utils.MISSING,
            ephemeral=self._is_private or reply.tone is Tone.REFUSED,
        )
        if response.message_id is not None:
            self._note(response.message_id, made.unattached)

    def _note(self, message_id: int, unattached: tuple[ReplyFile, ...]) -> None:
        self._shown = Shown(
            channel_id=self.interaction.channel_id or 0,
            reply_id=message_id,
            unattached=unattached,
            token=self.interaction.token,
            is_private=self._is_private,
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
        await self._change(reply, SOON, always)

    async def finish(self, reply: Reply, *, is_wanted: Callable[[], bool] = always) -> bool:
        """Show the answer; return `False` if Discord did not answer while it was wanted."""
        if reply.tone is Tone.REFUSED and not self._has_changed:
            await tell_privately(self._interaction, reply)
            return True
        return await self._change(reply, LONG, is_wanted)

    async def _change(
        self, reply: Reply, waits: Sequence[float], is_wanted: Callable[[], bool]
    ) -> bool:
        try:
            await insist(partial(self._change_in_some_form, reply), waits, is_wanted=is_wanted)
        except discord.NotFound:
            log.info("interaction %d: its message is gone", self._interaction.id)
            self._shown = None  # what was forgotten with it is not to be kept anew
        except DISCORD_FAILURES as error:
            log.warning("interaction %d: could not be answered: %s", self._interaction.id, error)
            return not passes(error)
        return True

    async def _change_in_some_form(self, reply: Reply) -> None:
        with suppress(discord.NotFound):  # too late for Discord; its message can be edited still
            await acknowledge(self._interaction)
        try:
            await self._edit(reply, FORMS[0])
        except discord.Forbidden:
            await self._edit(reply, Form(embeds=True, files=False))

    async def _edit(self, reply: Reply, form: Form) -> None:
        make = partial(payload, reply, form, self._owner_id)
        message = self._interaction.message
        channel_id = self._interaction.channel_id or 0
        try:
            made = make()
            sent = await _edit_response(self._interaction, made)
            shown = Shown(channel_id=channel_id, reply_id=sent.id, token=self._interaction.token)
        except discord.HTTPException as error:
            if not is_dead(error) or message is None:
                raise
            shown = Shown(channel_id=channel_id, reply_id=message.id)
            made = await _edit_in_channel(self._interaction, make, shown)
        self._has_changed = True
        self._shown = replace(shown, unattached=made.unattached)


async def _edit_response(interaction: Interaction, made: Payload) -> discord.Message:
    """Change the message that answers ``interaction``.

    Raises:
        discord.DiscordException: Discord does not take it, also because it is too late.
    """
    return await interaction.edit_original_response(
        content=made.content, embeds=made.embeds, attachments=made.files, view=made.view
    )


async def _edit_in_channel(
    interaction: Interaction, make: Callable[[], Payload], shown: Shown
) -> Payload:
    """Change an answer as the message in a channel that it is; return what it is made of now.

    Raises:
        discord.DiscordException: the bot does not see it, or Discord does not take it.
    """
    made = make()
    channel = interaction.client.get_partial_messageable(shown.channel_id)
    await channel.get_partial_message(shown.reply_id).edit(
        content=made.content, embeds=made.embeds, attachments=made.files, view=made.view
    )
    return made


async def acknowledge(interaction: Interaction) -> None:
    """Tell Discord that a press was heard; the message stays as it is.

    Raises:
        discord.DiscordException: Discord no longer takes an answer.
    """

    async def defer() -> None:
        try:
            await interaction.response.defer()
        except discord.HTTPException as error:
            if not is_answered(error):
                raise

    if not interaction.response.is_done():
        await insist(defer, SOON)
