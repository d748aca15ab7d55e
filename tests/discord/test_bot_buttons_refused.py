"""What a button can no longer do, and what is said then."""

import re

import pytest

from bot.demo import Permission, StandIn
from bot.store import Horizons
from tests.discord.bot_client import HI, Bot, running_bot
from tests.discord.pressing import example, press, said_privately, slash
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore
from tests.results import result, step


def is_settled(store: MemoryStore) -> bool:
    """Return whether it is written down that there is an answer."""
    return [kept.is_pending for kept in store.records.values()] == [False]


async def test_code_that_is_too_old_says_so(standin: StandIn, executor: FakeExecutor) -> None:
    store = MemoryStore()
    async with running_bot(standin, executor, store) as bot:
        reply = await slash(bot)
        await eventually(lambda: is_settled(store))
        before = reply.revisions
        await store.forget(Horizons(code_before=9e9))
        told = await standin.wait_for_followup(await press(bot, reply, "Run again", by="cleo"))
    assert "kept for a few days" in told.embeds[0]["description"]
    assert told.embeds[0]["description"].endswith(example(standin))
    assert reply.revisions == before


async def test_an_operator_may_have_no_code_kept(standin: StandIn, executor: FakeExecutor) -> None:
    store = MemoryStore()
    async with running_bot(standin, executor, store, keep_code_seconds=0) as bot:
        reply = await slash(bot)
        words = await said_privately(bot, await press(bot, reply, "Edit", by="cleo"))
        assert "kept for a few days" in words
        assert [record.request for record in store.records.values()] == [None]
        answer = await bot.answer_to(HI)
        await press(bot, answer, "Run again")
        await standin.wait_for_edit(answer)


async def test_a_reply_that_nobody_knows_says_so(standin: StandIn, executor: FakeExecutor) -> None:
    store = MemoryStore()
    async with running_bot(standin, executor, store) as bot:
        reply = await slash(bot)
        await eventually(lambda: is_settled(store))
        await store.forget(Horizons(replies_before=9e9))
        words = await said_privately(bot, await press(bot, reply, "Edit", by="cleo"))
    assert "no longer know" in words
    assert words.endswith(example(standin))


async def test_a_store_that_fails_costs_the_buttons_not_the_answers(
    standin: StandIn, executor: FakeExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore()
    async with running_bot(standin, executor, store) as bot:
        store.is_broken = True
        reply = await bot.answer_to(HI)
        assert "hi" in reply.embeds[0]["description"]
        words = await said_privately(bot, await press(bot, reply, "Edit"))
    assert "cannot look up" in words
    assert words.endswith(example(standin))
    assert "broken on purpose" in caplog.text


async def test_a_message_that_is_gone_cannot_run_again(bot: Bot, standin: StandIn) -> None:
    reply = await bot.answer_to(HI)
    standin.faults.fail_next("GET", "/channels/*/messages/*", status=404, code=10008)
    told = await standin.wait_for_followup(await press(bot, reply, "Run again"))
    assert "is gone" in told.embeds[0]["description"]
    assert told.embeds[0]["description"].endswith(example(standin))


async def test_a_bug_behind_a_button_becomes_a_sentence_with_a_number(
    bot: Bot, executor: FakeExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    reply = await bot.answer_to(HI)
    executor.breaks_on_runtimes = True
    words = await said_privately(bot, await press(bot, reply, "Edit"))
    number = re.search(r"`(\w{12})`", words)
    assert number
    assert number[1] in caplog.text


async def test_a_press_that_discord_no_longer_takes_is_logged_and_the_next_one_works(
    bot: Bot, standin: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    reply = await bot.answer_to(HI)
    standin.faults.fail_next("POST", "/interactions/*/callback", status=404, code=10062)
    await press(bot, reply, "Run again")
    await eventually(lambda: "button again failed" in caplog.text)
    await press(bot, reply, "Run again")
    await standin.wait_for_edit(reply)


async def test_without_the_right_to_attach_a_new_run_still_shows_its_text(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    reply = await bot.answer_to(HI)
    output = b"x\n" * 1000
    executor.answer = lambda job: result(step(output), job_id=job.id)
    standin.faults.fail_next("PATCH", "/webhooks/*", status=403, code=50013)
    await press(bot, reply, "Run again")
    await standin.wait_for_edit(reply)
    assert "Attach Files" in reply.content
    shown = await standin.wait_for_response(await press(bot, reply, "Full output"))
    assert [file.content for file in shown.attachments] == [output]


async def test_output_that_is_no_longer_kept_says_so(
    standin: StandIn, executor: FakeExecutor
) -> None:
    store = MemoryStore()
    executor.answer = lambda job: result(step(b"x\n" * 1000), job_id=job.id)
    standin.faults.refuse(Permission.ATTACH_FILES, standin.guilds[0].channels["code"])
    async with running_bot(standin, executor, store) as bot:
        reply = await bot.answer_to(HI)
        await eventually(lambda: is_settled(store))
        await store.forget(Horizons(code_before=9e9))
        words = await said_privately(bot, await press(bot, reply, "Full output"))
    assert "press **Run again**" in words


async def test_a_message_that_the_bot_may_not_read_any_more_names_the_menu(
    bot: Bot, standin: StandIn
) -> None:
    reply = await bot.answer_to(HI)
    standin.faults.fail_next("GET", "/channels/*/messages/*", status=403, code=50001)
    told = await standin.wait_for_followup(await press(bot, reply, "Run again"))
    assert "Apps > Run code" in told.embeds[0]["description"]


async def test_a_message_edited_into_nothing_runs_nothing(bot: Bot, standin: StandIn) -> None:
    reply = await bot.answer_to(HI)
    assert reply.reply_to is not None
    reply.reply_to.content = f"{standin.mention} hello"  # edited while the bot was away
    told = await standin.wait_for_followup(await press(bot, reply, "Run again"))
    assert "no code block" in told.embeds[0]["description"]
    words = await said_privately(bot, await press(bot, reply, "Edit"))
    assert "no longer know" in words
    assert words.endswith(example(standin))
