"""What a killed bot left is told of by the next one, also while Discord or the store gives trouble."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from bot.demo import Message, Permission, StandIn
from executor import StageStarted
from tests.discord.bot_client import HI, Bot, is_placeholder, running_bot
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore

WAIT_SECONDS = 30
HISTORY = ("GET", "/channels/*/messages")
MESSAGE = ("GET", "/channels/*/messages/*")
BY_TOKEN = ("GET", "/webhooks/*")
Start = Callable[[], AbstractAsyncContextManager[Bot]]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def start(standin: StandIn, executor: FakeExecutor, store: MemoryStore) -> Start:
    """Return what starts a bot, each time a new one on the same store."""
    return lambda: running_bot(standin, executor, store)


def words_of(message: Message) -> str:
    return str(message.embeds[0].get("description")) if message.embeds else message.content


async def becomes_restarted(standin: StandIn, reply: Message) -> None:
    await eventually(lambda: "restarted" in words_of(reply), WAIT_SECONDS)
    assert [one for one in standin.world.messages.values() if one.reply_to is reply.reply_to] == [
        reply
    ]


async def killed_over_a_message(start: Start, standin: StandIn, executor: FakeExecutor) -> Message:
    """Return the placeholder of a run that was interrupted."""
    executor.is_holding = True
    async with start() as bot:
        asked = await bot.ask(HI)
        run = await executor.started()
        run.emit(StageStarted("run"))
        reply = await standin.wait_for_reply(asked, WAIT_SECONDS)
        await standin.wait_for_edit(reply, lambda m: "Running" in m.embeds[0]["title"])
        bot.kill()
    executor.is_holding = False
    return reply


@pytest.mark.parametrize("route", [MESSAGE, HISTORY], ids=["message", "history"])
async def test_a_lost_answer_of_discord_s_does_not_end_the_mending(
    start: Start,
    standin: StandIn,
    executor: FakeExecutor,
    store: MemoryStore,
    route: tuple[str, str],
) -> None:
    reply = await killed_over_a_message(start, standin, executor)
    asked = reply.reply_to
    assert asked is not None
    if route is HISTORY:  # which is read where nobody wrote down which message the reply is
        record = store.records[reply.id]
        await store.replies.put(replace(record, reply_id=asked.id))
    standin.faults.hang_up_next(*route)
    async with start():
        await becomes_restarted(standin, reply)


@pytest.mark.parametrize("times", [1, 2])
async def test_an_interrupted_command_says_so_though_discord_does_not_answer_at_first(
    start: Start, standin: StandIn, executor: FakeExecutor, times: int
) -> None:
    executor.is_holding = True
    async with start() as bot:
        used = await standin.slash(bot.ben, bot.code, "run", {"code": "1", "language": "python"})
        reply = await standin.wait_for_response(used, WAIT_SECONDS)
        await executor.started()
        bot.kill()
    executor.is_holding = False
    assert is_placeholder(reply)
    standin.faults.hang_up_next(*BY_TOKEN, times=times)
    async with start():
        await eventually(lambda: "restarted" in words_of(reply), WAIT_SECONDS)


async def test_where_the_history_is_closed_an_interrupted_run_says_so_all_the_same(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    code = standin.guilds[0].channels["code"]
    standin.faults.refuse(Permission.READ_MESSAGE_HISTORY, code)
    executor.is_holding = True
    async with start() as bot:
        await bot.ask(HI)
        run = await executor.started()
        run.emit(StageStarted("run"))
        reply = await standin.wait_for_message(is_placeholder, WAIT_SECONDS)
        await eventually(lambda: "Running" in reply.embeds[0]["title"])
        bot.kill()
    executor.is_holding = False
    async with start():
        await eventually(lambda: "restarted" in words_of(reply), WAIT_SECONDS)


@pytest.mark.parametrize(
    "route",
    [
        pytest.param(HISTORY, id="history"),
        pytest.param(("GET", "/guilds/*/members/*"), id="roles"),
    ],
)
async def test_what_was_missed_is_answered_though_discord_does_not_answer_at_first(
    start: Start, standin: StandIn, route: tuple[str, str]
) -> None:
    code, ben = standin.guilds[0].channels["code"], standin.users["ben"]
    asked = await standin.say(code, ben, f"{standin.mention} {HI}")
    standin.faults.fail_next(*route, status=503)
    async with start():
        await standin.wait_for_reply(asked, WAIT_SECONDS)


DELETION = ("DELETE", "/channels/*/messages/*")


async def test_a_reply_to_what_was_deleted_meanwhile_goes_though_discord_does_not_answer_at_first(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    reply = await killed_over_a_message(start, standin, executor)
    assert reply.reply_to is not None
    await standin.delete(reply.reply_to)
    standin.faults.fail_next(*DELETION, status=503, times=3)  # two look for such replies
    async with start():
        await standin.wait_for_delete(reply, WAIT_SECONDS)


async def test_a_reply_goes_with_its_message_though_discord_does_not_answer_at_first(
    start: Start, standin: StandIn
) -> None:
    async with start() as bot:
        reply = await bot.answer_to(HI)
        assert reply.reply_to is not None
        standin.faults.fail_next(*DELETION, status=503)
        await standin.delete(reply.reply_to)
        await standin.wait_for_delete(reply, WAIT_SECONDS)


async def test_while_the_store_cannot_be_read_nothing_is_answered_that_may_have_been_already(
    start: Start, standin: StandIn, store: MemoryStore
) -> None:
    async with start() as bot:
        asked = await bot.ask(HI)
        reply = await standin.wait_for_reply(asked, WAIT_SECONDS)
        await eventually(lambda: not any(record.is_pending for record in store.records.values()))
        bot.kill()
    reply.nonce = None  # Discord knows it for minutes only
    store.is_broken = True
    store.flags = MemoryStore().flags  # whose it is can be read, or the bot would not start
    history = f"/channels/{asked.channel.id}/messages"
    async with start() as bot:
        await eventually(lambda: bool(standin.transcript.matching("GET", history)), WAIT_SECONDS)
        general = standin.guilds[0].channels["general"]
        later = await standin.say(general, bot.cleo, f"{standin.mention} {HI}")
        await standin.wait_for_reply(later, WAIT_SECONDS)
        bot.kill()
    by_bot = [m for m in standin.world.messages.values() if m.reply_to is asked]
    assert (by_bot, reply.revisions) == ([reply], 0)
