"""`/`: the playground, a page out of the package that loads nothing from elsewhere."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from aiohttp import web

from executor.http.problems import HttpError

_KINDS: Final = {
    "html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml",
}  # fmt: skip
# What hostile programs print and make is shown there: even if markup got in, nothing of it may run.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


_REFUSED: Final = re.compile(r"q=0(\.0*)?")


@dataclass(frozen=True, slots=True)
class _Body:
    """A file as it travels, and the tag of it."""

    content: bytes
    etag: str


class PlaygroundRoutes:
    """`/` and what belongs to it, read and compressed once: the editor has a megabyte."""

    def __init__(self) -> None:
        self._files = {
            entry.name: _bodies(entry.read_bytes())
            for entry in files("executor.http").joinpath("page").iterdir()
            if entry.name.rpartition(".")[2] in _KINDS
        }

    async def index(self, request: web.Request) -> web.Response:
        """Answer ``GET /``."""
        return self._answer(request, "index.html")

    async def file(self, request: web.Request) -> web.Response:
        """Answer ``GET /page/{name}``."""
        return self._answer(request, request.match_info["name"])

    def _answer(self, request: web.Request, name: str) -> web.Response:
        if name not in self._files:
            raise HttpError(404, "Not Found")
        plain, compressed = self._files[name]
        is_compressed = _takes_gzip(",".join(request.headers.getall("Accept-Encoding", ())))
        body = compressed if is_compressed else plain
        response = web.Response(
            headers={
                "Content-Type": f"{_KINDS[name.rpartition('.')[2]]}; charset=utf-8",
                "Content-Security-Policy": _POLICY,
                "Referrer-Policy": "no-referrer",
                "Cross-Origin-Opener-Policy": "same-origin",
                "Cache-Control": "no-cache",
                "Vary": "Accept-Encoding",
            },
        )
        response.etag = body.etag
        if any(known.value in {body.etag, "*"} for known in request.if_none_match or ()):
            response.set_status(304)
            return response
        if is_compressed:
            response.headers["Content-Encoding"] = "gzip"
        response.body = body.content
        return response


def _bodies(content: bytes) -> tuple[_Body, _Body]:
    """Return a file as it is, and compressed with gzip."""
    compressed = gzip.compress(content, mtime=0)  # without a time its tag outlives a restart
    return _Body(content, _tag(content)), _Body(compressed, _tag(compressed))


def _tag(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _takes_gzip(accepted: str) -> bool:
    """Say whether a client that sends this ``Accept-Encoding`` can read gzip (RFC 9110, 12.5.3)."""
    for item in accepted.lower().replace(" ", "").split(","):
        coding, _, weight = item.partition(";")
        if coding == "gzip":
            return _REFUSED.fullmatch(weight) is None
    return False
