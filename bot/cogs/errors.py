"""The one handler for bugs outside the service: the log gets them, the member a sentence."""

import logging
import secrets

import discord
from discord import app_commands

from bot.models import Reply
from bot.rendering import our_fault
from bot.speech import speak
from bot.ui.interactions import InteractionAnswer

log = logging.getLogger(__name__)


class CommandTree(app_commands.CommandTree[discord.Client]):
    """Slash commands, with errors that become a sentence with a number that the log knows too."""

    async def interaction_check(self, interaction: discord.Interaction[discord.Client], /) -> bool:
        """Let everybody in, and speak the member's language from here on."""
        speak(str(interaction.locale))
        return True

    async def on_error(
        self,
        interaction: discord.Interaction[discord.Client],
        error: app_commands.AppCommandError,
        /,
    ) -> None:
        """Log ``error`` and answer the member."""
        reply = logged(error.__cause__ or error, f"command {_name(interaction)}")
        await InteractionAnswer(interaction, is_private=True).finish(reply)


def logged(error: BaseException, what: str) -> Reply:
    """Log a bug and return the sentence for the member; both carry the same number."""
    number = secrets.token_hex(6)
    log.error("%s failed (%s)", what, number, exc_info=error)
    return our_fault(number)


def _name(interaction: discord.Interaction[discord.Client]) -> str:
    return interaction.command.qualified_name if interaction.command else "?"
