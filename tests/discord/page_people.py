"""People at the chat page, each with a page of their own: what they do there, as a person does it."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page

from bot.demo import StandIn
from tests.discord.bot_client import running_bot
from tests.discord.browser import CHROMIUM, incognito
from tests.fakes import FakeExecutor

PRINT = "@codecage ```py\nprint(1)\n```"
BASH = "@codecage ```bash\necho 1\n```"


ADA, BEN, CLEO = "Ada (owner)", "Ben (moderator)", "Cleo (member)"
WAIT_MILLISECONDS = 20_000  # a loaded machine is slow

page_marks = [
    pytest.mark.full,
    pytest.mark.timeout(120),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium"),
]
# Of modules whose people share the browser that `browser` starts, which takes longer than their tests.
people_marks = [*page_marks, pytest.mark.asyncio(loop_scope="module")]


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody before their page."""

    page: Page
    standin: StandIn
    executor: FakeExecutor

    @property
    def panel(self) -> Locator:
        """Return the newest message that they alone see."""
        return self.page.locator("#messages li.ephemeral").last

    async def be(self, who: str) -> None:
        """Become somebody, by what the page calls them."""
        await self.page.get_by_label("You are").select_option(label=who)

    async def ask(self, text: str = PRINT) -> Locator:
        """Send a message and return the answer."""
        before = await self.page.locator("#messages article").count()
        await self.page.get_by_label("Message", exact=True).fill(text)
        await self.page.keyboard.press("Enter")
        answer = self.page.locator("#messages article").nth(before)
        await answer.wait_for()
        return answer

    async def open_form(self, name: str) -> None:
        """Type a command and choose it."""
        await self.page.get_by_label("Message", exact=True).fill(f"/{name}")
        await self.page.get_by_role("option", name=f"/{name}").first.click()

    async def use(self, name: str, **options: str | Path) -> Locator:
        """Use a command, and return its private answer; a path is a file for an option."""
        before = await self.page.locator("#messages li.ephemeral").count()
        await self.open_form(name)
        for option, value in options.items():
            field = self.page.locator(f"#option-{option}")
            if isinstance(value, Path):
                await field.set_input_files(value)
            elif await field.evaluate("field => field.tagName") == "SELECT":
                await field.select_option(label=value)
            else:
                await field.fill(value)
        await self.page.get_by_role("button", name="Send").click()
        answer = self.page.locator("#messages li.ephemeral").nth(before)
        await answer.wait_for()
        return answer

    async def settings(self) -> None:
        """Open the panel."""
        await self.use("settings")
        await self.panel.get_by_role("heading", name="Settings: Languages").wait_for()

    async def go(self, page: str) -> None:
        """Go to a page of the panel."""
        menu = self.panel.get_by_label("Go to another page")
        options = await menu.locator("option").all_inner_texts()
        wanted = next(one for one in options if one.startswith(page))
        await menu.select_option(label=wanted)
        await self.panel.get_by_role("heading", name=f"Settings: {page}").wait_for()

    async def pick(self, menu: str, *labels: str) -> None:
        """Choose several in a menu of the panel."""
        chosen = self.panel.get_by_label(menu)
        await chosen.select_option(label=list(labels))
        await chosen.locator("xpath=..").get_by_role("button", name="Choose").click()

    async def press(self, label: str) -> None:
        """Press a button of the panel."""
        await self.panel.get_by_role("button", name=label).click()

    async def download(self, link: Locator) -> Path:
        """Click a file and return where the browser saved it."""
        async with self.page.expect_download() as download:
            await link.click()
        return await (await download.value).path()


@asynccontextmanager
async def at_the_page(
    browser: Browser, folder: Path, *who: str
) -> AsyncGenerator[tuple[Person, ...], None]:
    """Yield a `Person` each for ``who``, side by side before a new bot; pictures are left at the end."""
    async with AsyncExitStack() as stack:
        standin = await stack.enter_async_context(StandIn(rate_limits=False))
        executor = FakeExecutor()
        stack.push_async_callback(executor.close)
        await stack.enter_async_context(running_bot(standin, executor))
        people = []
        for number, name in enumerate(who):
            scheme = "light" if number else "dark"
            one = incognito(browser, standin.page_url, scheme=scheme)
            page = await stack.enter_async_context(one)
            page.set_default_timeout(WAIT_MILLISECONDS)
            person = Person(page=page, standin=standin, executor=executor)
            await person.be(name)
            people.append(person)
        yield tuple(people)
        for number, person in enumerate(people):
            await person.page.screenshot(path=folder / f"{number}-at-the-end.png")
