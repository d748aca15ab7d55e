"""How every store is brought up to date: all of it or nothing."""

import pytest

from bot.errors import StoreError
from bot.store import Document, Record
from bot.store.schema import Migration, known_migrations
from bot.store.whole import WholeStore
from tests.contract.conftest import Opening
from tests.contract_values import ENTRY, GUILD

KNOWN = known_migrations()
OLD = (7, 8, 9, b"\x00", 10.5)
LATER: Migration = ("CREATE TABLE later (number INTEGER PRIMARY KEY);",)
FAILING: Migration = (
    "CREATE TABLE half (number INTEGER PRIMARY KEY);",
    "DELETE FROM replies;",
    "INSERT INTO nowhere (number) VALUES (1);",
)


async def keep_old(store: WholeStore) -> None:
    """Keep a reply as the first version did; later ones have further columns."""
    await store._engine.fetch(
        "INSERT INTO replies (reply_id, channel_id, user_id, asked_digest, created_at)"
        " VALUES (?, ?, ?, ?, ?)",
        OLD,
    )


async def replies(store: WholeStore) -> list[tuple[object, ...]]:
    return await store._engine.fetch(
        "SELECT reply_id, channel_id, user_id, asked_digest, created_at FROM replies"
    )


async def test_a_store_of_the_first_version_keeps_its_records(opening: Opening) -> None:
    async with opening(KNOWN[:1]) as store:
        await keep_old(store)
    async with opening() as store:
        assert await store.replies.by_reply(7) == Record(
            reply_id=7, channel_id=8, user_id=9, asked_digest=b"\x00", created_at=10.5
        )
        assert await store.settings.put(Document(guild_id=GUILD, text="a"), ENTRY)
    async with opening() as store:
        assert await store.settings.guilds() == (GUILD,)


@pytest.mark.parametrize(
    "older",
    [pytest.param(1, id="undoing-those-before-it"), pytest.param(len(KNOWN), id="alone")],
)
async def test_a_migration_that_fails_leaves_the_store_as_it_was(
    opening: Opening, older: int
) -> None:
    async with opening(KNOWN[:older]) as store:
        await keep_old(store)
    with pytest.raises(StoreError, match="nowhere"):
        async with opening((*KNOWN, FAILING)):
            pass
    async with opening(KNOWN[:older]) as store:  # a later format would be refused here
        assert await replies(store) == [OLD]
    without_the_mistake = tuple(part for part in FAILING if part.startswith("CREATE"))
    async with opening((*KNOWN, without_the_mistake)) as store:  # no table is in the way
        assert await replies(store) == [OLD]


async def test_a_store_of_a_later_version_is_refused_and_left_as_it_was(opening: Opening) -> None:
    async with opening((*KNOWN, LATER)) as store:
        await keep_old(store)
    with pytest.raises(
        StoreError, match=rf"later version of codecage \(its format is {len(KNOWN) + 1}"
    ):
        async with opening():
            pass
    async with opening((*KNOWN, LATER)) as store:
        assert await replies(store) == [OLD]
