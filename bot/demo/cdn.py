"""Serves the files of messages. They come from strangers' programs, so nothing in them may run."""

from urllib.parse import quote

from aiohttp import web

from bot.demo.world import World

CDN_PATH = "/cdn/attachments"
CHUNK_BYTES = 256 * 1024
SHOWN_INLINE = {"image/png", "image/jpeg", "image/gif", "image/webp"}


class Cdn:
    """The files of messages, as inert downloads; pictures may be shown."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """Return the routes, for the application."""
        return [web.get(f"{CDN_PATH}/{{channel_id}}/{{attachment_id}}/{{name}}", self._get)]

    async def _get(self, request: web.Request) -> web.StreamResponse:
        number = request.match_info["attachment_id"]
        attachment = self._world.attachments.get(int(number) if number.isdigit() else 0)
        if attachment is None:
            raise web.HTTPNotFound
        inline = attachment.content_type in SHOWN_INLINE
        kind = attachment.content_type if inline else "application/octet-stream"
        disposition = "inline" if inline else "attachment"
        response = web.StreamResponse(
            headers={
                "Content-Type": kind or "application/octet-stream",
                "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(attachment.filename)}",
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "private, max-age=3600",
            }
        )
        response.content_length = len(attachment.content)
        await response.prepare(request)
        for start in range(0, len(attachment.content), CHUNK_BYTES):
            await response.write(attachment.content[start : start + CHUNK_BYTES])
        return response
