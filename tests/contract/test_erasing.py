"""What every store must let go of, asked of the database itself: a table that nobody thought of fails here."""

from dataclasses import replace

import pytest

from bot.store.postgres import PostgresEngine
from bot.store.whole import WholeStore
from tests.contract.test_store import fill
from tests.contract_values import BLOCK, GUILD, MEMBER, RECORD

_COLUMNS_IN_SQLITE = (
    "SELECT tables.name, columns.name FROM sqlite_master AS tables,"
    " pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'"
)
_COLUMNS_IN_POSTGRES = (
    "SELECT table_name, column_name FROM information_schema.columns"
    " WHERE table_schema = current_schema()"
)


async def tables_with(store: WholeStore, column: str) -> list[str]:
    is_postgres = isinstance(store._engine, PostgresEngine)
    rows = await store._engine.fetch(_COLUMNS_IN_POSTGRES if is_postgres else _COLUMNS_IN_SQLITE)
    return sorted(table for table, found in rows if found == column)


async def rows_of(store: WholeStore, column: str, value: int) -> dict[str, int]:
    """Return how many rows each table has about somebody."""
    return {
        table: (
            await store._engine.fetch(f"SELECT count(*) FROM {table} WHERE {column} = ?", (value,))  # noqa: S608
        )[0][0]
        for table in await tables_with(store, column)
    }


@pytest.mark.parametrize(
    ("column", "value", "stays"),
    [
        pytest.param(
            "guild_id", GUILD, {"blocks": 1}, id="a-server-but-for-the-owner-s-block-of-it"
        ),
        pytest.param(
            "user_id",
            MEMBER,
            {"audits": 1, "blocks": 1, "quotas": 1},
            id="a-member-but-for-what-is-against-misuse",
        ),
    ],
)
async def test_no_table_keeps_anything_of_who_was_erased(
    store: WholeStore, column: str, value: int, stays: dict[str, int]
) -> None:
    await fill(store, GUILD, MEMBER)
    await store.blocks.put(replace(BLOCK, user_id=None))
    before = await rows_of(store, column, value)
    assert all(before.values()), f"a table that `fill` does not know: {before}"
    await (store.erase_guild(value) if column == "guild_id" else store.erase_member(value))
    after = await rows_of(store, column, value)
    assert {table: rows for table, rows in after.items() if rows} == stays


async def test_that_a_message_was_answered_outlives_who_wrote_it_and_names_nobody(
    store: WholeStore,
) -> None:
    await store.replies.put(RECORD)
    await store.erase_member(MEMBER)
    await store.erase_guild(GUILD)
    assert await store.replies.by_asked(50) is None
    assert await store.replies.is_answered(50)
    rows = await store._engine.fetch("SELECT * FROM answered")
    assert rows == [(50, RECORD.created_at)]
