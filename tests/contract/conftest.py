"""The stores that the suite holds to `bot.store.base`; a further kind is added to `stores`."""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from bot.store import Store, open_sqlite
from bot.store.postgres import open_postgres
from tests.postgres import PostgresServer, find_postgres, running_postgres

Opening = Callable[[], AbstractAsyncContextManager[Store]]


@pytest.fixture(scope="session")
def postgres() -> Generator[PostgresServer, None, None]:
    programs = find_postgres()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install -y postgresql")
    with running_postgres(programs) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Opening:
    """Return what opens one and the same store, as each of several processes would."""
    if request.param == "sqlite":
        return lambda: open_sqlite(tmp_path / "store.db")
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.fresh()
    return lambda: open_postgres(url)


@pytest.fixture
async def store(opening: Opening) -> AsyncGenerator[Store, None]:
    async with opening() as opened:
        yield opened
