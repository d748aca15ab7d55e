"""What the tables need of a database. Two implement it: `bot.store.sqlite` and `bot.store.postgres`."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from bot.store.values import Horizons

T = TypeVar("T")

Value = int | float | str | bytes | None
Row = tuple[Any, ...]  # what a column holds is up to its table


class Session(Protocol):
    """A transaction under way, in a thread of the engine's."""

    def fetch(self, query: str, values: Sequence[Value] = ()) -> list[Row]:
        """Do one statement and return its rows, if it has any.

        Args:
            query: SQL that both databases understand, with ``?`` for each value and nowhere else.
            values: in their order.
        """
        ...


class Engine(Protocol):
    """A database, as the tables see it; raises `bot.errors.StoreError` when it does not answer.

    A call that is cancelled is still done whole.
    """

    async def fetch(self, query: str, values: Sequence[Value] = ()) -> list[Row]:
        """Do one statement, whole or not at all; see `Session.fetch`."""
        ...

    async def run(self, work: Callable[[Session], T]) -> T:
        """Do all statements of ``work``, or none if it raises; it may be called more than once."""
        ...

    async def purge(self) -> None:
        """Have what was removed leave the disk, as far as that is ours to do."""
        ...

    async def close(self) -> None:
        """Let go of the database; harmless when called twice."""
        ...


class Part(Protocol):
    """One subject's tables, and what goes through all parts of a store.

    `guilds_query` finds the servers that anything is kept about here; empty if that is never so.
    """

    guilds_query: str

    def erase_guild(self, session: Session, guild_id: int) -> None:
        """Drop all that goes when the bot leaves a server; see `bot.store.base.Store.erase_guild`."""
        ...

    def erase_member(self, session: Session, user_id: int) -> None:
        """Drop what a member may have erased; see `bot.store.base.Store.erase_member`."""
        ...

    def forget(self, session: Session, horizons: Horizons) -> None:
        """Drop what is too old."""
        ...


def storable(values: Sequence[Value]) -> tuple[Value, ...]:
    """Return ``values`` with U+FFFD for what no database takes in a text: NUL, half a surrogate."""
    return tuple(
        value.replace("\0", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        if isinstance(value, str)
        else value
        for value in values
    )


def insertion(table: str, columns: str) -> str:
    """Return the statement that adds a row; ``columns`` are names with commas between."""
    marks = ", ".join("?" * len(columns.split(",")))
    return f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - our own names
