"""The buttons and menus below a reply."""

import asyncio
import re

import pytest

from bot import texts
from bot.demo import Interaction, Message, Permission, StandIn
from bot.models import Rules
from executor import Output, Queued, StageStarted, Stream
from tests.discord.bot_client import HI, Bot, is_placeholder, running_bot
from tests.discord.controls import choices_of, controls_of
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore
from tests.results import result, step

CODE = 'print("hi")'


async def press(bot: Bot, reply: Message, label: str, *, by: str = "ben") -> Interaction:
    user = bot.standin.users[by]
    return await bot.standin.click(user, reply, controls_of(reply)[label])


def example(standin: StandIn) -> str:
    return texts.example("py", 'print("hi")', standin.mention)


async def slash(bot: Bot, **options: object) -> Message:
    options = {"language": "py", "code": CODE} | options
    used = await bot.standin.slash(bot.cleo, bot.code, "run", options)
    return await bot.standin.wait_for_response(used)


async def said_privately(bot: Bot, pressed: Interaction) -> str:
    reply = await bot.standin.wait_for_response(pressed)
    assert reply.is_ephemeral
    assert reply.pinged == frozenset()
    description: str = reply.embeds[0]["description"]
    return description


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
    assert "being run already" in told.embeds[0]["description"]
    run.finish(executor.answer(run.job))
    await standin.wait_for_edit(reply, lambda m: "Finished" in m.embeds[0]["title"])
    assert len(executor.jobs) == 2


def is_settled(store: MemoryStore) -> bool:
    """Return whether it is written down that there is an answer."""
    return [kept.is_pending for kept in store.records.values()] == [False]


async def test_code_that_is_too_old_says_so(standin: StandIn, executor: FakeExecutor) -> None:
    store = MemoryStore()
    async with running_bot(standin, executor, store) as bot:
        reply = await slash(bot)
        await eventually(lambda: is_settled(store))
        before = reply.revisions
        await store.forget(code_before=9e9, replies_before=0)
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


async def test_a_placeholder_that_nobody_knows_can_still_be_ended(
    standin: StandIn, executor: FakeExecutor
) -> None:
    store = MemoryStore()
    executor.is_holding = True
    async with running_bot(standin, executor, store) as bot:
        # By a command: a message would be found and answered anew.
        used = await standin.slash(bot.ben, bot.code, "run", {"language": "py", "code": CODE})
        reply = await standin.wait_for_response(used)
        (await executor.started()).emit(StageStarted("run"))
        await standin.wait_for_edit(reply, lambda m: "Stop" in controls_of(m))
        bot.kill()
    await store.forget(replies_before=9e9)
    # Else the message is found there, and answered as if it were new.
    standin.faults.refuse(Permission.READ_MESSAGE_HISTORY, bot.code)
    async with running_bot(standin, executor, store) as bot:
        await press(bot, reply, "Stop")
        await standin.wait_for_edit(reply, lambda m: "restarted" in m.embeds[0]["description"])
        assert reply.embeds[0]["description"].endswith(example(standin))
        assert list(controls_of(reply)) == ["Delete"]


async def test_a_reply_that_nobody_knows_says_so(standin: StandIn, executor: FakeExecutor) -> None:
    store = MemoryStore()
    async with running_bot(standin, executor, store) as bot:
        reply = await slash(bot)
        await eventually(lambda: is_settled(store))
        await store.forget(replies_before=9e9)
        words = await said_privately(bot, await press(bot, reply, "Edit", by="cleo"))
    assert "no longer know" in words
    assert words.endswith(example(standin))


async def test_a_store_that_fails_costs_the_buttons_not_the_answers(
    standin: StandIn, executor: FakeExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore()
    store.is_broken = True
    async with running_bot(standin, executor, store) as bot:
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


async def test_stop_ends_what_runs(bot: Bot, standin: StandIn, executor: FakeExecutor) -> None:
    executor.is_holding = True
    reply = await standin.wait_for_reply(await bot.ask(HI))
    run = await executor.started()
    assert list(controls_of(reply)) == ["Stop"]
    await press(bot, reply, "Stop")
    await standin.wait_for_edit(reply, lambda m: not is_placeholder(m))
    assert run.is_cancelled
    assert "Stopped" in reply.embeds[0]["title"]
    assert "Run again" in controls_of(reply)


async def test_who_waits_sees_the_place_at_once_and_can_cancel(
    standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    async with running_bot(standin, executor, show_after_seconds=30) as bot:
        asked = await bot.ask(HI)
        run = await executor.started()
        run.emit(Queued(3))
        reply = await standin.wait_for_reply(asked)
        assert "number 3 in the queue" in reply.embeds[0]["description"]
        await press(bot, reply, "Cancel")
        await standin.wait_for_edit(reply, lambda m: not is_placeholder(m))
    assert run.is_cancelled


async def test_running_output_is_shown_and_only_when_it_changes(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    asked = await bot.ask(HI)
    run = await executor.started()
    run.emit(StageStarted("run"))
    run.emit(Output(Stream.STDOUT, b"".join(b"line %d\n" % n for n in range(100))))
    reply = await standin.wait_for_reply(asked)
    await standin.wait_for_edit(reply, lambda m: "line 99" in m.embeds[0]["description"])
    assert "line 10\n" not in reply.embeds[0]["description"]
    revisions = reply.revisions
    await asyncio.sleep(0.3)
    assert reply.revisions == revisions
    run.emit(Output(Stream.STDERR, b"more\n"))
    await standin.wait_for_edit(reply, lambda m: "more" in m.embeds[0]["description"])


async def test_one_can_type_to_a_running_program(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    used = await standin.slash(bot.cleo, bot.code, "run", {"code": CODE, "interactive": True})
    run = await executor.started()
    assert run.job.interactive
    run.emit(StageStarted("run"))
    reply = await standin.wait_for_response(used)
    assert list(controls_of(reply)) == ["Input", "Stop"]
    modal = await standin.wait_for_modal(await press(bot, reply, "Input", by="cleo"))
    await standin.submit_modal(bot.cleo, modal, {"text": "first"})
    await eventually(lambda: run.typed == b"first\n")
    assert not run.is_input_ended
    modal = await standin.wait_for_modal(await press(bot, reply, "Input", by="cleo"))
    await standin.submit_modal(bot.cleo, modal, {"text": "", "box": True})
    await eventually(lambda: run.is_input_ended)
    modal = await standin.wait_for_modal(await press(bot, reply, "Input", by="cleo"))
    run.finish(executor.answer(run.job))
    await standin.wait_for_edit(reply, lambda m: not is_placeholder(m))
    late = await standin.submit_modal(bot.cleo, modal, {"text": "late"})
    assert "does not run any more" in await said_privately(bot, late)


async def test_input_can_start_a_run_that_stays_open(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    reply = await bot.answer_to(HI)
    modal = await standin.wait_for_modal(await press(bot, reply, "Input"))
    await standin.submit_modal(bot.ben, modal, {"text": "1", "box": True})
    await standin.wait_for_edit(reply)
    assert (executor.jobs[1].stdin, executor.jobs[1].interactive) == (b"1\n", True)


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
        await store.forget(code_before=9e9, replies_before=0)
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


async def test_stopping_what_has_just_ended_changes_nothing(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    reply = await standin.wait_for_reply(await bot.ask(HI))
    run = await executor.started()
    stop = controls_of(reply)["Stop"]
    pressed = await standin.click(bot.ben, reply, stop)
    run.finish(executor.answer(run.job))
    await standin.wait_for_ack(pressed)
    await standin.wait_for_edit(reply, lambda m: not is_placeholder(m))
    assert "restarted" not in str(reply.embeds)


async def test_windows_that_are_open_at_once_never_meet(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    replies = {name: await bot.answer_to(HI, user=standin.users[name]) for name in ("ben", "cleo")}
    modals = {
        name: await standin.wait_for_modal(await press(bot, reply, "Edit", by=name))
        for name, reply in replies.items()
    }
    for name, modal in modals.items():
        await standin.submit_modal(standin.users[name], modal, {"code": f'print("of {name}")'})
    for name, reply in replies.items():
        words = f"of {name}"
        await standin.wait_for_edit(
            reply,
            lambda m, words=words: words in m.embeds[0]["description"],  # type: ignore[misc]
        )
    assert len(executor.jobs) == 4
