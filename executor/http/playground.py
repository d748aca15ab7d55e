"""`/`: the playground, a page out of the package that loads nothing from elsewhere."""

import hashlib
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


class PlaygroundRoutes:
    """`/` and what belongs to it, read once."""

    def __init__(self) -> None:
        self._files = {
            entry.name: entry.read_bytes()
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
        content = self._files[name]
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
        # The editor has a megabyte: it travels compressed, and once for each browser.
        etag = hashlib.sha256(content).hexdigest()[:32]
        response.etag = etag
        if any(known.value in {etag, "*"} for known in request.if_none_match or ()):
            response.set_status(304)
            return response
        response.body = content
        response.enable_compression()
        return response
