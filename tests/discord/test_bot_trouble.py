"""Discord answers late, wrongly or not at all: each message is still answered, and once."""

import asyncio
import logging

import pytest

from bot.demo import Permission, StandIn
from bot.demo.state import DISCORD_EPOCH_SECONDS
from executor import StageStarted
from tests.discord.bot_client import HI, Bot, is_placeholder
from tests.discord.standin_client import eventually
from tests.discord.troubling import (
    EDIT,
    SEND,
    WAIT_SECONDS,
    Trouble,
    answered,
    bots_messages,
    fail,
    hang_up,
)
from tests.fakes import FakeExecutor


@pytest.fixture(autouse=True)
def seen(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bot")


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(fail(*SEND, status=500), id="500"),
        pytest.param(fail(*SEND, status=502, is_done=True), id="502-though-it-was-sent"),
        pytest.param(fail(*SEND, status=503), id="503-that-discord-py-gives-up-on"),
        pytest.param(fail(*SEND, status=503, is_done=True), id="503-though-it-was-sent"),
        pytest.param(hang_up(*SEND, is_done=False), id="no-answer"),
        pytest.param(hang_up(*SEND, is_done=True), id="no-answer-though-it-was-sent"),
        pytest.param(fail(*SEND, status=429), id="429"),
        pytest.param(fail(*SEND, status=429, is_global=True), id="429-of-all-calls"),
        pytest.param(fail(*SEND, status=429, via=False, retry_after=0.1), id="429-of-a-ban"),
    ],
)
async def test_a_message_is_answered_once_all_the_same(
    bot: Bot, standin: StandIn, trouble: Trouble
) -> None:
    trouble(standin)
    await answered(bot, await bot.ask(HI))


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(fail(*EDIT, status=500), id="500"),
        pytest.param(fail(*EDIT, status=503, is_done=True), id="503-though-it-was-done"),
        pytest.param(hang_up(*EDIT, is_done=False), id="no-answer"),
        pytest.param(fail(*EDIT, status=429, is_global=True), id="429-of-all-calls"),
    ],
)
async def test_a_placeholder_becomes_the_answer_all_the_same(
    bot: Bot, standin: StandIn, executor: FakeExecutor, trouble: Trouble
) -> None:
    executor.is_holding = True
    asked = await bot.ask(HI)
    placeholder = await standin.wait_for_reply(asked)
    run = await executor.started()
    trouble(standin)
    run.finish(executor.answer(run.job))
    assert await answered(bot, asked) is placeholder


async def test_a_placeholder_of_which_nobody_heard_becomes_the_answer(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    standin.faults.hang_up_next(*SEND, is_done=True)
    standin.faults.hang_up_next("GET", "/channels/*/messages")  # nor can it be looked for at first
    asked = await bot.ask(HI)
    run = await executor.started()
    run.emit(StageStarted("run"))
    await eventually(
        lambda: bool(standin.transcript.matching("GET", f"{asked.channel.id}/messages"))
    )
    run.finish(executor.answer(run.job))
    await standin.wait_for_message(lambda m: m.reply_to is asked and not is_placeholder(m), 20)
    await answered(bot, asked)


async def test_a_reply_of_which_nobody_heard_is_found_when_discord_has_forgotten_its_nonce(
    bot: Bot, standin: StandIn
) -> None:
    standin.faults.hang_up_next(*SEND, is_done=True)
    asked = await bot.ask(HI)
    reply = await standin.wait_for_reply(asked, WAIT_SECONDS)
    reply.nonce = None
    await eventually(lambda: reply.revisions > 0, WAIT_SECONDS)
    await answered(bot, asked)


@pytest.mark.parametrize(
    "is_reply", [False, True], ids=["before-there-is-a-reply", "with-a-placeholder"]
)
async def test_a_channel_that_is_deleted_takes_its_answers_along(
    bot: Bot, standin: StandIn, executor: FakeExecutor, is_reply: bool
) -> None:
    executor.is_holding = True
    asked = await bot.ask(HI)
    run = await executor.started()
    if is_reply:
        await standin.wait_for_reply(asked)
    await standin.delete_channel(bot.code)
    run.finish(executor.answer(run.job))
    executor.is_holding = False
    general = standin.guilds[0].channels["general"]
    later = await standin.say(general, bot.cleo, f"{standin.mention} {HI}")
    await answered(bot, later)


async def test_where_the_bot_does_not_see_the_channel_any_more_it_sends_a_direct_message(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    asked = await bot.ask(HI)
    run = await executor.started()
    standin.faults.refuse(Permission.VIEW_CHANNEL, asked.channel)
    run.finish(executor.answer(run.job))
    reply = await standin.wait_for_message(lambda m: m.channel.is_dm, WAIT_SECONDS)
    assert reply.embeds[0]["description"] == "```\nhi\n```"


@pytest.mark.parametrize("drop", ["close", "reconnect", "resumable", "not-resumable", "1000"])
async def test_a_lost_connection_loses_no_message_and_answers_none_twice(
    bot: Bot, standin: StandIn, drop: str
) -> None:
    match drop:
        case "close":
            await standin.drop_gateway(4000)
        case "reconnect":
            await standin.ask_reconnect()
        case "1000":
            await standin.drop_gateway(1000)
        case _:
            await standin.invalidate_sessions(resumable=drop == "resumable")
    asked = [await bot.ask(HI, user=user) for user in standin.users.values()]
    for message in asked:
        await standin.wait_for_message(lambda found, m=message: found.reply_to is m, WAIT_SECONDS)  # type: ignore[misc]
    assert len(bots_messages(standin)) == len(asked)


async def test_what_was_written_while_no_session_could_be_resumed_is_answered(
    bot: Bot, standin: StandIn
) -> None:
    """The close code forbids to resume; messages of the time between are in the channels alone."""
    standin.forget_sessions()
    await standin.drop_gateway(4000)
    asked = await bot.ask(HI)
    assert asked.created_at > DISCORD_EPOCH_SECONDS
    await answered(bot, asked)
    assert standin.identify_count == 2


async def test_nothing_is_left_behind_after_trouble(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    before = len(asyncio.all_tasks())
    for _ in range(3):
        standin.faults.fail_next(*SEND, status=503, is_done=True)
        await bot.answer_to(HI)
        await standin.drop_gateway(4000)
        await standin.wait_until_connected()
    await eventually(lambda: len(asyncio.all_tasks()) <= before + 2)
    assert len(executor.jobs) == 3


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(fail(*SEND, status=503, is_done=True), id="503-though-it-was-sent"),
        pytest.param(hang_up(*SEND, is_done=True), id="no-answer-though-it-was-sent"),
    ],
)
async def test_an_answer_in_place_of_one_that_takes_no_more_edits_is_sent_once(
    bot: Bot, standin: StandIn, trouble: Trouble
) -> None:
    asked = await bot.ask(HI)
    await answered(bot, asked)
    standin.faults.fail_next(*EDIT, status=400, code=30046)
    trouble(standin)
    await standin.edit(asked, f'{standin.mention} ```py\nprint("new")\n```')
    reply = await standin.wait_for_message(
        lambda m: m.reply_to is asked and "new" in str(m.embeds), WAIT_SECONDS
    )
    await eventually(lambda: reply.revisions > 0, WAIT_SECONDS)  # found, and made what it should be
    await bot.answer_to(HI, user=bot.cleo)
    assert [one for one in bots_messages(standin) if one.reply_to is asked] == [reply]


async def test_a_message_whose_deletion_nobody_told_of_gets_no_answer(
    bot: Bot, standin: StandIn, executor: FakeExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    executor.is_holding = True
    standin.faults.fail_next(*SEND, status=400, code=50035, times=1)  # no placeholder
    asked = await bot.ask(HI)
    run = await executor.started()
    await eventually(lambda: standin.transcript.matching("POST", "/messages"))
    standin.forget_sessions()
    await standin.delete(asked)
    run.finish(executor.answer(run.job))
    await eventually(lambda: "gets no answer" in caplog.text, WAIT_SECONDS)
    assert bots_messages(standin) == []
