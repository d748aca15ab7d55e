"""People at the chat page, each with a page of their own: what they do there, as a person does it."""

from collections.abc import AsyncGenerator, Mapping
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
PIXEL = bytes.fromhex(  # a PNG that browsers show
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)
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
        settled = self.page.locator("#messages[aria-busy=false]")
        await settled.wait_for(state="attached")
        await self.page.get_by_label("You are").select_option(label=who)
        await settled.wait_for(state="attached")

    async def send(self, text: str = PRINT) -> None:
        """Send a message."""
        await self.page.get_by_label("Message", exact=True).fill(text)
        await self.page.keyboard.press("Enter")

    async def begin(self, text: str = PRINT) -> Locator:
        """Send a message and return the answer, which may still say that something runs."""
        before = await self.page.locator("#messages article").count()
        await self.send(text)
        answer = self.page.locator("#messages article").nth(before)
        await answer.wait_for()
        return answer

    async def ask(self, text: str = PRINT) -> Locator:
        """Send a message and return the answer once nothing runs any more."""
        answer = await self.begin(text)
        await answer.get_by_role("heading").filter(has_not_text="⏳").first.wait_for()
        return answer

    async def visit(self, channel: str) -> None:
        """Go to a channel of the first server."""
        await self.page.get_by_role("button", name=f"# {channel}").first.click()
        await self.page.get_by_role("heading", name=f"#{channel}").wait_for()

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
        """Choose several in a menu of the panel, or none; what stands behind a label in brackets may be left out."""
        chosen = self.panel.get_by_label(menu)
        options = await chosen.locator("option").all_inner_texts()
        wanted = [next(o for o in options if o.partition(" (")[0] == one) for one in labels]
        await chosen.select_option(label=wanted)
        await chosen.locator("xpath=..").get_by_role("button", name="Choose").click()

    async def choose(self, menu: str, label: str) -> None:
        """Choose one in a menu of the panel that takes no more."""
        await self.panel.get_by_label(menu).select_option(label=label)

    async def fill(self, button: str, fields: Mapping[str, str]) -> None:
        """Press a button of the panel, fill in the window that it opens, and send that."""
        await self.press(button)
        window = self.page.get_by_role("dialog", name=button)
        for label, value in fields.items():
            await window.get_by_label(label).fill(value)
        await window.get_by_role("button", name="Submit").click()
        await window.wait_for(state="hidden")

    async def reads(self, words: str) -> None:
        """Wait until the panel says this."""
        await self.panel.get_by_text(words).first.wait_for()

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
        try:
            yield tuple(people)
        finally:
            for number, person in enumerate(people):
                await person.page.screenshot(path=folder / f"{number}-at-the-end.png")
