"""The store in a PostgreSQL database, which several processes may share. Needs the extra `postgres`.

Every call takes a connection in a thread, as the SQLite store does; so the tables' code is one and
the same for both.
"""

import asyncio
import logging
import random
import re
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

import psycopg
from psycopg import errors

from bot.errors import StoreError
from bot.store.address import shown
from bot.store.engine import Row, Session, Value, storable
from bot.store.schema import Migration, known_migrations, pending
from bot.store.whole import WholeStore

log = logging.getLogger(__name__)

T = TypeVar("T")

_CONNECTIONS = 4
_CONNECT_SECONDS = 10
_STATEMENT_SECONDS = 10
_TRIES = 12
# Two did the same thing at the same moment; the second one finds what the first one left.
_CONFLICTS = (errors.UniqueViolation, errors.SerializationFailure, errors.DeadlockDetected)
# Migrations are written in SQLite's words; see https://www.postgresql.org/docs/current/datatype.html.
_WORDS = {
    "INTEGER PRIMARY KEY AUTOINCREMENT": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "INTEGER": "BIGINT",
    "REAL": "DOUBLE PRECISION",
    "BLOB": "BYTEA",
}
_WORD = re.compile(rf"\b({'|'.join(_WORDS)})\b")
_LOCK = 0x636F6465  # any number that nobody else locks in this database: "code"


class PostgresSession:
    """See `bot.store.engine.Session`; without a transaction each statement is one of its own."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    @property
    def is_alive(self) -> bool:
        """Return whether the server still answers on this connection."""
        with suppress(psycopg.Error):
            self.fetch("SELECT 1")
        return not self._connection.closed

    def fetch(self, query: str, values: Sequence[Value] = ()) -> list[Row]:
        """Do one statement and return its rows, if it has any."""
        text = query.replace("?", "%s").encode()
        cursor = self._connection.execute(text, storable(values))
        return cursor.fetchall() if cursor.description else []

    def run(self, work: Callable[[Session], T]) -> T:
        """Do all of ``work`` or nothing; anew if another process was quicker."""
        for attempt in range(1, _TRIES):
            with suppress(*_CONFLICTS), self._connection.transaction():
                return work(self)
            time.sleep(random.uniform(0, 0.002 * attempt))  # noqa: S311 - so that they do not meet again
        with self._connection.transaction():
            return work(self)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


class PostgresEngine:
    """See `bot.store.engine.Engine`. Made by `open_postgres`.

    Args:
        url: where the database is; libpq completes it from PGPASSFILE, PGPASSWORD and so on.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._threads = ThreadPoolExecutor(_CONNECTIONS, thread_name_prefix="store")
        self._idle: list[PostgresSession] = []
        self._is_closed = False

    async def prepare(self, known: Sequence[Migration]) -> None:
        """Make the tables or bring them up to date.

        Raises:
            StoreError: the database cannot be reached, or is from a later version; it is left as
                it was.
        """
        try:
            await self._in_thread(lambda session: session.run(lambda one: _migrate(one, known)))
        except (StoreError, psycopg.Error) as error:
            reason = reason_of(error)
            raise StoreError(
                f"The store {shown(self._url)} cannot be used: {reason}. It was left as it is. To"
                f" try the address: psql '{shown(self._url)}' -c 'select 1'"
            ) from error

    async def fetch(self, query: str, values: Sequence[Value] = ()) -> list[Row]:
        """Do one statement, whole or not at all."""
        return await self._do(lambda session: session.fetch(query, values))

    async def run(self, work: Callable[[Session], T]) -> T:
        """Do all statements of ``work``, or none."""
        return await self._do(lambda session: session.run(work))

    async def purge(self) -> None:
        """Do nothing: autovacuum is the server's to do."""

    async def close(self) -> None:
        """Wait for what is under way and end the connections."""
        if self._is_closed:
            return
        self._is_closed = True
        await asyncio.to_thread(self._end)

    def _end(self) -> None:
        self._threads.shutdown()
        for session in self._idle:
            session.close()

    async def _do(self, work: Callable[[PostgresSession], T]) -> T:
        if self._is_closed:
            raise StoreError("The store is closed.")
        try:
            return await self._in_thread(work)
        except psycopg.Error as error:
            raise StoreError(
                f"The store {shown(self._url)} does not answer: {reason_of(error)}."
            ) from error

    async def _in_thread(self, work: Callable[[PostgresSession], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, self._with_session, work
        )

    def _with_session(self, work: Callable[[PostgresSession], T]) -> T:
        session = self._taken()
        try:
            done = work(session)
        except BaseException:
            session.close()
            raise
        self._idle.append(session)
        return done

    def _taken(self) -> PostgresSession:
        """Return a connection that works: the database may have been restarted meanwhile."""
        while True:
            try:
                session = self._idle.pop()  # in one step, among threads
            except IndexError:
                return connected(self._url)
            if session.is_alive:
                return session


@asynccontextmanager
async def open_postgres(
    url: str, *, migrations: Sequence[Migration] | None = None
) -> AsyncGenerator[WholeStore, None]:
    """Yield the store in a database, made or brought up to date first; close it at the end.

    Args:
        url: ``postgresql://user@host/database``; ``postgresql:///database`` on this machine.
        migrations: how to bring it up to date; `None` is as this version of codecage does.

    Raises:
        StoreError: the database cannot be reached, or is from a later version; it is left as it
            was.
    """
    engine = PostgresEngine(url)
    try:
        await engine.prepare(known_migrations() if migrations is None else migrations)
        yield WholeStore(engine)
    finally:
        await engine.close()


async def check_postgres(url: str) -> int:
    """Return the format of the store in a database, which is not changed.

    Raises:
        StoreError: there is none, it cannot be reached, or it is from a later version.
    """
    engine = PostgresEngine(url)
    try:
        if (await engine.fetch("SELECT to_regclass('codecage_format')"))[0][0] is None:
            raise StoreError(f"There is no store in {shown(url)}.")
        version: int = (await engine.fetch("SELECT version FROM codecage_format"))[0][0]
        pending(known_migrations(), version)
    finally:
        await engine.close()
    return version


def connected(url: str) -> PostgresSession:
    """Return a new connection.

    Raises:
        psycopg.Error: the database cannot be reached.
    """
    connection = psycopg.connect(
        url,
        autocommit=True,
        connect_timeout=_CONNECT_SECONDS,
        client_encoding="utf8",
        fallback_application_name="codecage",
        tcp_user_timeout=_STATEMENT_SECONDS * 1000,
    )
    session = PostgresSession(connection)
    session.fetch(f"SET statement_timeout = '{_STATEMENT_SECONDS}s'")
    return session


def _migrate(session: Session, known: Sequence[Migration]) -> None:
    """Apply what the database has not seen: all of it or, if something fails, nothing."""
    encoding = session.fetch("SHOW server_encoding")[0][0]
    if encoding != "UTF8":
        raise StoreError(
            f"its texts are {encoding}; make one with: createdb -E UTF8 -T template0 …"
        )
    session.fetch("SET LOCAL statement_timeout = 0")
    session.fetch("SELECT pg_advisory_xact_lock(?)", (_LOCK,))  # of several that start, one does it
    session.fetch("CREATE TABLE IF NOT EXISTS codecage_format (version BIGINT NOT NULL)")
    rows = session.fetch("SELECT version FROM codecage_format")
    steps = pending(known, rows[0][0] if rows else 0)
    for statement in (statement for step in steps for statement in step):
        session.fetch(_WORD.sub(lambda match: _WORDS[match[1]], statement))
    if steps:
        session.fetch("DELETE FROM codecage_format")
        session.fetch("INSERT INTO codecage_format (version) VALUES (?)", (len(known),))
        log.info("store: brought up to format %d", len(known))


def reason_of(error: Exception) -> str:
    """Return an error's words on one line, without the full stop."""
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
