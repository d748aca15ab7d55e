"""Ids of controls and windows that somebody made up to get at what others ran."""

import pytest

from bot.demo import Interaction, Message, Modal, StandIn, Upload, User
from bot.models import Action
from bot.ui.controls import EditorState, custom_id, editor_id, editor_of
from executor import StageStarted
from tests.discord.bot_client import HI, Bot, running_bot
from tests.discord.controls import controls_of
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor, FakeRun
from tests.memory_store import MemoryStore

READING = (Action.AGAIN, Action.EDIT, Action.INPUT, Action.OUTPUT)


async def secret_of(bot: Bot, user: User) -> Message:
    """Return the reply to a program that stands in no message, only in the store."""
    options = {"language": "py", "code": 'print("secret")'}
    used = await bot.standin.slash(user, bot.code, "run", options)
    return await bot.standin.wait_for_response(used)


async def secret_of_cleo(bot: Bot) -> Message:
    return await secret_of(bot, bot.cleo)


async def press_forged(
    bot: Bot, reply: Message, action: Action, user: User, argument: str = ""
) -> Interaction:
    """Press a button whose id says that it is the presser's own."""
    forged = custom_id(action, user.id, argument)
    await eventually(lambda: bool(controls_of(reply)))
    reply.components[-1]["components"][0]["custom_id"] = forged
    return await bot.standin.click(user, reply, forged)


@pytest.mark.parametrize("action", READING)
async def test_a_button_that_claims_another_owner_is_refused(
    bot: Bot, executor: FakeExecutor, action: Action
) -> None:
    reply = await secret_of_cleo(bot)
    pressed = await press_forged(bot, reply, action, bot.standin.users["dan"])
    if action is Action.AGAIN:  # it was acknowledged, so there is no first response
        refused = await bot.standin.wait_for_followup(pressed)
    else:
        refused = await bot.standin.wait_for_response(pressed)
    assert refused.is_ephemeral
    assert f"belong to <@{bot.cleo.id}>" in refused.embeds[0]["description"]
    assert len(executor.jobs) == 1


async def test_a_reply_is_not_deleted_by_an_id_that_claims_another_owner(
    bot: Bot, standin: StandIn
) -> None:
    reply = await secret_of_cleo(bot)
    dan = standin.users["dan"]
    refused = await standin.wait_for_response(await press_forged(bot, reply, Action.DELETE, dan))
    assert f"belong to <@{bot.cleo.id}>" in refused.embeds[0]["description"]
    assert not reply.deleted
    await press_forged(bot, reply, Action.DELETE, bot.ben)  # who moderates
    await eventually(lambda: reply.deleted)


async def test_a_reply_that_nobody_knows_of_is_deleted_by_whom_its_id_names(
    standin: StandIn, executor: FakeExecutor
) -> None:
    async with running_bot(standin, executor, MemoryStore()) as bot:
        reply = await bot.answer_to(user=bot.cleo)
    async with running_bot(standin, executor, MemoryStore()) as bot:
        await standin.click(bot.cleo, reply, controls_of(reply)["Delete"])
        await eventually(lambda: reply.deleted)


async def waiting_input_of(bot: Bot, user: User, executor: FakeExecutor) -> tuple[Message, FakeRun]:
    """Return the reply to an interactive program that runs, and the run."""
    executor.is_holding = True
    options = {"language": "py", "code": "input()", "interactive": True}
    used = await bot.standin.slash(user, bot.code, "run", options)
    run = await executor.started()
    executor.is_holding = False
    reply = await bot.standin.wait_for_response(used)
    run.emit(StageStarted("run"))
    await eventually(lambda: "Stop" in controls_of(reply))
    return reply, run


async def test_a_program_is_not_stopped_by_an_id_that_claims_another_owner(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    dan = standin.users["dan"]
    reply, run = await waiting_input_of(bot, bot.cleo, executor)
    own = await secret_of(bot, dan)
    job_id = run.job.id
    # On hers, and on one of his own that claims to be about her program.
    for message in (reply, own):
        pressed = await press_forged(bot, message, Action.STOP, dan, job_id)
        refused = await standin.wait_for_response(pressed)
        assert f"belong to <@{bot.cleo.id}>" in refused.embeds[0]["description"]
    assert not run.is_cancelled
    await press_forged(bot, reply, Action.STOP, bot.ben, job_id)  # who moderates
    await eventually(lambda: run.is_cancelled)


async def test_a_program_is_not_typed_to_by_an_id_that_claims_another_owner(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    dan = standin.users["dan"]
    reply, run = await waiting_input_of(bot, bot.cleo, executor)
    pressed = await press_forged(bot, reply, Action.TYPE, dan, run.job.id)
    refused = await standin.wait_for_response(pressed)
    assert f"belong to <@{bot.cleo.id}>" in refused.embeds[0]["description"]
    # A window that he got otherwise, such as by a program of his own.
    window = await standin.wait_for_modal(
        await press_forged(bot, reply, Action.TYPE, bot.cleo, run.job.id)
    )
    own_window = await standin.wait_for_modal(
        await standin.slash(dan, bot.code, "run", {"language": "py"})
    )
    own_window.custom_id = custom_id(Action.TYPE, dan.id, run.job.id)
    submitted = await standin.submit_modal(dan, own_window, {"code": "mine"})
    refused = await standin.wait_for_response(submitted)
    assert f"belong to <@{bot.cleo.id}>" in refused.embeds[0]["description"]
    assert run.typed == b""
    await standin.submit_modal(bot.cleo, window, {"text": "hers"})
    await eventually(lambda: run.typed == b"hers\n")


async def test_a_moderator_elsewhere_stops_nothing_here(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    _, run = await waiting_input_of(bot, bot.cleo, executor)
    elsewhere = standin.guilds[1].channels["general"]
    used = await standin.slash(bot.ben, elsewhere, "run", {"language": "py", "code": "print(1)"})
    own = await standin.wait_for_response(used)
    pressed = await press_forged(bot, own, Action.STOP, bot.ben, run.job.id)
    refused = await standin.wait_for_response(pressed)
    assert f"belong to <@{bot.cleo.id}>" in refused.embeds[0]["description"]
    assert not run.is_cancelled


async def test_who_asked_stops_what_a_moderator_ran_again(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    reply = await secret_of_cleo(bot)
    await eventually(lambda: "Run again" in controls_of(reply))
    executor.is_holding = True
    await standin.click(bot.ben, reply, controls_of(reply)["Run again"])
    run = await executor.started(2)
    run.emit(StageStarted("run"))
    await eventually(lambda: "Stop" in controls_of(reply))
    await standin.click(bot.cleo, reply, controls_of(reply)["Stop"])
    await eventually(lambda: run.is_cancelled)


@pytest.mark.parametrize("name", ["cleo", "ben"], ids=["the-asker", "a-moderator"])
async def test_whoever_may_press_is_asked_nothing_more(bot: Bot, name: str) -> None:
    reply = await secret_of_cleo(bot)
    pressed = await press_forged(bot, reply, Action.EDIT, bot.standin.users[name])
    window = await bot.standin.wait_for_modal(pressed)
    assert "secret" in str(window.components)


async def opened(standin: StandIn, user: User, message: Message) -> Modal:
    return await standin.wait_for_modal(await standin.context_menu(user, message, "Edit & run"))


async def test_a_window_that_names_anothers_draft_runs_without_it(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    dan = standin.users["dan"]
    file = Upload(filename="data.csv", content=b"1,2")
    asked = await standin.say(bot.code, bot.cleo, HI, attachments=[file])
    theirs, forged = await opened(standin, bot.cleo, asked), await opened(standin, dan, asked)
    draft = editor_of(theirs.custom_id)
    assert draft is not None
    assert draft.draft_id is not None
    forged.custom_id = editor_id(EditorState(owner_id=dan.id, draft_id=draft.draft_id))
    told = await standin.wait_for_response(await standin.submit_modal(dan, forged, {}))
    assert "no longer have the files" in told.embeds[0]["description"]
    assert executor.jobs == []
    ran = await standin.wait_for_response(await standin.submit_modal(bot.cleo, theirs, {}))
    assert "hi" in ran.embeds[0]["description"]
    assert [one.path for one in executor.jobs[0].files] == ["main.py", "data.csv"]
