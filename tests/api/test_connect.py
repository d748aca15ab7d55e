"""`/connect`: the protocol over a fake executor, and Piston's faults of it in the real sandbox."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from executor.config import ExecutorConfig, HttpConfig
from executor.errors import QueueFullError
from executor.factory import open_executor
from executor.keys import Key, Rate
from executor.models import (
    Artifact,
    Output,
    Queued,
    StageFinished,
    StageStarted,
    Status,
    Stream,
)
from tests.api.conftest import Api, Faked, OpenFaked, open_api
from tests.results import result, step

INIT = {"type": "init", "language": "py", "version": "*", "files": [{"content": "x"}]}
RUNTIME = {"type": "runtime", "language": "python", "version": "3.13.5"}


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


@pytest.mark.parametrize("path", ["/api/v2/connect", "/api/v2/piston/connect", "/api/v2/connect/"])
async def test_a_job_is_told_as_it_goes(faked: Faked, path: str) -> None:
    faked.executor.is_holding = True
    async with connected(faked.api, path) as socket:
        await socket.send_json(INIT)
        assert await socket.receive_json() == RUNTIME
        run = await faked.executor.started()
        built = step(name="compile")
        ran = step(b"a\xe2\x82\xac", b"!")
        for event in (
            Queued(2),
            StageStarted("compile"),
            StageFinished(built),
            StageStarted("run"),
            Output(Stream.STDOUT, b"a\xe2"),
            Output(Stream.STDERR, b"!"),
            Output(Stream.STDOUT, b"\x82\xac"),
            StageFinished(ran),
        ):
            run.emit(event)
        made = Artifact(path="plot.png", content=b"png")
        run.finish(result(built, ran, artifacts=(made,), job_id=run.job_id))
        heard = await rest(socket)
    assert ended(socket) == 4999
    assert heard[0] == {"type": "queued", "position": 2}
    assert [message["type"] for message in heard] == [
        *("queued", "stage", "exit", "stage", "data", "data", "data", "exit", "result")
    ]
    assert [m["data"] for m in heard if m["type"] == "data"] == ["a", "!", "€"]
    leaving = heard[-2]
    assert list(leaving)[:4] == ["type", "stage", "code", "signal"]
    assert (leaving["stage"], leaving["code"], leaving["verdict"]) == ("run", 0, "ok")
    assert heard[-1]["artifacts"][0]["content"] == "cG5n"
    assert heard[-1]["verdict"] == "ok"


async def test_what_the_client_says_reaches_the_program(faked: Faked) -> None:
    faked.executor.is_holding = True
    async with connected(faked.api) as socket:
        await socket.send_json({**INIT, "stdin": "ignored"})
        await socket.receive_json()
        run = await faked.executor.started()
        for message in (
            {"type": "data", "stream": "stdin", "data": "1\n"},
            {"type": "made-up"},
            {"type": "data", "stream": "stdin", "data": "€"},
            {"type": "signal", "signal": "SIGUSR1"},
            {"type": "eof"},
            {"type": "cancel"},
        ):
            await socket.send_json(message)
        await rest(socket)
    assert (run.job.interactive, run.job.stdin) == (True, b"")
    assert run.typed == "1\n€".encode()
    assert run.signals == [10]
    assert run.is_cancelled


Says = Sequence[object]


@pytest.mark.parametrize(
    ("says", "code", "reason"),
    [
        ([INIT, INIT], 4000, "Already Initialized"),
        ([], 4001, "Initialization Timeout"),
        ([{"type": "data", "stream": "stdin", "data": "x"}], 4003, "Not yet initialized"),
        ([{"type": "signal", "signal": "SIGINT"}], 4003, "Not yet initialized"),
        ([{}], 4003, "Not yet initialized"),
        (
            [INIT, {"type": "data", "stream": "stdout", "data": "x"}],
            4004,
            "Can only write to stdin",
        ),
        ([INIT, {"type": "signal", "signal": "SIGNOPE"}], 4005, "Invalid signal"),
        ([INIT, {"type": "signal"}], 4005, "Invalid signal"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_who_breaks_the_protocol_is_closed_with_piston_s_code(
    faked: Faked, says: Says, code: int, reason: str
) -> None:
    faked.executor.is_holding = True
    async with connected(faked.api) as socket:
        for message in says:
            await socket.send_json(message)
        while (heard := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            assert heard.json()["type"] != "error"
    assert (heard.data, heard.extra) == (code, reason)
    assert all(run.is_cancelled for run in faked.executor.runs)


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (["{"], "The request body is not valid JSON"),
        (['{"type": "init"}'], "language is required as a string"),
        (
            ['{"type": "init", "language": "html", "version": "1", "files": []}'],
            "html-1 runtime is unknown",
        ),
    ],
    ids=["no JSON", "no language", "unknown language"],
)
async def test_a_bad_message_is_answered_with_words_then_4002(
    faked: Faked, says: Sequence[str], told: str
) -> None:
    async with connected(faked.api) as socket:
        for message in says:
            await socket.send_str(message)
        heard = await rest(socket)
    assert ended(socket) == 4002
    assert heard[-1]["type"] == "error"
    assert heard[-1]["message"].startswith(told)


@pytest.mark.parametrize(
    ("data", "told"),
    [(3, "data must be a string"), ("x" * 6_000_000, "There was too much standard input.")],
    ids=["no text", "more than a program may be given"],
)
async def test_bad_input_ends_the_job_with_words(faked: Faked, data: object, told: str) -> None:
    faked.executor.is_holding = True
    async with connected(faked.api) as socket:
        await socket.send_json(INIT)
        await socket.receive_json()
        for _ in range(3):
            await socket.send_json({"type": "data", "stream": "stdin", "data": data})
        heard = await rest(socket)
    assert {"type": "error", "message": told} in heard
    assert ended(socket) == 4002
    assert faked.executor.runs[0].is_cancelled


async def test_a_full_queue_is_told(faked: Faked) -> None:
    faked.executor.refusal = QueueFullError("The queue is full.", retry_after_seconds=1)
    async with connected(faked.api) as socket:
        await socket.send_json(INIT)
        assert await rest(socket) == [{"type": "error", "message": "The queue is full."}]
    assert ended(socket) == 4002


async def test_a_job_that_fails_inside_is_told(faked: Faked) -> None:
    faked.executor.is_holding = True
    async with connected(faked.api) as socket:
        await socket.send_json(INIT)
        (await faked.executor.started()).finish(QueueFullError("late", retry_after_seconds=1))
        assert (await rest(socket))[-1] == {"type": "error", "message": "late"}
    assert ended(socket) == 4002


async def test_a_client_that_leaves_stops_its_job(faked: Faked) -> None:
    faked.executor.is_holding = True
    async with connected(faked.api) as socket:
        await socket.send_json(INIT)
        run = await faked.executor.started()
    async with asyncio.timeout(5):
        assert (await run.result()).status is Status.CANCELLED


async def test_a_client_that_breaks_off_stops_its_job(faked: Faked) -> None:
    faked.executor.is_holding = True
    async with connected(faked.api) as socket:
        await socket.send_json(INIT)
        run = await faked.executor.started()
        transport = socket.get_extra_info("socket")
        assert transport is not None
        transport.shutdown(2)
        async with asyncio.timeout(5):
            assert (await run.result()).status is Status.CANCELLED


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


# From here on in the real sandbox: what Piston does wrong, done right.

real_sandbox = pytest.mark.sandbox


def program(source: str, language: str = "python") -> dict[str, object]:
    return {**INIT, "language": language, "files": [{"content": source}]}


async def until(socket: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """Return the next message of this type."""
    while (message := await socket.receive_json())["type"] != kind:
        pass
    found: dict[str, Any] = message
    return found


async def printed(socket: aiohttp.ClientWebSocketResponse, text: str) -> None:
    """Read on until the program has printed this, in however many pieces."""
    heard = ""
    while not heard.endswith(text):
        heard += (await until(socket, "data"))["data"]


@real_sandbox
async def test_a_signal_reaches_the_program(real: Api) -> None:
    source = (
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('got it', flush=True), exit(7)))\n"
        "print('ready', flush=True)\n"
        "time.sleep(8)\n"
    )
    async with connected(real) as socket:
        await socket.send_json(program(source))
        await printed(socket, "ready\n")
        await socket.send_json({"type": "signal", "signal": "SIGTERM"})
        await printed(socket, "got it\n")
        leaving = await until(socket, "exit")
    assert (leaving["code"], leaving["signal"]) == (7, None)


@real_sandbox
async def test_input_is_live_and_has_an_end(real: Api) -> None:
    source = "import sys\nfor line in sys.stdin:\n    print(line.upper(), end='', flush=True)\nprint('end')"
    async with connected(real) as socket:
        await socket.send_json(program(source))
        await until(socket, "stage")
        for line in ("one\n", "two\n"):
            await socket.send_json({"type": "data", "stream": "stdin", "data": line})
            await printed(socket, line.upper())
        await socket.send_json({"type": "eof"})
        await printed(socket, "end\n")
        assert (await until(socket, "exit"))["code"] == 0
        await rest(socket)
    assert ended(socket) == 4999


@real_sandbox
async def test_output_is_bounded_here_too(real: Api) -> None:
    async with connected(real) as socket:
        await socket.send_json(program("while True: print('x' * 10000)"))
        heard = await rest(socket)
    printed = sum(len(m["data"]) for m in heard if m["type"] == "data")
    leaving = next(m for m in heard if m["type"] == "exit")
    assert printed == leaving["stdout_bytes"] == 1024**2
    assert (leaving["status"], leaving["truncated"]) == ("OL", True)


@real_sandbox
async def test_a_character_written_in_pieces_arrives_whole(real: Api) -> None:
    source = "import os, time\nos.write(1, b'\\xe2\\x82'); time.sleep(0.2); os.write(1, b'\\xac')\n"
    async with connected(real) as socket:
        await socket.send_json(program(source))
        heard = await rest(socket)
    assert "".join(m["data"] for m in heard if m["type"] == "data") == "€"


@real_sandbox
async def test_files_come_at_the_end(real: Api) -> None:
    async with connected(real) as socket:
        await socket.send_json(program("open('a.txt', 'w').write('made')"))
        closing = (await rest(socket))[-1]
    assert closing["type"] == "result"
    assert [(a["path"], a["size"], a["type"]) for a in closing["artifacts"]] == [
        ("a.txt", 4, "text/plain")
    ]


@real_sandbox
async def test_a_client_that_leaves_frees_its_place_at_once(tmp_path: Path) -> None:
    config = ExecutorConfig(data_dir=tmp_path, running=1)
    async with open_executor(config, languages=["python"]) as executor, open_api(executor) as real:
        async with connected(real) as socket:
            await socket.send_json(program("import time; print('on', flush=True); time.sleep(9)"))
            await until(socket, "data")
            # What the program never reads must not keep us from noticing.
            await socket.send_json({"type": "data", "stream": "stdin", "data": "x" * 3_000_000})
        status, next_one = await real.post("/api/v2/execute", program("print(1)"))
    assert status == 200
    waited = next_one["queue_seconds"]
    assert isinstance(waited, float)
    assert waited < 6  # the first one would have slept longer
