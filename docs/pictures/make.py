"""Makes the pictures of README and of docs/ from the real thing: `codecage up` and Chromium.

Run it from the checkout after `./codecage test` has installed what it needs:

    .venv/bin/python docs/pictures/make.py
"""

import asyncio
import os
import re
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, async_playwright

HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
MESSAGES = (
    "@codecage ```py\nname = input()\nprint(f'hello {name}')\n```\nAda",
    "@codecage ```c\nint main(void) { int *p = 0; return *p; }\n```",
    "@codecage ```bash\nexec 2> /dev/null; :(){ :|:& };:; wait; sleep 60\n```",
)
GREET = "name = input('Your name? ')\nprint(f'hello {name}')"
PROGRAMS = {"py": "print(6 * 7)", "c": "int main(void) { return 0; }"}
PAUSE_SECONDS = 2.5  # that the bot asks of a member


async def main() -> None:
    """Start the bot, talk to it, take the pictures, stop it."""
    with tempfile.TemporaryDirectory() as folder:
        await _take_all(folder)


async def _take_all(folder: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(str(HERE.parents[1] / "codecage"), "up"),
        stdout=PIPE,
        cwd="/",
        env={**os.environ, "CODECAGE_DATA_DIR": folder},
    )
    try:
        address = await _address(process.stdout)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            await _for_readme(browser, address)
            await _for_members(browser, address)
            await _for_moderators(browser, address)
            await _for_operators(browser, address)
            await browser.close()
    finally:
        process.send_signal(signal.SIGINT)
        await process.wait()


async def _for_readme(browser: Browser, address: str) -> None:
    page = await browser.new_page(viewport={"width": 1100, "height": 1165})
    await page.goto(address)
    for message in MESSAGES:
        await _say(page, message)
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await page.screenshot(path=HERE / f"chat-{scheme}.png")


async def _for_members(browser: Browser, address: str) -> None:
    """In a thread of its own: an answer, a window before it runs, a program that asks, a typo."""
    page = await browser.new_page(viewport={"width": 1200, "height": 800}, color_scheme="dark")
    await page.goto(address)
    await page.get_by_role("button", name="New thread").click()
    await page.get_by_role("dialog").get_by_label("Name").fill("homework")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="#homework").wait_for()
    await page.get_by_role("button", name="Got it, hide this").click()
    answer = await _say(page, f"@codecage ```py\n{GREET}\n```\nAda")
    await _picture_of_messages(page, "members-answer.png")
    await page.get_by_role("button", name="More about the message of Ada").press("Enter")
    await page.get_by_role("menuitem", name="Edit & run").click()
    await page.get_by_role("dialog", name="Run a program").wait_for()
    await page.screenshot(path=HERE / "members-editor.png")
    await page.get_by_role("button", name="Cancel", exact=True).click()
    await answer.get_by_role("button", name="Input").click()
    window = page.get_by_role("dialog", name="Standard input")
    await window.get_by_label("What the program reads").fill("")
    await window.get_by_label("Type more while it runs").check()
    await window.get_by_role("button", name="Submit").click()
    await answer.get_by_role("heading", name="Running").wait_for()
    await answer.locator("pre", has_text="Your name?").wait_for()
    await answer.get_by_role("button", name="Input").click()
    window = page.get_by_role("dialog", name="Type to the program")
    await window.get_by_label("One line, or several").fill("Grace")
    await page.screenshot(path=HERE / "members-typing.png")
    await window.get_by_role("button", name="Submit").click()
    await answer.locator("pre", has_text="hello Grace").wait_for()
    await asyncio.sleep(PAUSE_SECONDS)
    await _say(page, f"@codecage ```pyhton\n{GREET}\n```")
    await page.screenshot(path=HERE / "members-mistake.png")


async def _for_moderators(browser: Browser, address: str) -> None:
    """In #bots, as Ben: the panel of `/settings`, a question that it asks, and its log."""
    page = await browser.new_page(viewport={"width": 1000, "height": 800}, color_scheme="dark")
    await page.goto(address)
    await page.get_by_label("You are").select_option(label="Ben (moderator)")
    await page.get_by_role("button", name="# bots").click()
    await page.get_by_role("heading", name="#bots").wait_for()
    await page.get_by_role("button", name="Got it, hide this").click()
    panel = await _use(page, "settings")
    await panel.get_by_role("heading", name="Settings: Languages").wait_for()
    await _pick(panel, "Choose languages", "python", "javascript", "c")
    await panel.get_by_text("only c, javascript, python").first.wait_for()
    await _picture_of_messages(page, "moderators-languages.png")
    await _turn_to(panel, "Channels & roles")
    await _pick(panel, "Choose roles", "@member")
    await panel.get_by_role("heading", name="Really?").wait_for()
    await _picture_of_messages(page, "moderators-really.png")
    await panel.get_by_role("button", name="Leave it as it is").click()
    await panel.get_by_text("Where programs run").wait_for()
    await _turn_to(panel, "Log & import/export")
    await _pick(panel, "Where changes are told", "#bots")
    await page.get_by_role("heading", name="Settings changed").wait_for()
    await _picture_of_messages(page, "moderators-log.png")
    for language in ("py", "py", "c"):
        await _say(page, f"@codecage ```{language}\n{PROGRAMS[language]}\n```")
    numbers = await _use(page, "moderate statistics")
    await numbers.locator("img").wait_for()
    await numbers.screenshot(path=HERE / "moderators-statistics.png")


async def _for_operators(browser: Browser, address: str) -> None:
    """As Ada, who owns the bot: its health, and maintenance, which Cleo meets in a direct message."""
    page = await browser.new_page(viewport={"width": 1000, "height": 700}, color_scheme="dark")
    await page.goto(address)
    await page.get_by_role("button", name="@ codecage").click()
    await page.get_by_role("heading", name="codecage", exact=True).wait_for()
    await page.get_by_role("button", name="Got it, hide this").click()
    await _use(page, "owner health")
    await _picture_of_messages(page, "operators-health.png")
    await _use(page, "owner maintenance", running="True", message="New disks; back at eight.")
    await page.get_by_label("You are").select_option(label="Cleo (member)")
    await page.get_by_role("heading", name="#code").wait_for()
    await page.get_by_role("button", name="@ codecage").click()
    await page.get_by_role("heading", name="codecage", exact=True).wait_for()
    await _say(page, f"```py\n{PROGRAMS['py']}\n```")
    await _picture_of_messages(page, "operators-maintenance.png")


async def _use(page: Page, name: str, **options: str) -> Locator:
    """Use a command and return its private answer."""
    before = await page.locator("#messages li.ephemeral").count()
    await page.get_by_label("Message", exact=True).fill(f"/{name}")
    await page.get_by_role("option", name=f"/{name}").click()
    for option, value in options.items():
        field = page.locator(f"#option-{option}")
        if await field.evaluate("field => field.tagName") == "SELECT":
            await field.select_option(label=value)
        else:
            await field.fill(value)
    await page.get_by_role("button", name="Send").click()
    answer = page.locator("#messages li.ephemeral").nth(before)
    await answer.wait_for()
    return answer


async def _picture_of_messages(page: Page, name: str) -> None:
    """Leave out what surrounds the messages."""
    await page.locator("#messages").screenshot(path=HERE / name)


async def _turn_to(panel: Locator, name: str) -> None:
    menu = panel.get_by_label("Go to another page")
    offered = await menu.locator("option").all_inner_texts()
    await menu.select_option(label=next(one for one in offered if one.startswith(name)))
    await panel.get_by_role("heading", name=f"Settings: {name}").wait_for()


async def _pick(panel: Locator, menu: str, *labels: str) -> None:
    chosen = panel.get_by_label(menu)
    await chosen.select_option(label=list(labels))
    await chosen.locator("xpath=..").get_by_role("button", name="Choose").click()


async def _address(output: asyncio.StreamReader | None) -> str:
    async for line in output or asyncio.StreamReader():
        if found := re.search(rb"http://\S+", line):
            return found[0].decode()
    sys.exit("codecage up printed no address")


async def _say(page: Page, message: str) -> Locator:
    """Send a message and return its answer, once it is there."""
    answers = page.locator("#messages li", has=page.locator(".embed"))
    before = await answers.count()
    box = page.locator("textarea").first
    await box.fill(message)
    await box.press("Enter")
    await answers.nth(before).filter(has_not_text="Running").wait_for(timeout=60_000)
    await asyncio.sleep(PAUSE_SECONDS)
    return answers.nth(before)


if __name__ == "__main__":
    asyncio.run(main())
