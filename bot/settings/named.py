"""What a server's settings name, and what of it is not there any more. Pure.

Channels and roles are deleted, threads archived, languages uninstalled; what was set about them stays
until somebody takes it out, for a thread comes back.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.settings.server import Server
from bot.settings.values import Selection, ServerSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Channels and roles by their ids, languages by their own names."""

    channel_ids: frozenset[int] = frozenset()
    role_ids: frozenset[int] = frozenset()
    languages: frozenset[str] = frozenset()


NOTHING = Named()


def named_in(settings: ServerSettings) -> Named:
    """Return what ``settings`` name."""
    log = settings.log_channel_id
    channel_ids = {*settings.channels.items, *settings.channel_languages}
    languages = frozenset[str]().union(*(one.items for one in _lists(settings)))
    default = settings.default_language
    return Named(
        channel_ids=frozenset(channel_ids if log is None else {*channel_ids, log}),
        role_ids=frozenset({*settings.roles.items, *settings.role_languages}),
        languages=languages if default is None else languages | {default},
    )


def gone_from(settings: ServerSettings, server: Server) -> Named:
    """Return what ``settings`` name and ``server`` does not have, as far as anybody can see."""
    named = named_in(settings)
    return Named(
        channel_ids=named.channel_ids - server.channel_ids,
        role_ids=named.role_ids - server.role_ids - {server.everyone_id},
        languages=named.languages - set(server.names.names),
    )


def _lists(settings: ServerSettings) -> Iterator[Selection[str]]:
    yield settings.languages
    yield from settings.channel_languages.values()
    yield from settings.role_languages.values()
