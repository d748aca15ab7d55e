"""Every store is one application's."""

import pytest

from bot.errors import StoreError
from bot.store import Document, Store
from bot.store.application import claim
from tests.contract_values import ENTRY, GUILD


async def test_a_store_is_the_application_s_that_had_it_first(store: Store) -> None:
    await store.settings.put(Document(guild_id=GUILD, text="a"), ENTRY)  # as from before
    await claim(store.flags, 1 << 62)
    await claim(store.flags, 1 << 62)
    with pytest.raises(StoreError, match=rf"application {1 << 62}, but the token is of 7"):
        await claim(store.flags, 7)
    await claim(store.flags, 1 << 62)
    assert await store.guilds() == (GUILD,)
