"""Starts an installed Chromium with a profile of its own, for tests of the chat page."""

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, async_playwright

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@asynccontextmanager
async def opened(
    url: str,
    profile: Path,
    *,
    width: int = 1200,
    height: int = 800,
    scheme: str = "dark",
    within: str | None = None,
    expected: tuple[str, ...] = (),
) -> AsyncGenerator[Page, None]:
    """Open ``url``; fails the test afterwards if the page logged an error or asked another server.

    ``within`` is what all addresses begin with, if ``url`` itself is not. One of ``expected``
    stands in errors that the browser logs by itself and the page deals with.
    """
    allowed = (within or url, "data:")
    errors: list[str] = []
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport={"width": width, "height": height},
            color_scheme="light" if scheme == "light" else "dark",
        )
        page = context.pages[0]
        page.set_default_timeout(5000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        page.on(
            "request", lambda one: None if one.url.startswith(allowed) else errors.append(one.url)
        )
        await page.goto(url)
        yield page
        await context.close()
    logged = [error for error in errors if not any(words in error for words in expected)]
    assert logged == [], logged
