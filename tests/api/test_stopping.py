"""Whether the API can take work, and how it stops: it finishes what runs and says so."""

import asyncio
import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from executor.config import HttpConfig, load_config
from executor.http.jobs import Jobs
from executor.http.server import longest_seconds, open_server, usual_parts
from executor.metrics import Metrics
from executor.models import Load, Status
from tests.api.conftest import Faked, KnownKeys, OpenFaked
from tests.fakes import FakeExecutor
from tests.results import result, step

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
BODY: dict[str, Any] = {"language": "py", "version": "3.x", "files": [{"content": 'print("hi")'}]}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_a_supervisor_sees_that_it_is_well(faked: Faked, path: str) -> None:
    status, document = await faked.api.get(path)
    assert status == 200
    assert isinstance(document, dict)
    assert document["status"] == "ok"


async def test_without_a_language_it_is_not_ready(open_faked: OpenFaked) -> None:
    async with open_faked(runtimes=()) as faked:
        assert (await faked.api.get("/readyz"))[0] == 503
        assert (await faked.api.get("/healthz"))[0] == 200


class Busy(FakeExecutor):
    """Says whether its queue is full, and nothing that has to be read from anywhere."""

    def load(self) -> Load:
        raise RuntimeError("nobody needs all of it")


async def test_with_a_full_queue_it_is_not_ready() -> None:
    busy = Busy()
    parts = usual_parts(busy, KnownKeys(), Metrics(busy.load))
    async with (
        open_server(parts, HttpConfig(port=0), drain_seconds=1) as address,
        aiohttp.ClientSession(base_url=address.url) as client,
    ):
        answers = []
        for busy.is_full in (False, True):
            async with client.get("/readyz") as response:
                answers.append((response.status, (await response.json())["status"]))
            async with client.get("/healthz") as response:
                assert response.status == 200
    assert answers == [(200, "ok"), (503, "the queue is full")]


async def test_without_sandboxes_it_is_not_ready() -> None:
    lost = Busy()
    lost.is_lost = True
    parts = usual_parts(lost, KnownKeys(), Metrics(lost.load))
    async with (
        open_server(parts, HttpConfig(port=0), drain_seconds=1) as address,
        aiohttp.ClientSession(base_url=address.url) as client,
        client.get("/readyz") as response,
    ):
        assert response.status == 503
        assert (await response.json())["status"] == "no sandbox can be made any more"


async def answered(client: aiohttp.ClientSession, url: str) -> int | None:
    """Return the status of a run, or `None` when the server hung up."""
    try:
        async with client.post(f"{url}/api/v2/execute", json=BODY) as response:
            return response.status
    except aiohttp.ServerDisconnectedError:
        return None


@pytest.mark.parametrize(
    ("drain_seconds", "status"), [(5.0, 200), (0.1, None)], ids=["long enough", "too short"]
)
async def test_a_stop_lets_running_jobs_finish_in_bounded_time_and_takes_nothing_new(
    open_faked: OpenFaked, drain_seconds: float, status: int | None
) -> None:
    # The client is not the API's own, which ends before it.
    async with aiohttp.ClientSession() as client, asyncio.TaskGroup() as group:
        async with open_faked(drain_seconds=drain_seconds) as faked:
            faked.executor.is_holding = True
            asked = group.create_task(answered(client, faked.api.url))
            run = await faked.executor.started()
            asyncio.get_running_loop().call_later(1, run.finish, result(step(b"hi\n")))
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", int(faked.api.url.rpartition(":")[2]))
    assert asked.result() == status
    assert ((await run.result()).status is Status.CANCELLED) == (status is None)


async def test_while_it_stops_it_says_so_to_everybody_who_asks() -> None:
    executor = FakeExecutor()
    executor.is_holding = True
    parts = usual_parts(executor, KnownKeys(), Metrics())
    may_stop = asyncio.Event()
    addresses = asyncio.Queue[str]()

    async def serve() -> None:
        async with open_server(parts, HttpConfig(port=0), drain_seconds=30) as address:
            addresses.put_nowait(address.url)
            await may_stop.wait()

    async with asyncio.TaskGroup() as group, aiohttp.ClientSession() as client:
        server = group.create_task(serve())
        url = await addresses.get()
        asked = group.create_task(answered(client, url))
        run = await executor.started()
        may_stop.set()
        await asyncio.sleep(0)
        async with client.get(f"{url}/readyz") as response:
            assert (response.status, await response.json()) == (503, {"status": "stopping"})
        async with client.post(f"{url}/api/v2/execute", json=BODY) as response:
            assert (response.status, response.headers["Retry-After"]) == (503, "5")
        async with client.ws_connect(f"{url}/api/v2/connect") as socket:
            await socket.send_json({**BODY, "type": "init"})
            told = (await socket.receive_json())["message"]
        run.finish(result(step(b"hi\n")))
        async with asyncio.timeout(10):
            await server
    assert told == "This server is about to stop."
    assert asked.result() == 200
    assert len(executor.jobs) == 1


async def test_where_others_finish_too_it_refuses_from_the_signal_on() -> None:
    stop = asyncio.Event()
    parts = usual_parts(FakeExecutor(), KnownKeys(), Metrics())
    async with (
        open_server(parts, HttpConfig(port=0), drain_seconds=30, stop=stop) as address,
        aiohttp.ClientSession(base_url=address.url) as client,
    ):
        async with client.get("/readyz") as response:
            assert response.status == 200
        stop.set()
        async with client.get("/readyz") as response:
            assert (response.status, await response.json()) == (503, {"status": "stopping"})
        async with client.post("/api/v2/execute", json=BODY) as response:
            assert response.status == 503


async def test_the_time_to_drain_begins_with_the_signal_and_not_anew() -> None:
    jobs = Jobs(FakeExecutor())
    with jobs.at_work():
        async with asyncio.timeout(30):
            await jobs.drain(0.01)
            await jobs.drain(3600)
    assert jobs.is_draining


def test_supervisors_wait_for_as_long_as_a_stop_may_take(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("")
    ceiling = load_config(tmp_path / "empty.yaml", {}).executor.ceiling
    longest = longest_seconds(ceiling) + 5  # for the last answers
    unit = re.search(
        r"^TimeoutStopSec=(\d+)$", (DEPLOY / "codecage.service").read_text(), re.MULTILINE
    )
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    grace = compose["services"]["codecage"].get("stop_grace_period", "10s")
    assert unit
    assert float(unit[1]) > longest
    assert float(grace.removesuffix("s")) > longest
