"""Help, the list of languages and the greeting, as members of the stand-in's servers see them."""

import logging

import pytest

from bot.demo import StandIn
from executor import Runtime
from tests.discord.bot_client import Bot, running_bot
from tests.discord.standin_client import eventually
from tests.fakes import FakeExecutor

SEND_MESSAGES, EMBED_LINKS = 1 << 11, 1 << 14


async def listed(bot: Bot, options: dict[str, object]) -> str:
    used = await bot.standin.slash(bot.ben, bot.code, "languages", options)
    reply = await bot.standin.wait_for_response(used)
    assert reply.is_ephemeral
    return str(reply.embeds[0]["description"])


async def test_languages_are_searched_and_completed(bot: Bot, standin: StandIn) -> None:
    assert "**bash**" in await listed(bot, {})
    assert (await listed(bot, {"search": "py"})).startswith("**python** 3.13.5, 3.9.2\n")
    assert "Did you mean `python`?" in await listed(bot, {"search": "pyhton"})
    choices = await standin.autocomplete(
        bot.ben, bot.code, "languages", {"search": "py"}, focused="search"
    )
    assert choices[0]["value"] == "python"


async def test_a_long_list_has_pages(standin: StandIn) -> None:
    many = [Runtime(name=f"language{n:03}", version="1.0") for n in range(50)]
    async with running_bot(standin, FakeExecutor(runtimes=many)) as bot:
        assert "Page 1 of 3" in await listed(bot, {})
        assert "**language049**" in await listed(bot, {"page": 3})


@pytest.fixture
async def ready_bot(bot: Bot, caplog: pytest.LogCaptureFixture) -> Bot:
    """Return the bot once it has heard of all its servers: what comes after that has invited it."""
    caplog.set_level(logging.INFO, "bot.client")
    await eventually(lambda: "connected as" in caplog.text)
    return bot


async def test_a_server_that_invites_the_bot_is_greeted_once(
    ready_bot: Bot, standin: StandIn
) -> None:
    channel = standin.invite().channels["general"]
    greeting = await standin.wait_for_message(lambda found: found.channel is channel)
    assert greeting.embeds[0]["title"] == "📖 Hello, I run programs"
    assert standin.mention in greeting.embeds[0]["description"]
    assert greeting.pinged == frozenset()
    await ready_bot.answer_to()
    assert len(channel.messages) == 1


async def test_servers_that_it_knew_already_are_not_greeted(bot: Bot, standin: StandIn) -> None:
    await bot.answer_to()
    assert len(standin.transcript.matching("POST", "/messages")) == 1


@pytest.mark.usefixtures("ready_bot")
async def test_without_embeds_the_greeting_is_text(standin: StandIn) -> None:
    channel = standin.invite(denied=EMBED_LINKS).channels["general"]
    greeting = await standin.wait_for_message(lambda found: found.channel is channel)
    assert greeting.embeds == []
    assert "Hello, I run programs" in greeting.content


async def test_where_it_may_not_write_it_greets_nobody(
    ready_bot: Bot, standin: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.cogs.welcome")
    standin.invite(denied=SEND_MESSAGES)
    standin.invite(has_system_channel=False)
    await eventually(lambda: caplog.text.count("joined;") == 2)
    await ready_bot.answer_to()
    assert len(standin.transcript.matching("POST", "/messages")) == 1


async def test_help_names_every_way(bot: Bot) -> None:
    reply = await bot.answer_to("")
    for words in ("Run code", "`/run`", "stdin", "raw", "Edit your message", "`/languages`"):
        assert words in reply.embeds[0]["description"]
