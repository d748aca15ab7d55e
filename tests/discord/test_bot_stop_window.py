"""What is let in but does not run yet is stopped, too: nobody is told that nothing runs, to see it run."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from bot.demo import StandIn
from bot.settings.file import to_text
from bot.settings.keeper import ACTION
from bot.settings.values import ServerSettings
from bot.store import AuditEntry, Document, Record
from bot.store.tables.quotas import Quotas
from bot.store.tables.replies import Replies
from tests.discord.bot_client import HI, Bot, running_bot
from tests.discord.controls import controls_of
from tests.discord.moderating_client import guild_of, told, use, words
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore

COUNTED = ServerSettings(member_runs_per_hour=100)
PROGRAM: dict[str, object] = {"code": 'print("hi")', "language": "py"}


class HoldingStore(MemoryStore):
    """Holds every program between letting it in and starting it, until ``may_go`` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.has_come = asyncio.Event()
        self.may_go = asyncio.Event()
        self.quotas = _HoldingQuotas(self)


class _HoldingQuotas(Quotas):
    def __init__(self, store: HoldingStore) -> None:
        super().__init__(store._memory)
        self._store = store

    async def note(self, *, user_id: int, guild_id: int | None, at: float) -> None:
        self._store.has_come.set()
        await self._store.may_go.wait()
        await super().note(user_id=user_id, guild_id=guild_id, at=at)


class _HoldingReplies(Replies):
    """Finds no reply before it may."""

    def __init__(self, store: HoldingStore) -> None:
        super().__init__(store._memory)
        self.has_come, self.may_go = asyncio.Event(), asyncio.Event()

    async def by_reply(self, reply_id: int) -> Record | None:
        self.has_come.set()
        await self.may_go.wait()
        return await super().by_reply(reply_id)


@pytest.fixture
def store() -> HoldingStore:
    return HoldingStore()


@pytest.fixture
async def bot(
    standin: StandIn, executor: FakeExecutor, store: HoldingStore
) -> AsyncGenerator[Bot, None]:
    guild_id = standin.guilds[0].id
    entry = AuditEntry(guild_id=guild_id, user_id=1, at=0, action=ACTION)
    await store.settings.put(Document(guild_id=guild_id, text=to_text(COUNTED)), entry)
    async with running_bot(standin, executor, store, drain_seconds=10) as running:
        yield running
        store.may_go.set()


@pytest.mark.parametrize(
    ("command", "options"),
    [
        pytest.param("moderate stop", {}, id="stop-everybody"),
        pytest.param("moderate stop", {"member": "cleo"}, id="stop-a-member"),
        pytest.param("moderate block", {"member": "cleo"}, id="block"),
        pytest.param("owner block", {"person": "cleo"}, id="block-everywhere"),
    ],
)
async def test_what_is_let_in_does_not_start_after_it_was_stopped(
    bot: Bot, executor: FakeExecutor, store: HoldingStore, command: str, options: dict[str, str]
) -> None:
    used = await use(bot, "run", PROGRAM, user=bot.cleo)
    asked = await bot.ask(user=bot.cleo)
    await store.has_come.wait()
    chosen: dict[str, object] = {name: bot.standin.users[who] for name, who in options.items()}
    staff = bot.standin.users["ada"]  # who owns the bot, and moderates
    assert "stopped 2 runs" in await told(bot, await use(bot, command, chosen, user=staff))
    assert "Nothing was running" in await told(bot, await use(bot, "moderate stop"))
    store.may_go.set()
    answers = [await bot.standin.wait_for_response(used), await bot.standin.wait_for_reply(asked)]
    assert executor.jobs == []
    assert all("It was stopped before it started" in words(answer) for answer in answers)
    assert all("Stopped" in answer.embeds[0]["title"] for answer in answers)


async def test_what_a_button_runs_again_is_stopped_while_it_is_looked_up(
    bot: Bot, executor: FakeExecutor, store: HoldingStore
) -> None:
    store.may_go.set()
    reply = await bot.answer_to(user=bot.cleo)
    await eventually(lambda: "Run again" in controls_of(reply))
    store.replies = held = _HoldingReplies(store)
    await bot.standin.click(bot.cleo, reply, controls_of(reply)["Run again"])
    await held.has_come.wait()
    assert "stopped 1 run" in await told(bot, await use(bot, "moderate stop"))
    held.may_go.set()
    await bot.standin.wait_for_edit(reply, lambda m: "Stopped" in m.embeds[0]["title"])
    assert len(executor.jobs) == 1


async def test_what_never_started_costs_nothing(
    bot: Bot, executor: FakeExecutor, store: HoldingStore
) -> None:
    asked = await bot.ask()
    await store.has_come.wait()
    await told(bot, await use(bot, "moderate stop"))
    store.may_go.set()
    await bot.standin.wait_for_reply(asked)
    assert store._memory.session.fetch("SELECT * FROM quotas") == []
    assert executor.jobs == []


async def test_what_is_let_in_by_others_starts_all_the_same(
    bot: Bot, executor: FakeExecutor, store: HoldingStore
) -> None:
    asked = await bot.ask(user=bot.ben)
    await store.has_come.wait()
    used = await use(bot, "moderate stop", {"member": bot.cleo})
    assert "Nothing was running" in await told(bot, used)
    store.may_go.set()
    await bot.standin.wait_for_reply(asked)
    assert len(executor.jobs) == 1


async def test_a_program_that_is_edited_before_it_starts_never_does(
    bot: Bot, executor: FakeExecutor, store: HoldingStore
) -> None:
    asked = await bot.ask()
    await store.has_come.wait()
    await bot.standin.edit(asked, f"{bot.standin.mention} {HI.replace('hi', 'edited')}")
    await asyncio.sleep(0.05)  # nothing tells that the bot heard of it: too early is harmless
    store.may_go.set()
    reply = await bot.standin.wait_for_message(
        lambda found: found.reply_to is asked and "edited" in words(found)
    )
    assert "hi" not in words(reply)
    assert [job.files[0].content for job in executor.jobs][-1:] == [b'print("edited")']


async def test_what_is_let_in_on_a_server_that_is_left_does_not_start_and_is_not_kept(
    bot: Bot, executor: FakeExecutor, store: HoldingStore
) -> None:
    await bot.ask(user=bot.cleo)
    await store.has_come.wait()
    bot.standin.remove_from(guild_of(bot))
    async with asyncio.timeout(10):
        while await store.guilds():  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.01)
    store.may_go.set()
    bot.stop.set()
    assert bot.task is not None
    await asyncio.wait([bot.task])
    assert executor.jobs == []
    assert await store.guilds() == ()


async def test_what_runs_on_a_server_that_is_left_is_stopped_and_not_kept(
    bot: Bot, executor: FakeExecutor, store: HoldingStore
) -> None:
    store.may_go.set()
    executor.is_holding = True
    await bot.ask(user=bot.cleo)
    run = await executor.started()
    bot.standin.remove_from(guild_of(bot))
    await run.result()
    bot.stop.set()
    assert bot.task is not None
    await asyncio.wait([bot.task])
    assert run.is_cancelled
    assert await store.guilds() == ()
    assert store.records == {}
