"""Makes the pictures of the README from the real thing: `codecage up` and a headless Chromium.

Run it from the checkout after `./codecage test` has installed what it needs:

    .venv/bin/python docs/pictures/make.py
"""

import asyncio
import re
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from playwright.async_api import Page, async_playwright

HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
MESSAGES = (
    "@codecage ```py\nname = input()\nprint(f'hello {name}')\n```\nAda",
    "@codecage ```c\nint main(void) { int *p = 0; return *p; }\n```",
    "@codecage ```bash\nexec 2> /dev/null\n:(){ :|:& };:\nwait; sleep 60\n```",
)


async def main() -> None:
    """Start the bot, talk to it, take the pictures, stop it."""
    process = await asyncio.create_subprocess_exec(
        str(HERE.parents[1] / "codecage"), "up", stdout=PIPE, cwd="/"
    )
    try:
        address = await _address(process.stdout)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = await browser.new_page(viewport={"width": 1180, "height": 940})
            await page.goto(address)
            for message in MESSAGES:
                await _say(page, message)
            for scheme in ("light", "dark"):
                await page.emulate_media(color_scheme=scheme)
                await page.screenshot(path=HERE / f"chat-{scheme}.png")
            await browser.close()
    finally:
        process.send_signal(signal.SIGINT)
        await process.wait()


async def _address(output: asyncio.StreamReader | None) -> str:
    async for line in output or asyncio.StreamReader():
        if found := re.search(rb"http://\S+", line):
            return found[0].decode()
    sys.exit("codecage up printed no address")


async def _say(page: Page, message: str) -> None:
    """Send a message and wait for its answer."""
    answers = page.locator(".embed")
    before = await answers.count()
    box = page.locator("textarea").first
    await box.fill(message)
    await box.press("Enter")
    await answers.nth(before).filter(has_not_text="Running").wait_for(timeout=60_000)
    await asyncio.sleep(2.5)  # the pause that the bot asks of a member


if __name__ == "__main__":
    asyncio.run(main())
