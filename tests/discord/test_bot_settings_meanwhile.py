"""Two managers with the same page open: what one changed, the other does not take back unknowingly."""

import pytest

from bot.demo import Message, StandIn
from bot.settings.file import to_yaml
from bot.settings.keeper import SettingsKeeper
from bot.settings.values import Mode, Selection, ServerSettings
from bot.sizes import MODAL_TEXT_UNITS, units
from tests.discord.bot_client import Bot, running_bot
from tests.discord.settings_client import Manager, import_file, open_panel
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore

LISTS = {10**18 + n: Selection(mode=Mode.ONLY, items=frozenset({"c", "python"})) for n in range(80)}


def description(reply: Message) -> str:
    text: str = reply.embeds[0]["description"]
    return text


async def both(bot: Bot, page: str = "Languages") -> tuple[Manager, Manager]:
    """Return ben and ada with the same page open."""
    mine, others = await open_panel(bot), await open_panel(bot, bot.standin.users["ada"])
    for manager in (mine, others):
        await manager.go(page)
    return mine, others


async def test_two_managers_on_two_pages_both_count(bot: Bot) -> None:
    mine, others = await open_panel(bot), await open_panel(bot, bot.standin.users["ada"])
    await mine.choose("python", "python")
    await others.go("Output")
    await others.choose("Files", "Files")
    await mine.go("Output")
    assert "**Live output** • off" in mine.text
    await others.go("Languages")
    assert "**Everywhere** • only python" in others.text


async def test_two_managers_with_one_menu_open_both_count(bot: Bot) -> None:
    mine, others = await both(bot, "Output")
    await others.choose("Files", "Files", "Live output")
    await mine.choose("Files", "Files", "Live output", "Links", "Invites")
    assert "**Links** • off" in mine.text
    assert "**Invites** • on" in mine.text


async def test_channels_that_two_managers_add_are_both_there(bot: Bot) -> None:
    channels = bot.standin.guilds[0].channels
    code, bots, general = (channels[name].id for name in ("code", "bots", "general"))
    await import_file(bot, f"channels: {{only: [{code}]}}")
    mine, others = await both(bot, "Channels & roles")
    await others.pick("Choose channels", code, bots)
    await mine.pick("Choose channels", code, general)
    found = {f"<#{id_}>" for id_ in (code, bots, general)}
    assert all(mark in mine.text for mark in found)


async def test_a_list_that_was_turned_over_meanwhile_is_looked_at_again(bot: Bot) -> None:
    mine, others = await both(bot)
    await others.choose("Which languages", "All but the chosen languages")
    chosen = mine.control("python")["custom_id"]
    pressed = await bot.standin.select(bot.ben, mine.panel, chosen, ["python"])
    refused = await bot.standin.wait_for_response(pressed)
    assert "Somebody else changed the settings" in description(refused)
    assert "Finished" in (await bot.answer_to()).embeds[0]["title"]


async def test_two_windows_for_other_fields_both_count(bot: Bot) -> None:
    mine, others = await both(bot, "Limits & quotas")
    window = await mine.window("Change limits")
    await others.fill("Change limits", cooldown="30s")
    await mine.submit(window, runs_per_hour="500")
    await eventually(lambda: "**Runs per hour on this server** • 500" in mine.text)
    assert "**Wait between two runs** • 30 s" in mine.text


async def test_text_of_settings_that_changed_meanwhile_is_given_back(bot: Bot) -> None:
    mine, others = await both(bot, "Log & import/export")
    window = await mine.window("Edit as YAML")
    await others.go("Languages")
    await others.choose("python", "python")
    sent = await mine.submit(window, file="output: {lines: 7}")
    refused = await bot.standin.wait_for_response(sent)
    assert "Somebody else changed the settings" in description(refused)
    assert refused.attachments[0].content == b"output: {lines: 7}"
    await others.go("Log & import/export")
    await others.go("Languages")
    assert "only python" in others.text


@pytest.mark.parametrize("is_attached", [True, False], ids=["attached", "may-not-be-attached"])
async def test_text_with_a_mistake_is_given_back(bot: Bot, is_attached: bool) -> None:
    manager = await open_panel(bot)
    await manager.go("Log & import/export")
    window = await manager.window("Edit as YAML")
    if not is_attached:
        pattern = "/interactions/*/callback"
        bot.standin.faults.fail_next("POST", pattern, status=403, code=50013, times=1)
    sent = await manager.submit(window, file="typo: 1")
    refused = await bot.standin.wait_for_response(sent)
    assert "line 1: typo: there is no such key." in description(refused)
    assert [file.content for file in refused.attachments] == [b"typo: 1"] * is_attached


async def test_a_window_that_was_emptied_asks_before_it_resets(bot: Bot) -> None:
    await import_file(bot, "limits: {runs_per_hour: 77}")
    manager = await open_panel(bot)
    await manager.go("Log & import/export")
    window = await manager.window("Edit as YAML")
    await manager.submit(window, file="")
    await eventually(lambda: "Really?" in manager.text)
    assert "Every setting would be as it was" in manager.text
    await manager.press("Leave it as it is")
    await manager.go("Limits & quotas")
    assert "**Runs per hour on this server** • 77" in manager.text


async def test_an_empty_file_asks_before_it_resets(bot: Bot) -> None:
    await import_file(bot, "limits: {runs_per_hour: 77}")
    asked = await import_file(bot, "# nothing\n")
    assert "Every setting would be as it was" in description(asked)
    manager = Manager(bot=bot, user=bot.ben, panel=asked)
    await manager.press("Do it all the same")
    assert "limits.runs_per_hour: 77 → not set" in manager.text


async def test_settings_too_long_for_a_window_go_by_the_file(
    standin: StandIn, executor: FakeExecutor
) -> None:
    store = MemoryStore()
    long = ServerSettings(channel_languages=LISTS, server_runs_per_hour=77)
    assert units(to_yaml(long)) > MODAL_TEXT_UNITS
    keeper = SettingsKeeper(store.settings, store.audits)
    await keeper.change(standin.guilds[0].id, 1, lambda _: long)
    async with running_bot(standin, executor, store) as bot:
        manager = await open_panel(bot)
        await manager.go("Log & import/export")
        refused = await standin.wait_for_response(await manager.click("Edit as YAML"))
        assert "longer than a window takes: press **Export**" in description(refused)
        exported = await standin.wait_for_response(await manager.click("Export"))
        assert exported.attachments[0].content.decode() == to_yaml(long)
