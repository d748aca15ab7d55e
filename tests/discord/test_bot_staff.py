"""Moderators, the owner and members get their answer from a slow store, too; Discord waits 3 s for a first word."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from bot.demo import Message, StandIn
from bot.store.whole import WholeStore
from tests.discord.bot_client import Bot, running_bot
from tests.discord.moderating_client import told, use
from tests.discord.settings_client import open_panel
from tests.discord.standin_client import eventually
from tests.discord.troubling import bots_messages
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryEngine, MemoryStore

WAIT_SECONDS = 30
# As Discord numbers the ways to answer: "I am thinking", and a message that will change.
THINKING, CHANGING = 5, 6


class SlowEngine(MemoryEngine):
    """Answers nothing before ``may_go``."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go = asyncio.Event()
        self.may_go.set()

    async def _check(self) -> None:
        await self.may_go.wait()
        await super()._check()


class SlowStore(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self._memory = self.engine = SlowEngine()
        WholeStore.__init__(self, self.engine)


@pytest.fixture
def store() -> SlowStore:
    return SlowStore()


@pytest.fixture
async def bot(
    standin: StandIn, executor: FakeExecutor, store: SlowStore
) -> AsyncGenerator[Bot, None]:
    async with running_bot(standin, executor, store) as running:
        yield running
        store.engine.may_go.set()


async def test_commands_are_answered_from_a_slow_store(bot: Bot, store: SlowStore) -> None:
    ada = bot.standin.users["ada"]
    store.engine.may_go.clear()
    slow = {
        "can run nothing here any more": await use(bot, "moderate block", {"member": bot.cleo}),
        "Nothing like that": await use(bot, "runs"),
        "Nobody is blocked": await use(bot, "owner blocks", user=ada),
        "I forgot": await use(bot, "privacy delete", user=bot.cleo),
    }
    soon = await use(bot, "moderate block", {"member": ada, "duration": "soon"})
    assert "Write how long" in await told(bot, soon)
    await eventually(
        lambda: all(used.callback_kind == THINKING for used in slow.values()), WAIT_SECONDS
    )
    store.engine.may_go.set()
    for says, used in slow.items():
        assert says in await told(bot, used)


async def test_the_settings_panel_is_shown_from_a_slow_store(bot: Bot, store: SlowStore) -> None:
    manager = await open_panel(bot)
    store.engine.may_go.clear()
    opened = await use(bot, "settings")
    before = manager.panel.revisions
    chosen = await bot.standin.select(
        bot.ben, manager.panel, manager.control("Go to another page")["custom_id"], ["output"]
    )
    await eventually(
        lambda: (opened.callback_kind, chosen.callback_kind) == (THINKING, CHANGING), WAIT_SECONDS
    )
    store.engine.may_go.set()
    assert "Settings" in await told(bot, opened)
    await bot.standin.wait_for_edit(manager.panel, lambda m: m.revisions > before)
    assert "Output" in manager.text


def posted(bot: Bot) -> list[Message]:
    return [one for one in bots_messages(bot.standin) if not one.is_ephemeral]


async def test_a_welcome_is_posted_though_discord_takes_its_time(bot: Bot) -> None:
    manager = await open_panel(bot)
    await manager.go("Members\u2019 experience")
    bot.standin.faults.fail_next("POST", "/channels/*/messages", status=429, retry_after=1.0)
    pressed = await manager.click("Post it here")
    await eventually(lambda: pressed.callback_kind == CHANGING)
    assert posted(bot) == []
    await eventually(lambda: posted(bot), WAIT_SECONDS)
    assert [one.channel for one in posted(bot)] == [bot.code]


async def test_nobody_lifts_their_own_block(bot: Bot) -> None:
    ada = bot.standin.users["ada"]
    await told(bot, await use(bot, "moderate block", {"member": bot.ben}, user=ada))
    used = await use(bot, "moderate unblock", {"member": bot.ben})
    assert "You cannot lift your own block" in await told(bot, used)
    used = await use(bot, "moderate unblock", {"member": bot.ben}, user=ada)
    assert "can run programs" in await told(bot, used)
