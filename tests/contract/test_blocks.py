"""What every store must do with blocks and flags."""

import asyncio
from dataclasses import replace

import pytest

from bot.store import Block, Store
from tests.contract_values import BLOCK, ENTRY, GUILD, MEMBER, NOW

PERSON = replace(BLOCK, guild_id=None, reason="everywhere")
SERVER = replace(BLOCK, user_id=None, reason="a whole server")


@pytest.mark.parametrize(
    ("block", "user_id", "guild_id", "is_blocked"),
    [
        pytest.param(BLOCK, MEMBER, GUILD, True, id="member-here"),
        pytest.param(BLOCK, MEMBER, GUILD + 1, False, id="member-elsewhere"),
        pytest.param(BLOCK, MEMBER, None, False, id="member-in-private"),
        pytest.param(BLOCK, MEMBER + 1, GUILD, False, id="somebody-else"),
        pytest.param(PERSON, MEMBER, GUILD, True, id="person-in-a-server"),
        pytest.param(PERSON, MEMBER, None, True, id="person-in-private"),
        pytest.param(PERSON, MEMBER + 1, None, False, id="another-person"),
        pytest.param(SERVER, MEMBER, GUILD, True, id="anybody-in-that-server"),
        pytest.param(SERVER, MEMBER, GUILD + 1, False, id="anybody-in-another"),
        pytest.param(SERVER, MEMBER, None, False, id="anybody-in-private"),
    ],
)
async def test_who_is_blocked_where(
    store: Store, block: Block, user_id: int, guild_id: int | None, *, is_blocked: bool
) -> None:
    await store.blocks.put(block)
    found = await store.blocks.active(user_id=user_id, guild_id=guild_id, now=NOW)
    assert found == (block if is_blocked else None)


async def test_of_several_the_owner_s_are_told(store: Store) -> None:
    for blocks, told in (([BLOCK], BLOCK), ([PERSON], PERSON), ([SERVER], SERVER)):
        for block in blocks:
            await store.blocks.put(block)
        assert await store.blocks.active(user_id=MEMBER, guild_id=GUILD, now=NOW) == told


async def test_a_block_ends_at_its_time(store: Store) -> None:
    await store.blocks.put(replace(BLOCK, expires_at=NOW + 5))
    assert await store.blocks.active(user_id=MEMBER, guild_id=GUILD, now=NOW + 4.9)
    assert not await store.blocks.active(user_id=MEMBER, guild_id=GUILD, now=NOW + 5)
    assert await store.blocks.listed(GUILD, now=NOW + 5) == ()


async def test_a_new_block_replaces_the_old_one(store: Store) -> None:
    later = replace(BLOCK, reason="more spam", by_id=98, at=NOW + 1, expires_at=NOW + 9)
    await store.blocks.put(BLOCK)
    await store.blocks.put(later)
    assert await store.blocks.listed(GUILD, now=NOW) == (later,)


async def test_lifting_says_whether_there_was_a_block(store: Store) -> None:
    await store.blocks.put(BLOCK)
    await store.blocks.put(PERSON)
    assert await store.blocks.remove(user_id=MEMBER, guild_id=GUILD, entry=ENTRY)
    assert not await store.blocks.remove(user_id=MEMBER, guild_id=GUILD, entry=ENTRY)
    assert await store.blocks.active(user_id=MEMBER, guild_id=GUILD, now=NOW) == PERSON
    assert len(await store.audits.page(GUILD)) == 1


async def test_a_block_and_its_audit_entry_are_kept_together(store: Store) -> None:
    await store.blocks.put(BLOCK, ENTRY)
    (entry,) = await store.audits.page(GUILD)
    assert entry == replace(ENTRY, entry_id=entry.entry_id)


async def test_a_server_lists_its_own_and_the_owner_all_others(store: Store) -> None:
    later = replace(BLOCK, user_id=MEMBER + 1, at=NOW + 1)
    elsewhere = replace(BLOCK, guild_id=GUILD + 1)
    for block in (BLOCK, later, elsewhere, PERSON, replace(SERVER, at=NOW + 2)):
        await store.blocks.put(block)
    assert await store.blocks.listed(GUILD, now=NOW) == (later, BLOCK)
    assert await store.blocks.listed(None, now=NOW) == (replace(SERVER, at=NOW + 2), PERSON)


@pytest.mark.parametrize("guild_id", [GUILD, None], ids=["of-a-server", "of-the-owner"])
async def test_pages_of_blocks_meet_without_a_gap(store: Store, guild_id: int | None) -> None:
    times = (NOW, NOW + 0.1, NOW + 0.1, NOW + 0.1, NOW + 0.2)  # blocked at once, too
    blocks = [
        Block(user_id=number, guild_id=guild_id, by_id=99, at=at)
        for number, at in enumerate(times, start=1)
    ]
    for block in blocks:
        await store.blocks.put(block)
    first = await store.blocks.listed(guild_id, now=NOW, limit=2)
    # Whoever is lifted or blocked meanwhile moves nobody from a page to another.
    await store.blocks.remove(user_id=first[0].user_id, guild_id=guild_id)
    await store.blocks.put(replace(blocks[0], user_id=9, at=NOW + 3))
    seen = list(first)
    while page := await store.blocks.listed(guild_id, now=NOW, after=seen[-1].key, limit=2):
        seen += page
    assert [block.user_id for block in seen] == [5, 2, 3, 4, 1]


async def test_a_server_and_a_person_blocked_at_once_are_on_one_page_each(store: Store) -> None:
    both = (replace(SERVER, guild_id=GUILD), PERSON)
    for block in both:
        await store.blocks.put(block)
    (first,) = await store.blocks.listed(None, now=NOW, limit=1)
    (second,) = await store.blocks.listed(None, now=NOW, after=first.key, limit=1)
    assert (first, second) == both


async def test_blocking_twice_at_once_is_one_block(store: Store) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(store.blocks.put(BLOCK))
    assert await store.blocks.listed(GUILD, now=NOW) == (BLOCK,)


def test_a_block_of_nobody_nowhere_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="a member, a server or both"):
        Block(user_id=None, guild_id=None, by_id=1, at=NOW)


async def test_flags_are_set_changed_and_unset(store: Store) -> None:
    assert await store.flags.get("maintenance") is None
    await store.flags.put("maintenance", "back at 9")
    await store.flags.put("maintenance", "back at 10 🛠")
    await store.flags.put("other", "")
    assert await store.flags.get("maintenance") == "back at 10 🛠"
    assert await store.flags.all() == {"maintenance": "back at 10 🛠", "other": ""}
    await store.flags.remove("maintenance")
    await store.flags.remove("maintenance")
    assert await store.flags.all() == {"other": ""}


async def test_a_flag_and_its_audit_entry_are_kept_together(store: Store) -> None:
    owners = replace(ENTRY, guild_id=None)
    await store.flags.put("maintenance", "soon", replace(owners, action="on"))
    await store.flags.remove("maintenance", replace(owners, action="off"))
    assert [entry.action for entry in await store.audits.page(None)] == ["off", "on"]
