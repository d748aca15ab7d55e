"""What every REST call goes through, and the small read-only routes (docs: reference, HTTP API)."""

import json
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.demo.errors import ApiError, unknown
from bot.demo.faults import Fault, Faults
from bot.demo.gateway import Gateway
from bot.demo.permissions import Permission, permissions_in
from bot.demo.placepayloads import channel_json, guild_json, member_json, user_json
from bot.demo.ratelimit import RateLimits
from bot.demo.state import Channel, Guild, Json, User
from bot.demo.transcript import Call, Transcript
from bot.demo.world import World

API_PATH = "/api/v10"
FORM: web.RequestKey[object] = web.RequestKey(
    "form", object
)  # the decoded body, for the transcript
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logging.getLogger(__name__)


class _HangUpError(Exception):
    """The connection ends without an answer."""


def json_response(body: object, status: int = 200) -> web.Response:
    """Return a JSON answer whose type is exactly ``application/json``: clients compare it whole."""
    text = json.dumps(body).encode()
    return web.Response(body=text, status=status, content_type="application/json")


def path_id(request: web.Request, name: str, what: str, code: int) -> int:
    """Return an id from the path.

    Raises:
        ApiError: it is not a number, so nothing has that id.
    """
    text = request.match_info[name]
    if not (text.isascii() and text.isdigit()):
        raise unknown(what, code)
    return int(text)


class RestGate:
    """Middleware of the API: who may call, faults, rate limits, errors as JSON, the transcript."""

    def __init__(
        self,
        world: World,
        *,
        token: str,
        faults: Faults,
        limits: RateLimits,
        transcript: Transcript,
    ) -> None:
        self._world = world
        self._token = token
        self._faults = faults
        self._limits = limits
        self._transcript = transcript

    async def handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer one call below the API's base."""
        path = request.path.removeprefix(API_PATH)
        headers: dict[str, str] = {}
        via = True
        try:
            self._authenticate(request, path)
            fault = self._faults.due(request.method, path)
            _strike(fault, is_done=False)
            headers = self._limits.spend(request.method, path)
            response = await handler(request)
            _strike(fault, is_done=True)
        except _HangUpError:
            if request.transport is not None:
                request.transport.abort()
            response = web.Response(status=499)  # nobody gets it
        except ApiError as error:
            via = error.via
            response = json_response(error.body(), error.status)
            headers = headers or self._limits.headers(request.method, path)
            headers = headers | error.headers()
        except web.HTTPException as error:
            body = {"message": f"{error.status}: {error.reason}", "code": 0}
            response = json_response(body, error.status)
        except Exception:
            log.exception("%s %s failed in the stand-in", request.method, path)
            response = json_response({"message": "Internal Server Error", "code": 0}, 500)
        if via:
            response.headers["Via"] = "1.1 stand-in"
        response.headers.update(headers)
        self._record(request, path, response)
        return response

    def _authenticate(self, request: web.Request, path: str) -> None:
        if path.startswith(("/interactions/", "/webhooks/")) or path == "/gateway":
            return  # their token is in the path
        if request.headers.get("Authorization") != f"Bot {self._token}":
            raise ApiError(401, 0, "401: Unauthorized")

    def _record(self, request: web.Request, path: str, response: web.StreamResponse) -> None:
        self._transcript.calls.append(
            Call(
                method=request.method,
                path=path,
                status=response.status,
                request=request.get(FORM),
                response=_decoded(response),
                at_seconds=self._world.clock(),
            )
        )


def _strike(fault: Fault | None, *, is_done: bool) -> None:
    """Let a call fail whose fault comes now: before its work, or when it is done."""
    if fault is not None and fault.is_done is is_done:
        raise fault.error or _HangUpError


def _decoded(response: web.StreamResponse) -> object:
    if isinstance(response, web.Response) and isinstance(response.body, bytes) and response.body:
        return json.loads(response.body)
    return None


def visible_channel(world: World, request: web.Request) -> Channel:
    """Return the channel of the path.

    Raises:
        ApiError: there is none (10003), or the app may not see it (50001).
    """
    channel = world.channels.get(path_id(request, "channel_id", "Channel", 10003))
    if channel is None:
        raise unknown("Channel", 10003)
    if not permissions_in(channel, world.bot) & Permission.VIEW_CHANNEL:
        raise ApiError(403, 50001, "Missing Access")
    return channel


class PlainRoutes:
    """The app, users, guilds and channels, as they are."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world = world
        self._gateway = gateway

    def routes(self) -> list[web.RouteDef]:
        """Return the routes, for the application."""
        base = API_PATH
        return [
            web.get(f"{base}/users/@me", self._me),
            web.get(f"{base}/users/@me/guilds", self._my_guilds),
            web.post(f"{base}/users/@me/channels", self._open_dm),
            web.get(f"{base}/users/{{user_id}}", self._user),
            web.get(f"{base}/oauth2/applications/@me", self._application),
            web.get(f"{base}/applications/@me", self._application),
            web.get(f"{base}/gateway", self._gateway_url),
            web.get(f"{base}/gateway/bot", self._gateway_bot),
            web.get(f"{base}/guilds/{{guild_id}}", self._guild),
            web.get(f"{base}/guilds/{{guild_id}}/members/{{user_id}}", self._member),
            web.get(f"{base}/channels/{{channel_id}}", self._channel),
        ]

    async def _me(self, _: web.Request) -> web.Response:
        return json_response(
            user_json(self._world.bot) | {"verified": True, "email": None, "mfa_enabled": False}
        )

    async def _application(self, _: web.Request) -> web.Response:
        return json_response(
            application_json(self._world.bot, self._world.users["ada"], len(self._world.guilds))
        )

    async def _gateway_url(self, _: web.Request) -> web.Response:
        return json_response({"url": self._gateway.url})

    async def _gateway_bot(self, _: web.Request) -> web.Response:
        return json_response(
            {
                "url": self._gateway.url,
                "shards": self._gateway.recommended_shards,
                "session_start_limit": self._gateway.starts.limit_json(),
            }
        )

    async def _my_guilds(self, _: web.Request) -> web.Response:
        return json_response([guild_json(guild, []) for guild in self._world.guilds])

    async def _open_dm(self, request: web.Request) -> web.Response:
        body = await request.json()
        user = self._world.users_by_id.get(int(body.get("recipient_id", 0)))
        if user is None or user.is_bot:
            raise ApiError(400, 50007, "Cannot send messages to this user")
        return json_response(channel_json(self._world.dm(user)))

    async def _user(self, request: web.Request) -> web.Response:
        user = self._world.users_by_id.get(path_id(request, "user_id", "User", 10013))
        if user is None:
            raise unknown("User", 10013)
        return json_response(user_json(user))

    async def _guild(self, request: web.Request) -> web.Response:
        return json_response(guild_json(self._find_guild(request), []))

    async def _member(self, request: web.Request) -> web.Response:
        guild = self._find_guild(request)
        member = guild.members.get(path_id(request, "user_id", "Member", 10007))
        if member is None:
            raise unknown("Member", 10007)
        return json_response(member_json(member))

    async def _channel(self, request: web.Request) -> web.Response:
        return json_response(channel_json(visible_channel(self._world, request)))

    def _find_guild(self, request: web.Request) -> Guild:
        guild_id = path_id(request, "guild_id", "Guild", 10004)
        for guild in self._world.guilds:
            if guild.id == guild_id:
                return guild
        raise unknown("Guild", 10004)


def application_json(bot: User, owner: User, guild_count: int) -> Json:
    """Return the app itself, as ``/applications/@me`` shows it."""
    return {
        "id": str(bot.id),
        "name": bot.name,
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 1 << 19,  # GATEWAY_MESSAGE_CONTENT_LIMITED: the toggle in the portal is on
        "owner": user_json(owner),
        "team": None,
        "rpc_origins": [],
        "install_params": None,
        "custom_install_url": None,
        "tags": [],
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "approximate_guild_count": guild_count,
    }
