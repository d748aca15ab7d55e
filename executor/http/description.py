"""`/openapi.json` and `/docs`: the API described, for programs and for people."""

from aiohttp import web

from executor.http.docspage import docs_page
from executor.http.openapi import openapi
from executor.http.problems import json_response

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"


class DescriptionRoutes:
    """The two forms of the description.

    Args:
        needs_key: whether requests without a key are refused.
    """

    def __init__(self, *, needs_key: bool) -> None:
        self._document = openapi(needs_key=needs_key)
        self._page = docs_page(self._document)

    async def document(self, request: web.Request) -> web.Response:
        """Answer ``GET /openapi.json``."""
        del request
        return json_response(self._document)

    async def page(self, request: web.Request) -> web.Response:
        """Answer ``GET /docs``."""
        del request
        headers = {"Content-Security-Policy": _POLICY}
        return web.Response(text=self._page, content_type="text/html", headers=headers)
