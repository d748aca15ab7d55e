"""Ids of controls and windows that somebody made up to get at what others ran."""

import pytest

from bot.demo import Interaction, Message, Modal, StandIn, Upload, User
from bot.models import Action
from bot.ui.controls import EditorState, custom_id, editor_id, editor_of
from tests.discord.bot_client import HI, Bot
from tests.discord.controls import controls_of
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor

READING = (Action.AGAIN, Action.EDIT, Action.INPUT, Action.OUTPUT)


async def secret_of_cleo(bot: Bot) -> Message:
    """Return the reply to a program that stands in no message, only in the store."""
    options = {"language": "py", "code": 'print("secret")'}
    used = await bot.standin.slash(bot.cleo, bot.code, "run", options)
    return await bot.standin.wait_for_response(used)


async def press_forged(bot: Bot, reply: Message, action: Action, user: User) -> Interaction:
    """Press a button whose id says that it is the presser's own."""
    forged = custom_id(action, user.id)
    await eventually(lambda: "Run again" in controls_of(reply))
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
