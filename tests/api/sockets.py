"""A client of `/connect`."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp

from tests.api.conftest import Api

INIT = {"type": "init", "language": "py", "version": "*", "files": [{"content": "x"}]}


@contextlib.asynccontextmanager
async def connected(
    api: Api, path: str = "/api/v2/connect", **headers: str
) -> AsyncGenerator[aiohttp.ClientWebSocketResponse, None]:
    async with asyncio.timeout(30), api.client.ws_connect(path, headers=headers) as socket:
        yield socket


async def rest(socket: aiohttp.ClientWebSocketResponse) -> list[dict[str, Any]]:
    """Return every message until the close."""
    return [message.json() async for message in socket]


def ended(socket: aiohttp.ClientWebSocketResponse) -> int | None:
    return socket.close_code
