"""``/help`` and ``/languages``."""

from collections.abc import Sequence

import discord
from discord import app_commands
from discord.ext import commands

from bot import texts
from bot.guide import help_reply, languages_reply
from bot.service import RunService
from bot.ui.interactions import InteractionAnswer


class InfoCog(commands.Cog):
    """Tells members, privately, how to run programs and in which languages."""

    def __init__(self, bot: commands.Bot, service: RunService, *, prefixes: Sequence[str]) -> None:
        self._bot = bot
        self._service = service
        self._prefixes = tuple(prefixes)

    @app_commands.command(name="help", description=texts.HELP_DESCRIPTION)
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def help(self, interaction: discord.Interaction[discord.Client]) -> None:
        """Say how to run a program."""
        mention = self._bot.user.mention if self._bot.user else ""
        reply = help_reply(self._service.names, mention=mention, prefixes=self._prefixes)
        await InteractionAnswer(interaction, is_private=True).finish(reply)

    @app_commands.command(name="languages", description=texts.LANGUAGES_DESCRIPTION)
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def languages(self, interaction: discord.Interaction[discord.Client]) -> None:
        """List what can run."""
        reply = languages_reply(self._service.names, self._service.languages())
        await InteractionAnswer(interaction, is_private=True).finish(reply)
