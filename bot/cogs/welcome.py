"""The greeting of a server that has just invited the bot."""

import logging

import discord
from discord.ext import commands

from bot.guide import welcome_reply
from bot.models import Caller
from bot.service import RunService
from bot.ui.answers import DISCORD_FAILURES
from bot.ui.convert import FORMS, payload

log = logging.getLogger(__name__)


class WelcomeCog(commands.Cog):
    """Says once, in the channel where a server greets newcomers, how to run a program."""

    def __init__(self, bot: commands.Bot, service: RunService) -> None:
        self._bot = bot
        self._service = service

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Greet ``guild``, if it has a channel for that and the bot may write there."""
        channel, bot_user = guild.system_channel, self._bot.user
        if channel is None or bot_user is None:
            log.info("guild %d: joined; it has no channel for greetings", guild.id)
            return
        may = channel.permissions_for(guild.me)
        if not (may.view_channel and may.send_messages):
            log.info("guild %d: joined; I may not write where it greets newcomers", guild.id)
            return
        anybody = Caller(user_id=0, channel_id=channel.id, guild_id=guild.id)
        names = await self._service.names_for(anybody)
        reply = welcome_reply(names, mention=bot_user.mention)
        form = next(form for form in FORMS if may.embed_links or not form.embeds)
        made = payload(reply, form, bot_user.id)
        try:
            await channel.send(made.content, embeds=made.embeds)
        except DISCORD_FAILURES as error:
            log.warning("guild %d: could not be greeted: %s", guild.id, error)
