"""Edits run again in the same answer, and deletions take it away."""

import asyncio
import time
from collections.abc import AsyncGenerator

import pytest

from bot.demo import Message, StandIn, Upload
from executor import Output, StageStarted, Stream
from tests.discord.bot_client import HI, Bot, is_placeholder, running_bot
from tests.discord.controls import controls_of
from tests.discord.standin_api import FakeClock
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore

NEW = '```py\nprint("new")\n```'


async def edit(bot: Bot, asked: Message, text: str) -> None:
    await bot.standin.edit(asked, f"{bot.standin.mention} {text}")


async def answered(bot: Bot, text: str = HI) -> tuple[Message, Message]:
    asked = await bot.ask(text)
    reply = await bot.standin.wait_for_message(
        lambda found: found.reply_to is asked and not is_placeholder(found)
    )
    return asked, reply


def posts(standin: StandIn) -> int:
    return len(standin.transcript.matching("POST", "/messages"))


async def test_an_edit_runs_again_in_the_same_answer(bot: Bot, standin: StandIn) -> None:
    asked, reply = await answered(bot)
    await edit(bot, asked, NEW)
    await standin.wait_for_edit(reply, lambda m: "new" in m.embeds[0]["description"])
    await edit(bot, asked, HI)
    await standin.wait_for_edit(reply, lambda m: "hi" in m.embeds[0]["description"])
    assert posts(standin) == 1
    assert reply.pinged == frozenset()


async def test_an_edit_does_not_wait_for_an_answer_that_discord_does_not_take(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    standin.faults.fail_next("POST", "/channels/*/messages", status=503, times=1000)
    asked = await bot.ask(HI)
    await eventually(lambda: posts(standin) >= 2, 30)
    await edit(bot, asked, NEW)
    await eventually(lambda: len(executor.jobs) == 2, 45)
    standin.faults.clear()
    reply = await standin.wait_for_message(lambda found: found.reply_to is asked, 45)
    assert "new" in reply.embeds[0]["description"]


async def test_a_refusal_becomes_a_result_when_the_message_is_mended(
    bot: Bot, standin: StandIn
) -> None:
    asked, reply = await answered(bot, "```py\n```")
    assert "empty" in reply.embeds[0]["description"]
    await edit(bot, asked, HI)
    await standin.wait_for_edit(reply, lambda m: "Finished" in m.embeds[0]["title"])


async def test_help_becomes_a_result_when_code_is_added(bot: Bot, standin: StandIn) -> None:
    asked, reply = await answered(bot, "")
    await edit(bot, asked, HI)
    await standin.wait_for_edit(reply, lambda m: "Finished" in m.embeds[0]["title"])


async def test_a_forgotten_mention_can_be_added(bot: Bot, standin: StandIn) -> None:
    asked = await standin.say(bot.code, bot.ben, HI)
    await edit(bot, asked, HI)
    reply = await standin.wait_for_reply(asked)
    assert "hi" in reply.embeds[0]["description"]


async def test_previews_pins_and_edits_of_the_same_code_change_nothing(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    asked, reply = await answered(bot)
    standin.world.publish_update(asked)
    await edit(bot, asked, HI)
    await standin.edit(asked, f"hey {standin.mention} {HI}  ")
    await bot.answer_to(HI)
    assert len(executor.jobs) == 2
    assert reply.revisions == 0


async def test_an_edit_while_it_runs_stops_that_and_runs_the_new_code(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    asked = await bot.ask(HI)
    first = await executor.started()
    first.emit(StageStarted("run"))
    reply = await standin.wait_for_reply(asked)
    await edit(bot, asked, NEW)
    second = await executor.started(2)
    assert first.is_cancelled
    second.finish(executor.answer(second.job))
    await standin.wait_for_edit(reply, lambda m: "new" in m.embeds[0]["description"])
    assert posts(standin) == 1


async def test_many_edits_end_with_the_last(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    asked = await bot.ask(HI)
    await executor.started()
    executor.is_holding = False
    for number in range(10):
        await edit(bot, asked, f'```py\nprint("{number}")\n```')
    reply = await standin.wait_for_message(
        lambda m: m.reply_to is asked and "9" in m.embeds[0].get("description", "")
    )
    await asyncio.sleep(0.3)
    assert reply.embeds[0]["description"] == "```\n9\n```"
    assert posts(standin) == 1
    assert len(executor.jobs) < 11


async def test_a_preview_while_it_runs_disturbs_nothing(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    asked = await bot.ask(HI)
    run = await executor.started()
    await standin.edit(asked, asked.content)
    await asyncio.sleep(0.3)
    assert not run.is_cancelled
    run.finish(executor.answer(run.job))
    reply = await standin.wait_for_reply(asked)
    await standin.wait_for_edit(reply, lambda m: not is_placeholder(m))
    assert len(executor.jobs) == 1


async def test_an_edit_after_buttons_changed_the_program_runs_the_message(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    asked, reply = await answered(bot)
    pressed = await standin.click(bot.ben, reply, controls_of(reply)["Edit"])
    modal = await standin.wait_for_modal(pressed)
    await standin.submit_modal(bot.ben, modal, {"code": 'print("by hand")'})
    await standin.wait_for_edit(reply, lambda m: "by hand" in m.embeds[0]["description"])
    await edit(bot, asked, NEW)
    await standin.wait_for_edit(reply, lambda m: "new" in m.embeds[0]["description"])
    await standin.click(bot.ben, reply, controls_of(reply)["Run again"])
    await eventually(lambda: len(executor.jobs) == 4)
    assert executor.jobs[3].files == executor.jobs[2].files


async def test_a_deleted_command_takes_its_answer_along(
    standin: StandIn, executor: FakeExecutor
) -> None:
    store = MemoryStore()
    async with running_bot(standin, executor, store) as bot:
        asked, reply = await answered(bot)
        await eventually(lambda: store.records)
        await standin.delete(asked)
        await standin.wait_for_delete(reply)
        await eventually(lambda: not store.records)


async def test_many_commands_deleted_at_once_take_their_answers_along(
    bot: Bot, standin: StandIn
) -> None:
    pairs = [await answered(bot) for _ in range(3)]
    await standin.delete_many(bot.code, [asked for asked, _ in pairs])
    for _, reply in pairs:
        await standin.wait_for_delete(reply)


async def test_a_command_deleted_while_it_runs_stops_it(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    asked = await bot.ask(HI)
    run = await executor.started()
    reply = await standin.wait_for_reply(asked)
    await standin.delete(asked)
    await standin.wait_for_delete(reply)
    assert run.is_cancelled


async def test_a_deleted_answer_is_forgotten_with_its_code(
    standin: StandIn, executor: FakeExecutor
) -> None:
    store = MemoryStore()
    async with running_bot(standin, executor, store) as bot:
        used = await standin.slash(bot.ben, bot.code, "run", {"code": 'print("hi")'})
        reply = await standin.wait_for_response(used)
        await eventually(lambda: store.records)
        await standin.delete(reply)
        await eventually(lambda: not store.records)


async def test_what_is_deleted_without_being_ours_is_no_matter(bot: Bot, standin: StandIn) -> None:
    await standin.delete(await standin.say(bot.code, bot.cleo, "hello"))
    await bot.answer_to(HI)


async def test_an_attachment_stays_with_an_edited_message(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    file = Upload(filename="a.py", content=b'print("hi")')
    asked = await standin.say(bot.code, bot.ben, f"{standin.mention} one", attachments=[file])
    reply = await standin.wait_for_reply(asked)
    await edit(bot, asked, "two")
    await standin.wait_for_edit(reply)
    assert [job.args for job in executor.jobs] == [("one",), ("two",)]


@pytest.mark.parametrize(
    ("status", "wait_seconds"),
    [pytest.param(400, None, id="refused"), pytest.param(429, 60.0, id="told-to-wait-long")],
)
async def test_an_old_answer_that_takes_no_edit_is_answered_anew(
    bot: Bot, standin: StandIn, status: int, wait_seconds: float | None
) -> None:
    asked, reply = await answered(bot)
    standin.faults.fail_next(
        "PATCH", "/channels/*/messages/*", status=status, code=30046, retry_after=wait_seconds
    )
    await edit(bot, asked, NEW)
    second = await standin.wait_for_message(after=reply)
    assert "new" in second.embeds[0]["description"]
    await standin.wait_for_delete(reply)
    await edit(bot, asked, HI)
    await standin.wait_for_edit(second, lambda m: "hi" in m.embeds[0]["description"])
    assert reply.revisions == 0


@pytest.fixture
async def old(executor: FakeExecutor) -> AsyncGenerator[tuple[Bot, Message, Message], None]:
    """Yield the bot, a message, and its answer of two hours ago."""
    clock = FakeClock()
    clock.now = time.time() - 7200
    async with (
        StandIn(clock=clock, rate_limits=False) as standin,
        running_bot(standin, executor) as bot,
    ):
        asked, reply = await answered(bot)
        clock.now = time.time()
        executor.is_holding = True
        yield bot, asked, reply


async def test_an_old_answer_shows_what_runs_and_stops_it_with_few_edits(
    old: tuple[Bot, Message, Message], executor: FakeExecutor
) -> None:
    bot, asked, reply = old
    await edit(bot, asked, NEW)
    run = await executor.started(2)
    run.emit(StageStarted("run"))
    await bot.standin.wait_for_edit(reply, is_placeholder)
    for line in (b"one\n", b"two\n", b"three\n"):
        run.emit(Output(Stream.STDOUT, line))
        await asyncio.sleep(0.1)
    assert reply.revisions == 1
    await bot.standin.click(bot.ben, reply, controls_of(reply)["Stop"])
    await bot.standin.wait_for_edit(reply, lambda m: "Stopped" in m.embeds[0]["title"])
    assert reply.revisions == 2


async def test_an_old_answer_that_takes_no_progress_still_gets_the_result(
    old: tuple[Bot, Message, Message], executor: FakeExecutor
) -> None:
    bot, asked, reply = old
    patch = "/channels/*/messages/*"
    bot.standin.faults.fail_next("PATCH", patch, status=400, code=30046)
    await edit(bot, asked, NEW)
    run = await executor.started(2)
    run.emit(StageStarted("run"))
    await eventually(lambda: bot.standin.transcript.matching("PATCH"))
    run.finish(executor.answer(run.job))
    await bot.standin.wait_for_edit(reply, lambda m: "new" in m.embeds[0]["description"])
    assert posts(bot.standin) == 1
    assert reply.revisions == 1
