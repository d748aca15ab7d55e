"""What is known of a request while it is answered: who asks, and what the log will say of it."""

import logging
import time
from typing import Final

from aiohttp import web

from executor.http.access import Visit, Visitor

_log = logging.getLogger(__name__)

_VISITOR: Final = web.RequestKey("visitor", Visitor)
_NOTES: Final = web.RequestKey("notes", dict[str, str])


def visitor_of(request: web.Request) -> Visitor:
    """Return who asks, once they were let in."""
    return request[_VISITOR]


def let_in(request: web.Request, visitor: Visitor) -> None:
    """Remember who asks."""
    request[_VISITOR] = visitor
    if visitor.name:
        note(request, key=visitor.name)


def note(request: web.Request, **facts: str) -> None:
    """Have the log say this of the request. Never a program, its input or its output."""
    request.setdefault(_NOTES, {}).update(facts)


def visit_of(request: web.Request) -> Visit:
    """Return the facts that say who asks."""
    headers = request.headers
    is_socket = headers.get("Upgrade", "").lower() == "websocket"
    return Visit(
        host=headers.get("Host", ""),
        writes=is_socket or request.method not in {"GET", "HEAD", "OPTIONS"},
        origin=headers.get("Origin"),
        authorization=headers.get("Authorization"),
        is_forwarded="Forwarded" in headers or "X-Forwarded-For" in headers,
    )


def log_visit(request: web.Request, status: int, began: float) -> str:
    """Write the one line of a request, and return the path of its route.

    Args:
        request: it.
        status: what was answered.
        began: `time.monotonic` of then.
    """
    seconds = time.monotonic() - began
    notes = request.get(_NOTES, {})
    told = "".join(f" {name}={value}" for name, value in notes.items())
    # The path of a route, not what was sent: that may hold anything.
    resource = request.match_info.route.resource
    path = resource.canonical if resource is not None else "unknown path"
    _log.info(
        "%s %s: %d in %.3f s%s",
        request.method,
        path,
        status,
        seconds,
        told,
        extra={"facts": {"status": status, "seconds": round(seconds, 4), **notes}},
    )
    return path
