"""Who gets a socket at `/connect`: by origin, host, key and rate, as any other request."""

import asyncio
from collections.abc import Sequence
from typing import Any

import aiohttp
import pytest

from executor.config import HttpConfig
from executor.keys import Key, Rate
from tests.api.conftest import Api, Faked, OpenFaked
from tests.api.sockets import INIT, connected, ended, rest


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"X-Forwarded-For": "192.0.2.1"}, 401),
    ],
    ids=str,
)
async def test_a_web_page_of_elsewhere_gets_no_socket(
    faked: Faked, headers: dict[str, str], status: int
) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        async with connected(faked.api, "/api/v2/connect", **headers):
            pass
    assert caught.value.status == status


async def test_a_key_s_rate_counts_sockets_too(open_faked: OpenFaked) -> None:
    async with open_faked(config=HttpConfig(host="0.0.0.0", port=0)) as faked:  # noqa: S104
        faked.api.keys.add("k", Key(name="me", digest="", rate=Rate(1, 3600.0)))
        heard: list[dict[str, Any]] = []
        for expected in (4999, 4002):
            async with connected(faked.api, Authorization="k") as socket:
                await socket.send_json(INIT)
                heard = await rest(socket)
            assert ended(socket) == expected
        assert "1/h" in heard[-1]["message"]


async def offering(api: Api, *protocols: str, **headers: str) -> str | None:
    """Run a program as a page in a browser does, and return the sub-protocol that was chosen."""
    async with (
        asyncio.timeout(30),
        api.client.ws_connect("/api/v2/connect", protocols=protocols, headers=headers) as socket,
    ):
        await socket.send_json(INIT)
        await rest(socket)
        assert ended(socket) == 4999
        return socket.protocol


async def test_a_page_sends_its_key_as_a_sub_protocol(
    open_faked: OpenFaked, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_faked(config=HttpConfig(host="0.0.0.0", port=0)) as faked:  # noqa: S104
        faked.api.keys.add("my-secret", Key(name="me", digest=""))
        own = {"Origin": faked.api.url}
        assert await offering(faked.api, "codecage.key.my-secret", "codecage", **own) == "codecage"
        assert faked.executor.jobs[0].owner == "key:me"
        refused: list[tuple[Sequence[str], dict[str, str], int]] = [
            ([], {}, 401),
            (["codecage"], {}, 401),
            (["codecage", "codecage.key.wrong"], {}, 401),
            (["codecage.key.my-secret"], {}, 400),
            (["codecage", "codecage.key.my-secret"], {"Origin": "https://evil.example"}, 403),
            (["codecage", "codecage.key.my-secret"], {"Authorization": "wrong"}, 401),
            (["codecage.key.my-secret"], {"Authorization": "my-secret"}, 400),
            (["CodeCage.Key.my-secret"], {}, 400),
            (["Codecage", "codecage.key.my-secret"], {}, 400),
        ]
        for protocols, headers, status in refused:
            with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                await offering(faked.api, *protocols, **headers)
            assert caught.value.status == status
        # Of a request that is no socket it is no key.
        header = {"Sec-WebSocket-Protocol": "codecage, codecage.key.my-secret"}
        assert (await faked.api.get("/api/v2/runtimes", **header))[0] == 401
    assert "my-secret" not in caplog.text


async def test_a_key_in_a_second_header_is_not_logged_either(
    faked: Faked, caplog: pytest.LogCaptureFixture
) -> None:
    lines = (
        "GET /api/v2/connect HTTP/1.1", "Host: localhost", "Upgrade: websocket",
        "Connection: Upgrade", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
    )  # fmt: skip
    offers = (["x", "codecage.key.my-secret"], ["codecage.key.my-secret", "codecage"])
    for offered in offers:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", int(faked.api.url.rpartition(":")[2])
        )
        both = [f"Sec-WebSocket-Protocol: {name}" for name in offered]
        writer.write("\r\n".join([*lines, *both, "", ""]).encode())
        async with asyncio.timeout(30):
            status = await reader.readline()
        writer.close()
        await writer.wait_closed()
        assert status.split()[1] == b"400"
    assert "my-secret" not in caplog.text


async def test_a_plain_request_for_a_socket_is_refused(faked: Faked) -> None:
    assert (await faked.api.get("/api/v2/connect"))[0] == 400
