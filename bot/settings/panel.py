"""The pages of ``/settings``: where one is, and what was pressed there. Pure.

Everything that a button or menu needs stands in its id, so that a panel from before a restart works.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot import sizes
from bot.settings.values import Selection, ServerSettings

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
        case What.SCOPE_ID if values and is_id(values[0]):
            return replace(spot, scope=f"{spot.scope[:1]}{values[0]}", part=0)
        case _:
            return None


def is_id(value: str) -> bool:
    """Return whether a value of a menu is a channel's or role's."""
    return value.isascii() and value.isdigit()
