"""The pages of ``/settings``: where one is, and what choosing something there changes. Pure.

Everything that a button or menu needs stands in its id, so that a panel from before a restart works.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from bot import sizes
from bot.settings.server import Server
from bot.settings.values import Mode, Selection, ServerSettings, T

ID_TEMPLATE = (
    r"cs:(?P<page>[a-z]+):(?P<scope>[cr]?[0-9]{0,20}):(?P<part>[0-9]{1,3}):(?P<what>[a-z_]+)"
    r":(?P<version>[0-9]{0,18})"
)


class Page(StrEnum):
    """One page of the panel."""

    LANGUAGES = "languages"
    PLACES = "places"
    LIMITS = "limits"
    OUTPUT = "output"
    MEMBERS = "members"
    LOG = "log"


class What(StrEnum):
    """What a button, menu or window of the panel is for."""

    GO = "go"
    PART = "part"
    SCOPE = "scope"
    SCOPE_ID = "scope_id"
    MODE = "mode"
    LANGUAGES = "languages"
    CHANNEL_MODE = "channel_mode"
    CHANNELS = "channels"
    ROLE_MODE = "role_mode"
    ROLES = "roles"
    SWITCHES = "switches"
    LOG_CHANNEL = "log_channel"
    EDIT_LIMITS = "edit_limits"
    EDIT_SIZES = "edit_sizes"
    EDIT_LANGUAGE = "edit_language"
    EDIT_WELCOME = "edit_welcome"
    POST_WELCOME = "post_welcome"
    EXPORT = "export"
    IMPORT = "import"
    RESET = "reset"
    CONFIRM = "confirm"
    CANCEL = "cancel"


# No list of its own: what holds everywhere holds here too.
INHERIT = "inherit"
# Which part of the settings each switch is.
SWITCHES = {
    Page.OUTPUT: ("shows_files", "is_live", "shows_invites", "shows_links"),
    Page.MEMBERS: ("answers_by_dm", "keeps_history_code"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where in the panel one is.

    ``scope`` is whose languages are shown: empty for everybody's, ``c`` or ``r`` and an id for a
    channel's or role's; without the id it is still to be chosen. ``part`` counts pages of a menu.
    """

    page: Page = Page.LANGUAGES
    scope: str = ""
    part: int = 0

    @property
    def scope_id(self) -> int | None:
        """Return the channel or role in the scope."""
        return int(self.scope[1:]) if len(self.scope) > 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What was pressed: where, and for what. ``version`` is of the settings that it is about."""

    spot: Spot
    what: What
    version: int | None = None


def press_id(spot: Spot, what: What, version: int | None = None) -> str:
    """Return the id of a button, menu or window; `press_of` reads it."""
    shown = "" if version is None else version
    return f"cs:{spot.page}:{spot.scope}:{spot.part}:{what}:{shown}"


def press_of(found_id: str) -> Press | None:
    """Return what an id says; `None` if it is none of ours, or of another version's."""
    match = re.fullmatch(ID_TEMPLATE, found_id)
    if match is None or match["page"] not in set(Page) or match["what"] not in set(What):
        return None
    return Press(
        spot=Spot(page=Page(match["page"]), scope=match["scope"], part=int(match["part"])),
        what=What(match["what"]),
        version=int(match["version"]) if match["version"] else None,
    )


def parts(names: Sequence[str]) -> int:
    """Return how many menus it takes to offer ``names``."""
    return max(1, -(-len(names) // sizes.CHOICES))


def offered(names: Sequence[str], part: int) -> tuple[str, ...]:
    """Return the names in the menu with number ``part``, in order."""
    part = min(part, parts(names) - 1)
    return tuple(sorted(names)[part * sizes.CHOICES : (part + 1) * sizes.CHOICES])


def languages_of(settings: ServerSettings, spot: Spot) -> Selection[str] | None:
    """Return the list that the panel shows; `None` if that channel or role has none of its own."""
    match spot.scope[:1], spot.scope_id:
        case "c", int(channel_id):
            return settings.channel_languages.get(channel_id)
        case "r", int(role_id):
            return settings.role_languages.get(role_id)
        case _:
            return settings.languages


def moved(press: Press, values: Sequence[str]) -> Spot | None:
    """Return where in the panel a press leads; `None` if it does not lead elsewhere."""
    spot = press.spot
    match press.what:
        case What.GO if values and values[0] in set(Page):
            return Spot(page=Page(values[0]))
        case What.PART | What.SCOPE | What.CANCEL:
            return spot
        case What.SCOPE_ID if values and _is_id(values[0]):
            return replace(spot, scope=f"{spot.scope[:1]}{values[0]}", part=0)
        case _:
            return None


def _is_id(value: str) -> bool:
    return value.isascii() and value.isdigit()


def chosen(
    press: Press, values: Sequence[str], settings: ServerSettings, server: Server, here: int
) -> ServerSettings:
    """Return the settings as a choice in a menu makes them.

    Args:
        press: which menu.
        values: what was chosen there.
        settings: as they are.
        server: what there is.
        here: the channel where the panel stands.
    """
    ids = frozenset(int(value) for value in values if _is_id(value))
    changes: dict[str, Any] = {}
    match press.what:
        case What.MODE:
            selection = _moded(press.spot, values, settings, server)
            return _with_languages(settings, press.spot, selection)
        case What.LANGUAGES:
            selection = _picked(press.spot, values, settings, server)
            return _with_languages(settings, press.spot, selection)
        case What.CHANNEL_MODE:
            changes = {"channels": _switched(settings.channels, values, {here})}
        case What.CHANNELS:
            changes = {"channels": _with_items(settings.channels, ids)}
        case What.ROLE_MODE:
            first = server.managing_role_ids or {server.everyone_id}
            changes = {"roles": _switched(settings.roles, values, first)}
        case What.ROLES:
            changes = {"roles": _with_items(settings.roles, ids)}
        case What.SWITCHES:
            names = SWITCHES.get(press.spot.page, ())
            changes = {name: name in values for name in names}
        case What.LOG_CHANNEL if ids <= server.channel_ids:  # else it tells other servers
            changes = {"log_channel_id": min(ids, default=None)}
        case _:
            pass
    return replace(settings, **changes)


def _moded(
    spot: Spot, values: Sequence[str], settings: ServerSettings, server: Server
) -> Selection[str] | None:
    """Return the list in another mode: what it allows stays the same where that can be."""
    old = languages_of(settings, spot) or settings.languages
    if not values or values[0] not in set(Mode):
        return None
    allowed = frozenset(name for name in server.names.names if old.allows(name))
    match Mode(values[0]):
        case Mode.ALL:
            return Selection()
        case Mode.ONLY:
            return Selection(mode=Mode.ONLY, items=allowed)
        case Mode.EXCEPT:
            every = frozenset(server.names.names)
            return Selection(mode=Mode.EXCEPT, items=every - allowed)


def _picked(
    spot: Spot, values: Sequence[str], settings: ServerSettings, server: Server
) -> Selection[str] | None:
    """Return the list with this menu's part of it as chosen; out of everything, only that."""
    old = languages_of(settings, spot)
    if old is None or old.mode is Mode.ALL:
        old = Selection(mode=Mode.ONLY)
    shown = frozenset(offered(server.names.names, spot.part))
    return replace(old, items=old.items - shown | (shown & frozenset(values)))


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
    old: Selection[int], values: Sequence[str], first: set[int] | frozenset[int]
) -> Selection[int]:
    """Return a list in another mode; one of what is meant alone begins with ``first``."""
    mode = Mode(values[0]) if values and values[0] in set(Mode) else old.mode
    if mode is old.mode:
        return old
    return Selection(mode=mode, items=frozenset(first) if mode is Mode.ONLY else frozenset())


def _with_items(old: Selection[T], items: frozenset[T]) -> Selection[T]:
    """Return a list of these; out of everything, only these."""
    if old.mode is Mode.ALL:
        return Selection(mode=Mode.ONLY, items=items) if items else old
    return replace(old, items=items)
