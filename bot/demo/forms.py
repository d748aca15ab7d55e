"""Reads request bodies: JSON, or multipart with ``payload_json`` and ``files[n]``."""

import json
import re

from aiohttp import BodyPartReader, web

from bot.demo.errors import ApiError
from bot.demo.state import ATTACHMENT_LIMIT_BYTES, Json, Upload

REQUEST_LIMIT_BYTES = 25 * 1024 * 1024
FILES_PER_MESSAGE = 10

_FILE_FIELD = re.compile(r"files?\[(\d+)\]")


def too_large() -> ApiError:
    """Return the refusal of a file over 10 MiB or a request over 25 MiB."""
    return ApiError(413, 40005, "Request entity too large")


async def read_form(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    """Return the JSON object of a request and its files by their number in ``files[n]``.

    Raises:
        ApiError: the body is not what it says it is (50109), or too large (40005).
    """
    if request.content_type != "multipart/form-data":
        body = await read_json(request)
        if not isinstance(body, dict):
            raise ApiError(400, 50035, "Invalid Form Body")
        return body, {}
    payload: Json = {}
    files: dict[str, Upload] = {}
    total_bytes = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        content = await _content(part)
        total_bytes += len(content)
        if total_bytes > REQUEST_LIMIT_BYTES:
            raise too_large()
        field = _FILE_FIELD.fullmatch(part.name or "")
        if field is not None:
            files[field[1]] = Upload(filename=part.filename or "unknown", content=content)
        elif part.name == "payload_json":
            payload = _object(content)
    return payload, files


async def read_json(request: web.Request) -> object:
    """Return the JSON body, an empty object when there is none.

    Raises:
        ApiError: 400 with code 50109 when it is not JSON.
    """
    text = await request.text()
    if not text:
        return {}
    try:
        return json.loads(text)
    except ValueError:
        raise _not_json() from None


async def _content(part: BodyPartReader) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk(64 * 1024):
        content += chunk
        if len(content) > ATTACHMENT_LIMIT_BYTES:
            raise too_large()
    return bytes(content)


def _object(content: bytes) -> Json:
    try:
        payload = json.loads(content)
    except ValueError:
        raise _not_json() from None
    if not isinstance(payload, dict):
        raise _not_json()
    return payload


def _not_json() -> ApiError:
    return ApiError(400, 50109, "The request body contains invalid JSON.")
