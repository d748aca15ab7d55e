"""What happens before a server's settings: they are shown, changed, asked about, and told of."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import discord

from bot import settingtexts as texts
from bot.endings import may_not_attach
from bot.errors import OutdatedError, RefusedError
from bot.models import Reply, ReplyFile, Tone
from bot.rendering import say
from bot.settings.describe import page_text
from bot.settings.file import FILE_BYTES, from_yaml, readable_text, to_yaml
from bot.settings.keeper import Changed, Kept, SettingsKeeper
from bot.settings.lockouts import lockouts
from bot.settings.named import NOTHING, Named
from bot.settings.panel import Page, Press, Spot
from bot.settings.server import Server
from bot.settings.values import ServerSettings
from bot.speech import _, speaking
from bot.store import AuditEntry
from bot.ui.answers import DISCORD_FAILURES
from bot.ui.convert import FORMS, caller_of, discord_files, payload
from bot.ui.interactions import Interaction
from bot.ui.ordinary import is_answered
from bot.ui.panel import confirm_view, panel_view
from bot.ui.private import send_privately
from bot.ui.servers import write_to_log

_AUDIT_ENTRIES = 5
_TRIES = 5
_FILE_NAME = "settings.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Where somebody sits before a server's settings."""

    interaction: Interaction
    guild: discord.Guild
    server: Server

    @property
    def server_locale(self) -> str:
        """The language in which the server's own affairs are written down."""
        return str(self.guild.preferred_locale)


class SettingsDesk:
    """Shows and changes settings for whoever may.

    Its methods raise `RefusedError`, and what `SettingsKeeper` and discord.py raise.

    Args:
        client: the connected client, for log channels.
        keeper: keeps the settings.
    """

    def __init__(self, client: discord.Client, keeper: SettingsKeeper) -> None:
        self._client = client
        self._keeper = keeper

    async def change(
        self, seat: Seat, spot: Spot, change: Callable[[ServerSettings], ServerSettings]
    ) -> None:
        """Change the settings and show them; what would lock moderators out is asked about first.

        If somebody else is faster, ``change`` is made again to what they made.
        """
        await self._change(seat, spot, lambda kept: (change(kept.settings), []))

    async def replace(
        self, seat: Seat, spot: Spot, settings: ServerSettings, *, version: int | None = None
    ) -> None:
        """Put whole settings in place of all that was set, by a file or as text.

        What leaves nothing of what was set is asked about first, too.

        Args:
            seat: who wants it.
            spot: where in the panel they are.
            settings: what is to hold.
            version: of the settings that they were made from; `None` is any.
        """

        def change(kept: Kept) -> tuple[ServerSettings, list[str]]:
            if version is not None and kept.version != version:
                raise OutdatedError("The settings were changed since they were shown as text.")
            is_reset = settings == ServerSettings() != kept.settings
            return settings, [texts.RESET_MEANS] if is_reset else []

        await self._change(seat, spot, change)

    async def _change(
        self, seat: Seat, spot: Spot, change: Callable[[Kept], tuple[ServerSettings, list[str]]]
    ) -> None:
        for _try in range(_TRIES):
            kept = await self._keeper.read(seat.guild.id)
            settings, reasons = change(kept)
            readable_text(settings)  # before the question, and told in the words of the panel
            caller = caller_of(seat.interaction)
            known = lockouts(kept.settings, seat.server, caller)
            reasons += [r for r in lockouts(settings, seat.server, caller) if r not in known]
            if reasons:
                await self.ask(seat, spot, settings, reasons, version=kept.version)
                return
            with suppress(OutdatedError):
                changed = await self._put(seat, settings, kept.version)
                await self._show_and_tell(seat, spot, changed)
                return
        raise OutdatedError("Others change the settings all the time.")

    async def _put(self, seat: Seat, settings: ServerSettings, version: int) -> Changed:
        with speaking(seat.server_locale):  # what is kept is for everybody there
            return await self._keeper.change(
                seat.guild.id, seat.interaction.user.id, lambda _: settings, version=version
            )

    async def _show_and_tell(self, seat: Seat, spot: Spot, changed: Changed) -> None:
        try:
            await self.show(seat, spot, changed.kept)
        finally:  # the change holds, whether the panel can be shown or not
            warning = await self._tell(seat, changed)
        if warning is not None:
            await self.show(seat, spot, changed.kept, warning)

    async def _tell(self, seat: Seat, changed: Changed) -> str | None:
        """Tell the log channel what changed, also one that was the log channel until now."""
        if not changed.lines:
            return None
        with speaking(seat.server_locale):
            words = texts.log_lines(seat.interaction.user.id, changed.lines)
            reply = say(texts.CHANGED_TITLE, words, Tone.INFO)
        channels = (changed.before.log_channel_id, changed.kept.settings.log_channel_id)
        warnings = [
            await write_to_log(self._client, channel_id, reply)
            for channel_id in dict.fromkeys(channels)
        ]
        return "\n".join(filter(None, warnings)) or None

    async def ask(
        self,
        seat: Seat,
        spot: Spot,
        settings: ServerSettings,
        reasons: Sequence[str],
        *,
        version: int,
    ) -> None:
        """Ask whether ``settings`` are meant; they lie beside the question, as nothing keeps them.

        Args:
            seat: who is asked.
            spot: where in the panel they are.
            settings: what would hold.
            reasons: why it is better to ask.
            version: of the settings that these would replace.
        """
        reply = say(texts.CONFIRM_TITLE, texts.confirm(reasons), Tone.REFUSED)
        text = await asyncio.to_thread(to_yaml, settings)
        reply = replace(reply, files=(_as_file(text),))
        try:
            await _replace(seat.interaction, reply, confirm_view(spot, version))
        except discord.Forbidden:
            raise RefusedError(may_not_attach((_FILE_NAME,))) from None

    async def ask_to_reset(self, seat: Seat, spot: Spot, reason: str) -> None:
        """Ask whether everything is to be as at first."""
        version = await self._keeper.version(seat.guild.id)
        await self.ask(seat, spot, ServerSettings(), [reason], version=version)

    async def confirmed(self, seat: Seat, press: Press) -> None:
        """Do what was asked about: it stands in the file that the question came with."""
        message = seat.interaction.message
        if message is None or not message.attachments or press.version is None:
            raise RefusedError(texts.FILE_GONE)
        settings = await read_file(message.attachments[0], None)
        if settings == ServerSettings():
            with speaking(seat.server_locale):
                changed = await self._keeper.reset(
                    seat.guild.id, seat.interaction.user.id, version=press.version
                )
        else:
            changed = await self._put(seat, settings, press.version)
        await self._show_and_tell(seat, press.spot, changed)

    async def export(self, seat: Seat) -> None:
        """Give the settings out as a file."""
        kept = await self._keeper.read(seat.guild.id)
        reply = say(texts.TITLE, texts.EXPORTED, Tone.INFO)
        text = await asyncio.to_thread(to_yaml, kept.settings)
        try:
            await hand_out(seat.interaction, reply, text)
        except discord.Forbidden:
            raise RefusedError(may_not_attach((_FILE_NAME,))) from None

    async def show(self, seat: Seat, spot: Spot, kept: Kept, warning: str = "") -> None:
        """Show a page, below a ``warning`` if there is one."""
        audit: Sequence[AuditEntry] = ()
        if spot.page is Page.LOG:
            audit = await self._keeper.audit(seat.guild.id, _AUDIT_ENTRIES)
        words = page_text(spot, kept.settings, seat.server, audit)
        label, _about = texts.PAGE_NAMES[spot.page]
        reply = say(f"{texts.TITLE}: {_(label)}", f"{warning}\n\n{words}".strip(), Tone.INFO)
        await _replace(seat.interaction, reply, panel_view(spot, kept.settings, seat.server))


async def _replace(interaction: Interaction, reply: Reply, view: discord.ui.View) -> None:
    """Show ``reply`` in the panel that was pressed, or in a new one of the asker's own."""
    try:
        if not interaction.response.is_done():
            await _show_first(interaction, reply, view)
            return
    except discord.HTTPException as error:
        if not is_answered(error):
            raise
    embeds = payload(reply, FORMS[0], interaction.user.id).embeds
    files = list(discord_files(reply.files))
    await interaction.edit_original_response(embeds=embeds, view=view, attachments=files)


async def _show_first(interaction: Interaction, reply: Reply, view: discord.ui.View) -> None:
    embeds = payload(reply, FORMS[0], interaction.user.id).embeds
    files = list(discord_files(reply.files))
    response = interaction.response
    if interaction.message is not None:
        await response.edit_message(embeds=embeds, view=view, attachments=files)
    else:
        await response.send_message(embeds=embeds, view=view, files=files, ephemeral=True)


async def read_file(
    file: discord.Attachment, server: Server | None, kept: Named = NOTHING
) -> ServerSettings:
    """Return the settings in an attached file, as `from_yaml` does."""
    if file.size > FILE_BYTES:
        raise RefusedError(texts.FILE_TOO_LARGE)
    try:
        data = await file.read()
    except DISCORD_FAILURES:
        raise RefusedError(texts.FILE_GONE) from None
    return await asyncio.to_thread(from_yaml, data, server, kept)


async def hand_out(interaction: Interaction, reply: Reply, text: str) -> None:
    """Answer with settings as a file, which the asker alone sees.

    Raises:
        discord.DiscordException: Discord does not take it.
    """
    await send_privately(interaction, reply, (_as_file(text),))


def _as_file(text: str) -> ReplyFile:
    return ReplyFile(name=_FILE_NAME, content=text.encode("utf-8", "replace"))
