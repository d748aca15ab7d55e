"""What the stand-in knows: guilds, channels, people and messages, as plain dataclasses without I/O."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntFlag
from typing import Any

Json = dict[str, Any]
Clock = Callable[[], float]

DISCORD_EPOCH_SECONDS = 1_420_070_400
ATTACHMENT_LIMIT_BYTES = 10 * 1024 * 1024


class MessageFlag(IntFlag):
    """The message flags that the stand-in acts on (docs: resources/message)."""

    SUPPRESS_EMBEDS = 1 << 2
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    COMPONENTS_V2 = 1 << 15


class Snowflakes:
    """Makes ids that grow, carry their time and are never given twice.

    ``clock`` returns seconds since 1970.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> int:
        """Return a new id, larger than every id before it."""
        now_ms = int((self._clock() - DISCORD_EPOCH_SECONDS) * 1000)
        self._last = max(self._last + 1, now_ms << 22)
        return self._last


@dataclass(eq=False, kw_only=True)
class User:
    """An account; ``locale`` is what its client reports in interactions."""

    id: int
    name: str
    display_name: str
    is_bot: bool = False
    locale: str = "en-US"


@dataclass(eq=False, kw_only=True)
class Role:
    """A guild's role; ``permissions`` is Discord's bit set."""

    id: int
    name: str
    permissions: int
    position: int = 0
    color: int = 0


@dataclass(eq=False, kw_only=True)
class Member:
    """A user in a guild."""

    user: User
    roles: list[Role] = field(default_factory=list)


@dataclass(eq=False, kw_only=True)
class Guild:
    """A server; ``channels`` by name, and ``threads`` by name, ``members`` by user id, ``roles`` by name.

    Only one that ``is_community`` can choose a ``locale``.
    """

    id: int
    name: str
    owner_id: int
    roles: dict[str, Role] = field(default_factory=dict)
    channels: dict[str, "Channel"] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    threads: dict[str, "Channel"] = field(default_factory=dict)
    system_channel: "Channel | None" = None
    locale: str = "en-US"
    is_community: bool = False

    @property
    def features(self) -> list[str]:
        """What it has that not all servers have."""
        return ["COMMUNITY"] if self.is_community else []

    @property
    def has_app(self) -> bool:
        """Whether the app is a member; elsewhere people have it with them, as a user install."""
        return any(member.user.is_bot for member in self.members.values())


@dataclass(eq=False, kw_only=True)
class Overwrite:
    """Permissions given or taken in one channel, for a role (kind 0) or a member (kind 1)."""

    id: int
    kind: int
    allow: int = 0
    deny: int = 0


@dataclass(eq=False, kw_only=True)
class Channel:
    """A text channel of a guild, a thread below its ``parent``, or a direct message without guild.

    A direct message among people alone is a group, where they have the app with them.
    """

    id: int
    name: str
    guild: Guild | None = None
    recipients: list[User] = field(default_factory=list)
    topic: str = ""
    parent: "Channel | None" = None
    is_archived: bool = False
    overwrites: list[Overwrite] = field(default_factory=list)
    messages: dict[int, "Message"] = field(default_factory=dict)

    @property
    def is_dm(self) -> bool:
        """Whether this is a direct message."""
        return self.guild is None

    @property
    def has_app(self) -> bool:
        """Whether the app is there itself; elsewhere people have it with them, as a user install."""
        if self.guild is not None:
            return self.guild.has_app
        return any(user.is_bot for user in self.recipients)


@dataclass(eq=False, kw_only=True)
class Attachment:
    """A file of a message; its bytes are served under ``url``."""

    id: int
    filename: str
    content: bytes
    content_type: str | None = None
    description: str | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file on its way in, before it has an id.

    ``content_type`` None lets the name decide; an empty one leaves it out, as some clients do.
    """

    filename: str
    content: bytes
    content_type: str | None = None
    description: str | None = None


@dataclass(eq=False, kw_only=True)
class Message:
    """A message as it stands now; the same object is changed by edits.

    ``mention_ids`` are the users that its text mentions after allowed_mentions were honoured;
    ``pinged`` are the ids of every user who would have been notified, and of each role
    (``pinged_roles``); ``revisions`` counts edits.
    """

    id: int
    channel: Channel
    author: User
    content: str = ""
    kind: int = 0
    flags: int = 0
    created_at: float = 0.0
    edited_at: float | None = None
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    reply_to: "Message | None" = None
    reference_id: int | None = None
    sends_quoted: bool = True  # whether the gateway also sends the message that is answered
    mention_ids: list[int] = field(default_factory=list)
    mention_role_ids: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    replied_user_pinged: bool = False
    pinged: frozenset[int] = frozenset()
    interaction: "Interaction | None" = None
    visible_to: User | None = None
    nonce: str | None = None
    reactions: dict[str, list[int]] = field(default_factory=dict)
    revisions: int = 0
    deleted: bool = False

    @property
    def is_ephemeral(self) -> bool:
        """Whether only ``visible_to`` sees it."""
        return bool(self.flags & MessageFlag.EPHEMERAL)

    @property
    def is_loading(self) -> bool:
        """Whether it is still the "thinking…" of a deferred response."""
        return bool(self.flags & MessageFlag.LOADING)

    def visible_for(self, user: User) -> bool:
        """Whether ``user`` may see this message."""
        return self.visible_to is None or self.visible_to is user


@dataclass(eq=False, kw_only=True)
class Modal:
    """A window that the app opened for ``interaction.user``."""

    interaction: "Interaction"
    custom_id: str
    title: str
    components: list[Json]


@dataclass(eq=False, kw_only=True)
class Interaction:
    """One use of a command, component, autocomplete (kinds 2, 3, 4) or modal (kind 5)."""

    id: int
    token: str
    kind: int
    user: User
    channel: Channel
    data: Json
    created_at: float
    command_name: str = ""
    source: Message | None = None  # the message whose component was used
    callback_kind: int | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: Modal | None = None
    choices: list[Json] | None = None

    @property
    def is_user_install(self) -> bool:
        """Whether the app is here only because this user has installed it."""
        return not self.channel.has_app


def iso(seconds: float) -> str:
    """Return a time in seconds since 1970 the way Discord writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
