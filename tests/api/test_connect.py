"""`/connect`: the protocol, over a fake executor."""

import asyncio
from collections.abc import Sequence

import aiohttp
import pytest

from executor.errors import QueueFullError
from executor.models import (
    Artifact,
    Output,
    Queued,
    StageFinished,
    StageStarted,
    Status,
    Stream,
)
from tests.api.conftest import Faked
from tests.api.sockets import INIT, connected, ended, rest
from tests.results import result, step

RUNTIME = {"type": "runtime", "language": "python", "version": "3.13.5"}


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
