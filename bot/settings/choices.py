"""What choosing something on a page of ``/settings`` changes. Pure.

Two people may have the same page open. So a menu means the difference to what its message showed,
not all of what is chosen in it: what somebody else changed meanwhile stays.
"""

from dataclasses import dataclass, replace
from typing import Any

from bot.errors import OutdatedError
from bot.settings.panel import INHERIT, SWITCHES, Press, Spot, What, is_id, languages_of
from bot.settings.server import Server
from bot.settings.values import Mode, Selection, ServerSettings

# The menu that says how the list is meant which another menu is about.
MODE_OF = {
    What.LANGUAGES: What.MODE,
    What.CHANNELS: What.CHANNEL_MODE,
    What.ROLES: What.ROLE_MODE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What somebody chose in a menu, out of what its message showed as chosen.

    ``mode`` is how the message showed the list that the menu is about, a `Mode` or `INHERIT`;
    `None` for a menu that is about no list.
    """

    shown: frozenset[str]
    values: tuple[str, ...]
    mode: str | None = None

    def of(self, current: frozenset[str]) -> frozenset[str]:
        """Return ``current`` with what was added and without what was taken away."""
        chosen = frozenset(self.values)
        return current - (self.shown - chosen) | (chosen - self.shown)

    @property
    def is_none(self) -> bool:
        """Return whether nothing else was chosen than was shown."""
        return self.shown == frozenset(self.values)


def chosen(
    press: Press, choice: Choice, settings: ServerSettings, server: Server, here: int
) -> ServerSettings:
    """Return the settings as a choice in a menu makes them.

    Args:
        press: which menu.
        choice: what was chosen there.
        settings: as they are.
        server: what there is.
        here: the channel where the panel stands.

    Raises:
        OutdatedError: the list is meant another way by now than where this was chosen.
    """
    changes: dict[str, Any] = {}
    match press.what:
        case What.MODE:
            selection = _moded(press.spot, choice, settings, server)
            return _with_languages(settings, press.spot, selection)
        case What.LANGUAGES:
            selection = _picked(press.spot, choice, settings, server)
            return _with_languages(settings, press.spot, selection)
        case What.CHANNEL_MODE:
            changes = {"channels": _switched(settings.channels, choice, {here})}
        case What.CHANNELS:
            changes = {"channels": _with_ids(settings.channels, choice)}
        case What.ROLE_MODE:
            first = server.managing_role_ids or {server.everyone_id}
            changes = {"roles": _switched(settings.roles, choice, first)}
        case What.ROLES:
            changes = {"roles": _with_ids(settings.roles, choice)}
        case What.SWITCHES:
            names = SWITCHES.get(press.spot.page, ())
            on = choice.of(frozenset(name for name in names if getattr(settings, name)))
            changes = {name: name in on for name in names}
        case What.LOG_CHANNEL if not choice.is_none:
            ids = _ids(frozenset(choice.values))
            if ids <= server.channel_ids:  # else it tells other servers
                changes = {"log_channel_id": min(ids, default=None)}
        case _:
            pass
    return replace(settings, **changes)


def _moded(
    spot: Spot, choice: Choice, settings: ServerSettings, server: Server
) -> Selection[str] | None:
    """Return the list in another mode: what it allows stays the same where that can be."""
    old = languages_of(settings, spot) or settings.languages
    if not choice.values or choice.values[0] not in set(Mode):
        return None
    allowed = frozenset(name for name in server.names.names if old.allows(name))
    match Mode(choice.values[0]):
        case Mode.ALL:
            return Selection()
        case Mode.ONLY:
            return Selection(mode=Mode.ONLY, items=allowed)
        case Mode.EXCEPT:
            every = frozenset(server.names.names)
            return Selection(mode=Mode.EXCEPT, items=every - allowed)


def _picked(
    spot: Spot, choice: Choice, settings: ServerSettings, server: Server
) -> Selection[str] | None:
    """Return the list as this menu changes it; out of everything, only what is chosen."""
    old = languages_of(settings, spot)
    _check(old.mode if old is not None else INHERIT, choice)
    if old is None or old.mode is Mode.ALL:
        old = Selection(mode=Mode.ONLY)
    known = old.items | frozenset(server.names.names)
    return replace(old, items=choice.of(old.items) & known)


def _with_languages(
    settings: ServerSettings, spot: Spot, selection: Selection[str] | None
) -> ServerSettings:
    match spot.scope[:1], spot.scope_id:
        case "c", int(channel_id):
            others = {k: v for k, v in settings.channel_languages.items() if k != channel_id}
            lists = others if selection is None else {**others, channel_id: selection}
            return replace(settings, channel_languages=lists)
        case "r", int(role_id):
            others = {k: v for k, v in settings.role_languages.items() if k != role_id}
            lists = others if selection is None else {**others, role_id: selection}
            return replace(settings, role_languages=lists)
        case "", _ if selection is not None:
            return replace(settings, languages=selection)
        case _:
            return settings


def _switched(
    old: Selection[int], choice: Choice, first: set[int] | frozenset[int]
) -> Selection[int]:
    """Return a list in another mode; one of what is meant alone begins with ``first``."""
    mode = Mode(choice.values[0]) if choice.values and choice.values[0] in set(Mode) else old.mode
    if mode is old.mode:
        return old
    return Selection(mode=mode, items=frozenset(first) if mode is Mode.ONLY else frozenset())


def _with_ids(old: Selection[int], choice: Choice) -> Selection[int]:
    """Return a list of these; out of everything, only these."""
    _check(old.mode, choice)
    items = _ids(choice.of(frozenset(map(str, old.items))))
    if old.mode is Mode.ALL:
        return Selection(mode=Mode.ONLY, items=items) if items else old
    return replace(old, items=items)


def _check(mode: str, choice: Choice) -> None:
    """Refuse to add to those allowed what somebody meant to add to those forbidden."""
    if choice.mode != mode:
        raise OutdatedError(f"The list was meant as {choice.mode}, and is as {mode} by now.")


def _ids(values: frozenset[str]) -> frozenset[int]:
    return frozenset(int(value) for value in values if is_id(value))
