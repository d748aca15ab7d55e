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


async def test_what_a_member_runs_is_stopped_and_then_what_everybody_runs(
    both: Both, tmp_path: Path
) -> None:
    ben, cleo = both
    ben.executor.is_holding = True
    bens = await ben.begin()
    cleos = await cleo.begin()
    await ben.executor.started(2)
    stopped = await ben.use("moderate stop", member="Cleo")
    assert "1 run" in await stopped.inner_text()
    await cleos.get_by_role("heading", name="Stopped").wait_for()
    assert "⏳" in await bens.inner_text()
    again = await cleo.begin()
    await ben.executor.started(3)
    await cleo.page.screenshot(path=tmp_path / "before.png")
    stopped = await ben.use("moderate stop")
    assert "2 runs" in await stopped.inner_text()
    await again.get_by_role("heading", name="Stopped").wait_for()
    await bens.get_by_role("heading", name="Stopped").wait_for()
    await cleo.page.screenshot(path=tmp_path / "stopped.png")
    assert all(run.is_cancelled for run in ben.executor.runs)


async def test_the_log_goes_back_page_by_page_for_the_moderator_alone(
    both: Both, tmp_path: Path
) -> None:
    ben, cleo = both
    await ben.use("moderate block", member="Dan", reason="the first")
    for _ in range(10):
        await ben.use("moderate stop", member="Cleo")
    log = await ben.use("moderate log")
    words = await log.inner_text()
    assert words.count("@Ben stopped runs: 0 runs (@Cleo)") == 10
    assert "the first" not in words
    await ben.press("Older")
    await ben.reads("@Ben blocked: @Dan (the first)")
    await ben.page.screenshot(path=tmp_path / "older.png")
    assert await ben.panel.get_by_role("button", name="Older").count() == 0
    assert await cleo.page.locator("#messages li").count() == 0


async def test_a_run_says_where_it_was_and_leads_to_its_answer(both: Both, tmp_path: Path) -> None:
    ben, cleo = both
    answer = await cleo.ask()
    await ben.visit("bots")
    shown = await ben.use("runs", member="Cleo")
    assert re.search(r"@Cleo #code python: finished", await shown.inner_text())
    await ben.page.screenshot(path=tmp_path / "runs.png")
    await shown.get_by_role("link", name="answer").click()
    await ben.page.get_by_role("heading", name="#code").wait_for()
    await ben.page.locator("#messages li.jumped", has_text="Finished").wait_for()
    await ben.page.screenshot(path=tmp_path / "there.png")
    await answer.locator("xpath=../..").get_by_role("button", name="Delete").click()
    await answer.wait_for(state="detached")
    await ben.visit("bots")
    await shown.get_by_role("link", name="#code").click()
    await ben.page.get_by_role("heading", name="#code").wait_for()
    await ben.visit("bots")
    await shown.get_by_role("link", name="answer").click()
    notice = ben.page.get_by_role("alert").first
    await notice.get_by_text("That message is gone").wait_for()
