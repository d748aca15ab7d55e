"""The HTTP API on loopback, for tests: over a fake executor, or over the real sandbox."""

import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp
import pytest

from executor.config import ExecutorConfig, HttpConfig
from executor.factory import open_executor
from executor.http.bodies import Bounds
from executor.http.server import open_server, usual_parts
from executor.interfaces import Executor
from executor.keys import Key, digest_of
from executor.metrics import Metrics, open_metered
from executor.models import Job, Result, Runtime, StageLimits
from tests.fakes import FakeExecutor, prints
from tests.results import LIMITS
from tests.runtimes import RUNTIMES

STAGES = StageLimits(
    compile=replace(LIMITS, wall_seconds=10, cpu_seconds=10, memory_bytes=512 * 1024**2),
    run=replace(LIMITS, wall_seconds=3, cpu_seconds=3),
)
LIMITED = tuple(replace(runtime, limits=STAGES) for runtime in RUNTIMES)


@dataclass
class KnownKeys:
    """Keys without a file."""

    keys: dict[str, Key] = field(default_factory=dict)

    def find(self, secret: str) -> Key | None:
        return self.keys.get(digest_of(secret))

    def add(self, secret: str, key: Key) -> None:
        self.keys[digest_of(secret)] = replace(key, digest=digest_of(secret))


@dataclass
class Api:
    """A running API and a client of it."""

    url: str
    client: aiohttp.ClientSession
    keys: KnownKeys

    async def get(self, path: str, **headers: str) -> tuple[int, object]:
        async with self.client.get(path, headers=headers) as response:
            return response.status, await response.json()

    async def post(self, path: str, body: object, **headers: str) -> tuple[int, dict[str, object]]:
        async with self.client.post(path, json=body, headers=headers) as response:
            document: dict[str, object] = await response.json()
            return response.status, document


@contextlib.asynccontextmanager
async def open_api(
    executor: Executor,
    config: HttpConfig | None = None,
    bounds: Bounds | None = None,
    drain_seconds: float = 10.0,
) -> AsyncGenerator[Api, None]:
    """Yield an API over ``executor`` on a free port of loopback."""
    keys = KnownKeys()
    metrics = Metrics()
    config = config or HttpConfig(port=0)
    async with open_metered(executor, metrics) as metered:
        parts = replace(usual_parts(metered, keys, metrics), bounds=bounds or Bounds())
        async with (
            open_server(parts, config, drain_seconds=drain_seconds) as address,
            aiohttp.ClientSession(base_url=f"http://127.0.0.1:{address.port}") as client,
        ):
            yield Api(f"http://127.0.0.1:{address.port}", client, keys)


@dataclass
class Faked:
    """An API over a fake executor."""

    api: Api
    executor: FakeExecutor


OpenFaked = Callable[..., contextlib.AbstractAsyncContextManager[Faked]]


@pytest.fixture
def open_faked() -> OpenFaked:
    @contextlib.asynccontextmanager
    async def opened(
        answer: Callable[[Job], Result | Exception] = prints,
        config: HttpConfig | None = None,
        bounds: Bounds | None = None,
        runtimes: Sequence[Runtime] = LIMITED,
        drain_seconds: float = 10.0,
    ) -> AsyncGenerator[Faked, None]:
        executor = FakeExecutor(answer, runtimes=runtimes)
        async with open_api(executor, config, bounds, drain_seconds) as api:
            yield Faked(api, executor)

    return opened


@pytest.fixture
async def faked(open_faked: OpenFaked) -> AsyncGenerator[Faked, None]:
    async with open_faked() as opened:
        yield opened


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder for all tests: languages are asked for their versions once."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
async def real(data_dir: Path) -> AsyncGenerator[Api, None]:
    """An API over the real sandbox, with this machine's languages."""
    config = ExecutorConfig(data_dir=data_dir)
    async with open_executor(config) as executor, open_api(executor) as api:
        yield api
