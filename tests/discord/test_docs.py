"""The documentation for people holds to the bot: commands, controls, intents, permissions, the invite link."""

import logging
import re
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import discord
import pytest

from bot import labels, listtexts, paneltexts, settingtexts
from bot.demo import StandIn
from executor import Executor
from tests.discord.bot_client import Bot, running_bot
from tests.discord.standin_client import eventually

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/members.md", "docs/moderators.md", "docs/operators.md")
DISCORDS_OWN = {"Apps", "Manage Messages", "Manage Server", "Server Settings > Integrations"}
THE_CHAT_PAGE_S = {"Ben (moderator)", "Cleo (member)"}
NO_COMMANDS = {"etc", "readyz"}


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def rows(text: str, first_column: str) -> list[list[str]]:
    """Return the cells of the table whose first column is called so."""
    table = text.split(f"\n| {first_column} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]


@pytest.fixture
async def bot(
    standin: StandIn, executor: Executor, caplog: pytest.LogCaptureFixture
) -> AsyncGenerator[Bot, None]:
    with caplog.at_level(logging.INFO, "bot.client"):
        async with running_bot(standin, executor) as running:
            yield running


def registered(bot: Bot) -> dict[str, set[str]]:
    """Return the slash commands with the names of their options."""
    found: dict[str, set[str]] = {}
    for command in bot.standin.commands.listed(None):
        if command.get("type", 1) != 1:
            continue
        options = command.get("options") or []
        inner = [one for one in options if one["type"] == 1]
        for one in inner:
            found[f"{command['name']} {one['name']}"] = {
                o["name"] for o in one.get("options") or ()
            }
        if not inner:
            found[command["name"]] = {one["name"] for one in options}
    return found


def named(text: str) -> Iterator[tuple[str, set[str]]]:
    """Yield what the text calls a command, and the options it gives it."""
    for quoted in re.findall(r"`/([a-z][^`/]*)`", text):
        words = quoted.split()
        name = [word for word in words if ":" not in word]
        yield " ".join(name), {word.partition(":")[0] for word in words if ":" in word}


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_is_there_and_small(name: str) -> None:
    for shown in re.findall(r"[(\"]([\w/.-]+\.png)[)\"]", page(name)):
        picture = (ROOT / name).parent / shown
        assert 0 < picture.stat().st_size < 200_000, picture


async def test_every_command_that_the_pages_name_exists_and_every_command_is_named(
    bot: Bot,
) -> None:
    commands = registered(bot)
    groups = {name.split()[0] for name in commands}
    told = [one for name in PAGES for one in named(page(name)) if one[0] not in NO_COMMANDS]
    for name, options in told:
        assert name in commands or (name in groups and not options), name
        assert options <= commands.get(name, set()), (name, options)
    explained = {name for name, _ in told}
    for group, last in re.findall(r"`/(\w+) [^|]*\|[^|\n]*`(\w+)` (?:lifts|shows)", page(PAGES[3])):
        explained.add(f"{group} {last}")
    owners = "owner unblock", "owner blocks"  # in the row of `/owner block`
    assert set(commands) - explained - set(owners) == set()
    assert all(f"`{name.split()[1]}`" in page("docs/operators.md") for name in owners)


@pytest.mark.parametrize("name", ["docs/members.md", "docs/moderators.md"])
def test_what_stands_in_italics_or_bold_before_a_press_is_what_the_control_says(name: str) -> None:
    texts = [vars(one).values() for one in (labels, paneltexts, settingtexts)]
    says = {str(text) for values in texts for text in values if isinstance(text, str)}
    says |= {str(label) for label, _ in settingtexts.SWITCH_NAMES.values()}
    says.add(str(listtexts.OLDER))
    pressed = re.findall(r"(?<!\*)\*{1,2}([A-Z][^*\n]+)\*{1,2}(?!\*)", page(name))
    pressed = [one for one in pressed if one not in HEADS]
    assert set(pressed) - says - DISCORDS_OWN - THE_CHAT_PAGE_S == set()


HEADS = {"Edit your message", "Delete your\nmessage", "Programs that ask"}


def test_every_button_below_an_answer_is_explained() -> None:
    told = {one for row in rows(page("docs/members.md"), "Button") for one in row[0].split(", ")}
    buttons = (labels.AGAIN, labels.EDIT, labels.INPUT, labels.DELETE, labels.STOP, labels.CANCEL)
    assert told == {str(one) for one in buttons}


def test_the_panel_has_the_pages_that_the_text_explains() -> None:
    panel = page("docs/moderators.md").split("\n## The panel\n", 1)[1].split("\n## ", 1)[0]
    headings = re.findall(r"^### (.+)$", panel, re.MULTILINE)
    labels_of_pages = [str(label) for label, _ in settingtexts.PAGE_NAMES.values()]
    assert headings == [one.replace("’", "'") for one in labels_of_pages]  # noqa: RUF001


async def test_the_invite_link_is_the_one_that_the_log_says(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    await eventually(lambda: "invite: " in caplog.text)
    (said,) = [one.getMessage() for one in caplog.records if "invite: " in one.getMessage()]
    example = "123456789012345678"
    said = said.replace(str(bot.standin.bot_user_id), example)
    printed = next(line for line in page("docs/operators.md").splitlines() if "invite: " in line)
    assert printed == said.replace("in 2 servers", "in 0 servers")


@pytest.mark.usefixtures("bot")
async def test_the_table_of_permissions_is_what_the_link_asks_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    await eventually(lambda: "invite: " in caplog.text)
    number = int(re.findall(r"permissions=(\d+)", caplog.text)[-1])
    text = page("docs/operators.md")
    told = rows(text, "Permission")
    assert sum(1 << int(row[1]) for row in told) == number
    assert f"as one number `{number}`" in text
    asked = {flag for flag, is_asked in discord.Permissions(number) if is_asked}
    names = {row[0].lower().replace(" ", "_") for row in told}
    assert names == {one.replace("read_messages", "view_channels") for one in asked}
    assert "the six permissions below" in text
    assert len(told) == 6


async def test_the_table_of_intents_is_what_the_bot_asks_for(bot: Bot) -> None:
    told = rows(page("docs/operators.md"), "Intent")
    named_so = {f"`{name.upper()}`" for name, is_on in intents_of(bot.standin.intents) if is_on}
    assert {row[0] for row in told} == named_so
    privileged = [row[0] for row in told if row[1] == "yes"]
    assert privileged == ["`MESSAGE_CONTENT`"]


async def test_what_a_user_install_brings_along_is_what_the_guide_says(bot: Bot) -> None:
    standin = bot.standin
    offered = standin.commands.available(
        standin.elsewhere.channels["general"], standin.users["cleo"]
    )
    text = " ".join(page("docs/operators.md").split())
    (told,) = re.findall(r"General Information\*\)\. (.*?) are there then", text)
    slash = {f"`/{one['name']}`" for one in offered if one.get("type", 1) == 1}
    menus = {f"*{one['name']}*" for one in offered if one.get("type", 1) != 1}
    assert set(re.findall(r"`/\w+`|\*[^*]+\*", told)) == slash | menus


def intents_of(bits: int) -> Iterator[tuple[str, bool]]:
    """Yield Discord's names of what is asked for (docs: topics/gateway, list of intents)."""
    names = {"dm_messages": "direct_messages"}
    intents = discord.Intents.none()
    intents.value = bits
    for name, value in intents:
        if name in {"guilds", "guild_messages", "dm_messages", "message_content"}:
            yield names.get(name, name), value
            intents.value &= ~getattr(discord.Intents, name).flag
    assert intents.value == 0
