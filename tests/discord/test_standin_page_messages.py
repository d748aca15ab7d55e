"""What a person sees at the chat page, in a real browser: all that is for them, once, and nothing runs."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from bot.demo import StandIn
from tests.discord.browser import opened
from tests.discord.page_app import HOSTILE, App
from tests.discord.page_people import page_marks
from tests.discord.standin_client import running

pytestmark = page_marks


@pytest.fixture
async def standin() -> AsyncGenerator[StandIn, None]:
    async with StandIn(rate_limits=False) as standin, running(App(), standin):
        yield standin


async def test_a_person_sees_only_what_is_for_them(standin: StandIn, tmp_path: Path) -> None:
    code = standin.guilds[0].channels["code"]
    used = await standin.slash(standin.users["ben"], code, "languages_list")
    await standin.wait_for_response(used)
    async with opened(standin.page_url, tmp_path) as page:
        await page.get_by_role("heading", name="#code").wait_for()
        assert await page.locator("#messages li").count() == 0
        await page.get_by_label("You are").select_option(label="Ben (moderator)")
        await page.get_by_text("python, c").wait_for()


@pytest.mark.parametrize("is_first", [True, False], ids=["before-the-answer", "after-the-answer"])
async def test_what_is_said_while_the_page_loads_is_there_once(
    tmp_path: Path, is_first: bool
) -> None:
    async with StandIn() as standin:
        code, ben = standin.guilds[0].channels["code"], standin.users["ben"]

        async def meanwhile(route: Route) -> None:
            if is_first:
                await standin.say(code, ben, "meanwhile")
            answer = await route.fetch()
            if not is_first:
                await standin.say(code, ben, "meanwhile")
            await route.fulfill(response=answer)

        async with opened(standin.page_url, tmp_path) as page:
            await page.get_by_role("heading", name="#code").wait_for()
            await page.route("**/demo/api/channel?*", meanwhile)
            for count in (1, 2):
                await page.reload()
                await page.locator("#messages li").nth(count - 1).wait_for()
                assert await page.locator("#messages li").count() == count


async def test_a_person_opens_a_thread_and_others_see_it(standin: StandIn, tmp_path: Path) -> None:
    async with opened(standin.page_url, tmp_path) as page:
        await page.get_by_role("button", name="New thread").click()
        await page.get_by_role("dialog", name="New thread").get_by_label("Name").fill("help me")
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="#help me").wait_for()
        await page.get_by_label("Message", exact=True).fill("@codecage hello")
        await page.keyboard.press("Enter")
        reply = page.locator("#messages li").last
        await reply.get_by_role("heading", name="Python 3.13.5 finished").wait_for()
        await page.screenshot(path=tmp_path / "thread.png")
        await page.get_by_role("button", name="# code").click()
        await page.get_by_role("heading", name="#code").wait_for()
        assert await page.locator("#messages li").count() == 0
        await standin.open_thread(standin.guilds[0].channels["code"], "another")
        await page.get_by_role("button", name="↳ another").wait_for()
        assert await page.get_by_role("button", name="# code").get_attribute("aria-current")


async def test_hostile_markup_neither_runs_nor_hangs_the_page(tmp_path: Path) -> None:
    hostile = ("`" * 4000, "*_" * 2000, "**__" * 1000, "a`b``c`d", "\\`not code\\`", HOSTILE)
    async with StandIn() as standin:
        code = standin.guilds[0].channels["code"]
        for text in hostile:
            await standin.say(code, standin.users["ben"], text)
        async with opened(standin.page_url, tmp_path) as page:
            await page.get_by_text("not code").wait_for()
            texts = await page.locator("#messages .text").all_inner_texts()
            assert await page.locator("#messages li").nth(3).locator("code").inner_text() == "b``c"
            assert await page.title() == "#code · codecage"
    assert len(texts) == len(hostile)
    assert texts[4] == "`not code`"
    assert texts[5].startswith("<img src=x")


async def test_the_newest_message_stays_in_sight_unless_one_went_up(tmp_path: Path) -> None:
    async with StandIn() as standin:
        code, ben = standin.guilds[0].channels["code"], standin.users["ben"]
        for number in range(40):
            await standin.say(code, ben, f"line {number}")
        async with opened(standin.page_url, tmp_path) as page:
            newest = page.locator("#messages li").last
            await expect(newest).to_be_in_viewport()
            await page.get_by_label("Message", exact=True).fill("a\nb\nc\nd\ne\nf\ng")
            await expect(newest).to_be_in_viewport(ratio=1)
            await standin.say(code, ben, "a\nmessage\nof\nsix\nlines\nmore")
            await expect(newest).to_contain_text("six")
            await expect(newest).to_be_in_viewport(ratio=1)
            await page.locator("#scroll").evaluate("node => node.scrollTo(0, 0)")
            await expect(page.locator("#messages li").first).to_be_in_viewport()
            await standin.say(code, ben, "and one more")
            await expect(newest).to_contain_text("and one more")
            await expect(newest).not_to_be_in_viewport()


async def test_links_lead_to_messages_and_never_into_scripts(tmp_path: Path) -> None:
    async with StandIn() as standin:
        code, ben = standin.guilds[0].channels["code"], standin.users["ben"]
        first = await standin.say(code, ben, "the first of many")
        for number in range(40):
            await standin.say(code, ben, f"line {number}")
        place = f"https://discord.com/channels/{standin.guilds[0].id}/{code.id}"
        text = f"[up]({place}/{first.id}) {place}/{first.id} [no](javascript:alert(1)) {'[' * 1000}"
        await standin.say(code, ben, f"{text} [elsewhere](https://example.org/a) {place}/1")
        async with opened(standin.page_url, tmp_path) as page:
            newest = page.locator("#messages li").last
            links = newest.get_by_role("link")
            wanted = ["up", "#code › message", "elsewhere", "#code › message"]  # noqa: RUF001 - the page's sign
            await expect(links).to_have_text(wanted)
            assert await links.nth(2).get_attribute("href") == "https://example.org/a"
            assert "[no](javascript:alert(1))" in await newest.inner_text()
            above = page.locator("#messages li").first
            for link in range(2):
                await links.nth(link).click()
                await expect(above).to_be_focused()
                await expect(above).to_be_in_viewport(ratio=1)
            await links.nth(3).click()
            await expect(page.get_by_role("alert").first).to_contain_text("That message is gone")
            assert page.url.removesuffix("/") == standin.page_url.removesuffix("/")
