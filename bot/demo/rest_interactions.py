"""Answering interactions over REST (docs: interactions/receiving-and-responding)."""

from aiohttp import web

from bot.demo.edits import apply_edit
from bot.demo.forms import read_form
from bot.demo.interactions import Interactions
from bot.demo.payloads import message_json
from bot.demo.rest import API_PATH, FORM, json_response, path_id
from bot.demo.state import Interaction
from bot.demo.world import World


class InteractionRoutes:
    """The callback and the webhook routes of interactions; their token is in the path."""

    def __init__(self, world: World, interactions: Interactions) -> None:
        self._world = world
        self._interactions = interactions

    def routes(self) -> list[web.RouteDef]:
        """Return the routes, for the application."""
        webhook = f"{API_PATH}/webhooks/{{application_id}}/{{token}}"
        one = f"{webhook}/messages/{{name}}"
        return [
            web.post(
                f"{API_PATH}/interactions/{{interaction_id}}/{{token}}/callback", self._answer
            ),
            web.post(webhook, self._follow_up),
            web.get(one, self._get),
            web.patch(one, self._edit),
            web.delete(one, self._delete),
        ]

    async def _answer(self, request: web.Request) -> web.Response:
        payload, files = await read_form(request)
        request[FORM] = payload
        interaction_id = path_id(request, "interaction_id", "interaction", 10062)
        token = request.match_info["token"]
        interaction = self._interactions.answer(interaction_id, token, payload, files)
        if request.query.get("with_response", "").lower() not in ("1", "true"):
            return web.Response(status=204)
        return json_response(self._interactions.callback_json(interaction))

    async def _follow_up(self, request: web.Request) -> web.Response:
        payload, files = await read_form(request)
        request[FORM] = payload
        message = self._interactions.follow_up(self._live(request), payload, files)
        return json_response(message_json(message, self._world.users_by_id))

    async def _get(self, request: web.Request) -> web.Response:
        message = self._interactions.message(self._live(request), request.match_info["name"])
        return json_response(message_json(message, self._world.users_by_id))

    async def _edit(self, request: web.Request) -> web.Response:
        payload, files = await read_form(request)
        request[FORM] = payload
        message = self._interactions.message(self._live(request), request.match_info["name"])
        apply_edit(self._world, message, payload, files)
        return json_response(message_json(message, self._world.users_by_id))

    async def _delete(self, request: web.Request) -> web.Response:
        message = self._interactions.message(self._live(request), request.match_info["name"])
        self._world.delete_message(message)
        return web.Response(status=204)

    def _live(self, request: web.Request) -> Interaction:
        application_id = path_id(request, "application_id", "Webhook", 10015)
        return self._interactions.live(application_id, request.match_info["token"])
