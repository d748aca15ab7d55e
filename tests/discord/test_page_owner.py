"""The owner of the bot at the chat page, with a member beside; and others, who are refused."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser

from tests.discord.page_people import ADA, BASH, BEN, CLEO, Person, at_the_page, people_marks
from tests.runtimes import RUNTIMES

pytestmark = people_marks

Both = tuple[Person, Person]


@pytest_asyncio.fixture(loop_scope="module")
async def both(browser: Browser, tmp_path: Path) -> AsyncGenerator[Both, None]:
    async with at_the_page(browser, tmp_path, ADA, CLEO) as (ada, cleo):
        yield ada, cleo


async def test_in_maintenance_the_member_reads_why_and_nothing_runs(both: Both) -> None:
    ada, cleo = both
    began = await ada.use("owner maintenance", running="True", message="Back at eight.")
    assert "Nothing new runs from now on" in await began.inner_text()
    assert "run nothing for now: Back at eight." in await (await cleo.ask()).inner_text()
    assert cleo.executor.jobs == []
    ended = await ada.use("owner maintenance", running="False")
    assert "Programs run again" in await ended.inner_text()
    assert "Finished" in await (await cleo.ask()).inner_text()
    log = await (await ada.use("owner log")).inner_text()
    assert re.search(r"@Ada ended maintenance\s+.*@Ada began maintenance: Back at eight", log)


async def test_a_person_is_blocked_everywhere_and_runs_again_after(
    both: Both, tmp_path: Path
) -> None:
    ada, cleo = both
    blocked = await ada.use("owner block", person="Cleo", reason="mining", duration="1d")
    assert re.search("Nothing of @Cleo runs any more. Until ", await blocked.inner_text())
    refusal = await (await cleo.ask()).inner_text()
    assert re.search(r"You cannot run programs anywhere\. Until .*\. Reason: mining", refusal)
    assert cleo.executor.jobs == []
    listed = await (await ada.use("owner blocks")).inner_text()
    assert re.search(r"@Cleo, by @Ada .*: mining", listed)
    await ada.page.screenshot(path=tmp_path / "blocks.png")
    await ada.use("owner unblock", person="Cleo")
    assert "Finished" in await (await cleo.ask()).inner_text()


async def test_a_server_is_blocked_by_the_id_that_the_page_shows(both: Both) -> None:
    ada, cleo = both
    heading = ada.page.locator("#places h2", has_text="Codecage demo")
    found = re.search(r"\d+", await heading.get_attribute("title") or "")
    assert found
    await ada.use("owner block", server=found[0])
    words = await (await cleo.ask()).inner_text()
    assert "Nobody can run programs on this server. Ask the bot's owner" in words


async def test_the_owner_sees_how_the_bot_is_doing(both: Both) -> None:
    ada, _ = both
    health = await (await ada.use("owner health")).inner_text()
    assert "Programs: 0 running, 0 waiting" in health
    assert "Shard 0:" in health


async def test_languages_read_anew_are_those_that_the_member_can_use(
    both: Both, tmp_path: Path
) -> None:
    ada, cleo = both
    ada.executor.broken_languages = "two.yaml: line 3: no name"
    refused = await ada.use("owner reload")
    assert "two.yaml: line 3: no name" in await refused.inner_text()
    assert "Finished" in await (await cleo.ask()).inner_text()
    ada.executor.broken_languages = None
    ada.executor.found_anew = tuple(one for one in RUNTIMES if one.name == "bash")
    done = await ada.use("owner reload")
    assert "1 language can run: bash." in await done.inner_text()
    await ada.page.screenshot(path=tmp_path / "reloaded.png")
    assert "Finished" not in await (await cleo.ask()).inner_text()
    assert "Finished" in await (await cleo.ask(BASH)).inner_text()
    await cleo.page.screenshot(path=tmp_path / "member.png")


async def test_whoever_else_is_given_the_command_is_refused(
    browser: Browser, tmp_path: Path
) -> None:
    async with at_the_page(browser, tmp_path, BEN, CLEO) as (ben, cleo):
        ben.standin.commands.allow(
            ben.standin.guilds[0], "owner", ben.standin.users["ben"]
        )  # as an administrator of a server may
        await ben.page.reload()
        await ben.be(BEN)
        refused = await ben.use("owner maintenance", running="True")
        assert "This is for who owns me" in await refused.inner_text()
        assert "Finished" in await (await cleo.ask()).inner_text()
        await cleo.page.get_by_label("Message", exact=True).fill("/owner health")
        await cleo.page.keyboard.press("Enter")
        notice = cleo.page.get_by_role("alert").first
        assert "There is no such command" in await notice.inner_text()
