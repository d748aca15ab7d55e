"""Between READY and a server's GUILD_CREATE the bot knows that server's id, and nothing else of it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from bot.demo import Message, StandIn
from executor import StageStarted
from tests.discord.bot_client import HI, Bot, is_placeholder, running_bot
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore

WAIT_SECONDS = 30
Start = Callable[[], AbstractAsyncContextManager[Bot]]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def start(standin: StandIn, executor: FakeExecutor, store: MemoryStore) -> Start:
    """Return what starts a bot, each time a new one on the same store."""
    return lambda: running_bot(standin, executor, store)


async def test_an_interrupted_answer_says_so_before_its_server_is_known(
    start: Start, standin: StandIn, executor: FakeExecutor, store: MemoryStore
) -> None:
    executor.is_holding = True
    async with start() as bot:
        asked = await bot.ask(HI)
        run = await executor.started()
        run.emit(StageStarted("run"))
        reply = await standin.wait_for_message(is_placeholder, WAIT_SECONDS)
        await eventually(lambda: reply.id in store.records)
        bot.kill()
    executor.is_holding = False
    # Killed before it could be written down which message the reply is: it is looked for.
    await store.replies.put(replace(store.records.pop(reply.id), reply_id=asked.id))
    reply.nonce = None  # Discord knows it for minutes only
    standin.hold_guilds()
    async with start():
        await eventually(lambda: "restarted" in _words(reply), WAIT_SECONDS)
        await eventually(lambda: not any(one.is_pending for one in store.records.values()))
    assert [one for one in standin.world.messages.values() if one.reply_to is asked] == [reply]


async def test_a_message_is_judged_once_its_server_is_known(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    standin.hold_guilds()
    async with start() as bot:
        asked = await bot.ask(HI)
        later = await standin.say(standin.dm(bot.ben), bot.ben, HI)
        await standin.wait_for_message(
            lambda one: one.channel is later.channel and one.author is standin.world.bot
        )
        assert len(executor.jobs) == 1
        standin.release_guilds()
        reply = await standin.wait_for_message(
            lambda found: found.reply_to is asked and not is_placeholder(found), WAIT_SECONDS
        )
    assert reply.embeds[0]["description"] == "```\nhi\n```"


async def test_an_edit_is_judged_once_its_server_is_known(start: Start, standin: StandIn) -> None:
    async with start() as bot:
        reply = await bot.answer_to(HI)
        asked = reply.reply_to
        assert asked is not None
        await eventually(lambda: not is_placeholder(reply))
        bot.kill()
    standin.hold_guilds()
    async with start():
        await standin.edit(asked, f'{standin.mention} ```py\nprint("new")\n```')
        standin.release_guilds()
        await standin.wait_for_edit(reply, lambda one: "new" in _words(one), WAIT_SECONDS)


async def test_a_command_is_refused_until_its_server_is_known(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    standin.hold_guilds()
    async with start() as bot:
        options = {"code": 'print("hi")', "language": "python"}
        used = await standin.slash(bot.ben, bot.code, "run", options)
        reply = await standin.wait_for_response(used, WAIT_SECONDS)
        assert "cannot read this server's settings" in _words(reply)
        assert executor.jobs == []


async def test_settings_are_not_shown_until_their_server_is_known(
    start: Start, standin: StandIn
) -> None:
    standin.hold_guilds()
    async with start() as bot:
        owner = standin.users["ada"]
        used = await standin.slash(owner, bot.code, "settings", {})
        reply = await standin.wait_for_response(used, WAIT_SECONDS)
        assert "cannot be read or written at the moment" in _words(reply)
        assert not reply.components


def _words(message: Message) -> str:
    return str(message.embeds[0].get("description")) if message.embeds else message.content
