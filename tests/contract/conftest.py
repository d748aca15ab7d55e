"""The stores that the suite holds to `bot.store.base`; a further kind is added to `stores`."""

from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

import pytest

from bot.store import Store, open_sqlite
from bot.store.postgres import open_postgres
from bot.store.schema import Migration
from bot.store.whole import WholeStore
from tests.postgres import PostgresServer, find_postgres, running_postgres


class Opening(Protocol):
    """Opens one and the same store, as each of several processes would."""

    def __call__(
        self, migrations: Sequence[Migration] | None = None
    ) -> AbstractAsyncContextManager[WholeStore]: ...


@pytest.fixture(scope="session")
def postgres() -> Generator[PostgresServer, None, None]:
    programs = find_postgres()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install -y postgresql")
    with running_postgres(programs) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Opening:
    if request.param == "sqlite":
        return lambda migrations=None: open_sqlite(tmp_path / "store.db", migrations=migrations)
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.fresh()
    return lambda migrations=None: open_postgres(url, migrations=migrations)


@pytest.fixture
async def store(opening: Opening) -> AsyncGenerator[Store, None]:
    async with opening() as opened:
        yield opened
