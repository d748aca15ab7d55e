"""``/moderate`` and ``/runs``: what a server's moderators may do and see."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot import listtexts, moderationtexts, sizes
from bot.chart import chart, ranked
from bot.cogs import staff
from bot.errors import RefusedError
from bot.listings import Listed, Listing, Listings, Page
from bot.models import Caller, Reply, ReplyFile, Tone
from bot.moderating import Moderating, parse_block_duration
from bot.rendering import say
from bot.service import RunService
from bot.ui.convert import caller_of
from bot.ui.interactions import Interaction
from bot.ui.pages import Whose, page_item

Days = app_commands.Range[int, 1, 90]


class ModerateCog(commands.Cog):
    """Lets moderators act, privately. The permission is asked for again at each use.

    Args:
        bot: the connected client.
        service: knows the languages.
        moderating: does it.
        listings: shows what happened.
    """

    moderate = app_commands.Group(
        name="moderate",
        description=moderationtexts.MODERATE_DESCRIPTION,
        guild_only=True,
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        default_permissions=discord.Permissions(manage_messages=True),
    )

    def __init__(
        self,
        bot: commands.Bot,
        service: RunService,
        moderating: Moderating,
        listings: Listings,
    ) -> None:
        self._bot = bot
        self._service = service
        self._moderating = moderating
        self._listings = listings
        self._page_item = page_item(Whose.MODERATORS, self._show)

    async def cog_load(self) -> None:
        """Recognise the buttons of lists from before a restart."""
        self._bot.add_dynamic_items(self._page_item)

    async def cog_unload(self) -> None:
        """Forget them."""
        self._bot.remove_dynamic_items(self._page_item)

    @moderate.command(name="block", description=moderationtexts.BLOCK_DESCRIPTION)
    @app_commands.describe(
        member=moderationtexts.OPTION_MEMBER,
        reason=moderationtexts.OPTION_REASON,
        duration=moderationtexts.OPTION_DURATION,
    )
    async def block(
        self,
        interaction: Interaction,
        member: discord.User,
        *,
        reason: app_commands.Range[str, 0, 300] = "",
        duration: str = "",
    ) -> None:
        """Let a member run nothing here."""

        async def work(caller: Caller) -> Reply:
            if member.id == caller.user_id:
                raise RefusedError(moderationtexts.NOT_YOURSELF)
            if member.id == interaction.client.application_id:
                raise RefusedError(moderationtexts.NOT_ME)
            seconds = parse_block_duration(duration)
            return await self._moderating.block(caller, member.id, seconds=seconds, reason=reason)

        await self._answer(interaction, work)

    @moderate.command(name="unblock", description=moderationtexts.UNBLOCK_DESCRIPTION)
    @app_commands.describe(member=moderationtexts.OPTION_MEMBER)
    async def unblock(self, interaction: Interaction, member: discord.User) -> None:
        """Lift a block."""
        await self._answer(interaction, lambda caller: self._moderating.unblock(caller, member.id))

    @moderate.command(name="blocks", description=moderationtexts.BLOCKS_DESCRIPTION)
    async def blocks(self, interaction: Interaction) -> None:
        """Show who is blocked."""
        await self._show(interaction, Page(listed=Listed.BLOCKS))

    @moderate.command(name="stop", description=moderationtexts.STOP_DESCRIPTION)
    @app_commands.describe(member=moderationtexts.OPTION_STOP_MEMBER)
    async def stop(self, interaction: Interaction, member: discord.User | None = None) -> None:
        """Stop runs."""
        user_id = member.id if member else None
        await self._answer(interaction, lambda caller: self._moderating.stop(caller, user_id))

    @moderate.command(name="log", description=moderationtexts.LOG_DESCRIPTION)
    async def log(self, interaction: Interaction) -> None:
        """Show who changed what."""
        await self._show(interaction, Page(listed=Listed.LOG))

    @moderate.command(name="statistics", description=moderationtexts.STATISTICS_DESCRIPTION)
    @app_commands.describe(days=moderationtexts.OPTION_DAYS)
    async def statistics(self, interaction: Interaction, days: Days = 14) -> None:
        """Show how many programs ran."""
        await self._answer(interaction, lambda caller: self._statistics(caller, days))

    @app_commands.command(name="runs", description=moderationtexts.RUNS_DESCRIPTION)
    @app_commands.guild_only()
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.default_permissions(manage_messages=True)
    @app_commands.describe(
        member=moderationtexts.OPTION_RUNS_MEMBER, language=moderationtexts.OPTION_RUNS_LANGUAGE
    )
    async def runs(
        self, interaction: Interaction, *, member: discord.User | None = None, language: str = ""
    ) -> None:
        """Show what ran."""
        named = self._service.names.find(language.strip()) if language.strip() else None
        chosen = named.name if named else language.strip()[:60] or None
        user_id = member.id if member else None
        page = Page(listed=Listed.RUNS, user_id=user_id, language=chosen)
        await self._show(interaction, page)

    @runs.autocomplete("language")
    async def _complete_language(
        self, _: Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        names = self._service.names.complete(typed)[: sizes.CHOICES]
        return [app_commands.Choice(name=name, value=name) for name in names]

    async def _show(self, interaction: Interaction, page: Page) -> None:
        await self._answer(
            interaction, lambda caller: self._listings.show(page, caller.kept_guild_id)
        )

    async def _statistics(self, caller: Caller, asked_days: int) -> Reply:
        days = self._moderating.countable_days(asked_days)
        if not days:
            return say(listtexts.STATISTICS_TITLE, listtexts.NOTHING_KEPT, Tone.INFO)
        counts, first_day = await self._moderating.per_day(caller, days)
        other = listtexts.OTHER_LANGUAGES
        languages = ranked(counts, other=other)
        total = sum(count for _, count in languages)
        words = listtexts.statistics(total, days, languages) if total else listtexts.NOTHING_RAN
        if days < asked_days:
            words = f"{words}\n{listtexts.kept_for(self._moderating.keep_history_days)}"
        reply = say(listtexts.STATISTICS_TITLE, words, Tone.INFO)
        if not total:
            return reply
        picture = await asyncio.to_thread(chart, counts, first_day, other=other)
        return replace(reply, files=(ReplyFile(name="runs.png", content=picture),))

    async def _answer(
        self, interaction: Interaction, work: Callable[[Caller], Awaitable[Reply | Listing]]
    ) -> None:
        async def checked() -> Reply | Listing:
            caller = caller_of(interaction)
            _check(caller)
            return await work(caller)

        await staff.answer(interaction, checked)


def _check(caller: Caller) -> None:
    """Refuse who does not moderate a server here.

    Raises:
        RefusedError: they do not.
    """
    if caller.kept_guild_id is None:
        raise RefusedError(moderationtexts.ONLY_IN_SERVERS)
    # A channel's own permissions reach no further than that channel.
    if not (caller.is_moderator and caller.moderates_server):
        raise RefusedError(moderationtexts.NOT_A_MODERATOR)
