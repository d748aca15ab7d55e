"""What a killed bot left works with the next one, on the same store; nothing is answered twice."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from bot.demo import Message, StandIn, Upload
from bot.demo.events import Event
from bot.store import open_sqlite
from executor import StageStarted
from tests.discord.bot_client import HI, WAIT_SECONDS, Bot, is_placeholder, running_bot
from tests.discord.controls import controls_of
from tests.fakes import FakeExecutor

CODE = 'print("hi")'
Start = Callable[[], AbstractAsyncContextManager[Bot]]


@pytest.fixture
def start(standin: StandIn, executor: FakeExecutor, tmp_path: Path) -> Start:
    """Return what starts a bot, each time a new one on the same file; it ends by being killed."""

    @asynccontextmanager
    async def killed_at_the_end() -> AsyncGenerator[Bot, None]:
        async with (
            open_sqlite(tmp_path / "codecage.db") as store,
            running_bot(standin, executor, store) as bot,
        ):
            yield bot
            bot.kill()

    return killed_at_the_end


async def settle(bot: Bot) -> None:
    """Return when what was asked before is written down: a button knows its reply."""
    await bot.answer_to(HI, user=bot.cleo)


@asynccontextmanager
async def answered_anew(bot: Bot, reply: Message) -> AsyncGenerator[None, None]:
    """Wait at the end of the block until what is done in it has changed ``reply``, and is written down."""
    before = reply.revisions
    yield
    await bot.standin.wait_for_edit(
        reply, lambda m: m.revisions > before and not is_placeholder(m), WAIT_SECONDS
    )
    await settle(bot)


async def slash(bot: Bot) -> Message:
    used = await bot.standin.slash(bot.ben, bot.code, "run", {"code": CODE, "stdin": "5"})
    return await bot.standin.wait_for_response(used)


async def test_an_edit_of_an_old_message_updates_its_answer(start: Start, standin: StandIn) -> None:
    async with start() as bot:
        reply = await bot.answer_to(HI)
        await settle(bot)
    asked = reply.reply_to
    assert asked is not None
    async with start():
        await standin.edit(asked, f'{standin.mention} ```py\nprint("new")\n```')
        await standin.wait_for_edit(reply, lambda m: "new" in m.embeds[0]["description"])
    assert len(standin.transcript.matching("POST", "/messages")) == 2


async def test_an_unchanged_old_message_is_left_alone(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    async with start() as bot:
        reply = await bot.answer_to(HI)
        await settle(bot)
    assert reply.reply_to is not None
    async with start() as bot:
        await standin.edit(reply.reply_to, reply.reply_to.content)
        await settle(bot)
    assert reply.revisions == 0
    assert len(executor.jobs) == 3


async def test_deleting_an_old_message_deletes_its_answer(start: Start, standin: StandIn) -> None:
    async with start() as bot:
        reply = await bot.answer_to(HI)
        await settle(bot)
    assert reply.reply_to is not None
    async with start():
        await standin.delete(reply.reply_to)
        await standin.wait_for_delete(reply)


async def test_every_button_of_a_message_works(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    async with start() as bot:
        reply = await bot.answer_to(HI)
        await settle(bot)
    async with start() as bot:
        async with answered_anew(bot, reply):
            await standin.click(bot.ben, reply, controls_of(reply)["Run again"])
        async with answered_anew(bot, reply):
            menu = controls_of(reply)["Run it with another version"]
            await standin.select(bot.ben, reply, menu, ["python 3.9.2"])
        for label in ("Edit", "Input"):
            async with answered_anew(bot, reply):
                pressed = await standin.click(bot.ben, reply, controls_of(reply)[label])
                modal = await standin.wait_for_modal(pressed)
                await standin.submit_modal(bot.ben, modal, {})
        versions = [job.version for job in executor.jobs if job.owner == f"discord:{bot.ben.id}"]
        assert versions == [None, None, "3.9.2", "3.9.2", "3.9.2"]
        await standin.click(bot.ben, reply, controls_of(reply)["Delete"])
        await standin.wait_for_delete(reply)


async def test_every_button_of_a_command_works(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    async with start() as bot:
        reply = await slash(bot)
        await settle(bot)
    async with start() as bot:
        async with answered_anew(bot, reply):
            await standin.click(bot.ben, reply, controls_of(reply)["Run again"])
        assert executor.jobs[2].files == executor.jobs[0].files
        async with answered_anew(bot, reply):
            pressed = await standin.click(bot.ben, reply, controls_of(reply)["Edit"])
            modal = await standin.wait_for_modal(pressed)
            await standin.submit_modal(bot.ben, modal, {"code": 'print("new")'})
        assert "new" in reply.embeds[0]["description"]
        assert executor.jobs[4].stdin == b"5\n"


async def test_a_window_that_was_open_during_the_restart_can_be_submitted(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    async with start() as bot:
        reply = await slash(bot)
        pressed = await standin.click(bot.ben, reply, controls_of(reply)["Edit"])
        editor = await standin.wait_for_modal(pressed)
        pressed = await standin.click(bot.ben, reply, controls_of(reply)["Input"])
        typing = await standin.wait_for_modal(pressed)
    async with start() as bot:
        await standin.submit_modal(bot.ben, editor, {"code": 'print("new")'})
        await standin.wait_for_edit(reply, lambda m: "new" in m.embeds[0]["description"])
        await settle(bot)
        await standin.submit_modal(bot.ben, typing, {"text": "6"})
        await standin.wait_for_edit(reply)
    assert [job.stdin for job in executor.jobs] == [b"5\n", b"5\n", b"", b"6\n"]


async def test_an_editor_that_run_opened_can_be_submitted_after_the_restart(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    async with start() as bot:
        used = await standin.slash(bot.ben, bot.code, "run", {"interactive": True, "private": True})
        editor = await standin.wait_for_modal(used)
    async with start() as bot:
        filled = {"language": "py", "code": CODE, "stdin": "6", "args": "one two"}
        submitted = await standin.submit_modal(bot.ben, editor, filled)
        reply = await standin.wait_for_response(submitted)
    (job,) = executor.jobs
    assert reply.is_ephemeral
    assert job.interactive
    assert (job.stdin, job.args) == (b"6\n", ("one", "two"))


async def test_an_editor_that_a_menu_opened_still_knows_the_files_beside_the_program(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    program = Upload(filename="first.py", content=b"import util")
    beside = Upload(filename="util.py", content=b"X = 5")
    async with start() as bot:
        message = await standin.say(bot.code, bot.cleo, "see", attachments=(program, beside))
        editor = await standin.wait_for_modal(
            await standin.context_menu(bot.ben, message, "Edit & run")
        )
    async with start() as bot:
        submitted = await standin.submit_modal(bot.ben, editor, {"code": "import util; util.X"})
        await standin.wait_for_response(submitted)
        assert [file.path for file in executor.jobs[0].files] == ["first.py", "util.py"]


async def test_files_that_are_not_kept_are_asked_for_again_and_nothing_runs(
    standin: StandIn, executor: FakeExecutor
) -> None:
    files = tuple(Upload(filename=name, content=b"1") for name in ("main.py", "util.py"))
    async with running_bot(standin, executor, keep_code_seconds=0) as bot:
        message = await standin.say(bot.code, bot.cleo, "see", attachments=files)
        opened = await standin.context_menu(bot.ben, message, "Edit & run")
        submitted = await standin.submit_modal(bot.ben, await standin.wait_for_modal(opened), {})
        told = await standin.wait_for_response(submitted)
    assert told.is_ephemeral
    assert "no longer have the files" in told.embeds[0]["description"]
    assert executor.jobs == []


async def test_others_are_still_told_that_it_is_not_theirs(start: Start, standin: StandIn) -> None:
    async with start() as bot:
        reply = await slash(bot)
        await settle(bot)
    async with start() as bot:
        pressed = await standin.click(bot.cleo, reply, controls_of(reply)["Delete"])
        told = await standin.wait_for_response(pressed)
    assert told.is_ephemeral
    assert not reply.deleted


async def test_stop_of_a_run_that_died_with_the_bot_says_so_and_offers_to_run_again(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    executor.is_holding = True
    async with start() as bot:
        reply = await standin.wait_for_reply(await bot.ask(HI))
        run = await executor.started()
        run.emit(StageStarted("run"))
        await standin.wait_for_edit(reply, lambda m: "Running" in m.embeds[0]["title"])
    assert is_placeholder(reply)
    executor.is_holding = False
    async with start() as bot:
        await standin.click(bot.ben, reply, controls_of(reply)["Stop"])
        await standin.wait_for_edit(reply, lambda m: "restarted" in m.embeds[0]["description"])
        await settle(bot)  # who tells of the restart has done so
        await standin.click(bot.ben, reply, controls_of(reply)["Run again"])
        await standin.wait_for_edit(reply, lambda m: "Finished" in m.embeds[0]["title"])


async def test_a_message_that_was_answered_before_is_not_answered_again(
    start: Start, standin: StandIn, executor: FakeExecutor
) -> None:
    async with start() as bot:
        reply = await bot.answer_to(HI)
        await settle(bot)
    asked = reply.reply_to
    assert asked is not None
    async with start() as bot:
        again = Event(name="MESSAGE_CREATE", channel=asked.channel, message=asked)
        standin.world.hub.publish(again)
        await settle(bot)
    assert len(executor.jobs) == 3
