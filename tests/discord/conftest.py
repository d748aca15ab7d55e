"""The stand-in, an executor and the bot. A test of real sandboxes replaces ``executor``."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from bot.demo import StandIn
from executor import Executor
from tests.discord.bot_client import Bot, running_bot
from tests.discord.browser import chromium
from tests.fakes import FakeExecutor


@pytest.fixture
async def standin() -> AsyncGenerator[StandIn, None]:
    async with StandIn() as standin:
        for user in standin.users.values():  # who reads something else is a test of its own
            user.locale = "en-US"
        yield standin


@pytest.fixture
async def executor() -> AsyncGenerator[FakeExecutor, None]:
    fake = FakeExecutor()
    yield fake
    await fake.close()


@pytest.fixture
async def bot(standin: StandIn, executor: Executor) -> AsyncGenerator[Bot, None]:
    async with running_bot(standin, executor) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncGenerator[Browser, None]:
    """Start the browser that the people of a module share; each has a page of their own in it."""
    async with chromium() as browser:
        yield browser
