"""The store in an SQLite file. All its calls happen in one thread of their own, in order."""

import asyncio
import logging
import re
import sqlite3
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from bot.errors import StoreError
from bot.store.base import Record
from bot.store.codec import decode_files, decode_request, encode_files, encode_request

log = logging.getLogger(__name__)

T = TypeVar("T")

_MIGRATION = re.compile(r"(\d{4})_\w+\.sql")
_COLUMNS = (
    "reply_id, channel_id, user_id, guild_id, asked_id, asked_channel_id, asked_digest,"
    " request, output, created_at"
)


class SqliteStore:
    """Keeps records in one file; see `bot.store.base.Store`. Made by `open_sqlite`."""

    def __init__(
        self, path: Path, database: sqlite3.Connection, thread: ThreadPoolExecutor
    ) -> None:
        self._path = path
        self._database = database
        self._thread = thread
        self._is_closed = False

    async def put(self, record: Record) -> None:
        """Keep ``record``; it replaces the one of the same reply and of the same asked message."""
        row = (
            record.reply_id,
            record.channel_id,
            record.user_id,
            record.guild_id,
            record.asked_id,
            record.asked_channel_id,
            record.asked_digest,
            encode_request(record.request) if record.request else None,
            encode_files(record.output) if record.output else None,
            record.created_at,
        )
        marks = ", ".join("?" * len(row))
        await self._execute(f"INSERT OR REPLACE INTO replies ({_COLUMNS}) VALUES ({marks})", row)  # noqa: S608 - our own names

    async def by_reply(self, reply_id: int) -> Record | None:
        """Return the record of a reply."""
        return await self._find("reply_id", reply_id)

    async def by_asked(self, asked_id: int) -> Record | None:
        """Return the record of the reply to a member's message."""
        return await self._find("asked_id", asked_id)

    async def remove(self, reply_id: int) -> None:
        """Forget a reply and all that was kept for it."""
        await self._execute("DELETE FROM replies WHERE reply_id = ?", (reply_id,))

    async def forget(self, *, code_before: float, replies_before: float) -> None:
        """Drop old code and output, and records that are older still."""
        await self._execute("DELETE FROM replies WHERE created_at < ?", (replies_before,))
        await self._execute(
            "UPDATE replies SET request = NULL, output = NULL WHERE created_at < ?"
            " AND (request IS NOT NULL OR output IS NOT NULL)",
            (code_before,),
        )

    async def close(self) -> None:
        """Write what is pending and close."""
        if self._is_closed:
            return
        self._is_closed = True
        await asyncio.get_running_loop().run_in_executor(self._thread, self._database.close)
        self._thread.shutdown()

    async def _find(self, column: str, value: int) -> Record | None:
        query = f"SELECT {_COLUMNS} FROM replies WHERE {column} = ?"  # noqa: S608 - our own names
        rows = await self._execute(query, (value,))
        return _record(rows[0]) if rows else None

    async def _execute(self, query: str, values: tuple[object, ...]) -> list[tuple[object, ...]]:
        def work() -> list[tuple[object, ...]]:
            return self._database.execute(query, values).fetchall()

        if self._is_closed:
            raise StoreError("The store is closed.")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.Error as error:
            raise StoreError(f"The store {self._path} does not answer: {error}.") from error


@asynccontextmanager
async def open_sqlite(path: Path) -> AsyncGenerator[SqliteStore, None]:
    """Yield the store in the file ``path``, made or brought up to date first; close it at the end.

    Raises:
        StoreError: the file is broken, from a later version, or cannot be written; it is left as
            it was.
    """
    thread = ThreadPoolExecutor(1, thread_name_prefix="store")
    try:
        database = await asyncio.get_running_loop().run_in_executor(thread, _opened, path)
    except BaseException:
        thread.shutdown(wait=False)
        raise
    store = SqliteStore(path, database, thread)
    try:
        yield store
    finally:
        await store.close()


def _opened(path: Path) -> sqlite3.Connection:
    database: sqlite3.Connection | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)  # members' programs are in it; its side files follow suit
        # Autocommit: each statement is a transaction of its own unless we begin one.
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        known = _migrations()
        version = _checked_version(database, len(known))
        # In WAL mode readers never wait for a writer. A power cut may lose the last writes this
        # way, but never the file.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute("PRAGMA secure_delete = ON")  # what is forgotten is overwritten
        _migrate(database, known, version)
    except (sqlite3.Error, OSError, StoreError) as error:
        if database is not None:
            database.close()
        raise StoreError(
            f"The store {path} cannot be used: {error}. Put a backup in its place, or move it"
            f" away (mv {path} {path}.broken) and start again; then buttons and edits of older"
            " answers do nothing."
        ) from error
    return database


def _checked_version(database: sqlite3.Connection, newest: int) -> int:
    """Return how many migrations the file has seen, having changed nothing in it."""
    database.execute("PRAGMA busy_timeout = 5000")
    found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreError(f"it is damaged ({' '.join(str(found).split())[:200]})")
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    if version > newest:
        raise StoreError(f"it was written by a later version of codecage (its format is {version})")
    return version


def _migrate(database: sqlite3.Connection, known: list[str], version: int) -> None:
    """Apply the migrations that the file has not seen, each whole or not at all."""
    for number, script in enumerate(known[version:], version + 1):
        try:
            database.executescript(
                f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;"
            )
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise
        log.info("store: applied migration %d", number)


def _migrations() -> list[str]:
    folder = files("bot.store") / "migrations"
    named = sorted(
        (int(match[1]), entry)
        for entry in folder.iterdir()
        if (match := _MIGRATION.fullmatch(entry.name))
    )
    if [number for number, _ in named] != list(range(1, len(named) + 1)):
        raise StoreError("this installation of codecage is incomplete: a migration is missing")
    return [entry.read_text(encoding="utf-8") for _, entry in named]


def _record(row: tuple[object, ...]) -> Record:
    values = dict(zip(_COLUMNS.split(", "), row, strict=True))
    request, output = values.pop("request"), values.pop("output")
    return Record(
        **values,  # type: ignore[arg-type]
        request=decode_request(request) if isinstance(request, bytes) else None,
        output=decode_files(output) if isinstance(output, bytes) else (),
    )
