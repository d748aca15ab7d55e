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


def _words(message: Message) -> str:
    return str(message.embeds[0].get("description")) if message.embeds else message.content
