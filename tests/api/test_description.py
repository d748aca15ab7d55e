"""The API's description is true: of its routes, of its answers, and as a fuzzer finds it."""

import asyncio
import gzip
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import TypeAdapter

from executor.config import HttpConfig
from executor.http import schema
from executor.http.openapi import OPERATIONS
from executor.models import Artifact, Job, Result
from tests.api.conftest import Api, Faked, OpenFaked
from tests.fakes import prints
from tests.results import result, step

PROGRAM: dict[str, Any] = {"language": "c", "version": "*", "files": [{"content": "x"}]}


def full(job: Job) -> Result:
    """Return a result with everything there can be in one."""
    made = Artifact(path="plot.png", content=b"png")
    return result(
        step(name="compile"), step(b"hi\n"), artifacts=(made,), job_id=job.id, language="c"
    )


async def described(api: Api) -> dict[str, Any]:
    status, document = await api.get("/openapi.json")
    assert status == 200
    assert isinstance(document, dict)
    return document


async def test_every_described_operation_is_there(faked: Faked) -> None:
    document = await described(faked.api)
    assert document["openapi"] == "3.1.0"
    for operation in OPERATIONS:
        assert operation.method.lower() in document["paths"][operation.path]
        async with faked.api.client.request(operation.method, operation.path) as response:
            assert response.status not in {404, 405}
            told = document["paths"][operation.path][operation.method.lower()]["responses"]
            assert str(response.status) in told


async def test_answers_hold_exactly_what_is_described(open_faked: OpenFaked) -> None:
    async with open_faked(full) as faked:
        api = faked.api
        _, runtimes = await api.get("/api/v2/runtimes")
        TypeAdapter(list[schema.Runtime]).validate_python(runtimes)
        _, packages = await api.get("/api/v2/packages")
        TypeAdapter(list[schema.Package]).validate_python(packages)
        _, versions = await api.get("/api/v1/versions")
        TypeAdapter(list[schema.VersionV1]).validate_python(versions)
        _, ran = await api.post("/api/v2/execute", PROGRAM)
        assert schema.ExecuteResponse.model_validate(ran).compile is not None
        cases = [{"stdin": "1", "expected": "hi"}, {"expected": "ho"}, {}]
        _, batch = await api.post("/api/v2/batch", {**PROGRAM, "cases": cases})
        assert schema.BatchResponse.model_validate(batch).passed == 2
        _, first = await api.post("/api/v1/execute", {"language": "c", "source": "x"})
        schema.ExecuteResponseV1.model_validate(first)
        for path in ("/healthz", "/readyz"):
            schema.Health.model_validate((await api.get(path))[1])
        schema.Problem.model_validate((await api.post("/api/v2/execute", {}))[1])


async def test_a_key_is_asked_for_where_one_is_needed(open_faked: OpenFaked) -> None:
    everywhere = HttpConfig(host="0.0.0.0", port=0)  # noqa: S104
    async with open_faked() as local, open_faked(config=everywhere) as public:
        assert "security" not in await described(local.api)
        assert (await described(public.api))["security"] == [{"key": []}]


async def test_the_page_for_people_names_every_operation_and_loads_nothing(faked: Faked) -> None:
    async with faked.api.client.get("/docs") as response:
        page = await response.text()
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    for operation in OPERATIONS:
        assert f"<code>{operation.path}</code>" in page
    for loaded in ("<script", "src=", "url(", "@import", "http://", "https://"):
        assert loaded not in page


async def test_the_page_may_load_nothing_from_elsewhere(faked: Faked) -> None:
    async with faked.api.client.get("/") as response:
        page = await response.text()
        policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http://" not in page
    assert "https://" not in page
    for name in (
        "app.js",
        "ansi.js",
        "editor.js",
        "client.js",
        "share.js",
        "style.css",
        "icon.svg",
    ):
        async with faked.api.client.get(f"/page/{name}") as response:
            assert response.status == 200
    for name in ("nothing.js", "..%2Fserver.py", "%2Fetc%2Fpasswd"):
        async with faked.api.client.get(f"/page/{name}") as response:
            assert response.status == 404


async def test_a_browser_fetches_the_editor_once_and_compressed(faked: Faked) -> None:
    address = f"{faked.api.url}/page/editor.js"
    async with aiohttp.ClientSession(auto_decompress=False) as browser:
        async with browser.get(address, headers={"Accept-Encoding": "gzip"}) as response:
            body, first = await response.read(), response
        kept = {"If-None-Match": first.headers["ETag"]}
        async with browser.get(address, headers=kept) as response:
            assert (response.status, await response.read()) == (304, b"")
        async with browser.get(address, headers={"If-None-Match": '"old"'}) as response:
            assert (response.status, response.headers["ETag"]) == (200, first.headers["ETag"])
    assert first.headers["Content-Encoding"] == "gzip"
    assert len(body) < 500_000 < len(gzip.decompress(body))


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br", "gzip"),
        ("br, GZip;q=0.5", "gzip"),
        ("deflate", None),
        ("gzip;q=0, *", None),
        ("gzip; q=0.00", None),
        ("", None),
    ],
    ids=["a browser's", "weighed", "another", "forbidden", "forbidden at length", "nothing"],
)
async def test_a_page_is_compressed_for_who_can_read_that(
    faked: Faked, accepted: str, coding: str | None
) -> None:
    address = f"{faked.api.url}/page/app.js"
    async with (
        aiohttp.ClientSession(auto_decompress=False) as client,
        client.get(address, headers={"Accept-Encoding": accepted}) as response,
    ):
        body = await response.read()
    assert response.headers.get("Content-Encoding") == coding
    assert response.headers["Vary"] == "Accept-Encoding"
    assert b"The playground" in (gzip.decompress(body) if coding else body)


async def test_each_encoding_of_a_page_is_known_by_its_own_tag(faked: Faked) -> None:
    address = f"{faked.api.url}/page/app.js"
    tags = []
    async with aiohttp.ClientSession(auto_decompress=False) as client:
        for coding in ("gzip", "identity"):
            async with client.get(address, headers={"Accept-Encoding": coding}) as response:
                tags.append(response.headers["ETag"])
        plain = {"Accept-Encoding": "identity"}
        for tag, status in zip(tags, (200, 304), strict=True):
            async with client.get(address, headers={**plain, "If-None-Match": tag}) as response:
                assert response.status == status
    assert len(set(tags)) == 2


CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_headers_conformance", "response_schema_conformance",
)  # fmt: skip


@pytest.mark.full
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", ["positive", "negative"])
async def test_a_fuzzer_finds_nothing_that_is_not_described(
    open_faked: OpenFaked, tmp_path: Path, mode: str
) -> None:
    async with open_faked(prints) as faked:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{faked.api.url}/openapi.json"),
            *("--checks", ",".join(CHECKS), "--mode", mode, "--max-examples", "60"),
            *("--exclude-path", "/api/v2/connect", "--seed", "1", "--no-color"),
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()[-6000:]
    assert "operations: " in said.decode().lower() or "passed" in said.decode().lower()
