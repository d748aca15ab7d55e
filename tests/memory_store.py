"""A store that forgets everything when the process ends, for tests of what uses one."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.errors import StoreError
from bot.store import Record, Store
from bot.store.engine import Row, Session, Value
from bot.store.schema import known_migrations
from bot.store.sqlite import SqliteSession
from bot.store.tables import replies
from bot.store.whole import WholeStore

T = TypeVar("T")


class MemoryEngine:
    """Implements `bot.store.engine.Engine` at once, without a thread."""

    def __init__(self) -> None:
        self.session = SqliteSession(
            sqlite3.connect(
                ":memory:",
                isolation_level=None,
                check_same_thread=False,  # the collector may run in any thread
            )
        )
        self.is_broken = False
        self.is_slow = False
        for migration in known_migrations():
            for statement in migration:
                self.session.fetch(statement)

    def __del__(self) -> None:
        self.session.database.close()

    async def fetch(self, query: str, values: Sequence[Value] = ()) -> list[Row]:
        await self._check()
        return self.session.fetch(query, values)

    async def run(self, work: Callable[[Session], T]) -> T:
        await self._check()
        return self.session.run(work)

    async def purge(self) -> None:
        await self._check()

    async def close(self) -> None:
        """Keep everything: a test opens the same one again after a restart of the bot."""

    async def _check(self) -> None:
        if self.is_slow:
            await asyncio.sleep(0)
        if self.is_broken:
            raise StoreError("broken on purpose")


class MemoryStore(WholeStore):
    """Implements `bot.store.Store`.

    With ``is_broken`` every call fails, with ``is_slow`` others get a turn before it is done.
    """

    def __init__(self) -> None:
        self._memory = MemoryEngine()
        super().__init__(self._memory)

    @property
    def records(self) -> dict[int, Record]:
        """Return what is kept now, by reply; a broken store shows it too."""
        rows = self._memory.session.fetch(f"SELECT {replies._COLUMNS} FROM replies")  # noqa: S608
        return {row[0]: replies._record(row) for row in rows}

    @property
    def is_broken(self) -> bool:
        return self._memory.is_broken

    @is_broken.setter
    def is_broken(self, value: bool) -> None:
        self._memory.is_broken = value

    @property
    def is_slow(self) -> bool:
        return self._memory.is_slow

    @is_slow.setter
    def is_slow(self, value: bool) -> None:
        self._memory.is_slow = value


def _fits_the_protocol() -> Store:
    return MemoryStore()
