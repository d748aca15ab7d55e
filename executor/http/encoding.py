"""Turns text of a JSON document into bytes and back, as forgiving as JavaScript is. Pure."""

import base64
import codecs
import re
from collections.abc import Iterable

from executor.models import OutputChunk, Stream

_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_HEX_PAIRS = re.compile(r"(?:[0-9A-Fa-f]{2})*")


def decode_content(text: str, encoding: str) -> bytes:
    """Return a file's bytes; ``encoding`` is utf8, base64 or hex.

    Like Node's buffers, base64 may be the URL form and unpadded and foreign characters are passed
    over, and hex ends at the first pair that is none.
    """
    if encoding == "base64":
        body = text.partition("=")[0].replace("-", "+").replace("_", "/")
        body = _NOT_BASE64.sub("", body)
        body = body[:-1] if len(body) % 4 == 1 else body
        return base64.b64decode(body + "=" * (-len(body) % 4))
    if encoding == "hex":
        match = _HEX_PAIRS.match(text)
        return bytes.fromhex(match[0]) if match else b""
    return text_bytes(text)


def text_bytes(text: str) -> bytes:
    """Return ``text`` as UTF-8; half a surrogate pair, which JSON can hold, becomes U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def shown(data: bytes, *, truncated: bool) -> str:
    """Return output as text; wrong bytes become U+FFFD, a code point split at a cut is dropped."""
    return codecs.getincrementaldecoder("utf-8")("replace").decode(data, final=not truncated)


class LiveText:
    """Decodes two streams that arrive in pieces: a character is whole, however it was written."""

    def __init__(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")
        self._decoders = {stream: decoder("replace") for stream in Stream}

    def feed(self, stream: Stream, data: bytes) -> str:
        """Return what is complete of ``stream`` now; may be empty."""
        return self._decoders[stream].decode(data)

    def end(self, stream: Stream) -> str:
        """Return what is left of ``stream``, and begin anew."""
        left = self._decoders[stream].decode(b"", final=True)
        self._decoders[stream].reset()
        return left


def interleaved(chunks: Iterable[OutputChunk], *, truncated: bool) -> str:
    """Return both streams in their order of arrival."""
    live = LiveText()
    text = "".join([live.feed(chunk.stream, chunk.data) for chunk in chunks])
    return text if truncated else text + "".join(live.end(stream) for stream in Stream)
