"""`codecage serve` as an operator starts it: a process, an address, an answer, a drain."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psutil
import pytest

from executor.config import ExecutorConfig
from executor.factory import open_executor

ROOT = Path(__file__).resolve().parents[2]
HELLO = {"language": "py", "version": "*", "files": [{"content": 'print("hi")'}]}
SLOW = {
    "language": "py",
    "version": "*",
    "files": [{"content": 'import time\nprint("begun", flush=True)\ntime.sleep(2)\nprint("done")'}],
}

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(120)]


@asynccontextmanager
async def started(
    folder: Path, *arguments: str, command: str = "serve"
) -> AsyncGenerator[asyncio.subprocess.Process, None]:
    """Start a command in an empty folder, as somebody who configured nothing."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "bot.cli", command, *arguments),
        cwd=folder,
        env={
            **inherited,
            "PYTHONPATH": str(ROOT),
            "CODECAGE_DATA_DIR": str(folder / "data"),
            "CODECAGE_LOG_FORMAT": "json",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def address_of(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(30):
        line = (await process.stdout.readline()).decode()
    found = re.search(r"http://\S+?:\d+", line)
    if not found:
        assert process.stderr is not None
        pytest.fail(f"{line!r}\n{(await process.stderr.read()).decode()}")
    return found[0]


async def run(client: aiohttp.ClientSession, body: object) -> str:
    async with client.post("/api/v2/execute", json=body) as response:
        document = await response.json()
        assert response.status == 200, document
        return str(document["run"]["stdout"])


async def has_cgroup(folder: Path) -> bool:
    config = ExecutorConfig(data_dir=folder / "other")
    async with open_executor(config, languages=["sh"]) as executor:
        return executor._runner.sandboxes.facts.cgroup_version > 0


async def count(client: aiohttp.ClientSession, name: str) -> float:
    async with client.get("/metrics") as response:
        found = re.search(rf"^{name} (\S+)$", await response.text(), re.MULTILINE)
    assert found
    return float(found[1])


async def ready(client: aiohttp.ClientSession) -> int:
    async with client.get("/readyz") as response:
        return response.status


async def test_whoever_starts_it_gets_answers_and_sigterm_lets_them_finish(tmp_path: Path) -> None:
    async with started(tmp_path, "--port", "0") as process:
        async with aiohttp.ClientSession(base_url=await address_of(process)) as client:
            assert await run(client, HELLO) == "hi\n"
            async with client.get("/metrics") as response:
                figures = await response.text()
            async with asyncio.TaskGroup() as group:
                slow = group.create_task(run(client, SLOW))
                await asyncio.sleep(0.7)
                process.send_signal(signal.SIGTERM)
            assert slow.result() == "begun\ndone\n"
            assert "codecage_made_sandboxes_total" in figures
            # Root's cgroups are read by a server that is root no more.
            assert ("codecage_cgroup_memory_bytes" in figures) == await has_cgroup(tmp_path)
        async with asyncio.timeout(15):
            _, log = await process.communicate()
        assert process.returncode == 0
        assert b"print" not in log
        assert b'"verdict": "ok"' in log


async def test_a_second_signal_does_not_wait_and_leaves_nothing(tmp_path: Path) -> None:
    async with started(tmp_path, "--port", "0") as process:
        body = {**SLOW, "files": [{"content": "import time; time.sleep(9)"}]}
        async with aiohttp.ClientSession(base_url=await address_of(process)) as client:
            cut_off = asyncio.ensure_future(client.post("/api/v2/execute", json=body))
            while await count(client, "codecage_running_jobs") < 1:
                pass
            below = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(signal.SIGTERM)
            while await ready(client) != 503:
                pass
            process.send_signal(signal.SIGTERM)
            with pytest.raises(aiohttp.ClientError):
                await cut_off
            assert await process.wait() == -signal.SIGTERM
    assert below
    _, alive = await asyncio.to_thread(psutil.wait_procs, below, timeout=20)
    assert alive == []


async def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    async with started(tmp_path, "--port", "0") as first:
        port = (await address_of(first)).rpartition(":")[2]
        async with started(tmp_path, "--port", port) as second:
            _, said = await second.communicate()
            assert second.returncode == 3
            assert b"cannot listen on 127.0.0.1 port " in said
            assert b"Traceback" not in said


async def test_up_serves_the_api_beside_the_bot(tmp_path: Path) -> None:
    async with started(tmp_path, command="up") as process:
        assert process.stderr is not None
        async with asyncio.timeout(30):
            while b"the HTTP API is at" not in (line := await process.stderr.readline()):
                assert line, "it ended before it said where the API is"
        found = re.search(r"http://127\.0\.0\.1:\d+", line.decode())
        assert found
        async with aiohttp.ClientSession(base_url=found[0]) as client:
            assert await run(client, HELLO) == "hi\n"
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(15):
            await process.communicate()
        assert process.returncode == 0


async def new_key(folder: Path, *arguments: str) -> str:
    async with started(folder, "add", *arguments, command="keys") as process:
        secret, said = await process.communicate()
        assert process.returncode == 0, said.decode()
        return secret.decode().strip()


async def test_keys_work_at_once_for_a_server_that_has_given_up_root(tmp_path: Path) -> None:
    early = await new_key(tmp_path, "early")
    async with started(tmp_path, "--host", "0.0.0.0", "--port", "0") as process:  # noqa: S104
        port = (await address_of(process)).rpartition(":")[2]
        late = await new_key(tmp_path, "late", "--languages", "bash")
        async with aiohttp.ClientSession(base_url=f"http://127.0.0.1:{port}") as client:
            statuses = []
            for key in (None, "wrong", early, late):
                headers = {} if key is None else {"Authorization": f"Bearer {key}"}
                async with client.post("/api/v2/execute", json=HELLO, headers=headers) as response:
                    statuses.append(response.status)
    assert statuses == [401, 401, 200, 403]


@pytest.mark.parametrize(
    ("host", "is_warned"),
    [("0.0.0.0", True), ("127.0.0.1", False)],  # noqa: S104
)
async def test_a_server_that_nobody_may_use_says_so(
    tmp_path: Path, host: str, is_warned: bool
) -> None:
    async with started(tmp_path, "--host", host, "--port", "0") as process:
        await address_of(process)
        process.send_signal(signal.SIGTERM)
        _, said = await process.communicate()
    assert (b"codecage keys add NAME" in said) == is_warned


async def test_when_the_launcher_dies_who_waits_is_told_and_the_process_ends_for_a_supervisor(
    tmp_path: Path,
) -> None:
    async with started(tmp_path, "--port", "0") as process:
        async with aiohttp.ClientSession(base_url=await address_of(process)) as client:
            assert await run(client, HELLO) == "hi\n"
            async with asyncio.TaskGroup() as group:
                slow = group.create_task(document(client, SLOW))
                while await count(client, "codecage_running_jobs") < 1:
                    pass
                launcher_of(process).kill()
            assert slow.result()[0] == 503
            assert "started anew" in slow.result()[1]["message"]
        async with asyncio.timeout(60):
            _, said = await process.communicate()
        assert process.returncode == 3
        assert b"launcher has ended" in said
        assert b"Traceback" not in said


def launcher_of(process: asyncio.subprocess.Process) -> psutil.Process:
    (launcher,) = [
        child
        for child in psutil.Process(process.pid).children()
        if "<codecage launcher>" in " ".join(child.cmdline())
    ]
    return launcher


async def document(client: aiohttp.ClientSession, body: object) -> tuple[int, dict[str, str]]:
    async with client.post("/api/v2/execute", json=body) as response:
        return response.status, await response.json()
