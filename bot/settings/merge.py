"""Narrows the operator's rules by a server's settings, for one member in one place. Pure."""

from dataclasses import replace

from bot.languages import LanguageNames
from bot.models import Caller, Rules, Showing
from bot.policy import is_allowed
from bot.settings.values import Mode, Selection, ServerSettings


def rules_for(
    caller: Caller, settings: ServerSettings, operator: Rules, names: LanguageNames
) -> Rules:
    """Return what holds for ``caller``: never more than the operator allows.

    Args:
        caller: who asks, and where. Outside a server the settings' output rules hold alone.
        settings: the server's.
        operator: the operator's rules.
        names: what can run.
    """
    rules = replace(operator, showing=_showing(settings))
    if caller.guild_id is None:
        return rules
    places = [id_ for id_ in (caller.channel_id, caller.parent_channel_id) if id_ is not None]
    rules = _with_languages(rules, settings, caller, places, names)
    rules = _with_channels(rules, settings.channels, places)
    return replace(
        rules,
        roles_allowed=settings.roles.items if settings.roles.mode is Mode.ONLY else None,
        roles_blocked=settings.roles.items if settings.roles.mode is Mode.EXCEPT else frozenset(),
        server_cooldown_seconds=settings.cooldown_seconds,
        member_runs_per_hour=settings.member_runs_per_hour,
        server_runs_per_hour=settings.server_runs_per_hour,
    )


def _with_languages(
    rules: Rules,
    settings: ServerSettings,
    caller: Caller,
    places: list[int],
    names: LanguageNames,
) -> Rules:
    groups = settings.languages_for(places, sorted(caller.role_ids))
    if all(any(one.mode is Mode.ALL for one in group) for group in groups):
        allowed = rules.languages_allowed
    else:
        allowed = frozenset(
            name
            for name in names.names
            if is_allowed(name, rules, names)
            and all(any(one.allows(name) for one in group) for group in groups)
        )
    rules = replace(rules, languages_allowed=allowed)
    default = settings.default_language
    is_usable = default in names.names and is_allowed(default, rules, names)
    return replace(rules, default_language=default if is_usable else None)


def _with_channels(rules: Rules, chosen: Selection[int], places: list[int]) -> Rules:
    """Return rules that refuse this place if the server does, in the words that fit."""
    if chosen.allows(*places):
        return rules
    if chosen.mode is Mode.EXCEPT:
        return replace(rules, channels_blocked=rules.channels_blocked | set(places))
    named = chosen.items - rules.channels_blocked
    if rules.channels_allowed is not None:
        named &= rules.channels_allowed
    return replace(rules, channels_allowed=named, channels_by_server=True)


def _showing(settings: ServerSettings) -> Showing:
    return Showing(
        lines=settings.output_lines,
        characters=settings.output_characters,
        files=settings.shows_files,
        file_types=settings.file_types,
        is_live=settings.is_live,
        invites=settings.shows_invites,
        links=settings.shows_links,
    )
