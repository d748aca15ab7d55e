"""Load with hostile programs and clients that break off: all honest ones right, nothing left."""

import gc
from pathlib import Path

import pytest

from executor.config import ExecutorConfig
from executor.factory import open_executor
from tests.api.conftest import open_api
from tests.api.soak import plan, soak
from tests.sandbox import host


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("requests", "clients"),
    [
        pytest.param(500, 32, marks=pytest.mark.timeout(300)),
        pytest.param(5000, 64, marks=[pytest.mark.timeout(1800), pytest.mark.full]),
    ],
    ids=["scaled down", "whole"],
)
async def test_honest_clients_get_theirs_whatever_the_others_do(
    data_dir: Path, requests: int, clients: int
) -> None:
    before = host.snapshot()
    config = ExecutorConfig(data_dir=data_dir, uid_base=host.UID_BASE)
    planned = plan(requests, seed=1)
    async with open_executor(config) as executor:
        async with open_api(executor) as api:
            outcome = await soak(api.url, planned, clients)
        load = executor.load()
        assert (load.running_jobs, load.waiting_jobs) == (0, 0)
    assert outcome.wrong == []
    honest = sum(request.kind == "honest" for request in planned)
    assert outcome.counts["honest"] == honest
    assert sum(outcome.counts.values()) == requests
    assert outcome.counts["left"] == sum(request.kind == "leaving" for request in planned)
    gc.collect()
    host.assert_nothing_left(before)
