"""The buttons of what waits or runs: stop, cancel, and typing to a program."""

import asyncio

from bot.demo import Permission, StandIn
from bot.store import Horizons
from executor import Output, Queued, StageStarted, Stream
from tests.discord.bot_client import HI, Bot, is_placeholder, running_bot
from tests.discord.controls import controls_of
from tests.discord.pressing import CODE, example, press, said_privately
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore


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
    await store.forget(Horizons(replies_before=9e9))
    # Else the message is found there, and answered as if it were new.
    standin.faults.refuse(Permission.READ_MESSAGE_HISTORY, bot.code)
    async with running_bot(standin, executor, store) as bot:
        await press(bot, reply, "Stop")
        await standin.wait_for_edit(reply, lambda m: "restarted" in m.embeds[0]["description"])
        assert reply.embeds[0]["description"].endswith(example(standin))
        assert list(controls_of(reply)) == ["Delete"]


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
