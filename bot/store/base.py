"""What a store promises; `tests/contract/` holds every implementation to it.

A `Store` has one part for each subject (`bot.store.parts`); take the part you need as a constructor argument.
Every method raises `bot.errors.StoreError` when the store cannot be read or written. Cancelling a call
leaves either all or nothing of it done. Several processes may share a store.
"""

from typing import Protocol

from bot.store.parts import (
    AuditStore,
    BlockStore,
    FlagStore,
    QuotaStore,
    ReplyStore,
    RunStore,
    SettingsStore,
)
from bot.store.values import Horizons


class Store(Protocol):
    """All parts, and what goes through all of them. Owned by whoever opened it."""

    @property
    def replies(self) -> ReplyStore:
        """Return the part that knows the replies."""
        ...

    @property
    def settings(self) -> SettingsStore:
        """Return the part that knows the servers' settings."""
        ...

    @property
    def audits(self) -> AuditStore:
        """Return the part that knows who changed what."""
        ...

    @property
    def blocks(self) -> BlockStore:
        """Return the part that knows who may not run anything."""
        ...

    @property
    def flags(self) -> FlagStore:
        """Return the part that knows what holds for the whole bot."""
        ...

    @property
    def runs(self) -> RunStore:
        """Return the part that knows what ran."""
        ...

    @property
    def quotas(self) -> QuotaStore:
        """Return the part that counts runs."""
        ...

    async def guilds(self) -> tuple[int, ...]:
        """Return every server that anything is kept about, but for blocks by the owner.

        So that those can be erased that the bot left while it was away. A process that serves only
        some shards must leave other shards' servers alone: ``(guild_id >> 22) % shards``.
        """
        ...

    async def erase_guild(self, guild_id: int) -> None:
        """Drop all that is kept about a server, because the bot left it.

        A block of the server by the owner stays: else it would be lifted by inviting the bot anew.
        """
        ...

    async def erase_member(self, user_id: int) -> None:
        """Drop replies, code and history of a member, because the member wants that.

        What stays until it is out of date, since it is there against misuse: blocks of the member,
        the counts behind quotas, and what the member did as a moderator. And, of nobody in
        particular, that a message was answered.
        """
        ...

    async def forget(self, horizons: Horizons) -> None:
        """Drop what is too old."""
        ...

    async def close(self) -> None:
        """Write what is pending and close; harmless when called twice."""
        ...
