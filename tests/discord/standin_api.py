"""A bare REST client of the stand-in: what a bot without discord.py's own checks would send."""

import io
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.demo import StandIn
from bot.demo.state import Interaction, Json


class FakeClock:
    """Seconds since 1970 that pass only when told."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Api:
    """A bare REST client: what a bot without discord.py's own checks would send."""

    def __init__(self, standin: StandIn, session: aiohttp.ClientSession) -> None:
        self.standin = standin
        self.session = session

    async def call(
        self,
        method: str,
        path: str,
        body: Json | list[Json] | None = None,
        *,
        data: aiohttp.MultipartWriter | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any]:
        url = self.standin.api_url + path
        async with self.session.request(
            method, url, json=body, data=data, headers=headers
        ) as response:
            if response.status == 204:
                return 204, None
            assert response.headers["Content-Type"] == "application/json"
            return response.status, await response.json()

    @property
    def messages(self) -> str:
        return f"/channels/{self.standin.guilds[0].channels['code'].id}/messages"

    async def use(self, name: str = "run") -> tuple[Interaction, str]:
        """Let ben use a registered command; returns it and its callback path."""
        standin = self.standin
        channel = standin.guilds[0].channels["code"]
        used = await standin.slash(standin.users["ben"], channel, name)
        return used, f"/interactions/{used.id}/{used.token}/callback"


@asynccontextmanager
async def connected_api(clock: FakeClock) -> AsyncGenerator[Api, None]:
    """A stand-in on a fake clock, with one registered command, and a client of it."""
    async with StandIn(clock=clock, rate_limits=False) as standin:
        headers = {"Authorization": f"Bot {standin.token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            api = Api(standin, session)
            commands = f"/applications/{standin.bot_user_id}/commands"
            await api.call("PUT", commands, [{"name": "run", "description": "Run"}])
            yield api


def row(*children: Json) -> Json:
    return {"type": 1, "components": list(children)}


def button(n: int = 0, **more: object) -> Json:
    return {"type": 2, "style": 1, "label": str(n), "custom_id": f"b{n}"} | more


def option(n: int) -> Json:
    return {"label": str(n), "value": str(n)}


def form(files: list[bytes], **payload: object) -> aiohttp.MultipartWriter:
    writer = aiohttp.MultipartWriter("form-data")
    writer.append_json(payload).set_content_disposition("form-data", name="payload_json")
    for number, content in enumerate(files):
        part = writer.append(io.BytesIO(content))
        part.set_content_disposition(
            "form-data", quote_fields=False, name=f"files[{number}]", filename=f"f{number}.txt"
        )
    return writer
