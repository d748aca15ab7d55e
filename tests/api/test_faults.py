"""Where the original goes wrong, ours goes right, in a way its clients still understand.

Who may change packages is in test_keys.py, that a client who leaves stops its job in test_execute.py.
The faults of the socket (signals that never arrive, output without a bound, characters split in two,
jobs that go on when their client has left) are in test_connect_sandbox.py.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import bot
import executor as executor_package
from executor.config import ExecutorConfig, HttpConfig
from executor.errors import BackendUnavailableError
from executor.factory import open_executor
from executor.http.packages import Package
from executor.http.server import open_server, usual_parts
from executor.metrics import Metrics
from executor.sandbox import seccomp
from tests.api.conftest import Api, KnownKeys, open_api
from tests.fakes import FakeExecutor

pytestmark = pytest.mark.timeout(120)


def program(language: str, source: str, **more: object) -> dict[str, object]:
    return {"language": language, "version": "*", "files": [{"content": source}], **more}


async def run(api: Api, language: str, source: str, **more: object) -> dict[str, Any]:
    status, document = await api.post("/api/v2/execute", program(language, source, **more))
    assert status == 200, document
    return document


async def needs(api: Api, language: str) -> str:
    """Return the version of a language that there is; skip where it is not installed."""
    _, listed = await api.get("/api/v2/runtimes")
    assert isinstance(listed, list)
    version = next((str(x["version"]) for x in listed if x["language"] == language), None)
    if version is None:
        pytest.skip(f"{language} is not installed")
    return version


@pytest.mark.sandbox
async def test_output_over_the_limit_is_cut_and_not_lost(real: Api) -> None:
    stage = (await run(real, "python", "while True: print('yes')"))["run"]
    assert (stage["status"], stage["signal"], stage["code"]) == ("OL", "SIGKILL", None)
    assert stage["message"] == "stdout length exceeded"
    assert stage["truncated"] is True
    assert stage["stdout_bytes"] == 1024**2
    assert stage["stdout"].startswith("yes\nyes\n")
    assert stage["stderr"] == ""


@pytest.mark.sandbox
async def test_standard_error_over_the_limit_is_told_as_such(real: Api) -> None:
    source = "import sys\nwhile True: print('no', file=sys.stderr)"
    stage = (await run(real, "python", source))["run"]
    assert (stage["status"], stage["message"]) == ("EL", "stderr length exceeded")
    assert stage["stderr"].startswith("no\nno\n")


@pytest.mark.sandbox
async def test_a_character_written_in_two_pieces_is_one(real: Api) -> None:
    source = "import os, time; os.write(1, b'\\xe2\\x82'); time.sleep(0.2); os.write(1, b'\\xac')"
    stage = (await run(real, "python", source))["run"]
    assert stage["stdout"] == stage["output"] == "€"


@pytest.mark.sandbox
async def test_a_segfault_is_one_and_leaks_no_path_of_ours(real: Api) -> None:
    document = await run(real, "c", "int main(){*(volatile int*)0 = 1;}")
    stage = document["run"]
    assert (stage["status"], stage["signal"], stage["code"]) == ("SG", "SIGSEGV", None)
    assert stage["message"] == "Caught fatal signal 11"
    assert stage["stderr"] == ""


@pytest.mark.sandbox
@pytest.mark.parametrize(
    "name", ["../../x.py", "/etc/passwd", "a/../../b", "a\0b", "x" * 300, "a\nb"], ids=repr
)
async def test_a_bad_file_name_is_refused_with_words(real: Api, name: str) -> None:
    body = {**program("python", ""), "files": [{"name": name, "content": "print(1)"}]}
    status, document = await real.post("/api/v2/execute", body)
    assert status == 400
    assert document["message"]


@pytest.mark.sandbox
async def test_a_program_that_wants_all_memory_gets_its_limit_and_a_name_for_it(real: Api) -> None:
    stage = (await run(real, "python", "x = bytearray(2**31); print(len(x))"))["run"]
    assert stage["verdict"] == "memory_limit"
    assert (stage["status"], stage["signal"]) == ("SG", "SIGKILL")
    assert stage["message"] == "Memory limit exceeded (256 MiB)"


@pytest.mark.sandbox
async def test_a_full_disk_is_named(real: Api) -> None:
    source = "f = open('x', 'wb')\nwhile True: f.write(b'x' * 100_000)"
    stage = (await run(real, "python", source))["run"]
    assert stage["verdict"] == "disk_limit"
    assert stage["message"] == "Disk limit exceeded (64 MiB)"


@pytest.mark.sandbox
async def test_a_time_out_keeps_what_was_printed(real: Api) -> None:
    source = "import time; print('so far'); time.sleep(60)"
    stage = (await run(real, "python", source, run_timeout=1000))["run"]
    assert (stage["status"], stage["message"]) == ("TO", "Time limit exceeded (wall clock)")
    assert stage["stdout"] == "so far\n"


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("c", "int main(){return 3;}"),
        ("java", "class A { public static void main(String[] a) { System.exit(3); } }"),
    ],
    ids=["c", "java"],
)
async def test_the_same_program_is_compiled_once(real: Api, language: str, source: str) -> None:
    await needs(real, language)
    first, second = [await run(real, language, source) for _ in range(2)]
    assert (first["cached"], second["cached"]) == (False, True)
    assert second["timings"]["compile"] == 0
    assert first["run"]["code"] == second["run"]["code"] == 3


@pytest.mark.sandbox
async def test_a_background_process_does_not_hold_the_answer_or_outlive_it(real: Api) -> None:
    stage = (await run(real, "bash", "sleep 300 & echo done"))["run"]
    assert (stage["stdout"], stage["code"]) == ("done\n", 0)


@pytest.mark.sandbox
async def test_a_queue_has_an_end(tmp_path: Path) -> None:
    config = ExecutorConfig(data_dir=tmp_path, running=1, queue=1)
    async with open_executor(config, languages=["python"]) as executor, open_api(executor) as api:
        body = program("python", "import time; time.sleep(1)")
        answers: Sequence[tuple[int, object]]
        assert not executor.load().is_full
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(api.post("/api/v2/execute", body)) for _ in range(6)]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)  # the first refusal
            assert executor.load().is_full
        answers = [task.result() for task in tasks]
    statuses = sorted(status for status, _ in answers)
    assert statuses == [200, 200, 503, 503, 503, 503]


class BrokenPackages:
    """A package manager whose index cannot be reached."""

    async def packages(self) -> Sequence[Package]:
        raise BackendUnavailableError("The index of packages cannot be reached.")

    async def install(self, language: str, version: str) -> Package:
        raise OSError(f"{language}-{version}: no route to the index")

    async def remove(self, language: str, version: str) -> Package:
        return Package(language=language, version=version, installed=False)


async def test_an_index_that_cannot_be_reached_takes_nothing_down_with_it() -> None:
    metrics = Metrics()
    parts = usual_parts(FakeExecutor(), KnownKeys(), metrics)
    parts = replace(parts, packages=BrokenPackages())
    async with (
        open_server(parts, HttpConfig(port=0), drain_seconds=1) as address,
        aiohttp.ClientSession(base_url=address.url) as client,
    ):
        async with client.get("/api/v2/packages") as response:
            assert response.status == 503
            assert (await response.json())["message"] == "The index of packages cannot be reached."
        async with client.get("/healthz") as response:
            assert response.status == 200


LITTER = """
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for n in range(1500):
    open(f"left-{n}", "w").write("x")
open("/tmp/left", "w").write("x")
for _ in range(20):
    if os.fork() == 0:
        os.setsid()
        signal.pause()
print("left", flush=True)
"""
LOOK = "import os; print(os.listdir('.'), os.listdir('/tmp'), len(os.listdir('/dev/shm')))"


@pytest.mark.sandbox
async def test_a_place_is_free_only_when_it_is_clean(tmp_path: Path) -> None:
    """Box numbers wrap there while the last owner's clean-up may still go on."""
    config = ExecutorConfig(data_dir=tmp_path, running=1)
    async with open_executor(config, languages=["python"]) as executor, open_api(executor) as api:
        clean = (await run(api, "python", LOOK))["run"]["stdout"]
        for _ in range(5):
            left, seen = await asyncio.gather(run(api, "python", LITTER), run(api, "python", LOOK))
            assert left["run"]["stdout"] == "left\n"
            assert seen["run"]["stdout"] == clean
    assert clean.startswith("['main.py'] []")


TIMED = """
import time
began = time.monotonic()
time.sleep(0.1)
print(began, time.monotonic())
"""


@pytest.mark.sandbox
async def test_never_more_run_at_once_than_may(tmp_path: Path) -> None:
    """A waiter gives up its slot there after it was woken, so that another request can slip in."""
    config = ExecutorConfig(data_dir=tmp_path, running=2)
    spans: list[tuple[float, float]] = []

    async def honest(api: Api) -> None:
        began, ended = (await run(api, "python", TIMED))["run"]["stdout"].split()
        spans.append((float(began), float(ended)))

    async def leaving(api: Api, seconds: float) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(seconds):
                await run(api, "python", "import time; time.sleep(3)")

    async with (
        open_executor(config, languages=["python"]) as executor,
        open_api(executor) as api,
        asyncio.TaskGroup() as group,
    ):
        for index in range(16):
            group.create_task(honest(api))
            if index % 2:
                group.create_task(leaving(api, 0.05 * index))
    assert len(spans) == 16
    at_once = [sum(a <= began < b for a, b in spans) for began, _ in spans]
    assert max(at_once) <= 2


VERSIONS = {
    "python": "import platform; print(platform.python_version())",
    "javascript": "console.log(process.versions.node)",
    "perl": 'printf "%vd\\n", $^V',
    "bash": "echo $BASH_VERSION",
    "c": "#include <stdio.h>\nint main(){puts(__VERSION__);}",
}


@pytest.mark.sandbox
@pytest.mark.parametrize("language", list(VERSIONS))
async def test_languages_are_as_new_as_the_host_s_own(real: Api, language: str) -> None:
    """Its images are years old; ours are what the system's updates bring, under their true version."""
    version = await needs(real, language)
    said = (await run(real, language, VERSIONS[language]))["run"]["stdout"]
    assert said.startswith(version)


def test_nothing_of_it_is_made_for_one_kind_of_processor() -> None:
    """Its images are for x86-64 alone. Ours has no machine code, and a filter for either kind."""
    packages = [Path(package.__path__[0]) for package in (bot, executor_package)]
    files = [path for package in packages for path in package.rglob("*") if path.is_file()]
    assert len(files) > 100
    assert [path for path in files if path.read_bytes()[:4] == b"\x7fELF"] == []
    assert len({seccomp.load(machine) for machine in ("x86_64", "aarch64")}) == 2
