"""Clients that were written for the public Piston API, unmodified, against the real thing of ours."""

import asyncio
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import ultra_piston
from ultra_piston.errors import (
    BadRequestError,
    InternalServerError,
    NotFoundError,
    TooManyRequestsError,
)

from executor.config import HttpConfig
from executor.keys import Key, Rate, Right
from tests.api.conftest import Api, OpenFaked

HERE = Path(__file__).parent
HELLO = ultra_piston.File(content="import sys; print(input(), sys.argv[1:])")
BROKEN = ultra_piston.File(name="main.c", content="int main(){")

pytestmark = pytest.mark.timeout(180)


def client(api: Api, key: str | None = "k") -> ultra_piston.PistonClient:
    return ultra_piston.PistonClient(api_key=key, base_url=f"{api.url}/api/v2", rate_limit=0)


def use_all(piston: ultra_piston.PistonClient) -> dict[str, Any]:
    """Call everything that the client has, and return what came of it."""
    ran = piston.post_execute("python", "3.x", HELLO, stdin="hi", args=["a"])
    failed = piston.post_execute("c", "*", BROKEN)
    found = {
        "runtimes": [(x.language, x.version) for x in piston.get_runtimes()],
        "packages": [(x.language, x.language_version) for x in piston.get_packages()],
        "run": (ran.language, ran.run.stdout, ran.run.code, ran.compile),
        "failed": failed.compile is not None and failed.run.stderr == failed.compile.stderr,
    }
    with pytest.raises(BadRequestError):
        piston.post_execute("nope", "*", HELLO)
    with pytest.raises(InternalServerError):
        piston.post_packages("python", "*")
    with pytest.raises(NotFoundError):
        piston.post_packages("nope", "*")
    with pytest.raises(InternalServerError):
        piston.delete_packages("python", "*")
    return found


async def use_all_async(piston: ultra_piston.PistonClient) -> dict[str, Any]:
    ran = await piston.post_execute_async("python", "3.x", HELLO, stdin="hi", args=["a"])
    failed = await piston.post_execute_async("c", "*", BROKEN)
    found = {
        "runtimes": [(x.language, x.version) for x in await piston.get_runtimes_async()],
        "packages": [(x.language, x.language_version) for x in await piston.get_packages_async()],
        "run": (ran.language, ran.run.stdout, ran.run.code, ran.compile),
        "failed": failed.compile is not None and failed.run.stderr == failed.compile.stderr,
    }
    with pytest.raises(BadRequestError):
        await piston.post_execute_async("nope", "*", HELLO)
    with pytest.raises(InternalServerError):
        await piston.post_packages_async("python", "*")
    with pytest.raises(NotFoundError):
        await piston.delete_packages_async("nope", "*")
    return found


@pytest.mark.sandbox
async def test_ultra_piston_gets_all_it_asks_for(real: Api) -> None:
    real.keys.add("k", Key(name="me", digest="", rights=frozenset({Right.PACKAGES})))
    found = await asyncio.to_thread(use_all, client(real))
    assert await use_all_async(client(real)) == found
    assert found["run"] == ("python", "hi ['a']\n", 0, None)
    assert found["failed"] is True
    assert found["runtimes"] == found["packages"]
    assert "python" in dict(found["runtimes"])


async def test_ultra_piston_understands_a_rate_that_is_used_up(open_faked: OpenFaked) -> None:
    config = HttpConfig(host="0.0.0.0", port=0)  # noqa: S104
    async with open_faked(config=config) as faked:
        faked.api.keys.add("k", Key(name="me", digest="", rate=Rate(1, 3600.0)))
        await client(faked.api).post_execute_async("python", "*", HELLO)
        with pytest.raises(TooManyRequestsError):
            await client(faked.api).post_execute_async("python", "*", HELLO)


async def output_of(*argv: str, **environ: str) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *argv,
        env={**os.environ, **environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return said


@pytest.mark.full
@pytest.mark.sandbox
async def test_aiopyston_gets_all_it_asks_for(real: Api, tmp_path: Path) -> None:
    """It comes as source only, which the lock file of the tests does not take: so it is apart."""
    pip = ["uv", "pip"] if shutil.which("uv") else [sys.executable, "-m", "pip"]
    await output_of(
        *(*pip, "install", "--quiet", "--no-deps", "--require-hashes"),
        *("--target", str(tmp_path), "-r", str(HERE / "aiopyston.txt")),
    )
    said = await output_of(
        *(sys.executable, str(HERE / "aiopyston_client.py"), f"{real.url}/api/v2/"),
        PYTHONPATH=str(tmp_path),
    )
    found = json.loads(said)
    assert found["stdout"] == found["text"] == "1 in\n"
    assert found["success"] is True
    assert (found["compile"], found["code"]) == (0, 3)
    assert found["refusal"] == "nope-* runtime is unknown"
    assert {"python", "c"} <= set(found["languages"])
    assert found["py"].startswith("[python-3.")
    assert all(isinstance(aliases, list) for _, _, aliases in found["runtimes"])
