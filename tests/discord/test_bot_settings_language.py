"""In which language a server's settings are shown, changed and told of."""

import pytest

from bot.demo import StandIn
from bot.speech import _, speaking
from tests.discord.bot_client import running_bot
from tests.discord.settings_client import import_file, open_panel
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor
from tests.memory_store import MemoryStore


def said(language: str, sentence: str) -> str:
    with speaking(language):
        return _(sentence)


@pytest.mark.parametrize(
    ("server", "is_community", "moderator", "language"),
    [
        pytest.param("fr", True, "de", "fr", id="the-server's"),
        pytest.param("en-US", True, "de", "en", id="the-server's-if-that-is-english"),
        pytest.param("en-US", False, "de", "de", id="the-moderator's-if-the-server-cannot-choose"),
        pytest.param("en-US", False, "tr", "en", id="english-for-all-others"),
    ],
)
async def test_the_panel_speaks_the_language_of_its_server(
    standin: StandIn,
    executor: FakeExecutor,
    *,
    server: str,
    is_community: bool,
    moderator: str,
    language: str,
) -> None:
    guild = standin.guilds[0]
    guild.locale, guild.is_community = server, is_community
    async with running_bot(standin, executor) as bot:
        bot.ben.locale = moderator
        manager = await open_panel(bot)
        assert said(language, "The menus below are about all members and channels.") in manager.text
        await manager.pick(said(language, "Go to another page"), "limits")
        window = await manager.window(said(language, "Change limits"))
        assert window.title == said(language, "Change limits")
        refused = await standin.wait_for_response(await manager.submit(window, cooldown="soon"))
        assert refused.embeds[0]["title"].endswith(said(language, "Nothing was changed"))


async def test_the_log_of_a_french_server_is_french_whoever_changes_something(
    standin: StandIn, executor: FakeExecutor
) -> None:
    store, guild = MemoryStore(), standin.guilds[0]
    guild.locale, guild.is_community = "fr", True
    async with running_bot(standin, executor, store) as bot:
        bot.ben.locale = "de"
        bots = guild.channels["bots"]
        await import_file(bot, f"log_channel: {bots.id}\noutput: {{live: false}}")
        await eventually(lambda: bots.messages)
        (told,) = bots.messages.values()
        on, off = said("fr", "on"), said("fr", "off")
        assert said("fr", "Settings changed") in told.embeds[0]["title"]
        assert f"output.live: {on} → {off}" in told.embeds[0]["description"]
        (entry,) = await store.audits.page(guild.id)
        assert f"output.live: {on} → {off}" in entry.detail


async def test_who_may_not_change_settings_is_told_in_a_language_all_the_same(
    standin: StandIn, executor: FakeExecutor
) -> None:
    guild = standin.guilds[0]
    guild.locale, guild.is_community = "fr", True
    async with running_bot(standin, executor) as bot:
        bot.ben.locale = "de"
        manager = await open_panel(bot)
        guild.roles["moderator"].permissions = 0
        pressed = await manager.click(said("fr", "For a channel…"))
        refused = await standin.wait_for_response(pressed)
        assert refused.embeds[0]["title"].endswith(said("fr", "Nothing was changed"))
