"""What every store must do with servers' settings and the log of who changed them."""

import asyncio
from dataclasses import replace

import pytest

from bot.store import AuditEntry, Document, Store
from tests.contract_values import ENTRY, GUILD, NOW, REQUEST, RUN


def texts(entries: tuple[AuditEntry, ...]) -> list[str]:
    return [entry.detail for entry in entries]


async def test_a_server_that_changed_nothing_has_no_document(store: Store) -> None:
    assert await store.settings.get(GUILD) is None
    assert await store.settings.guilds() == ()


async def test_each_change_has_the_next_version(store: Store) -> None:
    first = await store.settings.put(Document(guild_id=GUILD, text="a: ü"), ENTRY)
    assert first == Document(guild_id=GUILD, text="a: ü", version=1)
    second = await store.settings.put(replace(first, text="b"), ENTRY)
    assert second == Document(guild_id=GUILD, text="b", version=2)
    assert await store.settings.get(GUILD) == second
    assert await store.settings.guilds() == (GUILD,)


@pytest.mark.parametrize(
    "stale_version",
    [
        pytest.param(0, id="as-if-there-was-none"),
        pytest.param(1, id="from-the-version-before"),
        pytest.param(7, id="from-a-version-that-never-was"),
    ],
)
async def test_a_change_of_something_old_is_refused_and_leaves_no_trace(
    store: Store, stale_version: int
) -> None:
    first = await store.settings.put(Document(guild_id=GUILD, text="1"), ENTRY)
    assert first is not None
    second = await store.settings.put(replace(first, text="2"), ENTRY)
    stale = Document(guild_id=GUILD, text="3", version=stale_version)
    assert await store.settings.put(stale, replace(ENTRY, detail="refused")) is None
    assert await store.settings.get(GUILD) == second
    assert "refused" not in texts(await store.audits.page(GUILD))


async def test_of_many_changes_at_once_one_wins(store: Store) -> None:
    first = await store.settings.put(Document(guild_id=GUILD, text="0"), ENTRY)
    assert first is not None
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(store.settings.put(replace(first, text=str(number)), ENTRY))
            for number in range(20)
        ]
    kept = [task.result() for task in tasks if task.result() is not None]
    assert len(kept) == 1
    assert await store.settings.get(GUILD) == kept[0]
    assert len(await store.audits.page(GUILD)) == 2


async def test_of_many_first_changes_at_once_one_wins(store: Store) -> None:
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(store.settings.put(Document(guild_id=GUILD, text=str(n)), ENTRY))
            for n in range(20)
        ]
    assert len([task for task in tasks if task.result() is not None]) == 1


async def test_servers_do_not_meet(store: Store) -> None:
    other = replace(ENTRY, guild_id=GUILD + 1, detail="other")
    await store.settings.put(Document(guild_id=GUILD, text="a"), ENTRY)
    await store.settings.put(Document(guild_id=GUILD + 1, text="b"), other)
    assert (await store.settings.get(GUILD + 1)) == Document(
        guild_id=GUILD + 1, text="b", version=1
    )
    assert texts(await store.audits.page(GUILD)) == [ENTRY.detail]
    assert texts(await store.audits.page(GUILD + 1)) == ["other"]


async def test_an_audit_entry_comes_back_as_it_was(store: Store) -> None:
    await store.audits.add(ENTRY)
    (found,) = await store.audits.page(GUILD)
    assert found == replace(ENTRY, entry_id=found.entry_id)


async def test_what_the_owner_did_is_no_server_s(store: Store) -> None:
    owners = replace(ENTRY, guild_id=None, detail="everywhere")
    await store.audits.add(ENTRY)
    await store.audits.add(owners)
    (found,) = await store.audits.page(None)
    assert found == replace(owners, entry_id=found.entry_id)


async def test_pages_go_from_new_to_old_and_meet_without_a_gap(store: Store) -> None:
    for number in range(5):
        await store.audits.add(replace(ENTRY, detail=str(number), at=NOW))
    first = await store.audits.page(GUILD, limit=2)
    await store.audits.add(replace(ENTRY, detail="while somebody reads"))
    second = await store.audits.page(GUILD, before=first[-1].entry_id, limit=2)
    third = await store.audits.page(GUILD, before=second[-1].entry_id, limit=2)
    assert [texts(page) for page in (first, second, third)] == [["4", "3"], ["2", "1"], ["0"]]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param("a\0b", "a\ufffdb", id="nul"),
        pytest.param("a\ud800b", "a\ufffd\ufffd\ufffdb", id="half-a-surrogate"),
        pytest.param("100 % of ? and 😀\n", "100 % of ? and 😀\n", id="placeholders-and-emoji"),
    ],
)
async def test_any_text_can_be_kept(store: Store, written: str, read: str) -> None:
    await store.settings.put(Document(guild_id=GUILD, text=written), ENTRY)
    kept = await store.settings.get(GUILD)
    assert kept is not None
    assert kept.text == read


async def test_history_s_programs_go_in_the_step_that_switches_them_off(store: Store) -> None:
    elsewhere = replace(RUN, guild_id=GUILD + 1)
    for run in (RUN, elsewhere):
        await store.runs.add(replace(run, request=REQUEST))
    document = Document(guild_id=GUILD, text="off", version=7)
    assert await store.settings.put(document, ENTRY, forgets_programs=True) is None
    assert all(entry.request == REQUEST for entry in await store.runs.page())
    await store.settings.put(replace(document, version=0), ENTRY, forgets_programs=True)
    kept = await store.runs.page()
    assert [replace(entry, entry_id=0) for entry in kept] == [
        replace(elsewhere, request=REQUEST),
        RUN,
    ]
