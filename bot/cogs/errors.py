"""The one handler for what goes wrong in slash commands outside the service."""

import logging
import secrets

import discord
from discord import app_commands

from bot.rendering import our_fault
from bot.ui.answers import InteractionAnswer

log = logging.getLogger(__name__)


class CommandTree(app_commands.CommandTree[discord.Client]):
    """Slash commands, with errors that become a sentence with a number that the log knows too."""

    async def on_error(
        self,
        interaction: discord.Interaction[discord.Client],
        error: app_commands.AppCommandError,
        /,
    ) -> None:
        """Log ``error`` and answer the member."""
        number = secrets.token_hex(6)
        cause = error.__cause__ or error
        log.error("command %s failed (%s)", _name(interaction), number, exc_info=cause)
        await InteractionAnswer(interaction, is_private=True).finish(our_fault(number))


def _name(interaction: discord.Interaction[discord.Client]) -> str:
    return interaction.command.qualified_name if interaction.command else "?"
