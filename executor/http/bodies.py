"""Reads the JSON body of a request, within bounds of size and time."""

import asyncio
import json
from dataclasses import dataclass
from typing import Final, NoReturn

from aiohttp import web

from executor.http.problems import HttpError
from executor.units import human_size

_LARGE_BYTES: Final = 256 * 1024  # parsing more than this would hold up everybody else


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one connection may cost.

    ``head_seconds`` is for a first request's head, ``stall_seconds`` how long nobody may read what
    we answer, ``idle_seconds`` how long a connection is kept for a next request.
    """

    body_bytes: int = 24 * 1024 * 1024  # the largest standard input as base64, and then the rest
    body_seconds: float = 20.0
    head_seconds: float = 10.0
    idle_seconds: float = 30.0
    stall_seconds: float = 60.0


async def read_json(request: web.Request, bounds: Bounds) -> object:
    """Return the body as JSON, whatever its Content-Type says.

    Raises:
        HttpError: it is no JSON or not encoded as it says (400), comes too slowly (408) or is too
            large (413).
    """
    try:
        async with asyncio.timeout(bounds.body_seconds):
            body = await request.read()
    except TimeoutError:
        raise HttpError(
            408, f"The request body did not arrive within {bounds.body_seconds:g} s."
        ) from None
    except web.RequestPayloadError as error:
        reason = str(error).removeprefix("400, message:").strip()
        raise HttpError(
            400, f"The request body cannot be decoded: {reason}", {"Connection": "close"}
        ) from None
    except web.HTTPRequestEntityTooLarge:
        raise HttpError(
            413, f"The request body is larger than {human_size(bounds.body_bytes)}."
        ) from None
    if len(body) > _LARGE_BYTES:
        return await asyncio.to_thread(parse_json, body)
    return parse_json(body)


def parse_json(body: bytes | str) -> object:
    """Return ``body`` as JSON.

    Raises:
        HttpError: it is none.
    """
    try:
        parsed: object = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else str(error)
        raise HttpError(400, f"The request body is not valid JSON: {reason}") from None
    return parsed


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
