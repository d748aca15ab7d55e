"""``/owner``: what only who owns the bot may do, for all servers."""

import logging
import os
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import discord
from discord import app_commands
from discord.ext import commands

from bot import moderationtexts
from bot.cogs import staff
from bot.errors import RefusedError
from bot.listings import Listed, Listing, Listings, Page
from bot.models import Reply, Tone
from bot.moderating import parse_block_duration
from bot.owning import Owning
from bot.rendering import say
from bot.service import RunService
from bot.ui.answers import DISCORD_FAILURES
from bot.ui.interactions import Interaction
from bot.ui.pages import Whose, page_item

log = logging.getLogger(__name__)

_NO_ID = 1 << 63  # Discord's ids and the store's numbers end below


class OwnerCog(commands.Cog):
    """Serves the owner of the application, or its team, privately; Discord is asked who that is.

    Args:
        bot: the connected client.
        service: knows what runs.
        owning: does it.
        listings: shows what happened.
    """

    owner = app_commands.Group(
        name="owner",
        description=moderationtexts.OWNER_DESCRIPTION,
        default_permissions=discord.Permissions(administrator=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=True, private_channel=False
        ),
    )

    def __init__(
        self,
        bot: commands.AutoShardedBot,
        service: RunService,
        owning: Owning,
        listings: Listings,
    ) -> None:
        self._bot = bot
        self._service = service
        self._owning = owning
        self._listings = listings
        self._page_item = page_item(Whose.OWNER, self._show)

    async def cog_load(self) -> None:
        """Recognise the buttons of lists from before a restart."""
        self._bot.add_dynamic_items(self._page_item)

    async def cog_unload(self) -> None:
        """Forget them."""
        self._bot.remove_dynamic_items(self._page_item)

    @owner.command(name="block", description=moderationtexts.OWNER_BLOCK_DESCRIPTION)
    @app_commands.describe(
        person=moderationtexts.OPTION_PERSON,
        server=moderationtexts.OPTION_SERVER,
        reason=moderationtexts.OPTION_REASON,
        duration=moderationtexts.OPTION_DURATION,
    )
    async def block(
        self,
        interaction: Interaction,
        *,
        person: discord.User | None = None,
        server: str = "",
        reason: app_commands.Range[str, 0, 300] = "",
        duration: str = "",
    ) -> None:
        """Block a person everywhere, or a whole server."""

        async def work() -> Reply:
            user_id, guild_id = _one_of(person, server)
            if user_id == interaction.user.id:
                raise RefusedError(moderationtexts.NOT_YOURSELF)
            seconds = parse_block_duration(duration)
            return await self._owning.block(
                interaction.user.id,
                user_id=user_id,
                guild_id=guild_id,
                seconds=seconds,
                reason=reason,
            )

        await self._answer(interaction, work)

    @owner.command(name="unblock", description=moderationtexts.OWNER_UNBLOCK_DESCRIPTION)
    @app_commands.describe(
        person=moderationtexts.OPTION_PERSON, server=moderationtexts.OPTION_SERVER
    )
    async def unblock(
        self, interaction: Interaction, *, person: discord.User | None = None, server: str = ""
    ) -> None:
        """Lift such a block."""

        async def work() -> Reply:
            user_id, guild_id = _one_of(person, server)
            return await self._owning.unblock(
                interaction.user.id, user_id=user_id, guild_id=guild_id
            )

        await self._answer(interaction, work)

    @owner.command(name="blocks", description=moderationtexts.OWNER_BLOCKS_DESCRIPTION)
    async def blocks(self, interaction: Interaction) -> None:
        """Show the owner's blocks."""
        await self._show(interaction, Page(listed=Listed.BLOCKS))

    @owner.command(name="maintenance", description=moderationtexts.MAINTENANCE_DESCRIPTION)
    @app_commands.describe(
        running=moderationtexts.OPTION_MAINTENANCE, message=moderationtexts.OPTION_MESSAGE
    )
    async def maintenance(
        self,
        interaction: Interaction,
        *,
        running: bool,
        message: app_commands.Range[str, 0, 500] = "",
    ) -> None:
        """Run nothing for a while, or programs again."""
        by_id = interaction.user.id

        async def work() -> Reply:
            if running:
                return await self._owning.begin_maintenance(by_id, message)
            return await self._owning.end_maintenance(by_id)

        await self._answer(interaction, work)

    @owner.command(name="log", description=moderationtexts.OWNER_LOG_DESCRIPTION)
    async def log(self, interaction: Interaction) -> None:
        """Show what was done by these commands."""
        await self._show(interaction, Page(listed=Listed.LOG))

    @owner.command(name="health", description=moderationtexts.HEALTH_DESCRIPTION)
    async def health(self, interaction: Interaction) -> None:
        """Show load, memory and shards."""

        async def work() -> Reply:
            servers = Counter(guild.shard_id for guild in self._bot.guilds)
            words = moderationtexts.health(
                self._service.load(),
                languages=len(self._service.names.names),
                servers=len(self._bot.guilds),
                memory_bytes=_resident_bytes(),
                shards=[
                    (number, seconds, servers[number]) for number, seconds in self._bot.latencies
                ],
            )
            return say(moderationtexts.HEALTH_TITLE, words, Tone.INFO)

        await self._answer(interaction, work)

    @owner.command(name="reload", description=moderationtexts.RELOAD_DESCRIPTION)
    async def reload(self, interaction: Interaction) -> None:
        """Read the languages anew."""

        async def work() -> Reply:
            problem = await self._service.reload_languages()
            if problem is not None:
                raise RefusedError(problem)
            await self._owning.note_reload(interaction.user.id)
            words = moderationtexts.reloaded(self._service.names.names)
            return say(moderationtexts.DONE, words, Tone.OK)

        await self._answer(interaction, work)

    async def _show(self, interaction: Interaction, page: Page) -> None:
        await self._answer(interaction, lambda: self._listings.show(page, None))

    async def _answer(
        self, interaction: Interaction, work: Callable[[], Awaitable[Reply | Listing]]
    ) -> None:
        async def checked() -> Reply | Listing:
            try:
                is_owner = await self._bot.is_owner(interaction.user)
            except DISCORD_FAILURES as error:
                log.warning("nobody knows who the owner is: %s", error)
                return say(moderationtexts.STORE_FAILED, "", Tone.OURS)
            if not is_owner:
                raise RefusedError(moderationtexts.NOT_THE_OWNER)
            return await work()

        await staff.answer(interaction, checked, Whose.OWNER)


def _one_of(person: discord.User | None, server: str) -> tuple[int | None, int | None]:
    """Return whom or which server is meant.

    Raises:
        RefusedError: neither, both, or no id.
    """
    if (person is None) == (not server.strip()):
        raise RefusedError(moderationtexts.ONE_OF_BOTH)
    if person is not None:
        return person.id, None
    typed = server.strip()
    if not (typed.isascii() and typed.isdecimal() and 0 < int(typed[:20]) < _NO_ID):
        raise RefusedError(moderationtexts.BAD_SERVER)
    return None, int(typed)


def _resident_bytes() -> int:
    """Return the memory that this process has, from /proc/self/statm (proc(5))."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
