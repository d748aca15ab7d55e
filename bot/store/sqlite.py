"""The store in an SQLite file. All its calls happen in one thread of their own, in order."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from bot.errors import StoreError
from bot.store.engine import Row, Session, Value, storable
from bot.store.schema import Migration, known_migrations, pending
from bot.store.whole import WholeStore

log = logging.getLogger(__name__)

T = TypeVar("T")

STORE_FILE = "codecage.db"  # in the data folder
_BUSY_SECONDS = 5.0
_PAUSE_SECONDS = 0.02


class SqliteSession:
    """See `bot.store.engine.Session`; without a transaction each statement is one of its own."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database

    def fetch(self, query: str, values: Sequence[Value] = ()) -> list[Row]:
        """Do one statement and return its rows, if it has any."""
        return self.database.execute(query, storable(values)).fetchall()

    def run(self, work: Callable[[Session], T]) -> T:
        """Do all of ``work`` or nothing."""
        self.database.execute("BEGIN IMMEDIATE")
        try:
            done = work(self)
            self.database.execute("COMMIT")
        except BaseException:
            self.database.rollback()
            raise
        return done


class SqliteEngine:
    """See `bot.store.engine.Engine`. Made by `open_sqlite`."""

    def __init__(self, path: Path, session: SqliteSession, thread: ThreadPoolExecutor) -> None:
        self._path = path
        self._session = session
        self._thread = thread
        self._is_closed = False

    async def fetch(self, query: str, values: Sequence[Value] = ()) -> list[Row]:
        """Do one statement, whole or not at all."""
        return await self._do(lambda: self._session.fetch(query, values))

    async def run(self, work: Callable[[Session], T]) -> T:
        """Do all statements of ``work``, or none."""
        return await self._do(lambda: self._session.run(work))

    async def purge(self) -> None:
        """Write over what was removed, in the file and in the log beside it."""
        await self.fetch("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Close the file."""
        if self._is_closed:
            return
        self._is_closed = True
        close = self._session.database.close
        await asyncio.get_running_loop().run_in_executor(self._thread, close)
        self._thread.shutdown()

    async def _do(self, work: Callable[[], T]) -> T:
        if self._is_closed:
            raise StoreError("The store is closed.")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.Error as error:
            raise StoreError(f"The store {self._path} does not answer: {error}.") from error


@asynccontextmanager
async def open_sqlite(
    path: Path, *, migrations: Sequence[Migration] | None = None
) -> AsyncGenerator[WholeStore, None]:
    """Yield the store in the file ``path``, made or brought up to date first; close it at the end.

    Args:
        path: the file; folders on its way are made.
        migrations: how to bring it up to date; `None` is as this version of codecage does.

    Raises:
        StoreError: the file is broken, from a later version, or cannot be written; it is left as
            it was.
    """
    thread = ThreadPoolExecutor(1, thread_name_prefix="store")
    try:
        session = await asyncio.get_running_loop().run_in_executor(
            thread, _opened, path, migrations
        )
    except BaseException:
        thread.shutdown(wait=False)
        raise
    store = WholeStore(SqliteEngine(path, session, thread))
    try:
        yield store
    finally:
        await store.close()


def _opened(path: Path, migrations: Sequence[Migration] | None) -> SqliteSession:
    database: sqlite3.Connection | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)  # members' programs are in it; its side files follow suit
        # Autocommit: each statement is a transaction of its own unless we begin one.
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        session = SqliteSession(database)
        known = known_migrations() if migrations is None else migrations
        check(session, known)
        # In WAL mode readers never wait for a writer. A power cut may lose the last writes this
        # way, but never the file.
        _use_wal(session)
        session.fetch("PRAGMA synchronous = NORMAL")
        session.fetch("PRAGMA secure_delete = ON")  # what is forgotten is overwritten
        session.run(lambda inner: _migrate(inner, known))
    except (sqlite3.Error, OSError, StoreError) as error:
        if database is not None:
            database.close()
        raise StoreError(
            f"The store {path} cannot be used: {error}. Put a backup in its place (codecage store"
            f" restore FILE), or move it away (mv {path} {path}.broken) and start again: then"
            " settings, blocks and history are gone, and the buttons of older answers do nothing."
        ) from error
    return session


def _use_wal(session: Session) -> None:
    """Turn WAL mode on; somebody who writes to the file keeps us waiting, but not for long.

    SQLite itself does not wait there, whatever its time-out: another one may be waiting for us
    (sqlite.org/c3ref/busy_handler.html).
    """
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            session.fetch("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def check(session: Session, known: Sequence[Migration]) -> int:
    """Return the format of a store that is sound, having changed nothing in it.

    Raises:
        StoreError: it is damaged, or from a later version.
        sqlite3.Error: it cannot be read.
    """
    session.fetch(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000:.0f}")
    found = session.fetch("PRAGMA quick_check(1)")[0][0]
    if found != "ok":
        raise StoreError(f"it is damaged ({' '.join(str(found).split())[:200]})")
    version = _version(session)
    pending(known, version)
    return version


def _version(session: Session) -> int:
    version: int = session.fetch("PRAGMA user_version")[0][0]
    return version


def _migrate(session: Session, known: Sequence[Migration]) -> None:
    """Apply what the file has not seen: all of it or, if something fails, nothing."""
    steps = pending(known, _version(session))
    for statement in (statement for step in steps for statement in step):
        session.fetch(statement)
    if steps:
        session.fetch(f"PRAGMA user_version = {len(known)}")
        log.info("store: brought up to format %d", len(known))
