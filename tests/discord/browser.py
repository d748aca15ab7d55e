"""Starts an installed Chromium with a profile of its own, for tests of the chat page."""

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

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
async def chromium() -> AsyncGenerator[Browser, None]:
    """Start a browser for several people, each in `incognito`."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def incognito(
    browser: Browser, url: str, *, width: int = 900, scheme: str = "dark"
) -> AsyncGenerator[Page, None]:
    """Open ``url`` for somebody who shares nothing with the browser's others; watched as `opened`."""
    context = await browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="light" if scheme == "light" else "dark",
    )
    async with _watched(context, await context.new_page(), url, (url,)) as page:
        yield page


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
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            args=FLAGS,
            viewport={"width": width, "height": height},
            color_scheme="light" if scheme == "light" else "dark",
        )
        allowed = (within or url,)
        async with _watched(context, context.pages[0], url, allowed, expected) as page:
            yield page


@asynccontextmanager
async def _watched(
    context: BrowserContext,
    page: Page,
    url: str,
    allowed: tuple[str, ...],
    expected: tuple[str, ...] = (),
) -> AsyncGenerator[Page, None]:
    errors: list[str] = []
    within = (*allowed, "data:")
    page.set_default_timeout(5000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.on("request", lambda one: None if one.url.startswith(within) else errors.append(one.url))
    await page.goto(url)
    yield page
    await context.close()
    logged = [error for error in errors if not any(words in error for words in expected)]
    assert logged == [], logged
