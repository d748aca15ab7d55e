import asyncio
from dataclasses import replace

import pytest

from bot.errors import OutdatedError, StoreError
from bot.settings.file import SettingsFileError
from bot.settings.keeper import ACTION, DETAIL_CHARACTERS, SettingsKeeper
from bot.settings.values import LIST_ENTRIES, Mode, Selection, ServerSettings
from bot.store import AuditEntry, Document, SettingsStore
from tests.memory_store import MemoryStore

NOW = 1_800_000_000.0
GUILD = 100


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def keeper(store: MemoryStore, clock: Clock | None = None) -> SettingsKeeper:
    return SettingsKeeper(
        store.settings, store.audits, clock=clock or Clock(), now=lambda: NOW, fresh_seconds=5
    )


def quiet(settings: ServerSettings) -> ServerSettings:
    return replace(settings, is_live=False)


async def test_a_server_without_settings_has_the_defaults() -> None:
    kept = keeper(MemoryStore())
    assert await kept.of(GUILD) == await kept.of(None) == ServerSettings()
    assert (await kept.read(GUILD)).version == 0


async def test_a_change_counts_at_once_and_is_audited() -> None:
    store = MemoryStore()
    kept = keeper(store)
    await kept.of(GUILD)
    changed = await kept.change(GUILD, 7, quiet)
    assert changed.lines == ("output.live: on → off",)
    assert changed.kept.version == 1
    assert not (await kept.of(GUILD)).is_live
    (entry,) = await kept.audit(GUILD, 5)
    assert replace(entry, entry_id=0) == AuditEntry(
        guild_id=GUILD, user_id=7, at=NOW, action=ACTION, detail="output.live: on → off"
    )


async def test_what_changes_nothing_is_not_audited() -> None:
    store = MemoryStore()
    changed = await keeper(store).change(GUILD, 7, lambda settings: settings)
    assert changed.lines == ()
    assert await store.settings.get(GUILD) is None
    assert await store.audits.page(GUILD) == ()


async def test_another_process_hears_of_a_change_in_seconds() -> None:
    store, clock = MemoryStore(), Clock()
    mine, other = keeper(store, clock), keeper(store, clock)
    assert (await other.of(GUILD)).is_live
    await mine.change(GUILD, 7, quiet)
    assert (await other.of(GUILD)).is_live
    clock.now = 5.0
    assert not (await other.of(GUILD)).is_live


async def test_two_changes_at_once_both_count() -> None:
    store = MemoryStore()
    mine, other = keeper(store), keeper(store)
    await mine.read(GUILD)
    await other.change(GUILD, 8, lambda settings: replace(settings, output_lines=5))
    await mine.change(GUILD, 7, quiet)
    found = (await mine.read(GUILD)).settings
    assert (found.is_live, found.output_lines) == (False, 5)


async def test_a_change_of_what_is_gone_is_refused() -> None:
    store = MemoryStore()
    kept = keeper(store)
    await kept.change(GUILD, 7, quiet)
    with pytest.raises(OutdatedError):
        await kept.change(GUILD, 7, lambda _: ServerSettings(), version=0)
    assert not (await kept.of(GUILD)).is_live


async def test_while_the_store_is_down_the_last_known_settings_hold() -> None:
    store, clock = MemoryStore(), Clock()
    kept = keeper(store, clock)
    await kept.change(GUILD, 7, quiet)
    store.is_broken, clock.now = True, 100.0
    assert not (await kept.of(GUILD)).is_live
    with pytest.raises(StoreError):
        await kept.read(GUILD)
    with pytest.raises(StoreError):
        await kept.change(GUILD, 7, quiet)


async def test_what_was_never_read_while_the_store_is_down_is_not_guessed() -> None:
    store = MemoryStore()
    await keeper(store).change(GUILD, 7, quiet)
    store.is_broken = True
    after_a_restart = keeper(store)
    with pytest.raises(StoreError):
        await after_a_restart.of(GUILD)
    assert await after_a_restart.of(None) == ServerSettings()
    store.is_broken = False
    assert not (await after_a_restart.of(GUILD)).is_live


class Dawdling:
    """Settings whose answers to `get` come when `gate` opens, as from another thread."""

    def __init__(self, store: SettingsStore) -> None:
        self._store = store
        self.gate = asyncio.Event()
        self.gate.set()

    async def get(self, guild_id: int) -> Document | None:
        found = await self._store.get(guild_id)
        await self.gate.wait()
        return found

    async def put(
        self, document: Document, entry: AuditEntry, *, forgets_programs: bool = False
    ) -> Document | None:
        return await self._store.put(document, entry, forgets_programs=forgets_programs)

    async def guilds(self) -> tuple[int, ...]:
        return await self._store.guilds()


async def test_an_older_answer_that_comes_later_does_not_bring_old_settings_back() -> None:
    store = MemoryStore()
    slow = Dawdling(store.settings)
    kept = SettingsKeeper(slow, store.audits, clock=Clock(), now=lambda: NOW)
    slow.gate.clear()
    async with asyncio.TaskGroup() as group:
        late = group.create_task(kept.of(GUILD))
        await asyncio.sleep(0)
        changing = group.create_task(kept.change(GUILD, 7, quiet))
        await asyncio.sleep(0)
        gate, slow.gate = slow.gate, asyncio.Event()
        slow.gate.set()
        await kept.change(GUILD, 8, lambda settings: replace(settings, output_lines=5))
        gate.set()
        assert (await late).output_lines == 5
        await changing
    found = await kept.of(GUILD)
    assert (found.is_live, found.output_lines) == (False, 5)


async def test_a_server_that_was_erased_begins_again() -> None:
    store, clock = MemoryStore(), Clock()
    kept = keeper(store, clock)
    await kept.change(GUILD, 7, quiet)
    await store.erase_guild(GUILD)
    clock.now = 5.0
    assert (await kept.of(GUILD)).is_live


async def test_settings_that_nobody_can_read_are_not_guessed_but_can_be_reset() -> None:
    store = MemoryStore()
    entry = AuditEntry(guild_id=GUILD, user_id=7, at=NOW, action=ACTION)
    await store.settings.put(Document(guild_id=GUILD, text='{"someday": 1}'), entry)
    kept = keeper(store)
    with pytest.raises(StoreError, match="another version"):
        await kept.of(GUILD)
    with pytest.raises(OutdatedError):
        await kept.reset(GUILD, 7, version=0)
    await kept.reset(GUILD, 7, version=await kept.version(GUILD))
    assert await kept.of(GUILD) == ServerSettings()


@pytest.mark.parametrize(
    "unreadable",
    [
        pytest.param(
            ServerSettings(
                channels=Selection(mode=Mode.ONLY, items=frozenset(range(1, LIST_ENTRIES + 2)))
            ),
            id="too-long-a-list",
        ),
        pytest.param(
            ServerSettings(
                channel_languages=dict.fromkeys(range(1, LIST_ENTRIES + 2), Selection[str]())
            ),
            id="too-many-lists",
        ),
        pytest.param(ServerSettings(log_channel_id=2**63), id="no-id"),
    ],
)
async def test_what_nobody_could_read_back_is_not_kept(unreadable: ServerSettings) -> None:
    store = MemoryStore()
    kept = keeper(store)
    await kept.change(GUILD, 7, quiet)
    with pytest.raises(SettingsFileError):
        await kept.change(GUILD, 7, lambda _: unreadable)
    assert not (await kept.read(GUILD)).settings.is_live
    assert len(await kept.audit(GUILD, 5)) == 1


async def test_a_change_of_everything_fills_no_store() -> None:
    store = MemoryStore()
    kept = keeper(store)
    lists = {
        id_: Selection(mode=Mode.ONLY, items=frozenset(f"{n}{'x' * 60}" for n in range(6)))
        for id_ in range(1, LIST_ENTRIES + 1)
    }
    changed = await kept.change(GUILD, 7, lambda old: replace(old, channel_languages=lists))
    assert len(changed.lines) == LIST_ENTRIES
    (entry,) = await kept.audit(GUILD, 5)
    *told, more = entry.detail.split("\n")
    assert len(entry.detail) < DETAIL_CHARACTERS + 50
    assert told == list(changed.lines[: len(told)])
    assert more == f"… and {LIST_ENTRIES - len(told)} more."


@pytest.mark.parametrize(
    ("text", "log_channel_id"),
    [
        pytest.param('{"someday": 1, "log_channel": 5}', 5, id="that-can-be-told"),
        pytest.param('{"someday": 1, "log_channel": {"id": 5}}', None, id="of-another-shape"),
        pytest.param('{"someday": 1', None, id="no-json"),
        pytest.param("[5]", None, id="no-document"),
    ],
)
async def test_a_reset_of_what_nobody_can_read_is_told_where_it_was_told_before(
    text: str, log_channel_id: int | None
) -> None:
    store = MemoryStore()
    entry = AuditEntry(guild_id=GUILD, user_id=7, at=NOW, action=ACTION)
    await store.settings.put(Document(guild_id=GUILD, text=text, version=0), entry)
    kept = keeper(store)
    changed = await kept.reset(GUILD, 8, version=1)
    assert changed.kept.settings == ServerSettings()
    assert changed.before.log_channel_id == log_channel_id
    latest, _first = await kept.audit(GUILD, 5)
    assert latest.detail.startswith("everything that another version of me wrote → as at first")
    assert (f"<#{log_channel_id}>" in latest.detail) == (log_channel_id is not None)
