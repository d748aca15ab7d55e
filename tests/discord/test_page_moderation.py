"""A moderator acts at the chat page, and a member beside them meets what follows."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser

from tests.discord.page_people import BEN, CLEO, Person, at_the_page, people_marks

pytestmark = people_marks

Both = tuple[Person, Person]


@pytest_asyncio.fixture(loop_scope="module")
async def both(browser: Browser, tmp_path: Path) -> AsyncGenerator[Both, None]:
    async with at_the_page(browser, tmp_path, BEN, CLEO) as (ben, cleo):
        yield ben, cleo


async def test_a_moderator_sees_what_ran_and_how_much(both: Both) -> None:
    ben, cleo = both
    await cleo.ask()
    shown = await (await ben.use("runs")).inner_text()
    assert "python" in shown
    assert "finished" in shown
    statistics = await ben.use("moderate statistics")
    assert "1 run in 14 days: python 1." in await statistics.inner_text()
    await statistics.locator("img").wait_for()


async def test_a_member_is_offered_nothing_of_it(both: Both) -> None:
    _, cleo = both
    await cleo.page.get_by_label("Message", exact=True).fill("/")
    await cleo.page.get_by_role("option", name="/privacy about").wait_for()
    for name in ("/moderate", "/runs", "/owner", "/settings"):
        assert await cleo.page.get_by_role("option", name=name).count() == 0


async def test_a_blocked_member_reads_why_in_their_own_language(both: Both) -> None:
    ben, cleo = both
    await cleo.use("privacy about")  # from which the bot knows that Cleo reads French
    blocked = await ben.use("moderate block", member="Cleo", reason="spam")
    assert "can run nothing here any more" in await blocked.inner_text()
    refusal = await (await cleo.ask()).inner_text()
    assert "spam" in refusal
    assert "Tu ne peux" in refusal
    await ben.use("moderate unblock", member="Cleo")
    assert "python" in await (await cleo.ask()).inner_text()


async def test_a_blocked_member_reads_until_when(both: Both) -> None:
    ben, cleo = both
    await ben.use("moderate block", member="Cleo", reason="spam", duration="2h")
    refusal = await cleo.ask()
    words = await refusal.inner_text()
    assert re.search(r"You cannot run programs on this server\. Until .*\. Reason: spam", words)
    assert "<t:" not in words
    assert await refusal.locator("time.mention").count() == 1
    assert cleo.executor.jobs == []
    assert "Finished" in await (await ben.ask()).inner_text()
    listed = await (await ben.use("moderate blocks")).inner_text()
    assert re.search(r"@Cleo, by @Ben .*: spam. Until", listed)


async def test_what_was_forgotten_is_seen_by_nobody_any_more(both: Both) -> None:
    ben, cleo = both
    await cleo.ask()
    await ben.ask()
    assert "@Cleo" in await (await ben.use("runs")).inner_text()
    await cleo.use("privacy delete")
    await cleo.panel.get_by_text("oublié tes programmes").wait_for()
    shown = await (await ben.use("runs")).inner_text()
    assert "@Cleo" not in shown
    assert "@Ben" in shown
