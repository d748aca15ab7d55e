"""Who changed what, and settings as files."""

import pytest

from bot.demo import Message, Permission, StandIn, Upload
from tests.discord.bot_client import Bot, running_bot
from tests.discord.settings_client import Manager, import_file, open_panel
from tests.discord.standin_client import eventually
from tests.discord.troubling import WAIT_SECONDS, fail
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def description(reply: Message) -> str:
    text: str = reply.embeds[0]["description"]
    return text


async def with_log_in_bots(bot: Bot) -> Manager:
    manager = await open_panel(bot)
    await manager.go("Log & import/export")
    await manager.pick("Where changes are told", bot.standin.guilds[0].channels["bots"].id)
    return manager


async def test_a_change_is_told_in_the_log_channel_and_pings_nobody(bot: Bot) -> None:
    bots = bot.standin.guilds[0].channels["bots"]
    manager = await with_log_in_bots(bot)
    await eventually(lambda: len(bots.messages) == 1)
    await manager.go("Languages")
    await manager.choose("python", "python")
    await eventually(lambda: len(bots.messages) == 2)
    told = list(bots.messages.values())[-1]
    assert told.embeds[0]["title"] == "📖 Settings changed"
    assert description(told) == (
        f"<@{bot.ben.id}> changed:\n• languages.everywhere: all → only python"
    )
    assert told.pinged == frozenset()


async def test_the_log_channel_is_told_that_it_no_longer_is_one(bot: Bot) -> None:
    bots = bot.standin.guilds[0].channels["bots"]
    manager = await with_log_in_bots(bot)
    await manager.pick("Where changes are told")
    await eventually(lambda: len(bots.messages) == 2)
    told = list(bots.messages.values())[-1]
    assert f"log_channel: <#{bots.id}> → not set" in description(told)
    await manager.go("Output")
    await manager.choose("Files", "Files")
    assert len(bots.messages) == 2


async def test_without_embeds_the_log_is_plain_text(bot: Bot) -> None:
    bots = bot.standin.guilds[0].channels["bots"]
    bot.standin.faults.refuse(Permission.EMBED_LINKS, bots)
    await with_log_in_bots(bot)
    await eventually(lambda: len(bots.messages) == 1)
    (told,) = bots.messages.values()
    assert told.embeds == []
    assert "log_channel: not set" in told.content
    assert told.pinged == frozenset()


async def test_a_log_channel_that_takes_nothing_is_told_in_the_panel(bot: Bot) -> None:
    bots = bot.standin.guilds[0].channels["bots"]
    bot.standin.faults.refuse(Permission.SEND_MESSAGES, bots)
    manager = await with_log_in_bots(bot)
    await eventually(lambda: f"could not write this into <#{bots.id}>" in manager.text)
    assert f"**Log channel** • <#{bots.id}>" in manager.text
    await manager.go("Languages")
    await manager.choose("python", "python")
    await eventually(lambda: "could not write" in manager.text)
    assert "only python" in manager.text


async def test_a_change_that_the_panel_cannot_show_is_told_all_the_same(bot: Bot) -> None:
    bots = bot.standin.guilds[0].channels["bots"]
    manager = await with_log_in_bots(bot)
    await eventually(lambda: len(bots.messages) == 1)
    await manager.go("Languages")
    chosen = manager.control("python")["custom_id"]
    pattern = "/interactions/*/callback"
    bot.standin.faults.fail_next("POST", pattern, status=404, code=10062, times=1)
    await bot.standin.select(bot.ben, manager.panel, chosen, ["python"])
    await eventually(lambda: len(bots.messages) == 2)
    assert "all → only python" in description(list(bots.messages.values())[-1])


async def test_a_reset_that_the_panel_cannot_show_is_told_all_the_same(bot: Bot) -> None:
    bots = bot.standin.guilds[0].channels["bots"]
    manager = await with_log_in_bots(bot)
    await eventually(lambda: len(bots.messages) == 1)
    await manager.press("Reset everything")
    pattern = "/interactions/*/callback"
    bot.standin.faults.fail_next("POST", pattern, status=404, code=10062, times=1)
    await manager.click("Do it all the same")
    await eventually(lambda: len(bots.messages) == 2)
    assert f"log_channel: <#{bots.id}> → not set" in description(list(bots.messages.values())[-1])


async def test_a_log_channel_that_takes_no_reset_is_told_in_the_panel(bot: Bot) -> None:
    bots = bot.standin.guilds[0].channels["bots"]
    manager = await with_log_in_bots(bot)
    await eventually(lambda: len(bots.messages) == 1)
    bot.standin.faults.refuse(Permission.SEND_MESSAGES, bots)
    await manager.press("Reset everything")
    await manager.press("Do it all the same")
    await eventually(lambda: f"could not write this into <#{bots.id}>" in manager.text)


async def test_the_latest_changes_stand_in_the_panel(bot: Bot) -> None:
    manager = await open_panel(bot)
    await manager.choose("python", "python")
    await manager.go("Log & import/export")
    assert f"<@{bot.ben.id}>: languages.everywhere: all → only python" in manager.text


async def test_settings_go_out_though_discord_has_an_answer_already(bot: Bot) -> None:
    manager = await open_panel(bot)
    await manager.go("Log & import/export")
    fail("POST", "/interactions/*", status=503, is_done=True)(bot.standin)
    pressed = await manager.click("Export")
    followed = await bot.standin.wait_for_followup(pressed, WAIT_SECONDS)
    assert followed.is_ephemeral
    assert [file.filename for file in followed.attachments] == ["settings.yaml"]


async def test_settings_go_out_and_come_back_as_a_file(bot: Bot) -> None:
    manager = await open_panel(bot)
    await manager.choose("python", "python")
    await manager.go("Log & import/export")
    exported = await bot.standin.wait_for_response(await manager.click("Export"))
    assert exported.is_ephemeral
    (file,) = exported.attachments
    assert file.filename == "settings.yaml"
    await manager.go("Languages")
    await manager.choose("Which languages", "All languages")
    reply = await import_file(bot, file.content)
    assert "languages.everywhere: all → only python" in description(reply)
    await manager.go("Languages")
    assert "**Everywhere** • only python" in manager.text


async def test_settings_can_be_edited_as_text(bot: Bot) -> None:
    manager = await open_panel(bot)
    await manager.go("Log & import/export")
    window = await manager.window("Edit as YAML")
    text = window.components[0]["component"]["value"]
    assert "everywhere: all" in text
    changed = text.replace("everywhere: all", "everywhere: {only: [py]}")
    await manager.submit(window, file=changed)
    await eventually(lambda: "languages.everywhere: all → only python" in manager.text)


@pytest.mark.parametrize("way", ["file", "window"])
async def test_what_does_not_fit_is_refused_whole_with_line_and_reason(bot: Bot, way: str) -> None:
    text = "log_channel: null\nlanguages:\n  everywhere: {only: [pyhton]}\n  typo: 1\n"
    if way == "file":
        refused = await import_file(bot, text)
    else:
        manager = await open_panel(bot)
        await manager.go("Log & import/export")
        sent = await manager.submit(await manager.window("Edit as YAML"), file=text)
        refused = await bot.standin.wait_for_response(sent)
    assert refused.is_ephemeral
    assert "line 4: languages.typo: there is no such key." in description(refused)
    refused = await import_file(bot, text.replace("  typo: 1\n", ""))
    assert "line 3: languages.everywhere.only.0: no language here is called" in description(refused)
    assert "Did you mean python?" in description(refused)
    reply = await bot.answer_to("```bash\necho 1\n```")
    assert "Finished" in reply.embeds[0]["title"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"\xff\xfe\x00", "not UTF-8 text", id="binary"),
        pytest.param(b"x" * 70_000, "at most 64 KiB", id="too-large"),
        pytest.param(b"channels: {only: [99]}", "no channel with the id 99", id="foreign"),
    ],
)
async def test_hostile_files_are_refused(bot: Bot, content: bytes, words: str) -> None:
    assert words in description(await import_file(bot, content))


async def test_a_file_that_cannot_be_downloaded_is_said(bot: Bot, standin: StandIn) -> None:
    used = await standin.slash(
        bot.ben, bot.code, "settings", {"file": Upload(filename="a.yaml", content=b"")}
    )
    standin.world.attachments.clear()
    assert "could not read the settings file" in description(await standin.wait_for_response(used))


@pytest.mark.parametrize("button", ["Export", "Reset everything"])
async def test_where_no_file_may_be_attached_it_is_said(bot: Bot, button: str) -> None:
    manager = await open_panel(bot)
    await manager.go("Log & import/export")
    pattern = "/interactions/*/callback"
    bot.standin.faults.fail_next("POST", pattern, status=403, code=50013, times=1)
    refused = await bot.standin.wait_for_response(await manager.click(button))
    assert "**Attach Files** I cannot attach `settings.yaml`" in description(refused)


async def test_a_broken_store_is_said(
    standin: StandIn, executor: FakeExecutor, store: MemoryStore
) -> None:
    async with running_bot(standin, executor, store) as bot:
        manager = await open_panel(bot)
        store.is_broken = True
        control = manager.control("python")
        pressed = await standin.select(bot.ben, manager.panel, control["custom_id"], ["c"])
        assert "cannot be read or written" in description(await standin.wait_for_response(pressed))
