"""`/execute` and its neighbours over HTTP, as clients of the Piston API use them."""

import asyncio
import contextlib
import gzip
import json
from collections.abc import AsyncGenerator

import pytest

from executor.errors import BackendUnavailableError, QueueFullError, UnsafePathError
from executor.http.bodies import Bounds
from executor.models import Artifact, Job, Result, Status
from tests.api.conftest import Faked, OpenFaked
from tests.results import result, step

BODY = {"language": "py", "version": "3.x", "files": [{"content": 'print("hi")'}]}
PREFIXES = ["/api/v2", "/api/v2/piston"]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("slash", ["", "/"], ids=["plain", "slash"])
async def test_a_program_runs_under_every_path_of_the_public_api(
    faked: Faked, prefix: str, slash: str
) -> None:
    status, document = await faked.api.post(f"{prefix}/execute{slash}", BODY)
    assert status == 200
    assert list(document)[:3] == ["run", "language", "version"]
    assert (document["language"], document["version"]) == ("python", "3.13.5")
    run = document["run"]
    assert isinstance(run, dict)
    assert (run["stdout"], run["code"], run["status"]) == ("hi\n", 0, None)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("slash", ["", "/"], ids=["plain", "slash"])
async def test_runtimes_are_listed_under_every_path(faked: Faked, prefix: str, slash: str) -> None:
    status, listed = await faked.api.get(f"{prefix}/runtimes{slash}")
    assert status == 200
    assert isinstance(listed, list)
    assert {"language": "c", "version": "12.2.0", "aliases": ["gcc"]} in listed


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/plain", "application/x-www-form-urlencoded", "nonsense", None],
)
async def test_json_is_read_whatever_its_content_type(
    faked: Faked, content_type: str | None
) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    skip = ["Content-Type"] if content_type is None else []
    async with faked.api.client.post(
        "/api/v2/execute",
        data=json.dumps(BODY).encode(),
        headers=headers,
        skip_auto_headers=skip,
    ) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{", "The request body is not valid JSON"),
        (b"", "The request body is not valid JSON"),
        (b"\xff\xfe", "The request body is not valid JSON"),
        (b'{"run_timeout": NaN}', "The request body is not valid JSON: NaN is not JSON"),
        (b"[" * 100_000, "The request body is not valid JSON: nested too deep"),
        (b"null", "language is required as a string"),
    ],
)
async def test_what_is_no_request_is_refused_with_words(
    faked: Faked, body: bytes, text: str
) -> None:
    async with faked.api.client.post("/api/v2/execute", data=body) as response:
        assert response.status == 400
        document = await response.json()
    assert document["message"].startswith(text)
    assert list(document) == ["message"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v2/execute", 404),
        ("DELETE", "/api/v2/runtimes", 404),
        ("GET", "/api/v2/nothing", 404),
        ("GET", "/nothing", 404),
        ("POST", "/healthz", 405),
    ],
)
async def test_unknown_routes_are_not_found(
    faked: Faked, method: str, path: str, status: int
) -> None:
    async with faked.api.client.request(method, path) as response:
        assert response.status == status
        document = await response.json()
    assert document == {"message": "Not Found" if status == 404 else "Method Not Allowed"}


@pytest.mark.parametrize(
    ("error", "status", "retry"),
    [
        (UnsafePathError("The file name is bad."), 400, None),
        (QueueFullError("The queue is full.", retry_after_seconds=1.2), 503, "2"),
        (BackendUnavailableError("No sandbox."), 503, "5"),
        (RuntimeError("a bug on purpose"), 500, None),
    ],
    ids=["bad file name", "queue full", "no sandbox", "our own bug"],
)
async def test_a_job_that_cannot_be_run_is_answered_with_words(
    open_faked: OpenFaked, error: Exception, status: int, retry: str | None
) -> None:
    def fail(job: Job) -> Exception:
        del job
        return error

    async with (
        open_faked(fail) as faked,
        faked.api.client.post("/api/v2/execute", json=BODY) as response,
    ):
        assert response.status == status
        assert response.headers.get("Retry-After") == retry
        message = (await response.json())["message"]
        assert "a bug on purpose" not in message
        assert message


async def test_a_refusal_at_the_start_is_answered_the_same(faked: Faked) -> None:
    faked.executor.refusal = QueueFullError("The queue is full.", retry_after_seconds=3)
    async with faked.api.client.post("/api/v2/execute", json=BODY) as response:
        assert response.status == 503
        assert response.headers["Retry-After"] == "3"


async def test_a_body_that_is_too_large_is_refused(open_faked: OpenFaked) -> None:
    bounds = Bounds(body_bytes=1000)
    async with open_faked(bounds=bounds) as faked:
        status, document = await faked.api.post("/api/v2/execute", {"language": "x" * 2000})
    assert status == 413
    assert document == {"message": "The request body is larger than 1000 bytes."}


@contextlib.asynccontextmanager
async def connected(
    faked: Faked,
) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter], None]:
    """Yield a plain connection to the API."""
    port = int(faked.api.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def test_who_sends_a_body_too_slowly_is_told_and_let_go(open_faked: OpenFaked) -> None:
    bounds = Bounds(body_seconds=0.1)
    async with open_faked(bounds=bounds) as faked, connected(faked) as (reader, writer):
        writer.write(
            b"POST /api/v2/execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{"
        )
        assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")


async def test_a_compressed_body_is_read_within_the_same_bound(faked: Faked) -> None:
    compressed = {"Content-Encoding": "gzip"}
    statuses = []
    for body in (gzip.compress(json.dumps(BODY).encode()), gzip.compress(b" " * 50_000_000)):
        async with faked.api.client.post(
            "/api/v2/execute", data=body, headers=compressed
        ) as response:
            statuses.append(response.status)
    assert statuses == [200, 413]


async def test_a_body_that_cannot_be_read_is_refused_with_words(
    faked: Faked, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(faked) as (reader, writer):
        headers = "Host: localhost\r\nContent-Encoding: gzip\r\nContent-Length: 4"
        writer.write(f"POST /api/v2/execute HTTP/1.1\r\n{headers}\r\n\r\nnope".encode())
        async with asyncio.timeout(5):
            answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"Connection: close" in answer
    assert b'{"message":"The request body cannot be decoded: ' in answer
    assert not [record for record in caplog.records if record.name.startswith("executor.http.p")]


async def test_who_never_finishes_a_request_s_head_is_let_go(open_faked: OpenFaked) -> None:
    bounds = Bounds(head_seconds=0.1)
    async with open_faked(bounds=bounds) as faked, connected(faked) as (reader, writer):
        writer.write(b"GET /healthz HTT")
        async with asyncio.timeout(5):
            assert await reader.read() == b""


async def test_who_never_reads_the_answer_is_let_go(open_faked: OpenFaked) -> None:
    def large(job: Job) -> Result:
        return result(step(b"x" * 20_000_000), job_id=job.id)

    body = json.dumps(BODY).encode()
    head = f"POST /api/v2/execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}"
    bounds = Bounds(stall_seconds=0.5)
    async with open_faked(large, bounds=bounds) as faked, connected(faked) as (reader, writer):
        writer.write(f"{head}\r\n\r\n".encode() + body)
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        await asyncio.sleep(4)  # the kernel looks at a closed window now and then only
        with pytest.raises(ConnectionError):
            await reader.readexactly(20_000_000)


async def test_a_long_run_outlives_the_bound_for_heads(open_faked: OpenFaked) -> None:
    async with open_faked(bounds=Bounds(head_seconds=1)) as faked:
        faked.executor.is_holding = True
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(faked.api.post("/api/v2/execute", BODY))
            run = await faked.executor.started()
            await asyncio.sleep(1.5)
            run.finish(result(step(b"hi\n")))
        assert asked.result()[0] == 200


async def test_a_client_that_goes_away_stops_its_job(faked: Faked) -> None:
    faked.executor.is_holding = True
    body = json.dumps(BODY).encode()
    head = f"POST /api/v2/execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}"
    async with connected(faked) as (_, writer):
        writer.write(f"{head}\r\n\r\n".encode() + body)
        run = await faked.executor.started()
    async with asyncio.timeout(5):
        ended = await run.result()
    assert ended.status is Status.CANCELLED


async def test_answers_name_no_software_versions_and_are_never_cached(faked: Faked) -> None:
    async with faked.api.client.post("/api/v2/execute", json=BODY) as response:
        assert response.headers["Server"] == "codecage"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Server-Timing"].startswith("queue;dur=0.0, run_prepare;dur=")


async def test_large_output_and_files_arrive_whole(open_faked: OpenFaked) -> None:
    def large(job: Job) -> Result:
        made = Artifact(path="a.bin", content=b"\0" * 700_000)
        return result(step(b"x" * 500_000), artifacts=(made,), job_id=job.id)

    async with open_faked(large) as faked:
        _, document = await faked.api.post("/api/v2/execute", BODY)
    artifacts, run = document["artifacts"], document["run"]
    assert isinstance(artifacts, list)
    assert isinstance(run, dict)
    assert (artifacts[0]["size"], run["stdout_bytes"]) == (700_000, 500_000)


async def test_a_compile_failure_is_shown_as_run_too(open_faked: OpenFaked) -> None:
    def failed(job: Job) -> Result:
        built = step(b"", b"bad\n", name="compile", status=Status.COMPILE_ERROR, exit_code=1)
        return result(built, language=job.language, job_id=job.id)

    async with open_faked(failed) as faked:
        body = {"language": "gcc", "version": "*", "files": [{"content": "x"}]}
        _, document = await faked.api.post("/api/v2/execute", body)
    assert document["run"] == document["compile"]
    assert (document["language"], document["version"]) == ("c", "12.2.0")


async def test_a_head_request_is_answered_like_the_other_without_its_body(faked: Faked) -> None:
    for path in ("/api/v2/runtimes", "/healthz"):
        async with faked.api.client.head(path) as response:
            assert response.status == 200
            assert await response.read() == b""
