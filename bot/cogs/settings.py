"""``/settings``: a panel, windows and files by which a server's managers change its settings."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

import discord
from discord import app_commands
from discord.ext import commands

from bot import settingproblems
from bot import settingtexts as texts
from bot.cogs.errors import logged
from bot.cogs.settingsdesk import Seat, SettingsDesk, hand_out, read_file
from bot.cogs.staff import in_time
from bot.errors import OutdatedError, RefusedError, StoreError
from bot.escaping import quote
from bot.guide import help_reply
from bot.models import Rules, Tone
from bot.rendering import say
from bot.service import RunService
from bot.settings.changes import edited
from bot.settings.choices import chosen
from bot.settings.file import SettingsFileError, from_yaml, to_yaml
from bot.settings.keeper import SettingsKeeper
from bot.settings.named import named_in
from bot.settings.panel import Page, Press, Spot, What, moved
from bot.speech import speaking
from bot.ui.answers import DISCORD_FAILURES
from bot.ui.convert import caller_of, is_known
from bot.ui.interactions import Interaction, acknowledge
from bot.ui.modals import filled_in
from bot.ui.panel import choice_of, panel_item
from bot.ui.private import tell_privately
from bot.ui.servers import chosen_locale, server_of, write_into
from bot.ui.settingwindows import (
    fits_into_a_window,
    press_of_window,
    text_of_window,
    text_window,
    typed_values,
    window_for,
)

log = logging.getLogger(__name__)

_WINDOWS = {
    What.EDIT_LIMITS,
    What.EDIT_SIZES,
    What.EDIT_LANGUAGE,
    What.EDIT_WELCOME,
    What.IMPORT,
}


class SettingsCog(commands.Cog):
    """Shows and changes settings. Manage Server is asked for at each press, as it is then.

    Args:
        bot: the connected client.
        service: knows the languages.
        keeper: keeps the settings.
        rules: the operator's, which no server widens.
        prefixes: words that begin a message to the bot, for the help.
    """

    def __init__(
        self,
        bot: commands.Bot,
        service: RunService,
        keeper: SettingsKeeper,
        rules: Rules,
        *,
        prefixes: Sequence[str],
    ) -> None:
        self._bot = bot
        self._service = service
        self._keeper = keeper
        self._desk = SettingsDesk(bot, keeper)
        self._rules = rules
        self._prefixes = tuple(prefixes)
        self._item = panel_item(self.pressed)

    async def cog_load(self) -> None:
        """Recognise the controls of panels from before a restart."""
        self._bot.add_dynamic_items(self._item)

    async def cog_unload(self) -> None:
        """Forget them."""
        self._bot.remove_dynamic_items(self._item)

    @app_commands.command(name="settings", description=texts.COMMAND_DESCRIPTION)
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.describe(file=texts.OPTION_FILE)
    async def settings(
        self, interaction: Interaction, file: discord.Attachment | None = None
    ) -> None:
        """Open the panel, or take a file over."""

        async def work(seat: Seat) -> None:
            if file is None:
                async with in_time(interaction):
                    await self._open(seat)
            else:
                await interaction.response.defer(ephemeral=True, thinking=True)
                kept = named_in((await self._keeper.read(seat.guild.id)).settings)
                settings = await read_file(file, seat.server, kept)
                await self._desk.replace(seat, Spot(page=Page.LOG), settings)

        await self._guarded(interaction, work)

    async def pressed(self, interaction: Interaction, press: Press, values: list[str]) -> None:
        """Do what a control of the panel says. Never raises."""
        if press.what in _WINDOWS:  # which open at once or not at all
            await self._guarded(interaction, lambda seat: self._open_window(seat, press))
            return

        async def work(seat: Seat) -> None:
            async with in_time(interaction, changes_message=True):
                await self._act(seat, press, values)

        await self._guarded(interaction, work)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Do what a submitted window of the panel says, perhaps one from before a restart."""
        if press := press_of_window(interaction):
            typed = {key: str(value or "") for key, value in filled_in(interaction).items()}
            text = text_of_window(typed)

            async def work(seat: Seat) -> None:
                async with in_time(interaction, changes_message=interaction.message is not None):
                    await self._submitted(seat, press, typed)

            await self._guarded(interaction, work, text)

    async def _guarded(
        self, interaction: Interaction, work: Callable[[Seat], Awaitable[None]], text: str = ""
    ) -> None:
        """Do ``work``; if it is refused, give ``text`` back, which somebody typed for it."""
        locale = chosen_locale(interaction.guild) if interaction.guild else None
        with speaking(locale or str(interaction.locale)):
            await self._tried(interaction, work, text)

    async def _tried(
        self, interaction: Interaction, work: Callable[[Seat], Awaitable[None]], text: str
    ) -> None:
        try:
            await work(self._seat(interaction))
        except RefusedError as problem:
            await _refuse(interaction, str(problem), text)
        except SettingsFileError as problem:
            await _refuse(interaction, "\n".join(problem.reasons), text)
        except OutdatedError:
            await _refuse(interaction, texts.OUTDATED, text)
        except StoreError as error:
            log.error("settings: %s", error)  # noqa: TRY400
            await _refuse(interaction, texts.STORE_FAILED, text)
        except DISCORD_FAILURES as error:
            log.warning("settings: could not be shown: %s", error)
        except Exception as error:  # noqa: BLE001 - the border to Discord: logged, never silence
            await tell_privately(interaction, logged(error, "settings"))

    def _seat(self, interaction: Interaction) -> Seat:
        guild = interaction.guild
        if guild is None:
            raise RefusedError(texts.ONLY_IN_SERVERS)
        if not interaction.permissions.manage_guild:
            raise RefusedError(texts.NOT_A_MANAGER)
        if not is_known(guild):
            raise RefusedError(texts.STORE_FAILED)
        server = server_of(guild, self._service.names, self._rules)
        return Seat(interaction=interaction, guild=guild, server=server)

    async def _act(self, seat: Seat, press: Press, values: list[str]) -> None:
        if (spot := moved(press, values)) is not None:
            await self._desk.show(seat, spot, await self._keeper.read(seat.guild.id))
            return
        match press.what:
            case What.EXPORT:
                await self._desk.export(seat)
            case What.POST_WELCOME:
                await self._post_welcome(seat)
            case What.RESET:
                await self._desk.ask_to_reset(seat, press.spot, texts.RESET_MEANS)
            case What.CONFIRM:
                await self._desk.confirmed(seat, press)
            case _:
                here = _main_channel_id(seat.interaction)
                choice = choice_of(seat.interaction.message, press, values)
                await self._desk.change(
                    seat,
                    press.spot,
                    lambda settings: chosen(press, choice, settings, seat.server, here),
                )

    async def _open_window(self, seat: Seat, press: Press) -> None:
        kept = await self._keeper.read(seat.guild.id)
        if press.what is not What.IMPORT:
            await seat.interaction.response.send_modal(window_for(press, kept.settings))
            return
        text = await asyncio.to_thread(to_yaml, kept.settings)
        if not fits_into_a_window(text):
            raise RefusedError(settingproblems.TOO_LONG_FOR_A_WINDOW)
        await seat.interaction.response.send_modal(text_window(press, text, kept.version))

    async def _submitted(self, seat: Seat, press: Press, typed: dict[str, str]) -> None:
        if press.what is What.IMPORT:
            data = text_of_window(typed).encode("utf-8", "replace")
            kept = named_in((await self._keeper.read(seat.guild.id)).settings)
            settings = await asyncio.to_thread(from_yaml, data, seat.server, kept)
            await self._desk.replace(seat, press.spot, settings, version=press.version)
            return
        values = typed_values(typed)
        if (default := values.get("languages.default")) is not None:
            values["languages.default"] = self._own_name(str(default))
        await self._desk.change(seat, press.spot, lambda settings: edited(settings, values))

    def _own_name(self, typed: str) -> str:
        names = self._service.names
        if found := names.find(typed):
            return found.name
        near = " or ".join(quote(name) for name in names.nearest(typed))
        raise RefusedError(texts.unknown_language(quote(typed), near))

    async def _post_welcome(self, seat: Seat) -> None:
        kept = await self._keeper.read(seat.guild.id)
        mention = self._bot.user.mention if self._bot.user else ""
        names = await self._service.names_for(caller_of(seat.interaction))
        with speaking(seat.server_locale):  # everybody there reads it
            reply = help_reply(
                names,
                mention=mention,
                prefixes=self._prefixes,
                welcome=kept.settings.welcome,
            )
        await acknowledge(seat.interaction)  # writing may take longer than Discord waits
        channel_id = seat.interaction.channel_id or 0
        if not await write_into(self._bot, channel_id, reply):
            raise RefusedError(texts.post_failed(channel_id))

    async def _open(self, seat: Seat) -> None:
        try:
            kept = await self._keeper.read(seat.guild.id)
        except StoreError as error:
            if not await self._keeper.is_unreadable(seat.guild.id):
                raise
            log.error("settings: %s", error)  # noqa: TRY400
            await self._desk.ask_to_reset(seat, Spot(page=Page.LOG), texts.UNREADABLE_RESET)
            return
        await self._desk.show(seat, Spot(), kept)


async def _refuse(interaction: Interaction, sentence: str, text: str = "") -> None:
    """Say why nothing is done; ``text`` is what somebody typed in vain, to be given back."""
    if text:
        words = f"{sentence}\n{settingproblems.TYPED_IS_KEPT}"
        try:
            await hand_out(interaction, say(texts.REFUSED, words, Tone.REFUSED), text)
        except DISCORD_FAILURES as error:
            log.warning("settings: what was typed could not be given back: %s", error)
        else:
            return
    await tell_privately(interaction, say(texts.REFUSED, sentence, Tone.REFUSED))


def _main_channel_id(interaction: Interaction) -> int:
    channel = interaction.channel
    if isinstance(channel, discord.Thread):
        return channel.parent_id
    return interaction.channel_id or 0
