"""A program through the whole executor, in every unit that may run one."""

from pathlib import Path

import pytest

from executor import Job, SourceFile, Status
from executor.config import ExecutorConfig
from executor.factory import open_executor
from tests.vm import worlds


@pytest.mark.worlds(*(world for world in worlds.ALL if world.level != "D"))
async def test_a_program_runs(world: worlds.World, tmp_path: Path) -> None:
    config = ExecutorConfig(data_dir=tmp_path)
    source = SourceFile(path="main.py", content=f"print({world.name!r})".encode())
    async with open_executor(config, languages=("python",), keep_ready=False) as executor:
        job = Job(id="1", language="python", files=(source,))
        result = await (await executor.start(job)).result()
    assert result.status is Status.OK, result
    assert result.steps[-1].stdout.decode() == f"{world.name}\n"
