"""What every store must do as a whole: erase, forget, be shared, be closed, be brought up to date."""

import asyncio
from dataclasses import replace

import pytest

from bot.errors import StoreError
from bot.store import Document, Horizons, Store
from tests.contract.conftest import Opening
from tests.contract_values import BLOCK, ENTRY, GUILD, MEMBER, NOW, RECORD, REQUEST, RUN, counted

OTHER = GUILD + 1


async def fill(store: Store, guild_id: int, user_id: int) -> None:
    """Keep one of everything; what must be distinct is made of the ids."""
    number = guild_id - GUILD + 10 * user_id
    await store.replies.put(
        replace(RECORD, reply_id=number, asked_id=number, guild_id=guild_id, user_id=user_id)
    )
    entry = replace(ENTRY, guild_id=guild_id, user_id=user_id)
    await store.settings.put(Document(guild_id=guild_id, text="a"), entry)
    await store.blocks.put(replace(BLOCK, guild_id=guild_id, user_id=user_id))
    await store.runs.add(replace(RUN, guild_id=guild_id, user_id=user_id, request=REQUEST))
    await store.quotas.note(user_id=user_id, guild_id=guild_id, at=NOW)


async def kept(store: Store, guild_id: int, user_id: int) -> list[str]:
    """Name the kinds of things that there still are."""
    number = guild_id - GUILD + 10 * user_id
    found = {
        "reply": await store.replies.by_reply(number),
        "settings": await store.settings.get(guild_id),
        "audit": await store.audits.page(guild_id),
        "block": await store.blocks.active(user_id=user_id, guild_id=guild_id, now=NOW),
        "run": await store.runs.page(guild_id=guild_id, user_id=user_id),
        "quota": await counted(store, user_id=user_id, guild_id=guild_id),
    }
    return [name for name, value in found.items() if value]


EVERYTHING = ["reply", "settings", "audit", "block", "run", "quota"]


async def test_of_a_server_that_is_erased_nothing_is_left(store: Store) -> None:
    await fill(store, GUILD, MEMBER)
    await fill(store, OTHER, MEMBER)
    assert await store.guilds() == (GUILD, OTHER)
    await store.erase_guild(GUILD)
    assert await kept(store, GUILD, MEMBER) == []
    assert await kept(store, OTHER, MEMBER) == EVERYTHING
    assert await store.guilds() == (OTHER,)


async def test_erasing_a_server_does_not_lift_the_owner_s_blocks(store: Store) -> None:
    server = replace(BLOCK, user_id=None)
    person = replace(BLOCK, guild_id=None)
    await store.blocks.put(server)
    await store.blocks.put(person)
    assert await store.guilds() == ()
    await store.erase_guild(GUILD)
    assert set(await store.blocks.listed(None, now=NOW)) == {server, person}


async def test_of_a_member_who_is_erased_what_is_against_misuse_stays(store: Store) -> None:
    await fill(store, GUILD, MEMBER)
    await fill(store, OTHER, MEMBER + 1)
    await store.erase_member(MEMBER)
    assert await kept(store, GUILD, MEMBER) == ["settings", "audit", "block", "quota"]
    assert await kept(store, OTHER, MEMBER + 1) == EVERYTHING


async def test_code_goes_before_the_record_does(store: Store) -> None:
    old, middle, new = (
        replace(RECORD, reply_id=n, asked_id=n, created_at=NOW + n) for n in (1, 2, 3)
    )
    for record in (old, middle, new):
        await store.replies.put(record)
    await store.forget(Horizons(code_before=NOW + 3, replies_before=NOW + 2))
    assert await store.replies.by_reply(1) is None
    assert await store.replies.by_reply(2) == replace(middle, request=None, output=())
    assert await store.replies.by_reply(3) == new


@pytest.mark.parametrize(
    ("horizon", "gone"),
    [
        pytest.param("replies_before", "reply", id="replies"),
        pytest.param("runs_before", "run", id="history"),
        pytest.param("quotas_before", "quota", id="quotas"),
        pytest.param("audits_before", "audit", id="audit-log"),
    ],
)
async def test_each_kind_has_an_age_of_its_own(store: Store, horizon: str, gone: str) -> None:
    await fill(store, GUILD, MEMBER)
    await store.forget(Horizons(**{horizon: NOW}))
    assert await kept(store, GUILD, MEMBER) == EVERYTHING
    await store.forget(Horizons(**{horizon: NOW + 1}))
    assert await kept(store, GUILD, MEMBER) == [kind for kind in EVERYTHING if kind != gone]


async def test_blocks_go_once_they_are_over(store: Store) -> None:
    lasting = replace(BLOCK, user_id=1)
    for block in (replace(BLOCK, expires_at=NOW), lasting):
        await store.blocks.put(block)
    await store.forget(Horizons(blocks_before=NOW + 1))
    assert await store.blocks.listed(GUILD, now=0) == (lasting,)


async def test_what_was_kept_is_there_for_others_and_later(opening: Opening) -> None:
    async with opening() as one, opening() as another:
        await fill(one, GUILD, MEMBER)
        assert await kept(another, GUILD, MEMBER) == EVERYTHING
    async with opening() as later:
        assert await kept(later, GUILD, MEMBER) == EVERYTHING


async def test_several_may_open_a_new_store_at_once(opening: Opening) -> None:
    async def use(guild_id: int) -> None:
        async with opening() as store:
            await fill(store, guild_id, MEMBER)

    async with asyncio.TaskGroup() as group:
        for number in range(4):
            group.create_task(use(GUILD + number))
    async with opening() as store:
        assert await store.guilds() == tuple(GUILD + number for number in range(4))


async def test_of_several_processes_one_changes_the_settings(opening: Opening) -> None:
    async with opening() as one, opening() as another:
        first = await one.settings.put(Document(guild_id=GUILD, text="0"), ENTRY)
        assert first is not None
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(store.settings.put(replace(first, text="1"), ENTRY))
                for store in (one, another) * 10
            ]
        assert len([task for task in tasks if task.result()]) == 1


async def test_of_several_processes_one_answers_a_message(opening: Opening) -> None:
    async with opening() as one, opening() as another:
        async with asyncio.TaskGroup() as group:
            for number in range(20):
                store = (one, another)[number % 2]
                group.create_task(store.replies.put(replace(RECORD, reply_id=number)))
        found = await one.replies.by_asked(50)
        assert found is not None
        others = [await one.replies.by_reply(number) for number in range(20)]
        assert [record for record in others if record] == [found]


async def test_a_cancelled_call_is_done_whole_or_not_at_all(opening: Opening) -> None:
    async with opening() as store:  # which waits at its end for what is still under way
        for number in range(30):
            change = store.settings.put(Document(guild_id=number + 1, text="a"), ENTRY)
            task = asyncio.ensure_future(change)
            await asyncio.sleep(0.0002 * number)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    async with opening() as store:
        guilds = await store.settings.guilds()
        assert len(await store.audits.page(GUILD, limit=100)) == len(guilds)


async def test_closing_twice_is_harmless_and_then_nothing_works(store: Store) -> None:
    await store.close()
    await store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.flags.all()
