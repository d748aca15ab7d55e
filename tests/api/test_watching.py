"""What machines and operators see of the API: metrics and logs."""

import io
import json
import logging
from pathlib import Path

import pytest

from executor.config import ExecutorConfig, HttpConfig
from executor.factory import open_executor
from executor.keys import Key, Right
from executor.logs import JsonFormatter
from executor.models import Job, SourceFile
from tests.api.conftest import Api, Faked, OpenFaked

BODY = {"language": "py", "version": "3.x", "files": [{"content": 'print("a secret")'}]}


async def metrics(api: Api, **headers: str) -> tuple[int, str]:
    async with api.client.get("/metrics", headers=headers) as response:
        return response.status, await response.text()


async def test_jobs_and_requests_show_up_under_metrics(faked: Faked) -> None:
    await faked.api.post("/api/v2/piston/execute/", BODY)
    await faked.api.get("/a/made-up/path")
    async with faked.api.client.request("BREW", "/healthz"):
        pass
    status, text = await metrics(faked.api)
    assert status == 200
    assert 'codecage_jobs_total{language="python",verdict="ok"} 1.0' in text
    requests = "codecage_http_requests_total"
    path = "/api/v2/piston/execute/"
    assert f'{requests}{{method="POST",path="{path}",status="200"}} 1.0' in text
    assert f'{requests}{{method="GET",path="unknown path",status="404"}} 1.0' in text
    assert "BREW" not in text
    assert "made-up" not in text


async def test_elsewhere_metrics_need_a_key_with_that_right(open_faked: OpenFaked) -> None:
    config = HttpConfig(host="0.0.0.0", port=0, auth="none")  # noqa: S104
    async with open_faked(config=config) as faked:
        faked.api.keys.add("weak", Key(name="weak", digest=""))
        faked.api.keys.add("k", Key(name="me", digest="", rights=frozenset({Right.METRICS})))
        assert (await metrics(faked.api))[0] == 401
        assert (await metrics(faked.api, Authorization="weak"))[0] == 403
        assert (await metrics(faked.api, Authorization="Bearer k"))[0] == 200


@pytest.mark.sandbox
async def test_what_all_programs_use_is_counted_by_their_cgroup(data_dir: Path) -> None:
    config = ExecutorConfig(data_dir=data_dir)
    async with open_executor(config, languages=["python"]) as executor:
        job = Job(id="1", language="python", files=(SourceFile(path="main.py", content=b"1"),))
        before = executor.load().made_sandboxes
        await (await executor.start(job)).result()
        load = executor.load()
        has_cgroup = executor._runner.sandboxes.facts.cgroup_version > 0
    assert load.made_sandboxes > before
    assert load.sandboxes >= load.ready_sandboxes
    assert load.quarantined_sandboxes == 0
    assert (load.programs is not None) == has_cgroup
    if load.programs is not None:
        assert load.programs.cpu_seconds > 0
        assert (load.programs.peak_bytes or 2**20) >= 2**20


@pytest.mark.parametrize("path", ["/api/v2/execute", "/api/v2/batch", "/api/v1/execute"])
async def test_a_job_belongs_to_its_request_s_trace(faked: Faked, path: str) -> None:
    sent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    body = {**BODY, "source": "x", "cases": [{}]}
    assert (await faked.api.post(path, body, traceparent=sent))[0] == 200
    assert (await faked.api.post(path, body))[0] == 200
    assert [job.traceparent for job in faked.executor.jobs] == [sent, ""]


@pytest.fixture
def log() -> io.StringIO:
    return io.StringIO()


async def test_a_request_is_one_line_with_its_job_and_never_the_program(
    faked: Faked, log: io.StringIO
) -> None:
    handler = logging.StreamHandler(log)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("executor")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        await faked.api.post("/api/v2/execute", {**BODY, "stdin": "my input"})
        await faked.api.get("/a/made-up/path?secret")
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    first, second = (json.loads(line) for line in log.getvalue().splitlines())
    assert (first["status"], first["language"], first["verdict"]) == (200, "python", "ok")
    assert first["job_id"] == faked.executor.jobs[0].id
    assert first["message"].startswith("POST /api/v2/execute: 200 in ")
    assert second["status"] == 404
    for secret in ("a secret", "my input", "made-up"):
        assert secret not in log.getvalue()
