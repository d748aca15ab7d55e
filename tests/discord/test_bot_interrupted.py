"""What a killed bot left unanswered, the next one tells of."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.demo import Message, StandIn
from bot.store import Record
from executor import StageStarted
from tests.discord.bot_client import HI, is_placeholder
from tests.discord.controls import controls_of
from tests.discord.restarting import (
    NEW,
    WAIT_SECONDS,
    Start,
    replies_to,
    says,
    settled,
    starter,
    words_of,
)
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor


@pytest.fixture
def start(standin: StandIn, executor: FakeExecutor, tmp_path: Path) -> Start:
    return starter(standin, executor, tmp_path)


@pytest.mark.parametrize("is_shown", [False, True], ids=["nothing-shown", "placeholder-shown"])
async def test_an_interrupted_run_says_so_and_can_be_run_again(
    start: Start, standin: StandIn, executor: FakeExecutor, is_shown: bool
) -> None:
    executor.is_holding = True
    if not is_shown:
        standin.faults.fail_next("POST", "/channels/*/messages", status=500, times=99)
    async with start() as (bot, _):
        asked = await bot.ask(HI)
        run = await executor.started()
        if is_shown:
            run.emit(StageStarted("run"))
            await standin.wait_for_reply(asked, WAIT_SECONDS)
    standin.faults.clear()
    executor.is_holding = False
    async with start() as (bot, _):
        reply = await says(standin, asked, "restarted")
        assert list(controls_of(reply)) == ["Run again", "Edit", "Delete"]
        await standin.click(bot.ben, reply, controls_of(reply)["Run again"])
        await says(standin, asked, "hi")


async def test_an_interrupted_button_says_so(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    async with start() as (bot, store):
        asked = await bot.ask(HI)
        reply = await says(standin, asked, "hi")
        await settled(store)
        executor.is_holding = True
        await eventually(lambda: "Run again" in controls_of(reply))
        await standin.click(bot.ben, reply, controls_of(reply)["Run again"])
        run = await executor.started(2)
        run.emit(StageStarted("run"))
        await standin.wait_for_edit(reply, is_placeholder, WAIT_SECONDS)
    executor.is_holding = False
    async with start():
        await says(standin, asked, "restarted")


@pytest.mark.parametrize("is_private", [False, True], ids=["for-all", "private"])
async def test_an_interrupted_command_says_so(
    start: Start, standin: StandIn, executor: FakeExecutor, is_private: bool
) -> None:
    executor.is_holding = True
    async with start() as (bot, _):
        options = {"code": 'print("hi")', "language": "python", "private": is_private}
        used = await standin.slash(bot.ben, bot.code, "run", options)
        reply = await standin.wait_for_response(used, WAIT_SECONDS)
        await executor.started()
    assert is_placeholder(reply)
    executor.is_holding = False
    async with start() as (bot, store):
        await standin.wait_for_edit(reply, lambda m: "restarted" in words_of(m), WAIT_SECONDS)
        await eventually(lambda: not is_placeholder(reply))
        await standin.click(bot.ben, reply, controls_of(reply)["Run again"])
        await standin.wait_for_edit(reply, lambda m: "hi" in words_of(m), WAIT_SECONDS)
        await settled(store)


def pending_record(asked: Message, reply_id: int) -> Record:
    return Record(
        reply_id=reply_id,
        channel_id=asked.channel.id,
        user_id=asked.author.id,
        guild_id=asked.channel.guild.id if asked.channel.guild else None,
        asked_id=asked.id,
        asked_channel_id=asked.channel.id,
        created_at=asked.created_at,
        is_pending=True,
    )


@pytest.mark.parametrize("is_known", [False, True], ids=["reply-unknown", "reply-known"])
async def test_an_answer_that_was_given_before_the_kill_is_left_as_it_is(
    start: Start, standin: StandIn, is_known: bool
) -> None:
    """The bot was killed between sending the answer and writing that down."""
    async with start() as (bot, store):
        asked = await bot.ask(HI)
        reply = await says(standin, asked, "hi")
        await settled(store)
        given = await store.replies.by_asked(asked.id)
        assert given is not None
        before = replace(given, is_pending=True, created_at=asked.created_at - 1)
        await store.replies.put(before if is_known else replace(before, reply_id=asked.id))
        bot.kill()
    async with start() as (bot, store):
        await bot.answer_to(HI, user=bot.cleo)
        await settled(store)
        found = await store.replies.by_asked(asked.id)
        assert found is not None
        assert found.reply_id == reply.id
    assert reply.revisions == 0
    assert replies_to(standin, asked) == [reply]


async def test_a_message_that_was_deleted_meanwhile_takes_its_reply_along(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    async with start() as (bot, _):
        asked = await bot.ask(HI)
        await executor.started()
        reply = await standin.wait_for_reply(asked, WAIT_SECONDS)
    await standin.delete(asked)
    async with start() as (_, store):
        await standin.wait_for_delete(reply, WAIT_SECONDS)
        await settled(store)


async def test_an_answer_that_its_asker_deleted_does_not_come_back(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    async with start() as (bot, store):
        asked = await bot.ask(HI)
        reply = await says(standin, asked, "hi")
        await settled(store)
        await standin.click(bot.ben, reply, controls_of(reply)["Delete"])
        await standin.wait_for_delete(reply, WAIT_SECONDS)
        async with asyncio.timeout(WAIT_SECONDS):
            while await store.replies.by_reply(reply.id):  # noqa: ASYNC110 - the same
                await asyncio.sleep(0.01)
    async with start() as (bot, _):
        await bot.answer_to(HI, user=bot.cleo)
        await standin.edit(asked, f"{standin.mention} {NEW}")
        await bot.answer_to(HI, user=bot.cleo)
    assert not replies_to(standin, asked)
    assert len(executor.jobs) == 3


async def test_a_button_works_before_its_reply_is_written_down(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    async with start() as (bot, store):
        asked = await bot.ask(HI)
        reply = await says(standin, asked, "hi")
        await settled(store)
        await store.replies.put(pending_record(asked, asked.id))
        await standin.click(bot.ben, reply, controls_of(reply)["Run again"])
        await standin.wait_for_edit(reply, timeout_seconds=WAIT_SECONDS)
        await settled(store)
        assert await store.replies.by_reply(reply.id) is not None
    assert len(executor.jobs) == 2
