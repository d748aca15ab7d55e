"""The buttons and menus below a reply."""

import pytest

from bot.demo import StandIn
from bot.models import Rules
from tests.discord.bot_client import HI, Bot, running_bot
from tests.discord.controls import choices_of, controls_of
from tests.discord.pressing import CODE, press, said_privately, slash
from tests.fakes import FakeExecutor
from tests.results import result, step


async def test_a_finished_run_offers_what_one_can_do(bot: Bot) -> None:
    reply = await bot.answer_to("```bash\necho 1\n```")
    assert list(controls_of(reply)) == ["Run again", "Edit", "Input", "Delete"]
    assert all(len(one) <= 100 for one in controls_of(reply).values())


async def test_run_again_reads_the_message_and_replaces_the_answer(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    reply = await bot.answer_to(HI)
    executor.answer = lambda job: result(step(b"again\n"), job_id=job.id)
    await press(bot, reply, "Run again")
    await standin.wait_for_edit(reply, lambda m: "again" in m.embeds[0]["description"])
    assert len(executor.jobs) == 2
    assert len(standin.transcript.matching("POST", "/messages")) == 1


async def test_run_again_works_for_a_command(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    reply = await slash(bot, stdin="5", args="a")
    await press(bot, reply, "Run again", by="cleo")
    await standin.wait_for_edit(reply)
    first, second = executor.jobs
    assert (first.files, first.stdin, first.args) == (second.files, second.stdin, second.args)


async def test_run_again_works_below_a_private_answer(bot: Bot, standin: StandIn) -> None:
    reply = await slash(bot, private=True)
    assert reply.is_ephemeral
    await press(bot, reply, "Run again", by="cleo")
    await standin.wait_for_edit(reply, lambda m: m.revisions > 1)
    assert "hi" in reply.embeds[0]["description"]


async def test_edit_opens_the_program_and_runs_what_it_became(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    reply = await bot.answer_to(f"one two\n{HI}\n7")
    modal = await standin.wait_for_modal(await press(bot, reply, "Edit"))
    filled = {c["component"]["custom_id"]: c["component"].get("value") for c in modal.components}
    assert filled == {"language": "py", "code": CODE, "stdin": "7\n", "args": "'one two'"}
    await standin.submit_modal(bot.ben, modal, {"code": 'print("new")'})
    await standin.wait_for_edit(reply, lambda m: "new" in m.embeds[0]["description"])
    assert (executor.jobs[1].stdin, executor.jobs[1].args) == (b"7\n", ("one two",))
    await press(bot, reply, "Run again")
    await standin.wait_for_edit(reply)
    assert executor.jobs[2].files == executor.jobs[1].files


async def test_a_program_too_long_for_a_window_says_so(bot: Bot) -> None:
    used = await bot.standin.slash(
        bot.cleo, bot.code, "run", {"language": "py", "code": f"#{'x' * 5000}\n{CODE}"}
    )
    reply = await bot.standin.wait_for_response(used)
    words = await said_privately(bot, await press(bot, reply, "Edit", by="cleo"))
    assert "4,000 characters" in words


async def test_input_runs_again_with_other_input(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    reply = await slash(bot, stdin="5")
    modal = await standin.wait_for_modal(await press(bot, reply, "Input", by="cleo"))
    assert modal.components[0]["component"]["value"] == "5\n"
    await standin.submit_modal(bot.cleo, modal, {"text": "6\n7"})
    await standin.wait_for_edit(reply)
    job = executor.jobs[1]
    assert (job.stdin, job.interactive) == (b"6\n7\n", False)


async def test_another_version_is_chosen_in_a_menu(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    reply = await bot.answer_to(HI)
    assert choices_of(reply) == {"python 3.13.5": True, "python 3.9.2": False}
    menu = controls_of(reply)["Run it with another version"]
    await standin.select(bot.ben, reply, menu, ["python 3.9.2"])
    await standin.wait_for_edit(reply)
    assert executor.jobs[1].version == "3.9.2"
    await press(bot, reply, "Run again")
    await standin.wait_for_edit(reply)
    assert executor.jobs[2].version == "3.9.2"


async def test_a_guessed_language_can_be_changed(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    reply = await bot.answer_to(f"```\n{CODE}\n```")
    assert choices_of(reply)["python"]
    menu = controls_of(reply)["Run it as another language"]
    await standin.select(bot.ben, reply, menu, ["javascript"])
    await standin.wait_for_edit(reply)
    assert executor.jobs[1].language == "javascript"
    assert executor.jobs[1].files[0].path == "main.js"


async def test_delete_takes_the_answer_away(bot: Bot, standin: StandIn) -> None:
    for reply in (await bot.answer_to(HI), await slash(bot), await slash(bot, private=True)):
        by = "ben" if reply.reply_to else "cleo"
        await press(bot, reply, "Delete", by=by)
        await standin.wait_for_delete(reply)


@pytest.mark.parametrize("label", ["Run again", "Edit", "Input", "Delete"])
async def test_others_are_told_privately_that_it_is_not_theirs(
    bot: Bot, executor: FakeExecutor, label: str
) -> None:
    reply = await slash(bot)
    words = await said_privately(bot, await press(bot, reply, label, by="dan"))
    assert f"belong to <@{bot.cleo.id}>" in words
    assert not reply.deleted
    assert len(executor.jobs) == 1


async def test_moderators_may_use_the_buttons_and_they_stay_the_asker_s(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    reply = await slash(bot)
    await press(bot, reply, "Run again", by="ben")
    await standin.wait_for_edit(reply)
    assert executor.jobs[1].owner == f"discord:{bot.ben.id}"
    assert f":{bot.cleo.id}:" in controls_of(reply)["Run again"]
    await press(bot, reply, "Run again", by="cleo")
    await standin.wait_for_edit(reply)
    assert len(executor.jobs) == 3


async def test_a_press_within_the_cooldown_is_told_when_privately(
    standin: StandIn, executor: FakeExecutor
) -> None:
    async with running_bot(standin, executor, rules=Rules(cooldown_seconds=60)) as bot:
        reply = await bot.answer_to(HI)
        pressed = await press(bot, reply, "Run again")
        told = await standin.wait_for_followup(pressed)
    assert "in 60 s" in told.embeds[0]["description"]
    assert told.is_ephemeral
    assert reply.revisions == 0


async def test_pressing_twice_runs_once(bot: Bot, standin: StandIn, executor: FakeExecutor) -> None:
    reply = await bot.answer_to(HI)
    executor.is_holding = True
    label = controls_of(reply)["Run again"]
    await standin.click(bot.ben, reply, label)
    run = await executor.started(2)
    second = await standin.click(bot.ben, reply, label)
    told = await standin.wait_for_followup(second)
    assert "is running already" in told.embeds[0]["description"]
    run.finish(executor.answer(run.job))
    await standin.wait_for_edit(reply, lambda m: "Finished" in m.embeds[0]["title"])
    assert len(executor.jobs) == 2
