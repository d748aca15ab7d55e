"""An answer to an interaction that Discord takes no answer to any more: an ordinary message."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import discord

from bot.desk import Shown
from bot.models import Reply
from bot.ui.convert import FORMS, Form, payload

log = logging.getLogger(__name__)

# Discord's codes for an interaction or a token that is dead: asked too late, or 15 minutes ago.
DEAD_INTERACTION: Final = frozenset({10062, 10015, 50027})
# It has an answer already: one of which we did not hear that it arrived.
ANSWERED_INTERACTION: Final = 40060

_Interaction = discord.Interaction[discord.Client]


def is_dead(error: BaseException) -> bool:
    """Return whether Discord takes no answer to the interaction any more."""
    return isinstance(error, discord.HTTPException) and error.code in DEAD_INTERACTION


def is_answered(error: BaseException) -> bool:
    """Return whether Discord has an answer to the interaction, which can only be changed now."""
    return isinstance(error, discord.HTTPException) and error.code == ANSWERED_INTERACTION


async def send_ordinarily(
    interaction: _Interaction, reply: Reply, *, is_private: bool, may_write_directly: bool
) -> Shown | None:
    """Send ``reply`` where ``interaction`` came from, or to its user alone; return where it stands.

    Args:
        interaction: what is answered.
        reply: the answer.
        is_private: whether its user alone may see it.
        may_write_directly: whether its user may be sent it directly; if not, it may stand nowhere.

    Raises:
        discord.DiscordException: the bot may not write there either.
    """
    forms = _forms(interaction)
    if forms and not is_private:
        channel = interaction.client.get_partial_messageable(
            interaction.channel_id or 0,
            guild_id=interaction.guild_id,
        )
        with suppress(discord.Forbidden):
            return await _send(channel, interaction, reply, forms[0])
    if may_write_directly:
        return await _send(interaction.user, interaction, reply, FORMS[0])
    log.warning("interaction %d: may not be answered directly", interaction.id)
    return None


def _forms(interaction: _Interaction) -> Sequence[Form]:
    """Return the forms that the bot may use in the channel; none where it is no member."""
    if not interaction.is_guild_integration():
        return ()
    may = interaction.app_permissions
    is_thread = isinstance(interaction.channel, discord.Thread)
    if not (may.send_messages_in_threads if is_thread else may.send_messages):
        return ()
    return [
        form
        for form in FORMS
        if (may.embed_links or not form.embeds) and (may.attach_files or not form.files)
    ]


async def _send(
    target: discord.abc.Messageable, interaction: _Interaction, reply: Reply, form: Form
) -> Shown:
    made = payload(reply, form, interaction.user.id)
    content = made.content or interaction.user.mention  # whose it is; it pings nobody
    sent = await target.send(
        content,
        embeds=made.embeds,
        files=made.files,
        view=made.view,  # type: ignore[arg-type]  # None is none
        nonce=str(interaction.id),
    )
    return Shown(channel_id=sent.channel.id, reply_id=sent.id, unattached=made.unattached)
