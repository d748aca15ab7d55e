"""Settings that name channels, threads and roles which are not there any more."""

import pytest

from bot.demo import Message, StandIn
from tests.discord.bot_client import HI, Bot
from tests.discord.settings_client import import_file, open_panel
from tests.discord.standin_client import eventually


def description(reply: Message) -> str:
    text: str = reply.embeds[0]["description"]
    return text


async def only_in(bot: Bot, *names: str) -> list[int]:
    """Let programs run in these channels alone; return their ids."""
    ids = [bot.standin.guilds[0].channels[name].id for name in names]
    await import_file(bot, f"channels: {{only: {ids}}}\nlog_channel: {ids[-1]}")
    return ids


async def without_bots(bot: Bot) -> int:
    """Delete #bots and return its id."""
    channel = bot.standin.guilds[0].channels["bots"]
    await bot.standin.delete_channel(channel)
    return channel.id


async def test_nobody_is_sent_to_a_channel_that_is_gone(bot: Bot) -> None:
    general, bots = await only_in(bot, "general", "bots")
    assert f"<#{bots}>" in description(await bot.answer_to(user=bot.cleo))
    await without_bots(bot)
    refused = description(await bot.answer_to(user=bot.cleo))
    assert f"send it in <#{general}>" in refused
    assert str(bots) not in refused


async def test_where_no_channel_is_left_nobody_is_sent_anywhere(bot: Bot) -> None:
    await only_in(bot, "bots")
    await without_bots(bot)
    refused = description(await bot.answer_to(user=bot.cleo))
    assert "ask a moderator to choose one with `/settings`" in refused
    assert "In a direct message to me you can run them" in refused


@pytest.mark.parametrize("page", ["Languages", "Channels & roles", "Log & import/export"])
async def test_the_panel_says_what_is_gone(bot: Bot, page: str) -> None:
    await only_in(bot, "general", "bots")
    manager = await open_panel(bot)
    await manager.go(page)
    assert "cannot find any more" not in manager.text
    bots = await without_bots(bot)
    await manager.go("Output")
    await manager.go(page)
    assert f"I cannot find any more: <#{bots}> (`{bots}`)." in manager.text


async def test_text_and_file_may_name_what_is_gone_if_it_was_set(bot: Bot) -> None:
    general, bots = await only_in(bot, "general", "bots")
    await without_bots(bot)
    manager = await open_panel(bot)
    await manager.go("Log & import/export")
    exported = await bot.standin.wait_for_response(await manager.click("Export"))
    taken = await import_file(bot, exported.attachments[0].content)
    assert f"cannot find any more: <#{bots}>" in description(taken)
    window = await manager.window("Edit as YAML")
    text = window.components[0]["component"]["value"]
    await manager.submit(window, file=text.replace("lines: 40", "lines: 7"))
    await eventually(lambda: "output.lines: 40 → 7" in manager.text)
    window = await manager.window("Edit as YAML")
    await manager.submit(window, file=f"channels: {{only: [{general}]}}")
    await eventually(lambda: f"channels: only <#{general}>, <#{bots}> →" in manager.text)
    assert "cannot find any more" not in manager.text
    assert "no channel with the id" in description(
        await import_file(bot, f"channels: {{only: [{bots}]}}")
    )


async def test_what_is_gone_stays_set_while_others_are_chosen(bot: Bot) -> None:
    general, bots = await only_in(bot, "general", "bots")
    await without_bots(bot)
    manager = await open_panel(bot)
    await manager.go("Channels & roles")
    await manager.pick("Choose channels", general, bot.code.id)
    assert f"<#{bots}>" in manager.text
    assert "Finished" in (await bot.answer_to(HI)).embeds[0]["title"]


async def test_a_thread_that_is_archived_stays_set(bot: Bot, standin: StandIn) -> None:
    thread = await standin.open_thread(bot.code, "help")
    await import_file(bot, f"channels: {{only: [{thread.id}]}}")
    assert f"<#{thread.id}>" in description(await bot.answer_to(user=bot.cleo))
    await standin.archive(thread)
    manager = await open_panel(bot)
    await manager.go("Log & import/export")
    window = await manager.window("Edit as YAML")
    await manager.submit(window)
    await eventually(lambda: f"cannot find any more: <#{thread.id}>" in manager.text)
    assert str(thread.id) not in description(await bot.answer_to(user=bot.cleo))
