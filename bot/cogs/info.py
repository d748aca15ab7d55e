"""``/help`` and ``/languages``."""

from collections.abc import Sequence

import discord
from discord import app_commands
from discord.ext import commands

from bot import advice, sizes, texts
from bot.guide import help_reply, languages_reply
from bot.models import Caller, Reply
from bot.service import RunService
from bot.ui.convert import caller_of
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
        caller = caller_of(interaction)
        reply = help_reply(
            await self._service.names_for(caller),
            mention=mention,
            prefixes=self._prefixes,
            welcome=await self._service.welcome_of(caller),
        )
        await self._answer(interaction, caller, reply)

    @app_commands.command(name="languages", description=texts.LANGUAGES_DESCRIPTION)
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.describe(search=advice.OPTION_SEARCH, page=advice.OPTION_PAGE)
    async def languages(
        self,
        interaction: discord.Interaction[discord.Client],
        *,
        search: str = "",
        page: app_commands.Range[int, 1] = 1,
    ) -> None:
        """List what can run, a page of it, or what is called like ``search``."""
        caller = caller_of(interaction)
        names = await self._service.names_for(caller)
        reply = languages_reply(names, search=search, page=page)
        await self._answer(interaction, caller, reply)

    async def _answer(
        self, interaction: discord.Interaction[discord.Client], caller: Caller, reply: Reply
    ) -> None:
        answer = InteractionAnswer(interaction, is_private=True)
        answer.may_write_directly = await self._service.answers_directly(caller)
        await answer.finish(reply)

    @languages.autocomplete("search")
    async def _complete_search(
        self, interaction: discord.Interaction[discord.Client], typed: str
    ) -> list[app_commands.Choice[str]]:
        found = await self._service.complete(typed, caller_of(interaction))
        return [app_commands.Choice(name=name, value=name) for name in found[: sizes.CHOICES]]
