"""What is kept of members and servers, and how they get rid of it."""

import logging

import discord
from discord import app_commands
from discord.ext import commands

from bot import moderationtexts
from bot.cogs import staff
from bot.errors import StoreError
from bot.jobs import Jobs
from bot.models import Reply, Tone
from bot.rendering import say
from bot.store import Store
from bot.ui.interactions import Interaction
from bot.ui.private import tell_privately

log = logging.getLogger(__name__)


class PrivacyCog(commands.Cog):
    """``/privacy``, and forgetting servers that the bot left.

    Args:
        bot: the connected client.
        store: forgets.
        jobs: what is under way of members and on servers that are forgotten.
        keep_code_days: for how long programs are kept that stand in no message.
        keep_history_days: for how long it is kept what ran.
    """

    privacy = app_commands.Group(
        name="privacy",
        description=moderationtexts.PRIVACY_DESCRIPTION,
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=True, private_channel=True
        ),
    )

    def __init__(
        self,
        bot: commands.AutoShardedBot,
        store: Store,
        jobs: Jobs,
        *,
        keep_code_days: float,
        keep_history_days: float,
    ) -> None:
        self._bot = bot
        self._store = store
        self._jobs = jobs
        self._keep_code_days = keep_code_days
        self._keep_history_days = keep_history_days

    @privacy.command(name="about", description=moderationtexts.PRIVACY_ABOUT_DESCRIPTION)
    async def about(self, interaction: Interaction) -> None:
        """Say what is kept."""
        words = moderationtexts.privacy_about(self._keep_code_days, self._keep_history_days)
        await tell_privately(interaction, say(moderationtexts.PRIVACY_TITLE, words, Tone.INFO))

    @privacy.command(name="delete", description=moderationtexts.PRIVACY_DELETE_DESCRIPTION)
    async def delete(self, interaction: Interaction) -> None:
        """Forget what is kept of who asks."""

        async def work() -> Reply:
            # First, or what ends later would be written down anew.
            await self._jobs.forget(interaction.user.id)
            await self._store.erase_member(interaction.user.id)
            log.info("member %d was erased", interaction.user.id)
            return say(moderationtexts.DONE, moderationtexts.PRIVACY_DELETED, Tone.OK)

        await staff.answer(interaction, work)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Forget a server that the bot was taken from."""
        await self._erase(guild.id)

    @commands.Cog.listener()
    async def on_servers_known(self, shard_id: int, shards: int, here: frozenset[int]) -> None:
        """Forget the servers of a shard that the bot was taken from while it heard nothing.

        Args:
            shard_id: which shard began a session.
            shards: how many there are; servers of the others are not told of here.
            here: those where the bot is a member.
        """
        try:
            known = await self._store.guilds()
        except StoreError as error:
            log.error("the servers that are left were not looked up: %s", error)  # noqa: TRY400
            return
        for guild_id in known:
            is_of_shard = (guild_id >> 22) % shards == shard_id
            is_here = guild_id in here or self._is_member(guild_id)
            if is_of_shard and not is_here:
                await self._erase(guild_id)

    def _is_member(self, guild_id: int) -> bool:
        return self._bot.get_guild(guild_id) is not None

    async def _erase(self, guild_id: int) -> None:
        # First, or what ends later would be written down anew.
        await self._jobs.leave(guild_id, self._is_member)
        try:
            await self._store.erase_guild(guild_id)
        except StoreError as error:
            log.error("guild %d was not erased: %s", guild_id, error)  # noqa: TRY400
        else:
            log.info("guild %d: the bot is no member any more; all about it was erased", guild_id)
