"""Requests and files as bytes for a store, and back. Pure.

Compressed JSON with bytes in base64. Fields that a later version adds or drops do no harm.
"""

import base64
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from bot.models import ReplyFile, RunRequest
from executor import SourceFile

_BYTES = "base64"


def encode_request(request: RunRequest) -> bytes:
    """Return ``request`` as bytes."""
    return _encode(asdict(request))


def decode_request(data: bytes) -> RunRequest | None:
    """Return the request in ``data``; `None` if it is none that this version understands."""
    try:
        found = _decode(data)
        found["files"] = tuple(SourceFile(**file) for file in found["files"])
        known = {field.name for field in fields(RunRequest)}
        return RunRequest(**{name: _tuple(found[name]) for name in found.keys() & known})
    except (ValueError, TypeError, KeyError, zlib.error):
        return None


def encode_files(files: Sequence[ReplyFile]) -> bytes:
    """Return ``files`` as bytes."""
    return _encode([asdict(file) for file in files])


def decode_files(data: bytes) -> tuple[ReplyFile, ...]:
    """Return the files in ``data``; none if this version cannot read them."""
    try:
        return tuple(ReplyFile(**file) for file in _decode(data))
    except (ValueError, TypeError, zlib.error):
        return ()


def _encode(value: object) -> bytes:
    text = json.dumps(value, default=lambda data: {_BYTES: base64.b64encode(data).decode()})
    return zlib.compress(text.encode())


def _decode(data: bytes) -> Any:  # noqa: ANN401 - whatever was encoded
    return json.loads(zlib.decompress(data), object_hook=_bytes)


def _bytes(found: dict[str, Any]) -> object:
    return base64.b64decode(found[_BYTES]) if found.keys() == {_BYTES} else found


def _tuple(value: object) -> Any:  # noqa: ANN401 - JSON has lists only, requests tuples only
    return tuple(value) if isinstance(value, list) else value
