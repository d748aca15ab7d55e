"""Whether settings would keep those from running programs who look after a server. Pure.

It is asked before every change, so it counts in sets: 200 lists of 100 languages take milliseconds.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot import settingtexts
from bot.models import Caller
from bot.policy import allowed_languages
from bot.settings.server import Server
from bot.settings.values import Mode, Selection, ServerSettings

_Languages = frozenset[str]


def lockouts(settings: ServerSettings, server: Server, caller: Caller) -> tuple[str, ...]:
    """Return why moderators could run nothing any more; nothing if some still can.

    Args:
        settings: what is about to hold.
        server: what there is.
        caller: the moderator who wants it.
    """
    return tuple(_lockouts(settings, server, caller))


def _lockouts(settings: ServerSettings, server: Server, caller: Caller) -> Iterator[str]:
    reachable = [places for places in server.places() if settings.channels.allows(*places)]
    if server.channel_ids and not reachable:
        yield settingtexts.NO_CHANNEL_LEFT
    reach = _reach(settings, server, reachable)
    # What the operator forbids is not the settings' fault, and what nobody may is said once.
    is_any_left = reach.is_open_to_anybody(server.everyone_id)
    if reach.every and not is_any_left:
        yield settingtexts.NO_LANGUAGE_LEFT

    def is_out(*role_ids: int) -> bool:
        found = {server.everyone_id, *role_ids}
        return not settings.roles.allows(*found) or (is_any_left and not reach.of(found))

    managing = server.managing_role_ids
    if managing and all(map(is_out, managing)):
        yield settingtexts.NO_MANAGER_LEFT
    elif is_out(*caller.role_ids):
        yield settingtexts.NOT_EVEN_YOU


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reach:
    """Which languages members get at in the channels that they reach.

    ``every`` is what the operator allows, ``by_channel`` what the lists of channels do together,
    ``elsewhere`` what holds in channels without a list for members without one; `None` is that
    every channel has a list. ``by_role`` are the roles' lists.
    """

    every: _Languages
    by_channel: _Languages
    elsewhere: _Languages | None
    by_role: dict[int, _Languages]

    def of(self, role_ids: Collection[int]) -> _Languages:
        """Return what a member with exactly these roles can use somewhere."""
        lists = [self.by_role[id_] for id_ in role_ids if id_ in self.by_role]
        if not lists:
            return self.by_channel | (self.elsewhere or frozenset())
        by_role = frozenset[str]().union(*lists)
        return by_role if self.elsewhere is not None else by_role & self.by_channel

    def is_open_to_anybody(self, everyone_id: int) -> bool:
        """Return whether some member can use something; their lists add up, so one is enough."""
        return any(self.of({everyone_id, id_}) for id_ in (everyone_id, *self.by_role))


def _reach(
    settings: ServerSettings, server: Server, reachable: Collection[tuple[int, ...]]
) -> _Reach:
    every = frozenset(allowed_languages(server.operator, server.names))
    known: dict[Selection[str], _Languages] = {}

    def languages(selection: Selection[str]) -> _Languages:
        if selection not in known:
            known[selection] = _chosen(selection, every)
        return known[selection]

    lists = settings.channel_languages
    own = [next((id_ for id_ in places if id_ in lists), None) for places in reachable]
    is_general = None in own or not own  # no channel at all is no reason to speak of languages
    return _Reach(
        every=every,
        by_channel=frozenset().union(*(languages(lists[id_]) for id_ in own if id_ is not None)),
        elsewhere=languages(settings.languages) if is_general else None,
        by_role={
            id_: languages(one)
            for id_, one in settings.role_languages.items()
            if id_ in server.role_ids | {server.everyone_id}
        },
    )


def _chosen(selection: Selection[str], every: _Languages) -> _Languages:
    match selection.mode:
        case Mode.ALL:
            return every
        case Mode.ONLY:
            return every & selection.items
        case Mode.EXCEPT:
            return every - selection.items
