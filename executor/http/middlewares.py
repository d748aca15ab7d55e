"""What happens around every request: who may, what is answered when it fails, headers, the log."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from executor.http.access import Door, Gate
from executor.http.jobs import Jobs
from executor.http.listening import Heads
from executor.http.problems import HttpError, problem_response
from executor.http.visits import let_in, log_visit, visit_of
from executor.metrics import Metrics

_HEADERS: Final = {
    "Server": "codecage",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_METHODS: Final = frozenset(
    {"DELETE", "GET", "HEAD", "OPTIONS", "POST"}
)  # a client can invent more
_CLIENT_GONE: Final = 499  # as other servers' logs have it


def answering(gate: Gate, heads: Heads, metrics: Metrics) -> Middleware:
    """Return the outer middleware: every request gets an answer, a line in the log, and counts."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        heads.arrived(request.protocol)
        began = time.monotonic()
        status = _CLIENT_GONE
        try:
            response = await _answer(request, handler, gate)
            status = response.status
            return response
        finally:
            path = log_visit(request, status, began)
            method = request.method if request.method in _METHODS else "other"
            metrics.requests.labels(method, path, str(status)).inc()

    return answer


def admitting(gate: Gate, doors: Mapping[tuple[str, str], Door], jobs: Jobs) -> Middleware:
    """Return the inner middleware: lets a request in, or not.

    Args:
        gate: decides.
        doors: what each method and path needs.
        jobs: counts what may run something.
    """

    @web.middleware
    async def admit(request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        if request.match_info.http_exception is None and resource is not None:
            method = "GET" if request.method == "HEAD" else request.method
            door = doors[method, resource.canonical]
            let_in(request, gate.admit(visit_of(request), door))
            if door is Door.RUN:
                with jobs.at_work():
                    return await handler(request)
        return await handler(request)

    return admit


def adding_headers(
    gate: Gate,
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Return what adds the headers that every answer has."""

    async def add(request: web.Request, response: web.StreamResponse) -> None:
        headers = dict(_HEADERS)
        allowed = gate.allowed_origin(request.headers.get("Origin"))
        if allowed is not None:
            headers["Access-Control-Allow-Origin"] = allowed
            headers["Access-Control-Expose-Headers"] = "Retry-After, Server-Timing"
        if gate.answers_pages:
            # Beside what the answer varies by itself, and also where this origin is not allowed: a
            # cache must not hand such an answer to a page that is.
            response.headers.add("Vary", "Origin")
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers["Server"] = _HEADERS["Server"]

    return add


async def _answer(request: web.Request, handler: Handler, gate: Gate) -> web.StreamResponse:
    try:
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return _preflight(request, gate)
        return await handler(request)
    except asyncio.CancelledError:
        raise
    except Exception as error:  # noqa: BLE001  # a border: a client gets words, never a trace
        return problem_response(_as_piston(request, error))


def _as_piston(request: web.Request, error: Exception) -> Exception:
    """Return ``error`` as Piston has it, where a wrong method is a route it does not know."""
    is_unknown_method = isinstance(error, web.HTTPMethodNotAllowed)
    if isinstance(error, web.HTTPNotFound) or (
        is_unknown_method and request.path.startswith("/api/")
    ):
        return HttpError(404, "Not Found")
    return error


def _preflight(request: web.Request, gate: Gate) -> web.Response:
    if gate.allowed_origin(request.headers.get("Origin")) is None:
        raise HttpError(403, "Web pages of this origin may not use the API.")
    return web.Response(
        status=204,
        headers={
            "Access-Control-Allow-Methods": "GET, POST, DELETE",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, traceparent",
            "Access-Control-Max-Age": "600",
        },
    )
