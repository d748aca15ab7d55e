"""Plain values into Discord's objects and back."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import discord

from bot import endings
from bot.controls import with_output_button
from bot.models import Caller, Reply, ReplyFile, Tone
from bot.ui.controls import view_of

_COLOURS = {
    Tone.OK: 0x57A773,
    Tone.FAILED: 0xD64545,
    Tone.LIMIT: 0xE08E45,
    Tone.STOPPED: 0x8A8F98,
    Tone.RUNNING: 0x4F7CAC,
    Tone.REFUSED: 0xE3B23C,
    Tone.INFO: 0x4F7CAC,
    Tone.OURS: 0x9B5DE5,
}


@dataclass(frozen=True, slots=True)
class Form:
    """In what form a reply is sent; a channel may not let the bot use embeds or files."""

    embeds: bool
    files: bool


FORMS = (Form(True, True), Form(True, False), Form(False, True), Form(False, False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What a message is made of, ready for `send` and `edit`; files can be sent once."""

    content: str | None
    embeds: list[discord.Embed]
    files: list[discord.File]
    view: discord.ui.View | None
    unattached: tuple[ReplyFile, ...]


def payload(reply: Reply, form: Form, owner_id: int) -> Payload:
    """Return ``reply`` in that form, with the buttons of the member ``owner_id``.

    Files that may not be attached are named instead, and a button shows them to who presses it.
    """
    files = reply.files if form.embeds else reply.text_files
    content = None if form.embeds else reply.text
    unattached: tuple[ReplyFile, ...] = ()
    if files and not form.files:
        missing = endings.may_not_attach(tuple(file.name for file in files))
        content = f"{content}\n{missing}" if content else missing
        reply = with_output_button(reply)
        files, unattached = (), files
    return Payload(
        content=content,
        embeds=[_embed(reply)] if form.embeds else [],
        files=list(discord_files(files)),
        view=view_of(reply, owner_id),
        unattached=unattached,
    )


def _embed(reply: Reply) -> discord.Embed:
    embed = discord.Embed(
        title=reply.title, description=reply.description or None, colour=_COLOURS[reply.tone]
    )
    if reply.footer:
        embed.set_footer(text=reply.footer)
    return embed


def discord_files(files: Sequence[ReplyFile]) -> Iterator[discord.File]:
    """Return ``files`` ready to be sent, once."""
    return (discord.File(io.BytesIO(file.content), filename=file.name) for file in files)


def caller_of(source: discord.Message | discord.Interaction[discord.Client]) -> Caller:
    """Return who asks and where."""
    user = source.author if isinstance(source, discord.Message) else source.user
    channel = source.channel
    member = user if isinstance(user, discord.Member) else None
    is_bot_member = isinstance(source, discord.Message) or source.is_guild_integration()
    guild = source.guild if is_bot_member else None
    return Caller(
        user_id=user.id,
        channel_id=channel.id if channel else 0,
        parent_channel_id=channel.parent_id if isinstance(channel, discord.Thread) else None,
        guild_id=source.guild.id if source.guild else None,
        role_ids=frozenset(role.id for role in member.roles) if member else frozenset(),
        is_moderator=member is not None and _moderates(source, member),
        moderates_server=member is not None and member.guild_permissions.manage_messages,
        server_locale=str(source.guild.preferred_locale) if source.guild else None,
        is_bot_member=is_bot_member,
        server_ids=_ids_in(guild) if guild else None,
        is_server_known=guild is None or is_known(guild),
    )


def is_known(guild: discord.Guild) -> bool:
    """Return whether Discord has told what a server consists of; before that, there is its id alone."""
    return not guild.unavailable


def _ids_in(guild: discord.Guild) -> frozenset[int]:
    return frozenset(one.id for one in (*guild.channels, *guild.threads, *guild.roles))


def _moderates(
    source: discord.Message | discord.Interaction[discord.Client], member: discord.Member
) -> bool:
    if isinstance(source, discord.Interaction):
        return source.permissions.manage_messages  # as Discord counts them in that channel
    return member.guild_permissions.manage_messages
