"""When descriptors run out or a start fails half-way, the reason is told and nothing is left open."""

import asyncio
import os
import resource
from pathlib import Path

import pytest

from executor.config import ExecutorConfig
from executor.errors import BackendUnavailableError, ConfigError
from executor.factory import open_executor
from executor.sandbox.spec import Kind, SandboxSpec
from tests.sandbox import host
from tests.sandbox.conftest import LIMITS, Cage, shell

pytestmark = pytest.mark.sandbox


async def test_without_descriptors_a_sandbox_is_refused_and_none_leaks(cage: Cage) -> None:
    await cage.run(shell("true"))
    await asyncio.sleep(0.2)
    open_before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    refused = 0
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        for spare in range(1, 16):
            used = {int(name) for name in os.listdir("/proc/self/fd")}  # noqa: PTH208
            lowest_free = next(number for number in range(4096) if number not in used)
            resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free + spare, hard))
            try:
                box = await cage.backend.spawn(SandboxSpec(Kind.GENERIC, LIMITS))
            except BackendUnavailableError as error:
                assert "too many files" in str(error)  # noqa: PT017
                refused += 1
            else:
                await cage.backend.bury(box)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert refused
    await asyncio.sleep(0.2)
    assert len(os.listdir("/proc/self/fd")) == open_before  # noqa: PTH208
    assert (await cage.run(shell("exit 7"))).exit_code == 7


async def test_a_start_that_fails_at_a_language_file_ends_the_launcher(tmp_path: Path) -> None:
    before = host.snapshot()
    (tmp_path / "bad.yaml").write_text("name: bad\nnonsense: 1\n")
    config = ExecutorConfig(data_dir=tmp_path, languages_dir=tmp_path, uid_base=host.UID_BASE)
    with pytest.raises(ConfigError, match="nonsense"):
        async with open_executor(config):
            pass
    host.assert_nothing_left(before)
