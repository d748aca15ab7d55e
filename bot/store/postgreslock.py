"""One bot at a time on a store in PostgreSQL, by a lock of the server's that ends with its connection.

See https://www.postgresql.org/docs/current/explicit-locking.html about advisory locks.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

import psycopg

from bot.errors import InUseError, StoreError
from bot.store.address import shown
from bot.store.postgres import PostgresSession, connected, reason_of

log = logging.getLogger(__name__)

T = TypeVar("T")

# A number for each schema, so that bots may share a database that have a schema each. Nobody else
# locks such numbers there: they begin with "cage".
_LOCK = 0x63616765 << 32
_TAKE = (
    "SELECT pg_advisory_lock(? + oid::bigint) FROM pg_namespace WHERE nspname = current_schema()"
)
# The server may not have noticed yet that an earlier connection of this process is lost.
_END_EARLIER = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = ? AND usename = current_user AND pid <> pg_backend_pid()"
)
_SETTINGS = (
    # So the server notices within a minute that a bot's machine is gone, and lets go of its lock.
    "SET tcp_keepalives_idle = 30",
    "SET tcp_keepalives_interval = 10",
    "SET tcp_keepalives_count = 3",
)
LOOK_EVERY_SECONDS = 5.0
# It may take the server a moment to notice that a bot was killed.
WAIT_SECONDS = 3.0


class PostgresLock:
    """The lock of one process, on a connection of its own.

    Args:
        url: where the database is.
        wait_seconds: how long another bot has to let go of it.
    """

    def __init__(self, url: str, *, wait_seconds: float) -> None:
        self._url = url
        self._wait_seconds = wait_seconds
        self._name = f"codecage lock {secrets.token_hex(8)}"  # tells our connections from others'
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lock")
        self._session: PostgresSession | None = None
        self._is_taken = False

    async def take(self) -> None:
        """Take the lock, also again after its connection was lost.

        Raises:
            InUseError: another bot has it.
            StoreError: the database cannot be reached, or its address names no schema.
        """
        self._is_taken = False
        try:
            await self._in_thread(self._take)
        except psycopg.errors.LockNotAvailable:
            raise InUseError(
                f"Another codecage is running with the store {shown(self._url)}, and two would"
                " answer every message twice. Stop that one first, or give this one another"
                " database or schema, in store.url, and a token of its own."
            ) from None
        except (StoreError, psycopg.Error) as error:
            raise StoreError(
                f"The store {shown(self._url)} cannot be locked: {reason_of(error)}."
            ) from error
        self._is_taken = True

    async def is_held(self) -> bool:
        """Return whether the connection lives that the lock was taken on."""
        session = self._session
        if session is None or not self._is_taken:
            return False
        return await self._in_thread(lambda: session.is_alive)

    async def close(self) -> None:
        """Let go of the lock."""
        await self._in_thread(self._disconnect)
        self._thread.shutdown()

    def _take(self) -> None:
        self._disconnect()
        self._session = session = connected(self._url)
        session.fetch("SELECT set_config('application_name', ?, false)", (self._name,))
        for setting in (*_SETTINGS, f"SET lock_timeout = {self._wait_seconds * 1000:.0f}"):
            session.fetch(setting)
        session.fetch(_END_EARLIER, (self._name,))
        if not session.fetch(_TAKE, (_LOCK,)):
            raise StoreError("there is no schema of the name that its address says")

    def _disconnect(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


@asynccontextmanager
async def sole_user_of_database(
    url: str,
    *,
    look_every_seconds: float = LOOK_EVERY_SECONDS,
    wait_seconds: float = WAIT_SECONDS,
) -> AsyncGenerator[None, None]:
    """Keep every other bot from using a store until the block ends.

    The server lets go of the lock when our connection is lost. Then it is taken again as soon as the
    server answers; nobody else can take it before that. If somebody else was quicker, the block is
    cancelled and this raises `InUseError`.

    Args:
        url: as for `bot.store.postgres.open_postgres`.
        look_every_seconds: how long after it was lost that is noticed.
        wait_seconds: how long another bot has to let go of it.

    Raises:
        InUseError: another bot has it.
        StoreError: the database cannot be reached.
    """
    lock = PostgresLock(url, wait_seconds=wait_seconds)
    try:
        await lock.take()
        async with asyncio.TaskGroup() as group:
            keeping = group.create_task(_keep(lock, look_every_seconds))
            try:
                yield
            finally:
                keeping.cancel()
    except BaseExceptionGroup as failures:  # which is how a group tells even a single one
        first = failures.exceptions[0]
        raise first from first.__cause__
    finally:
        await lock.close()


async def _keep(lock: PostgresLock, look_every_seconds: float) -> None:
    while True:
        await asyncio.sleep(look_every_seconds)
        if await lock.is_held():
            continue
        try:
            await lock.take()
        except StoreError as error:
            log.warning("%s Until it is, nobody else can lock it either.", error)
        else:
            log.warning("the connection that held the store's lock was lost; it is taken again")
