"""A server as its settings see it, and its log channel."""

import logging

import discord

from bot import settingtexts
from bot.languages import LanguageNames
from bot.models import Reply, Rules
from bot.settings.server import Server
from bot.ui.answers import DISCORD_FAILURES
from bot.ui.convert import FORMS, payload

log = logging.getLogger(__name__)

_NOT_FOR_WRITING = (discord.CategoryChannel,)


def server_of(guild: discord.Guild, names: LanguageNames, operator: Rules) -> Server:
    """Return what the settings of ``guild`` can speak of."""
    channels = [one for one in guild.channels if not isinstance(one, _NOT_FOR_WRITING)]
    managing = (
        role
        for role in guild.roles
        if not role.managed and (role.permissions.manage_guild or role.permissions.administrator)
    )
    return Server(
        guild_id=guild.id,
        names=names,
        channel_ids=frozenset(one.id for one in (*channels, *guild.threads)),
        role_ids=frozenset(role.id for role in guild.roles),
        managing_role_ids=frozenset(role.id for role in managing),
        operator=operator,
        parent_ids={thread.id: thread.parent_id for thread in guild.threads},
    )


def chosen_locale(guild: discord.Guild) -> str | None:
    """Return the language that a server chose; `None` if it could not choose one.

    Only Community servers can; all others are American English for Discord (docs: guild).
    """
    locale = guild.preferred_locale
    is_chosen = "COMMUNITY" in guild.features or locale is not discord.Locale.american_english
    return str(locale) if is_chosen else None


async def write_to_log(client: discord.Client, channel_id: int | None, reply: Reply) -> str | None:
    """Write ``reply`` into a server's log channel.

    Returns:
        What to tell the moderator if that is not possible; `None` if it was, or there is none.
    """
    if channel_id is None or await write_into(client, channel_id, reply):
        return None
    return settingtexts.log_failed(channel_id)


async def write_into(client: discord.Client, channel_id: int, reply: Reply) -> bool:
    """Write ``reply`` into a channel; without the right to embeds, as plain text.

    Returns:
        Whether that was possible.
    """
    channel = client.get_partial_messageable(channel_id)
    for form in (FORMS[1], FORMS[3]):
        made = payload(reply, form, 0)
        try:
            await channel.send(made.content, embeds=made.embeds)
        except discord.Forbidden:
            continue
        except DISCORD_FAILURES as error:
            log.warning("channel %d: could not be written to: %s", channel_id, error)
            break
        return True
    return False
