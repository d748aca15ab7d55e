"""The HTTP API as a whole: its parts, its routes, and its life from bind to drain."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from executor.config import Config, HttpConfig
from executor.http.access import Door, Gate, Keys, is_loopback_address
from executor.http.batch import BatchRoutes
from executor.http.bodies import Bounds
from executor.http.connect import ConnectRoutes
from executor.http.description import DescriptionRoutes
from executor.http.execute import ExecuteRoutes, PackageRoutes
from executor.http.health import HealthRoutes
from executor.http.jobs import Jobs
from executor.http.listening import Address, Heads, ListeningSite, address_of, bind
from executor.http.middlewares import adding_headers, admitting, answering
from executor.http.packages import HostPackages, PackageManager
from executor.http.playground import PlaygroundRoutes
from executor.interfaces import Executor
from executor.keys import KEYS_FILE, KeyFile
from executor.metrics import Metrics
from executor.models import StageLimits

# The public instance's path, and the one of everybody else's.
_PREFIXES: Final = ("/api/v2", "/api/v2/piston")
_PREFIXES_V1: Final = ("/api/v1", "/api/v1/piston")
_FAREWELL_SECONDS: Final = 5.0  # for the last answers to be read


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the API is made of."""

    executor: Executor
    keys: Keys
    packages: PackageManager
    metrics: Metrics
    bounds: Bounds = field(default_factory=Bounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One path and method, and what it needs of whoever uses it."""

    method: str
    path: str
    handler: Handler
    door: Door = Door.RUN


def open_api(
    executor: Executor,
    config: Config,
    metrics: Metrics,
    *,
    host: str | None = None,
    port: int | None = None,
    stop: asyncio.Event | None = None,
) -> AbstractAsyncContextManager[Address]:
    """Return the API over ``executor`` as the settings have it, to be entered; see `open_server`.

    Args:
        executor: runs what is sent.
        config: the settings.
        metrics: what is shown under ``/metrics``; requests are counted there.
        host: instead of the settings' own.
        port: likewise.
        stop: see `open_server`.
    """
    http = replace(
        config.http,
        host=config.http.host if host is None else host,
        port=config.http.port if port is None else port,
    )
    keys = KeyFile(config.executor.data_dir / KEYS_FILE)
    drain_seconds = longest_seconds(config.executor.ceiling)
    parts = usual_parts(executor, keys, metrics)
    return open_server(parts, http, drain_seconds=drain_seconds, stop=stop)


def usual_parts(executor: Executor, keys: Keys, metrics: Metrics) -> Parts:
    """Return the usual parts: this host's own languages are the packages."""
    packages = HostPackages(executor)
    return Parts(executor=executor, keys=keys, packages=packages, metrics=metrics)


def longest_seconds(limits: StageLimits) -> float:
    """Return how long a stop waits: the wall limits of a job's steps, and what is around them.

    A job that still queues then, or whose limits a busy machine stretches, may be cut off by it.
    """
    return limits.compile.wall_seconds + limits.run.wall_seconds + 5.0


@contextlib.asynccontextmanager
async def open_server(
    parts: Parts,
    config: HttpConfig,
    *,
    drain_seconds: float,
    stop: asyncio.Event | None = None,
) -> AsyncGenerator[Address, None]:
    """Listen and answer; on leaving, take no more jobs and finish what is running.

    Args:
        parts: what the API is made of.
        config: where to listen and who may use it; port 0 is any free one.
        drain_seconds: how long a running request may still take when we leave, or since ``stop``.
        stop: where others have to finish before we may leave, too: from then on no jobs are taken.

    Raises:
        ConfigError: the address cannot be listened on.
    """
    sockets = await bind(config.host, config.port, stall_seconds=parts.bounds.stall_seconds)
    addresses = [address_of(bound) for bound in sockets]
    on_loopback = all(is_loopback_address(address.host) for address in addresses)
    gate = Gate(
        on_loopback=on_loopback,
        auth=config.auth,
        cors=config.cors,
        keys=parts.keys,
    )
    jobs = Jobs(parts.executor)
    heads = Heads(parts.bounds.head_seconds)
    routes = _routes(parts, jobs, needs_key=config.auth == "keys" and not on_loopback)
    runner = web.AppRunner(
        _application(routes, gate, heads, parts, jobs),
        handle_signals=False,
        access_log=None,
        handler_cancellation=True,  # a client that goes away stops its job
        keepalive_timeout=parts.bounds.idle_seconds,
        shutdown_timeout=min(drain_seconds, _FAREWELL_SECONDS),
    )
    await runner.setup()
    try:
        for bound in sockets:
            await ListeningSite(runner, bound, heads).start()
        async with _draining_since(stop, jobs, drain_seconds):
            yield addresses[0]
    finally:
        # Still listening: whoever comes now is told, and a supervisor sees it at /readyz.
        await jobs.drain(drain_seconds)
        await runner.cleanup()
        heads.close()


@contextlib.asynccontextmanager
async def _draining_since(
    stop: asyncio.Event | None, jobs: Jobs, seconds: float
) -> AsyncGenerator[None, None]:
    """Have ``jobs`` drain as soon as ``stop`` is set, while the block still goes on."""
    if stop is None:
        yield
        return

    async def drain() -> None:
        await stop.wait()
        await jobs.drain(seconds)

    task = asyncio.get_running_loop().create_task(drain())  # a group would wrap the block's errors
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def _routes(parts: Parts, jobs: Jobs, *, needs_key: bool) -> list[Route]:
    health = HealthRoutes(jobs, parts.metrics)
    description = DescriptionRoutes(needs_key=needs_key)
    playground = PlaygroundRoutes()
    return [
        Route(method="GET", path="/", handler=playground.index, door=Door.OPEN),
        Route(method="GET", path="/page/{name}", handler=playground.file, door=Door.OPEN),
        Route(method="GET", path="/healthz", handler=health.alive, door=Door.OPEN),
        Route(method="GET", path="/readyz", handler=health.ready, door=Door.OPEN),
        Route(method="GET", path="/openapi.json", handler=description.document, door=Door.OPEN),
        Route(method="GET", path="/docs", handler=description.page, door=Door.OPEN),
        Route(method="GET", path="/metrics", handler=health.metrics, door=Door.METRICS),
        *_piston_routes(parts, jobs),
    ]


def _piston_routes(parts: Parts, jobs: Jobs) -> list[Route]:
    execute = ExecuteRoutes(jobs, parts.bounds)
    packages = PackageRoutes(parts.packages, parts.bounds)
    connect = ConnectRoutes(jobs, parts.bounds)
    batch = BatchRoutes(jobs, parts.bounds)
    routes: list[Route] = []
    for prefix in _PREFIXES:
        path = f"{prefix}/packages"
        routes += [
            Route(method="GET", path=f"{prefix}/runtimes", handler=execute.runtimes),
            Route(method="POST", path=f"{prefix}/execute", handler=execute.execute),
            Route(method="POST", path=f"{prefix}/batch", handler=batch.batch),
            Route(method="GET", path=f"{prefix}/connect", handler=connect.connect),
            Route(method="GET", path=path, handler=packages.list_all),
            Route(method="POST", path=path, handler=packages.install, door=Door.PACKAGES),
            Route(method="DELETE", path=path, handler=packages.remove, door=Door.PACKAGES),
        ]
    for prefix in _PREFIXES_V1:
        routes += [
            Route(method="GET", path=f"{prefix}/versions", handler=execute.versions_v1),
            Route(method="POST", path=f"{prefix}/execute", handler=execute.execute_v1),
        ]
    return routes


def _application(
    routes: Sequence[Route], gate: Gate, heads: Heads, parts: Parts, jobs: Jobs
) -> web.Application:
    doors: dict[tuple[str, str], Door] = {}
    for route in routes:
        for path in _both(route.path):
            doors[route.method, path] = route.door
    app = web.Application(
        middlewares=[answering(gate, heads, parts.metrics), admitting(gate, doors, jobs)],
        client_max_size=parts.bounds.body_bytes,
    )
    app.on_response_prepare.append(adding_headers(gate))
    for route in routes:
        for path in _both(route.path):
            if route.method == "GET":
                app.router.add_get(path, route.handler)
            else:
                app.router.add_route(route.method, path, route.handler)
    return app


def _both(path: str) -> tuple[str, ...]:
    """Return a path without and with a slash at its end, which mean the same here."""
    return (path,) if path.endswith("/") else (path, f"{path}/")
