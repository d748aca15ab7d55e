"""Registering commands over REST (docs: application-commands)."""

from aiohttp import web

from bot.demo.commands import CommandBook
from bot.demo.errors import ApiError, missing_access
from bot.demo.forms import read_json
from bot.demo.rest import API_PATH, FORM, json_response, path_id
from bot.demo.state import Json
from bot.demo.world import World


class CommandRoutes:
    """The routes below ``/applications/{id}/commands`` and the guilds' ones."""

    def __init__(self, world: World, book: CommandBook) -> None:
        self._world = world
        self._book = book

    def routes(self) -> list[web.RouteDef]:
        """Return the routes, for the application."""
        found = []
        for base in ("", "/guilds/{guild_id}"):
            every = f"{API_PATH}/applications/{{application_id}}{base}/commands"
            one = f"{every}/{{command_id}}"
            found += [
                web.get(every, self._list),
                web.put(every, self._replace_all),
                web.post(every, self._upsert),
                web.get(one, self._get),
                web.patch(one, self._edit),
                web.delete(one, self._delete),
            ]
        return found

    async def _list(self, request: web.Request) -> web.Response:
        return json_response(self._book.listed(self._scope(request)))

    async def _replace_all(self, request: web.Request) -> web.Response:
        request[FORM] = body = await read_json(request)
        return json_response(self._book.replace_all(self._scope(request), body))

    async def _upsert(self, request: web.Request) -> web.Response:
        body = await self._object(request)
        return json_response(self._book.upsert(self._scope(request), body), 201)

    async def _get(self, request: web.Request) -> web.Response:
        return json_response(self._find(request))

    async def _edit(self, request: web.Request) -> web.Response:
        body = await self._object(request)
        old = self._find(request)
        return json_response(self._book.upsert(self._scope(request), old | body))

    async def _delete(self, request: web.Request) -> web.Response:
        self._book.remove(self._scope(request), int(self._find(request)["id"]))
        return web.Response(status=204)

    def _find(self, request: web.Request) -> Json:
        command_id = path_id(request, "command_id", "application command", 10063)
        return self._book.find(self._scope(request), command_id)

    def _scope(self, request: web.Request) -> int | None:
        if path_id(request, "application_id", "Application", 10002) != self._world.bot.id:
            raise missing_access()
        if "guild_id" not in request.match_info:
            return None
        guild_id = path_id(request, "guild_id", "Guild", 10004)
        if all(guild.id != guild_id for guild in self._world.guilds):
            raise missing_access()
        return guild_id

    @staticmethod
    async def _object(request: web.Request) -> Json:
        body = await read_json(request)
        if not isinstance(body, dict):
            raise ApiError(400, 50035, "Invalid Form Body")
        request[FORM] = body
        return body
