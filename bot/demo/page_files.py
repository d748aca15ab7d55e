"""Serves the chat page: one HTML file, one style sheet and a few scripts out of the package."""

from importlib.resources import files

from aiohttp import web

_KINDS = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}

# Output of hostile programs is shown on the page: even if markup got in, nothing of it may run.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


class PageFiles:
    """The static files, read once when the stand-in starts."""

    def __init__(self) -> None:
        self._files = {
            entry.name: entry.read_bytes()
            for entry in files("bot.demo").joinpath("page").iterdir()
            if entry.name.rpartition(".")[2] in _KINDS
        }

    def routes(self) -> list[web.RouteDef]:
        """Return the routes, for the application."""
        return [web.get("/", self._index), web.get("/page/{name}", self._file)]

    async def _index(self, _: web.Request) -> web.Response:
        return self._answer("index.html")

    async def _file(self, request: web.Request) -> web.Response:
        return self._answer(request.match_info["name"])

    def _answer(self, name: str) -> web.Response:
        if name not in self._files:
            raise web.HTTPNotFound
        return web.Response(
            body=self._files[name],
            headers={
                "Content-Type": f"{_KINDS[name.rpartition('.')[2]]}; charset=utf-8",
                "Content-Security-Policy": _POLICY,
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
                "Cross-Origin-Opener-Policy": "same-origin",
                "Cache-Control": "no-cache",
            },
        )
