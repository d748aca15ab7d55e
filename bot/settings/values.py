"""A server's settings as plain values. Standard library only."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")

LIST_ENTRIES = 100  # languages, channels or roles in one list, and lists per channel or role
WELCOME_UNITS = 1000  # UTF-16 code units, as Discord's clients count
COOLDOWN_SECONDS = 3600.0
RUNS_PER_HOUR = 10_000
KEEP_CODE_DAYS = 30
LINES = (3, 40)
CHARACTERS = (500, 4000)
FILE_TYPES = 50


class Mode(StrEnum):
    """Which way a list is meant."""

    ALL = "all"
    ONLY = "only"
    EXCEPT = "except"


@dataclass(frozen=True, kw_only=True)  # a generic with slots cannot be called by its full name
class Selection(Generic[T]):
    """Everything, only some, or all but some."""

    mode: Mode = Mode.ALL
    items: frozenset[T] = frozenset()

    def allows(self, *found: T) -> bool:
        """Return whether something that is all of ``found`` at once is meant by it."""
        is_listed = any(one in self.items for one in found)
        match self.mode:
            case Mode.ALL:
                return True
            case Mode.ONLY:
                return is_listed
            case Mode.EXCEPT:
                return not is_listed


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """All settings of one server; as made here, those of a server that never changed any.

    ``channel_languages`` hold in a channel and its threads in place of ``languages``;
    ``role_languages`` for members with such a role, who may use what any of their roles may. Where
    a channel's and a role's list meet, both count. `None` is the operator's value or no limit.
    """

    languages: Selection[str] = Selection()
    channel_languages: Mapping[int, Selection[str]] = field(default_factory=dict)
    role_languages: Mapping[int, Selection[str]] = field(default_factory=dict)
    default_language: str | None = None
    channels: Selection[int] = Selection()
    roles: Selection[int] = Selection()
    cooldown_seconds: float = 0.0
    member_runs_per_hour: int | None = None
    server_runs_per_hour: int | None = None
    keep_code_days: int | None = None
    output_lines: int = LINES[1]
    output_characters: int = CHARACTERS[1]
    shows_files: bool = True
    file_types: frozenset[str] | None = None
    is_live: bool = True
    shows_invites: bool = False
    shows_links: bool = True
    answers_by_dm: bool = True
    keeps_history_code: bool = False
    welcome: str = ""
    log_channel_id: int | None = None

    def languages_for(
        self, places: Collection[int], role_ids: Collection[int]
    ) -> tuple[tuple[Selection[str], ...], ...]:
        """Return the lists that decide about a language: of every group, one must allow it.

        Args:
            places: the channel, and for a thread the channel that it hangs on, in this order.
            role_ids: the member's roles.
        """
        groups: list[tuple[Selection[str], ...]] = []
        here = next(
            (self.channel_languages[id_] for id_ in places if id_ in self.channel_languages), None
        )
        if here is not None:
            groups.append((here,))
        by_role = tuple(self.role_languages[id_] for id_ in role_ids if id_ in self.role_languages)
        if by_role:
            groups.append(by_role)
        return tuple(groups) or ((self.languages,),)
