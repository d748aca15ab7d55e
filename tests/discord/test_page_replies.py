"""Every kind of answer on the chat page, in a real browser: readable, whole, and nothing sticks out.

Each test leaves pictures in its temporary folder: dark and light, and as on a phone.
"""

import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from playwright.async_api import Page

from bot.demo import StandIn
from executor.config import load_config
from executor.factory import open_executor
from tests.discord.bot_client import Bot, running_bot
from tests.discord.browser import CHROMIUM, opened

pytestmark = [
    pytest.mark.full,
    pytest.mark.sandbox,
    pytest.mark.timeout(180),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium"),
]

PICTURE = (
    "import struct, zlib\n"
    "def part(t, d): return struct.pack('>I', len(d)) + t + d + struct.pack('>I', zlib.crc32(t + d))\n"
    "head = part(b'IHDR', struct.pack('>IIBBBBB', 1, 1, 8, 2, 0, 0, 0))\n"
    "body = part(b'IDAT', zlib.compress(bytes(4))) + part(b'IEND', b'')\n"
    "open('plot.png', 'wb').write(b'\\x89PNG\\r\\n\\x1a\\n' + head + body)\n"
    "open('page.html', 'w').write('<b>hi</b>')\nprint('drawn')"
)


def block(tag: str, program: str) -> str:
    return f"@codecage ```{tag}\n{program}\n```"


# What a member sends, and what must stand in the answer.
ANSWERS = {
    "snippet": (block("c", 'printf("%d\\n", 6 * 7);'), "It has no main, so I ran it inside one"),
    "own-lines": (block("c", 'int x = 1;\n\nx = "a" + y;'), "main.c:3:11: error"),
    "last-value": (block("py", "x = 6\nx * 7"), "the value of its last expression"),
    "guess": (block("", "for i in range(3):\n    print(i)"), "this looks like python"),
    "input": (block("py", "print(input('name? '))"), "press Add input"),
    "module": (block("py", "import numpy"), "numpy is not installed here"),
    "typo": (block("pyhton", "print(1)"), "Did you mean python?"),
    "exit-code": (block("py", "import sys\nprint(1)\nprint(2, file=sys.stderr)\nsys.exit(3)"), "Exited with code 3"),
    "crash": (block("c", "int *p = 0;\n*p = 1;"), "Crashed (SIG"),
    "limit": (block("py", "x = bytearray(2 * 1024**3)"), "more than 256 MiB of memory"),
    "colours": (block("py", "for c in range(31, 37): print(f'\\x1b[{c}mcolour {c}\\x1b[m')"), "colour 36"),
    "long": (block("py", "for n in range(2000): print('line', n, 'x' * n)"), "The whole output is attached as stdout.txt"),
    "wide": (block("py", "print('x' * 5000)"), "left out"),
    "files": (block("py", PICTURE), "page.html.txt"),
    "hostile": (block("py", "print('@everyone <@1> ' + chr(96) * 3 + '\\u202e')"), "<U+202E>"),
    "no-block": ("@codecage hello?", "no code block"),
    "help": ("@codecage", "How to run a program"),
}  # fmt: skip


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncGenerator[Bot, None]:
    config = load_config(environ={**os.environ, "CODECAGE_DATA_DIR": str(tmp_path)}).executor
    async with (
        StandIn(rate_limits=False) as standin,
        open_executor(config, languages={"python", "c"}) as executor,
        running_bot(standin, executor, show_after_seconds=30) as bot,
    ):
        yield bot


async def sticks_out(page: Page) -> bool:
    """Return whether something on the page is wider than the window."""
    wide: bool = await page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return wide


async def test_every_answer_is_readable_in_every_light_and_size(bot: Bot, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    async with opened(bot.standin.page_url, tmp_path / "profile") as page:
        page.set_default_timeout(30_000)
        box = page.get_by_label("Message", exact=True)
        for name, (text, words) in ANSWERS.items():
            count = await page.locator("#messages li").count()
            await box.fill(text)
            await page.keyboard.press("Enter")
            reply = page.locator("#messages li").nth(count + 1)
            await reply.get_by_text(words).first.wait_for()
            for scheme in ("dark", "light"):
                await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                await reply.screenshot(path=pictures / f"{name}-{scheme}.png")
        assert not await sticks_out(page)
        await page.set_viewport_size({"width": 390, "height": 844})
        assert not await sticks_out(page)
        for number in range(0, len(ANSWERS) * 2, 4):
            await page.locator("#messages li").nth(number).scroll_into_view_if_needed()
            await page.screenshot(path=pictures / f"phone-{number:02}.png")
        previews = await page.locator("#messages .answers").all_inner_texts()
        assert not any("`" in preview for preview in previews)


async def test_languages_are_found_by_name_on_the_page(bot: Bot, tmp_path: Path) -> None:
    async with opened(bot.standin.page_url, tmp_path / "profile", scheme="light") as page:
        await page.get_by_label("Message", exact=True).fill("/languages")
        await page.keyboard.press("Enter")
        await page.get_by_label("search").fill("py")
        await page.get_by_role("option", name="python").click()
        await page.keyboard.press("Enter")
        await page.get_by_text("Begin a code block with").wait_for()
        await page.screenshot(path=tmp_path / "languages.png")


async def test_a_server_that_invites_the_bot_reads_its_greeting(bot: Bot, tmp_path: Path) -> None:
    await bot.answer_to()
    async with opened(bot.standin.page_url, tmp_path / "profile") as page:
        bot.standin.invite()
        await page.reload()
        await page.get_by_text("A server that invites codecage").wait_for()
        await page.get_by_role("button", name="general").nth(2).click()
        await page.get_by_role("heading", name="Hello, I run programs").wait_for()
        await page.screenshot(path=tmp_path / "greeting.png")
