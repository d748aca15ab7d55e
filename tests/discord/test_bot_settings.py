"""``/settings``: a manager changes what a server's members may do."""

import pytest

from bot.demo import Permission, StandIn
from bot.models import Rules
from bot.settings.keeper import SettingsKeeper
from bot.settings.values import LIST_ENTRIES, Selection, ServerSettings
from tests.discord.bot_client import HI, Bot, running_bot
from tests.discord.settings_client import import_file, open_panel
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore

BASH = "```bash\necho 1\n```"


async def said_to(bot: Bot, text: str = HI) -> str:
    reply = await bot.answer_to(text, user=bot.cleo)
    embed = reply.embeds[0]
    return f"{embed['title']}\n{embed['description']}"


async def test_only_some_languages_may_run(bot: Bot) -> None:
    manager = await open_panel(bot)
    assert "**Everywhere** • all" in manager.text
    await manager.choose("python", "python", "c")
    assert "**Everywhere** • only c, python" in manager.text
    assert "Finished" in await said_to(bot)
    assert "bash is switched off here" in await said_to(bot, BASH)


async def test_some_languages_may_not_run(bot: Bot) -> None:
    manager = await open_panel(bot)
    await manager.choose("Which languages", "All but the chosen languages")
    await manager.choose("python", "bash")
    assert "**Everywhere** • except bash" in manager.text
    assert "bash is switched off here" in await said_to(bot, BASH)
    await manager.choose("Which languages", "All languages")
    assert "Finished" in await said_to(bot, BASH)


async def test_a_channel_has_a_list_of_its_own(bot: Bot) -> None:
    manager = await open_panel(bot)
    await manager.press("For a channel…")
    await manager.pick("For which channel?", bot.code.id)
    assert "No list of its own" in manager.text
    await manager.choose("python", "python")
    assert f"**<#{bot.code.id}>** • only python" in manager.text
    assert "bash is switched off here" in await said_to(bot, BASH)
    general = bot.standin.guilds[0].channels["general"]
    asked = await bot.standin.say(general, bot.cleo, f"{bot.standin.mention} {BASH}")
    reply = await bot.standin.wait_for_reply(asked)
    assert "Finished" in reply.embeds[0]["title"]
    await manager.choose("All languages", "No list of its own: as everywhere")
    assert "Finished" in await said_to(bot, BASH)


async def test_a_role_has_a_list_of_its_own(bot: Bot) -> None:
    manager = await open_panel(bot)
    await manager.choose("python", "python")
    await manager.press("For a role…")
    await manager.pick("For which role?", bot.standin.guilds[0].roles["moderator"].id)
    await manager.choose("All languages", "All languages")
    assert "bash is switched off here" in await said_to(bot, BASH)
    reply = await bot.answer_to(BASH, user=bot.ben)
    assert "Finished" in reply.embeds[0]["title"]


async def test_channels_and_roles_are_chosen(bot: Bot) -> None:
    guild = bot.standin.guilds[0]
    manager = await open_panel(bot)
    await manager.go("Channels & roles")
    await manager.pick("Choose channels", guild.channels["bots"].id)
    assert f"**Channels** • only <#{guild.channels['bots'].id}>" in manager.text
    assert f"send it in <#{guild.channels['bots'].id}>" in await said_to(bot)
    await manager.choose("In all channels", "In all channels")
    await manager.choose("Everybody", "Only members with a role below")
    assert "Only members with <@&" in await said_to(bot)
    reply = await bot.answer_to(user=bot.ben)
    assert "Finished" in reply.embeds[0]["title"]


async def test_a_list_that_grows_too_long_is_refused_and_everything_stays(
    standin: StandIn, executor: FakeExecutor
) -> None:
    store = MemoryStore()
    everywhere = ServerSettings(
        channel_languages=dict.fromkeys(range(1, LIST_ENTRIES + 1), Selection[str]())
    )
    keeper = SettingsKeeper(store.settings, store.audits)
    await keeper.change(standin.guilds[0].id, 1, lambda _: everywhere)
    async with running_bot(standin, executor, store) as bot:
        manager = await open_panel(bot)
        await manager.press("For a channel…")
        await manager.pick("For which channel?", bot.code.id)
        chosen = manager.control("python")["custom_id"]
        pressed = await standin.select(bot.ben, manager.panel, chosen, ["python"])
        refused = await standin.wait_for_response(pressed)
        assert refused.embeds[0]["title"].endswith("Nothing was changed")
        assert "at most 100 entries" in refused.embeds[0]["description"]
        assert "validation error" not in refused.embeds[0]["description"]
        assert "Finished" in await said_to(bot)


async def test_a_panel_from_before_a_restart_works(
    standin: StandIn, executor: FakeExecutor
) -> None:
    store = MemoryStore()
    async with running_bot(standin, executor, store) as bot:
        manager = await open_panel(bot)
        await manager.go("Limits & quotas")
        window = await manager.window("Change limits")
    async with running_bot(standin, executor, store) as bot:
        await manager.submit(window, cooldown="1m")
        await standin.wait_for_edit(manager.panel, lambda _: "1 min" in manager.text)
        await manager.go("Languages")
        await manager.choose("python", "c")
    async with running_bot(standin, executor, store) as bot:
        assert "python is switched off here" in await said_to(bot)


async def test_who_may_not_manage_the_server_is_not_even_offered_it(bot: Bot) -> None:
    with pytest.raises(ValueError, match="no command 'settings'"):
        await bot.standin.slash(bot.cleo, bot.code, "settings")


async def test_a_press_is_judged_by_the_rights_of_that_moment(bot: Bot, standin: StandIn) -> None:
    manager = await open_panel(bot)
    role = standin.guilds[0].roles["moderator"]
    role.permissions &= ~Permission.MANAGE_GUILD
    control = manager.control("python")
    pressed = await standin.select(bot.ben, manager.panel, control["custom_id"], ["c"])
    reply = await standin.wait_for_response(pressed)
    assert reply.is_ephemeral
    assert "Manage Server" in reply.embeds[0]["description"]
    assert "Finished" in await said_to(bot)


async def test_a_server_cannot_widen_what_the_operator_forbids(
    standin: StandIn, executor: FakeExecutor
) -> None:
    rules = Rules(cooldown_seconds=0, languages_blocked=frozenset({"bash"}))
    async with running_bot(standin, executor, rules=rules) as bot:
        await import_file(bot, "languages: {everywhere: {only: [bash, python]}}")
        assert "bash is switched off here" in await said_to(bot, BASH)


async def test_settings_of_one_server_hold_there_alone(bot: Bot, standin: StandIn) -> None:
    manager = await open_panel(bot)
    await manager.choose("python", "python")
    other = standin.guilds[1].channels["general"]
    asked = await standin.say(other, bot.ben, f"{standin.mention} {BASH}")
    reply = await standin.wait_for_reply(asked)
    assert "Finished" in reply.embeds[0]["title"]
