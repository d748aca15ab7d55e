"""What is known of a request while it is answered: who asks, and what the log will say of it."""

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from aiohttp import web

from executor.http.access import Visit, Visitor
from executor.http.problems import HttpError

_log = logging.getLogger(__name__)

# What a page in a browser sends instead of Authorization, which it cannot send with a WebSocket: it
# offers two sub-protocols, and we choose the one that is no secret.
SOCKET_PROTOCOL: Final = "codecage"
_KEY_PROTOCOL: Final = "codecage.key."

_VISITOR: Final = web.RequestKey("visitor", Visitor)
_NOTES: Final = web.RequestKey("notes", dict[str, str])


def visitor_of(request: web.Request) -> Visitor:
    """Return who asks, once they were let in."""
    return request[_VISITOR]


def let_in(request: web.Request, visitor: Visitor) -> None:
    """Remember who asks, and in which trace."""
    caller = replace(visitor.caller, traceparent=request.headers.get("traceparent", ""))
    request[_VISITOR] = replace(visitor, caller=caller)
    if visitor.name:
        note(request, key=visitor.name)


def note(request: web.Request, **facts: str) -> None:
    """Have the log say this of the request. Never a program, its input or its output."""
    request.setdefault(_NOTES, {}).update(facts)


def visit_of(request: web.Request) -> Visit:
    """Return the facts that say who asks.

    Raises:
        HttpError: a key was offered in a way that would have it logged.
    """
    headers = request.headers
    is_socket = headers.get("Upgrade", "").lower() == "websocket"
    authorization = headers.get("Authorization")
    if is_socket:  # whatever else it sends
        offered = _offered_key(headers.getall("Sec-WebSocket-Protocol", ()))
        authorization = offered if authorization is None else authorization
    return Visit(
        host=headers.get("Host", ""),
        writes=is_socket or request.method not in {"GET", "HEAD", "OPTIONS"},
        origin=headers.get("Origin"),
        authorization=authorization,
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


def _offered_key(headers: Sequence[str]) -> str | None:
    """Return the key among the sub-protocols that a WebSocket's client offers.

    Args:
        headers: each Sec-WebSocket-Protocol that was sent.

    Raises:
        HttpError: the key stands alone. Browsers break off where nothing that they offered is
            chosen, and aiohttp, which reads the first header only, logs what was.
    """
    offered = [[name.strip() for name in header.split(",")] for header in headers]
    names = [name for header in offered for name in header]
    key = next((name for name in names if name.lower().startswith(_KEY_PROTOCOL)), None)
    if key is None:
        return None
    if SOCKET_PROTOCOL not in offered[0]:
        raise HttpError(400, f"Beside a key offer the sub-protocol {SOCKET_PROTOCOL}, too.")
    return key[len(_KEY_PROTOCOL) :]
