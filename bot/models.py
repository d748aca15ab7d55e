"""The bot's plain values between Discord and the executor; no discord import, standard library only."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from executor import Job, SourceFile


class Stopper(Enum):
    """Who stopped a run that is not theirs."""

    MODERATOR = auto()
    OWNER = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, and where.

    ``is_moderator`` may stop and delete other members' runs in this channel, ``moderates_server``
    may act on members everywhere in the server.
    In a thread ``parent_channel_id`` is the channel it hangs on, whose rules hold for it too.
    ``server_locale`` is the language in which the server's own affairs are written down. Where an
    app that a person installed is used, the bot may be no member (``is_bot_member``).
    ``server_ids`` are the channels, threads and roles that the server has, `None` if nobody knows:
    to what is not among them, nobody is sent. As long as a server is not known (``is_server_known``), for
    want of word from Discord, nothing can be judged by its channels and roles.
    """

    user_id: int
    channel_id: int
    parent_channel_id: int | None = None
    guild_id: int | None = None
    role_ids: frozenset[int] = frozenset()
    is_moderator: bool = False
    moderates_server: bool = False
    server_locale: str | None = None
    is_bot_member: bool = True
    server_ids: frozenset[int] | None = None
    is_server_known: bool = True

    @property
    def kept_guild_id(self) -> int | None:
        """The server as far as something is written down about it: only where the bot is a member."""
        return self.guild_id if self.is_bot_member else None

    def there(self, ids: Iterable[int]) -> list[int]:
        """Return which channels, threads or roles can be named to the caller, in order."""
        return sorted(id_ for id_ in ids if self.server_ids is None or id_ in self.server_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What a member asked to run, as parsed. ``language`` is as typed, not yet looked up."""

    language: str
    version: str | None = None
    files: tuple[SourceFile, ...]
    stdin: bytes = b""
    args: tuple[str, ...] = ()
    interactive: bool = False  # standard input stays open, for lines typed while it runs
    is_raw: bool = (
        False  # runs as it is: no `main` around a snippet, no echo of its last expression
    )
    guessed: bool = False  # the language was guessed from the code, and the reply says so
    is_usual: bool = False  # a guess that comes of the server's settings, not of the code
    notes: tuple[str, ...] = ()  # sentences about how the message was read, shown with the result


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """What of a run is shown. ``file_types`` are extensions without a dot; `None` is any.

    ``lines`` and ``characters`` are what stands in the message; the rest of the output is attached.
    """

    lines: int = 40
    characters: int = 4000
    files: bool = True
    file_types: frozenset[str] | None = None
    is_live: bool = True
    invites: bool = False
    links: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Who may run what and where; `None` is everything. Languages go by any of their names.

    ``cooldown_seconds`` is a person's wait, wherever they are, ``server_cooldown_seconds`` a
    member's in this server alone. ``default_language`` is what a program is in that names none.
    Without ``direct_messages`` nothing runs there, and nothing is answered there in place of a channel.
    With ``channels_by_server`` it is the server that left no more channels than ``channels_allowed``.
    """

    languages_allowed: frozenset[str] | None = None
    languages_blocked: frozenset[str] = frozenset()
    default_language: str | None = None
    channels_allowed: frozenset[int] | None = None
    channels_blocked: frozenset[int] = frozenset()
    channels_by_server: bool = False
    roles_allowed: frozenset[int] | None = None
    roles_blocked: frozenset[int] = frozenset()
    running_per_member: int = 1
    cooldown_seconds: float = 2.0
    server_cooldown_seconds: float = 0.0
    member_runs_per_hour: int | None = None
    server_runs_per_hour: int | None = None
    direct_messages: bool = True
    showing: Showing = Showing()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseProblem:
    """The text holds no runnable request; ``message`` is one sentence with a working example.

    ``request`` is what was read all the same, if nothing but its language is missing (it is empty).
    """

    message: str
    request: RunRequest | None = None


@dataclass(frozen=True, slots=True)
class Allowed:
    """The request may run as this job."""

    job: Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """The request may not run; ``reason`` is one sentence for the member."""

    reason: str
    retry_after_seconds: float | None = None


Decision = Allowed | Denied


class Tone(StrEnum):
    """What colour an answer has, by how the run ended."""

    OK = "ok"
    FAILED = "failed"  # the program's own fault: exit code, signal, compile error
    LIMIT = "limit"  # it was stopped at a limit
    STOPPED = "stopped"  # cancelled
    RUNNING = "running"
    REFUSED = "refused"  # bad input or not allowed: nothing ran
    INFO = "info"  # nothing was to be run: help and lists
    OURS = "ours"  # our own fault


class Action(StrEnum):
    """What a button or menu below a reply does."""

    AGAIN = "again"
    EDIT = "edit"
    INPUT = "input"  # run again with other standard input
    LANGUAGE = "language"  # run again as another language or version; the argument says which
    OUTPUT = "output"  # show what was left out
    DELETE = "delete"
    STOP = "stop"  # the argument is the job's id
    TYPE = "type"  # write to the running program; the argument is the job's id


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button below a reply. ``argument`` is at most 64 characters and part of its id."""

    action: Action
    label: str
    emoji: str = ""
    argument: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One line of a `Menu`. ``value`` is a language, or a language and a version."""

    value: str
    label: str
    is_current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """A select menu below a reply: what else to run the same program as; 25 choices at most."""

    hint: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFile:
    """A file attached to a reply; the name is already safe to show."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One message with one embed, within Discord's sizes, with nothing in it that can ping.

    ``text`` and ``text_files`` are the same answer as an ordinary message, for a channel where
    the bot may not post embeds. The text is shorter, so more of the output may be in its files.
    """

    title: str
    description: str = ""
    footer: str = ""
    tone: Tone
    files: tuple[ReplyFile, ...] = ()
    text: str
    text_files: tuple[ReplyFile, ...] = ()
    buttons: tuple[Button, ...] = ()
    menu: Menu | None = None
