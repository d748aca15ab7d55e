"""What is answered when a request cannot be served: always JSON with a ``message``."""

import json
import logging
import math
from collections.abc import Mapping

from aiohttp import web

from executor.errors import (
    ExecutorError,
    InvalidJobError,
    QueueFullError,
    RateLimitedError,
)

_log = logging.getLogger(__name__)


class HttpError(Exception):
    """A refusal with its status; the text is one sentence for a person."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})


def json_response(
    document: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Return ``document`` as JSON in UTF-8, its keys in their order."""
    return web.Response(
        body=json_bytes(document),
        status=status,
        headers=headers,
        content_type="application/json",
        charset="utf-8",
    )


def json_bytes(document: object) -> bytes:
    """Return ``document`` as JSON; what a client sent that is no valid Unicode becomes ``?``."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def problem_response(error: BaseException) -> web.Response:
    """Return what a client is told about ``error``."""
    match error:
        case HttpError():
            return _response(error.status, str(error), error.headers)
        case InvalidJobError():
            return _response(400, str(error))
        case QueueFullError() | RateLimitedError():
            status = 503 if isinstance(error, QueueFullError) else 429
            return _response(status, str(error), _retry_after(error.retry_after_seconds))
        case ExecutorError():
            return _response(503, str(error), _retry_after(5))
        case web.HTTPException():
            return _response(error.status, error.reason, _allowed(error))
        case _:
            _log.error("a request failed inside the server", exc_info=error)
            return _response(500, "Something broke on our side; the log has the reason.")


def _response(status: int, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return json_response({"message": message}, status=status, headers=headers)


def _retry_after(seconds: float) -> dict[str, str]:
    return {"Retry-After": str(max(1, math.ceil(seconds)))}


def _allowed(error: web.HTTPException) -> dict[str, str]:
    return {name: value for name, value in error.headers.items() if name in {"Allow", "Location"}}
