"""What a store promises; `tests/contract/test_store.py` holds every implementation to it."""

from dataclasses import dataclass
from typing import Protocol

from bot.models import ReplyFile, RunRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One reply of ours and what it answers.

    ``asked_id`` is the member's message, `None` for what came by a command. ``asked_digest`` tells
    whether that message changed. ``request`` is kept only where it stands in no message of the
    asker's; ``output`` only where it was neither shown whole nor attached. ``created_at`` is in
    seconds since 1970.
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


class Store(Protocol):
    """Keeps records. Owned by whoever opened it.

    Every method raises `bot.errors.StoreError` when the store cannot be read or written.
    Cancelling a call leaves either all or nothing of it done.
    """

    async def put(self, record: Record) -> None:
        """Keep ``record``; it replaces the one of the same reply and of the same asked message."""
        ...

    async def by_reply(self, reply_id: int) -> Record | None:
        """Return the record of a reply."""
        ...

    async def by_asked(self, asked_id: int) -> Record | None:
        """Return the record of the reply to a member's message."""
        ...

    async def remove(self, reply_id: int) -> None:
        """Forget a reply and all that was kept for it; nothing happens if there is none."""
        ...

    async def forget(self, *, code_before: float, replies_before: float) -> None:
        """Drop code and output of records made before ``code_before``, and whole older ones.

        Args:
            code_before: seconds since 1970.
            replies_before: seconds since 1970.
        """
        ...

    async def close(self) -> None:
        """Write what is pending and close; harmless when called twice."""
        ...
