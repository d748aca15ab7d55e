"""What a store keeps, as plain values. Ids are Discord's; times are seconds since 1970."""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.models import ReplyFile, RunRequest
from executor import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One reply of ours and what it answers.

    ``asked_id`` is the member's message, `None` for what came by a command. ``asked_digest`` tells
    whether that message changed. ``request`` is kept only where it stands in no message of the
    asker's; ``output`` only where it was neither shown whole nor attached.

    ``is_pending`` is as long as the answer is not shown: after a restart somebody must tell. With
    ``token`` an interaction's answer can be changed for a quarter of an hour. Where a message has no
    reply, not yet or not any more, ``reply_id`` is the message's own id.
    """

    reply_id: int
    channel_id: int
    user_id: int
    guild_id: int | None = None
    asked_id: int | None = None
    asked_channel_id: int | None = None
    asked_digest: bytes = b""
    request: RunRequest | None = None
    output: tuple[ReplyFile, ...] = ()
    created_at: float = 0.0
    is_pending: bool = False
    token: str = field(default="", repr=False)

    @property
    def has_reply(self) -> bool:
        """Return whether there is a reply."""
        return self.reply_id != self.asked_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A server's settings as text, which the store does not look into.

    ``version`` counts the changes, from 1 on; 0 is a document that was never kept.
    """

    guild_id: int
    text: str
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who changed what, and when.

    ``guild_id`` of `None` is for what the bot's owner does everywhere. ``action`` is a short name
    for programs (``settings.change``), ``detail`` what a person reads. ``entry_id`` is the store's.
    """

    guild_id: int | None
    user_id: int
    at: float
    action: str
    detail: str = ""
    entry_id: int = 0


class BlockKey(NamedTuple):
    """Where a block stands in a list of blocks; an id of 0 is everybody or everywhere."""

    at: float
    user_id: int
    guild_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Somebody who may not run anything.

    With both ids it is a member in that server; with ``user_id`` alone a person everywhere; with
    ``guild_id`` alone a whole server. The last two are the owner's. ``by_id`` is who blocked,
    ``expires_at`` of `None` is never.
    """

    user_id: int | None
    guild_id: int | None
    by_id: int
    at: float
    reason: str = ""
    expires_at: float | None = None

    def __post_init__(self) -> None:
        if self.user_id is None and self.guild_id is None:
            raise ValueError("a block needs a member, a server or both")

    @property
    def is_global(self) -> bool:
        """Return whether it is the owner's: of a person everywhere, or of a whole server."""
        return self.user_id is None or self.guild_id is None

    @property
    def key(self) -> BlockKey:
        """Return where it stands in a list."""
        return BlockKey(self.at, self.user_id or 0, self.guild_id or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEntry:
    """One run of the past.

    ``message_id`` is the reply in ``channel_id``, for a link to it. ``request`` is what ran, only
    where the server wants it kept. ``entry_id`` is the store's.
    """

    user_id: int
    channel_id: int
    guild_id: int | None = None
    message_id: int | None = None
    language: str
    status: Status
    wall_seconds: float
    at: float
    request: RunRequest | None = None
    entry_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """How many programs of a language ran on a day; ``day`` is days since 1970, in UTC."""

    day: int
    language: str
    runs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizons:
    """From when on things are kept, in seconds since 1970; as it is made, nothing is dropped.

    Attributes:
        code_before: code and output of replies that were made before go.
        replies_before: replies that were made before.
        answered_before: that a message was answered before.
        runs_before: history.
        quotas_before: counted runs.
        quotas_after: runs that were counted later, which a clock did that was ahead.
        audits_before: audit entries.
        blocks_before: blocks that expired before.
    """

    code_before: float = 0.0
    replies_before: float = 0.0
    answered_before: float = 0.0
    runs_before: float = 0.0
    quotas_before: float = 0.0
    quotas_after: float = math.inf
    audits_before: float = 0.0
    blocks_before: float = 0.0
