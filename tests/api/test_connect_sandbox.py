"""`/connect` with the real sandbox: what Piston does wrong, done right."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from executor.config import ExecutorConfig
from executor.factory import open_executor
from tests.api.conftest import Api, open_api
from tests.api.sockets import INIT, connected, ended, rest

pytestmark = pytest.mark.sandbox


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


async def test_output_is_bounded_here_too(real: Api) -> None:
    async with connected(real) as socket:
        await socket.send_json(program("while True: print('x' * 10000)"))
        heard = await rest(socket)
    printed = sum(len(m["data"]) for m in heard if m["type"] == "data")
    leaving = next(m for m in heard if m["type"] == "exit")
    assert printed == leaving["stdout_bytes"] == 1024**2
    assert (leaving["status"], leaving["truncated"]) == ("OL", True)


async def test_a_character_written_in_pieces_arrives_whole(real: Api) -> None:
    source = "import os, time\nos.write(1, b'\\xe2\\x82'); time.sleep(0.2); os.write(1, b'\\xac')\n"
    async with connected(real) as socket:
        await socket.send_json(program(source))
        heard = await rest(socket)
    assert "".join(m["data"] for m in heard if m["type"] == "data") == "€"


async def test_files_come_at_the_end(real: Api) -> None:
    async with connected(real) as socket:
        await socket.send_json(program("open('a.txt', 'w').write('made')"))
        closing = (await rest(socket))[-1]
    assert closing["type"] == "result"
    assert [(a["path"], a["size"], a["type"]) for a in closing["artifacts"]] == [
        ("a.txt", 4, "text/plain")
    ]


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
