"""The parts of a store, one for each subject; `bot.store.base` says what holds for every method."""

from collections.abc import Mapping
from typing import Protocol

from bot.store.values import (
    AuditEntry,
    Block,
    BlockKey,
    DayCount,
    Document,
    Record,
    RunEntry,
)

PAGE_ENTRIES = 20


class ReplyStore(Protocol):
    """Which reply belongs to which message, and what its buttons need."""

    async def put(self, record: Record) -> None:
        """Keep ``record``; it replaces the one of the same reply and of the same asked message."""
        ...

    async def change(self, reply_id: int, record: Record) -> None:
        """Keep ``record`` in place of that of a reply; nothing happens if that one was removed."""
        ...

    async def by_reply(self, reply_id: int) -> Record | None:
        """Return the record of a reply."""
        ...

    async def by_asked(self, asked_id: int) -> Record | None:
        """Return the record of the reply to a member's message."""
        ...

    async def is_answered(self, asked_id: int) -> bool:
        """Return whether a member's message was answered, or begun to be.

        That is known for a while, without whose it is, when all else about it is erased.
        """
        ...

    async def pending(self) -> tuple[Record, ...]:
        """Return the records whose answers are not shown, the oldest first."""
        ...

    async def private_channels(self, *, limit: int) -> tuple[int, ...]:
        """Return the channels outside servers where messages were answered, the latest first.

        Args:
            limit: how many at most.
        """
        ...

    async def remove(self, reply_id: int) -> None:
        """Forget a reply and all that was kept for it; nothing happens if there is none."""
        ...

    async def forget_code(self, guild_id: int, *, before: float) -> None:
        """Drop code and output of replies in a server that wants them kept for less long.

        Args:
            guild_id: which server.
            before: drops those made before, in seconds since 1970.
        """
        ...


class SettingsStore(Protocol):
    """One document per server, changed by one person at a time."""

    async def get(self, guild_id: int) -> Document | None:
        """Return a server's document; `None` if it never changed anything."""
        ...

    async def put(
        self, document: Document, entry: AuditEntry, *, forgets_programs: bool = False
    ) -> Document | None:
        """Keep ``document`` in place of the version that it says it was made from.

        Args:
            document: the new text, with the version that was read; 0 where there was none.
            entry: who did it; kept in the same step.
            forgets_programs: whether the programs in the server's history go in the same step.

        Returns:
            The document with its new version. `None` if somebody else changed it meanwhile; then
            nothing was kept.
        """
        ...

    async def guilds(self) -> tuple[int, ...]:
        """Return the servers that have a document."""
        ...


class AuditStore(Protocol):
    """Who changed what. Entries come and go with nothing but age and the server."""

    async def add(self, entry: AuditEntry) -> None:
        """Keep an entry; its ``entry_id`` is chosen here."""
        ...

    async def page(
        self, guild_id: int | None, *, before: int | None = None, limit: int = PAGE_ENTRIES
    ) -> tuple[AuditEntry, ...]:
        """Return entries of a server, or with `None` the owner's; the newest first.

        Args:
            guild_id: whose.
            before: the ``entry_id`` of the last entry of the page before this one.
            limit: how many at most.
        """
        ...


class BlockStore(Protocol):
    """Who may not run anything."""

    async def put(self, block: Block, entry: AuditEntry | None = None) -> None:
        """Keep ``block``; it replaces one of the same member and server.

        Args:
            block: whom, where, until when.
            entry: an audit entry that is kept in the same step.
        """
        ...

    async def remove(
        self, *, user_id: int | None, guild_id: int | None, entry: AuditEntry | None = None
    ) -> bool:
        """Lift the block of exactly these two; return whether there was one.

        Args:
            user_id: as in `Block`.
            guild_id: as in `Block`.
            entry: an audit entry that is kept in the same step, if there was a block.
        """
        ...

    async def active(self, *, user_id: int, guild_id: int | None, now: float) -> Block | None:
        """Return what keeps a member from running something here, if anything: one cheap query.

        Of several, the owner's come first.
        """
        ...

    async def listed(
        self,
        guild_id: int | None,
        *,
        now: float,
        after: BlockKey | None = None,
        limit: int = PAGE_ENTRIES,
    ) -> tuple[Block, ...]:
        """Return blocks in force: of a server's members, or with `None` the owner's; the newest first.

        Args:
            guild_id: whose.
            now: seconds since 1970.
            after: the key of the last block of the page before this one.
            limit: how many at most.
        """
        ...


class FlagStore(Protocol):
    """A few small texts for the whole bot, such as the maintenance message."""

    async def get(self, key: str) -> str | None:
        """Return a flag's text; `None` if it is not set."""
        ...

    async def put(self, key: str, value: str, entry: AuditEntry | None = None) -> None:
        """Set a flag; an audit entry is kept in the same step."""
        ...

    async def remove(self, key: str, entry: AuditEntry | None = None) -> None:
        """Unset a flag; an audit entry is kept in the same step."""
        ...

    async def all(self) -> Mapping[str, str]:
        """Return every flag that is set."""
        ...


class RunStore(Protocol):
    """What ran: where, in what language, how it ended."""

    async def add(self, entry: RunEntry) -> None:
        """Keep an entry; its ``entry_id`` is chosen here."""
        ...

    async def page(
        self,
        *,
        guild_id: int | None = None,
        user_id: int | None = None,
        language: str | None = None,
        before: int | None = None,
        limit: int = PAGE_ENTRIES,
    ) -> tuple[RunEntry, ...]:
        """Return entries for which everything holds that is given, the newest first.

        Args:
            guild_id: of this server.
            user_id: of this member.
            language: by its own name.
            before: the ``entry_id`` of the last entry of the page before this one.
            limit: how many at most.
        """
        ...

    async def per_day(self, *, guild_id: int | None = None, since: float) -> tuple[DayCount, ...]:
        """Return how many programs ran per day and language, the oldest day first.

        Args:
            guild_id: in this server; `None` is everywhere.
            since: seconds since 1970; that day is counted from there on.
        """
        ...


class QuotaStore(Protocol):
    """How much was run lately; apart from history, which may be switched off or erased."""

    async def note(self, *, user_id: int, guild_id: int | None, at: float) -> None:
        """Count one run."""
        ...

    async def drop(self, *, user_id: int, guild_id: int | None, at: float) -> None:
        """Uncount what was noted just so; it is by ``at`` that runs of one member differ."""
        ...

    async def reached_at(
        self,
        most: int,
        *,
        user_id: int | None = None,
        guild_id: int | None = None,
        since: float,
        until: float,
    ) -> float | None:
        """Return when the first of the last ``most`` runs was noted; `None` if there were fewer.

        Once that one is over, one more may run. Only those count for which holds what is given.

        Args:
            most: how many, at least 1.
            user_id: of this member.
            guild_id: in this server.
            since: seconds since 1970; what was before does not count.
            until: seconds since 1970; nor does what is in the future, after a clock was ahead.
        """
        ...
