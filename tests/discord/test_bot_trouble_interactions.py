"""Discord answers late, wrongly or not at all: commands, buttons and windows do their work, and once."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from bot.demo import Message, Permission, StandIn
from tests.discord.bot_client import HI, Bot, is_placeholder, running_bot
from tests.discord.controls import controls_of
from tests.discord.standin_api import FakeClock
from tests.discord.standin_client import eventually
from tests.discord.troubling import RUN, WAIT_SECONDS, Trouble, bots_messages, fail, hang_up
from tests.fakes import FakeExecutor


@pytest.fixture(autouse=True)
def seen(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bot")


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(fail("POST", "/interactions/*", status=500), id="500"),
        pytest.param(
            fail("POST", "/interactions/*", status=503, is_done=True), id="503-though-it-was-heard"
        ),
        pytest.param(
            hang_up("POST", "/interactions/*", is_done=True), id="no-answer-though-it-was-heard"
        ),
        pytest.param(fail("PATCH", "/webhooks/*", status=500), id="500-at-the-end"),
        pytest.param(fail("PATCH", "/webhooks/*", status=429), id="429-at-the-end"),
        pytest.param(hang_up("PATCH", "/webhooks/*", is_done=True), id="no-answer-at-the-end"),
    ],
)
async def test_a_command_is_answered_all_the_same(
    bot: Bot, standin: StandIn, trouble: Trouble
) -> None:
    trouble(standin)
    used = await standin.slash(bot.ben, bot.code, "run", RUN)
    reply = await standin.wait_for_response(used, WAIT_SECONDS)
    assert reply.embeds[0]["description"] == "```\nhi\n```"
    assert bots_messages(standin) == [reply]


HEARD = [
    pytest.param(fail("POST", "/interactions/*", status=500), id="500"),
    pytest.param(fail("POST", "/interactions/*", status=503, is_done=True), id="503-though-heard"),
    pytest.param(hang_up("POST", "/interactions/*", is_done=True), id="no-answer-though-heard"),
]


@pytest.mark.parametrize("trouble", HEARD)
@pytest.mark.parametrize("label", ["Run again", "Input"])
async def test_a_button_or_window_does_its_work_all_the_same(
    bot: Bot, standin: StandIn, executor: FakeExecutor, trouble: Trouble, label: str
) -> None:
    reply = await bot.answer_to(HI)
    await eventually(lambda: label in controls_of(reply))
    pressed = (
        await standin.click(bot.ben, reply, controls_of(reply)[label]) if label == "Input" else None
    )
    window = await standin.wait_for_modal(pressed) if pressed else None
    trouble(standin)
    revisions = reply.revisions
    if window:
        await standin.submit_modal(bot.ben, window, {})
    else:
        await standin.click(bot.ben, reply, controls_of(reply)[label])
    await standin.wait_for_edit(
        reply, lambda m: m.revisions > revisions and not is_placeholder(m), WAIT_SECONDS
    )
    assert len(executor.jobs) == 2
    assert bots_messages(standin) == [reply]


@pytest.mark.parametrize("trouble", HEARD)
async def test_what_a_command_tells_without_a_run_is_told_all_the_same(
    bot: Bot, standin: StandIn, trouble: Trouble
) -> None:
    trouble(standin)
    used = await standin.slash(bot.ben, bot.code, "run", {"code": "x", "language": "nonsense"})
    reply = await standin.wait_for_response(used, WAIT_SECONDS)
    assert "nonsense" in str(reply.embeds[0])
    assert bots_messages(standin) == [reply]


async def test_a_command_that_discord_gave_up_on_is_answered_by_a_message(
    bot: Bot, standin: StandIn
) -> None:
    standin.faults.fail_next("POST", "/interactions/*", status=404, code=10062, times=2)
    await standin.slash(bot.ben, bot.code, "run", RUN)
    reply = await standin.wait_for_message(lambda m: bool(m.embeds), WAIT_SECONDS)
    assert reply.embeds[0]["description"] == "```\nhi\n```"
    assert reply.content == f"<@{bot.ben.id}>"
    assert (reply.pinged, reply.interaction) == (frozenset(), None)


async def test_a_private_one_that_discord_gave_up_on_is_answered_in_private(
    bot: Bot, standin: StandIn
) -> None:
    standin.faults.fail_next("POST", "/interactions/*", status=404, code=10062, times=2)
    await standin.slash(bot.ben, bot.code, "run", RUN | {"private": True})
    reply = await standin.wait_for_message(lambda m: bool(m.embeds), WAIT_SECONDS)
    assert reply.channel is standin.dm(bot.ben)


async def test_where_the_bot_may_not_write_it_is_answered_in_private(
    bot: Bot, standin: StandIn
) -> None:
    standin.faults.refuse(Permission.SEND_MESSAGES, bot.code)
    standin.faults.fail_next("POST", "/interactions/*", status=404, code=10062, times=2)
    await standin.slash(bot.ben, bot.code, "run", RUN)
    reply = await standin.wait_for_message(lambda m: bool(m.embeds), WAIT_SECONDS)
    assert reply.channel is standin.dm(bot.ben)


@asynccontextmanager
async def slow_run(
    executor: FakeExecutor, clock: FakeClock, *, is_private: bool
) -> AsyncGenerator[tuple[StandIn, Message], None]:
    """Run something by a command for longer than its token lives; yield what shows that it runs."""
    executor.is_holding = True
    async with (
        StandIn(clock=clock, rate_limits=False) as standin,
        running_bot(standin, executor) as bot,
    ):
        used = await standin.slash(bot.ben, bot.code, "run", RUN | {"private": is_private})
        placeholder = await standin.wait_for_response(used, WAIT_SECONDS)
        run = await executor.started()
        clock.now += 15 * 60 + 1
        run.finish(executor.answer(run.job))
        yield standin, placeholder


async def test_after_a_quarter_of_an_hour_the_answer_is_edited_as_a_message(
    executor: FakeExecutor,
) -> None:
    async with slow_run(executor, FakeClock(), is_private=False) as (standin, placeholder):
        await standin.wait_for_edit(placeholder, lambda m: not is_placeholder(m), WAIT_SECONDS)
        assert placeholder.embeds[0]["description"] == "```\nhi\n```"
        assert bots_messages(standin) == [placeholder]


async def test_after_a_quarter_of_an_hour_a_private_answer_comes_as_a_direct_message(
    executor: FakeExecutor,
) -> None:
    async with slow_run(executor, FakeClock(), is_private=True) as (standin, placeholder):
        direct = standin.dm(standin.users["ben"])
        reply = await standin.wait_for_message(lambda m: m.channel is direct, WAIT_SECONDS)
    assert reply.embeds[0]["description"] == "```\nhi\n```"
    assert is_placeholder(placeholder)


async def test_a_button_that_discord_gave_up_on_still_changes_its_message(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    reply = await bot.answer_to(HI)
    executor.is_holding = True
    standin.faults.fail_next("PATCH", "/webhooks/*", status=401, code=50027, times=20)
    again = next(
        child["custom_id"]
        for row in reply.components
        for child in row["components"]
        if child.get("label") == "Run again"
    )
    await standin.click(bot.ben, reply, again)
    run = await executor.started(2)
    run.finish(executor.answer(run.job))
    await standin.wait_for_edit(reply, lambda m: not is_placeholder(m), WAIT_SECONDS)
    assert bots_messages(standin) == [reply]
