"""Makes the pictures of the playground from the real thing: `codecage serve` and a headless Chromium.

Run it from the checkout after `./codecage test` has installed what it needs:

    .venv/bin/python docs/pictures/playground.py
"""

import asyncio
import re
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from playwright.async_api import async_playwright

HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PROGRAM = """\
import sys

for colour, word in ((32, "finished"), (33, "careful"), (36, "a note")):
    print(f"\\x1b[{colour}m{word}\\x1b[0m")
name = input("And who are you? ")
with open("answer.txt", "w") as file:
    file.write(name)
print("this is standard error", file=sys.stderr)
"""


async def main() -> None:
    """Start the API, run a program on its page, take the pictures, stop it."""
    process = await asyncio.create_subprocess_exec(
        str(HERE.parents[1] / "codecage"), "serve", "--port", "0", stdout=PIPE, cwd="/"
    )
    try:
        said = (await process.stdout.readline()).decode() if process.stdout else ""
        found = re.search(r"http://[^/]+/", said)
        if found is None:
            sys.exit("codecage serve printed no address")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = await browser.new_page(viewport={"width": 1080, "height": 520})
            await page.goto(found[0])
            await page.locator("#language option").first.wait_for(state="attached")
            await page.locator("#code .cm-content").fill(PROGRAM)
            await page.click("#run")
            await page.locator("#output", has_text="who are you?").wait_for()
            await page.fill("#line", "Ada")
            await page.keyboard.press("Enter")
            await page.locator("#made a").wait_for()
            for scheme in ("light", "dark"):
                await page.emulate_media(color_scheme=scheme)
                await page.screenshot(path=HERE / f"playground-{scheme}.png")
            await browser.close()
    finally:
        process.send_signal(signal.SIGINT)
        await process.wait()


asyncio.run(main())
