"""What only the person sees who caused an interaction, apart from the answer to it."""

import logging
from collections.abc import Awaitable, Callable, Sequence

import discord

from bot import labels
from bot.models import Reply, ReplyFile, Tone
from bot.rendering import say
from bot.ui.answers import DISCORD_FAILURES
from bot.ui.convert import FORMS, discord_files, payload
from bot.ui.lasting import Interaction
from bot.ui.ordinary import is_answered

log = logging.getLogger(__name__)


async def send_privately(
    interaction: Interaction,
    reply: Reply,
    files: Sequence[ReplyFile] = (),
    *,
    view: discord.ui.View | None = None,
) -> None:
    """Show ``reply`` and ``files`` to who caused the interaction alone.

    Buttons below it are those of ``view``; those of the reply are left out.

    Raises:
        discord.DiscordException: Discord does not take it.
    """
    made = payload(reply, FORMS[0], interaction.user.id)

    async def send(send: Callable[..., Awaitable[object]]) -> None:
        await send(
            embeds=made.embeds,
            files=list(discord_files(files)),
            view=view or discord.utils.MISSING,
            ephemeral=True,
        )

    is_begun = interaction.response.is_done()
    try:
        await send(interaction.followup.send if is_begun else interaction.response.send_message)
    except discord.HTTPException as error:
        if not is_answered(error):
            raise
        await send(interaction.followup.send)


async def tell_privately(
    interaction: Interaction,
    reply: Reply,
    files: Sequence[ReplyFile] = (),
    *,
    view: discord.ui.View | None = None,
) -> None:
    """Do as `send_privately`; where Discord does not take it, that stands in the log."""
    try:
        await send_privately(interaction, reply, files, view=view)
    except DISCORD_FAILURES as error:
        log.warning("interaction %d: could not be answered: %s", interaction.id, error)


async def refuse_privately(interaction: Interaction, sentence: str) -> None:
    """Say one sentence to who caused the interaction alone."""
    await tell_privately(interaction, say(labels.NOT_DONE, sentence, Tone.REFUSED))
