"""The bot as people's own app, in a server that it is no member of."""

from bot.demo import Permission, StandIn, Upload
from bot.demo.state import Overwrite
from tests.discord.bot_client import HI, Bot
from tests.discord.controls import controls_of
from tests.fakes import FakeExecutor

CODE = 'print("hi")'


async def test_commands_menus_and_buttons_work_where_the_bot_is_no_member(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    channel = standin.elsewhere.channels["general"]
    reply = await standin.wait_for_response(
        await standin.slash(bot.cleo, channel, "run", {"code": CODE})
    )
    assert "hi" in reply.embeds[0]["description"]
    assert not reply.is_ephemeral
    await standin.click(bot.cleo, reply, controls_of(reply)["Run again"])
    await standin.wait_for_edit(reply)
    other = await standin.say(channel, bot.ben, HI)
    ran = await standin.wait_for_response(await standin.context_menu(bot.cleo, other, "Run code"))
    assert "hi" in ran.embeds[0]["description"]
    pressed = await standin.click(bot.cleo, ran, controls_of(ran)["Edit"])
    modal = await standin.wait_for_modal(pressed)
    await standin.submit_modal(bot.cleo, modal, {"code": 'print("new")'})
    await standin.wait_for_edit(ran, lambda m: "new" in m.embeds[0]["description"])
    await standin.click(bot.cleo, ran, controls_of(ran)["Delete"])
    await standin.wait_for_delete(ran)
    assert {job.owner for job in executor.jobs} == {f"discord:{bot.cleo.id}"}


async def test_commands_menus_windows_and_buttons_work_in_a_group(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    reply = await standin.wait_for_response(
        await standin.slash(bot.cleo, standin.group, "run", {"code": CODE, "stdin": "5"})
    )
    assert "hi" in reply.embeds[0]["description"]
    assert not reply.is_ephemeral
    await standin.click(bot.cleo, reply, controls_of(reply)["Run again"])
    await standin.wait_for_edit(reply)
    other = await standin.say(standin.group, bot.ben, HI)
    ran = await standin.wait_for_response(await standin.context_menu(bot.cleo, other, "Run code"))
    assert "hi" in ran.embeds[0]["description"]
    opened = await standin.context_menu(bot.cleo, other, "Edit & run")
    submitted = await standin.submit_modal(bot.cleo, await standin.wait_for_modal(opened), {})
    edited = await standin.wait_for_response(submitted)
    assert "hi" in edited.embeds[0]["description"]
    used = await standin.slash(bot.cleo, standin.group, "run", {"code": CODE, "private": True})
    assert (await standin.wait_for_response(used)).visible_to is bot.cleo
    told = await standin.wait_for_response(
        await standin.click(bot.ben, ran, controls_of(ran)["Delete"])
    )
    assert told.is_ephemeral
    await standin.click(bot.cleo, ran, controls_of(ran)["Delete"])
    await standin.wait_for_delete(ran)
    assert {job.owner for job in executor.jobs} == {f"discord:{bot.cleo.id}"}


async def test_help_and_languages_are_there_in_a_group(bot: Bot, standin: StandIn) -> None:
    for name in ("help", "languages"):
        used = await standin.slash(bot.cleo, standin.group, name, {})
        assert (await standin.wait_for_response(used)).is_ephemeral


async def test_files_work_there_too(bot: Bot, standin: StandIn) -> None:
    channel = standin.elsewhere.channels["general"]
    file = Upload(filename="a.py", content=CODE.encode())
    used = await standin.slash(bot.cleo, channel, "run", {"file": file})
    assert "hi" in (await standin.wait_for_response(used)).embeds[0]["description"]


async def test_where_the_server_hides_such_apps_the_answer_is_private(
    bot: Bot, standin: StandIn
) -> None:
    channel = standin.elsewhere.channels["general"]
    everyone = standin.elsewhere.id
    hides = Overwrite(id=everyone, kind=0, deny=Permission.USE_EXTERNAL_APPS)
    channel.overwrites.append(hides)
    used = await standin.slash(bot.cleo, channel, "run", {"code": CODE})
    reply = await standin.wait_for_response(used)
    assert reply.visible_to is bot.cleo
    await standin.click(bot.cleo, reply, controls_of(reply)["Run again"])
    await standin.wait_for_edit(reply)


async def test_messages_there_do_not_reach_the_bot(
    bot: Bot, standin: StandIn, executor: FakeExecutor
) -> None:
    for channel in (standin.elsewhere.channels["general"], standin.group):
        await standin.say(channel, bot.cleo, f"{standin.mention} {HI}")
    await bot.answer_to(HI)
    assert len(executor.jobs) == 1
