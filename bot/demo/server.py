"""Puts the stand-in together and serves it on loopback."""

import secrets
import time
from ipaddress import ip_address
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.demo.cdn import CDN_PATH, Cdn
from bot.demo.faults import Faults
from bot.demo.gateway import Gateway
from bot.demo.intents import Intent
from bot.demo.interacting import InteractingPeople
from bot.demo.page_api import PageApi
from bot.demo.page_files import PageFiles
from bot.demo.people import WAIT_SECONDS
from bot.demo.ratelimit import RateLimits
from bot.demo.rest import API_PATH, Handler, PlainRoutes, RestGate
from bot.demo.rest_commands import CommandRoutes
from bot.demo.rest_interactions import InteractionRoutes
from bot.demo.rest_messages import MessageRoutes
from bot.demo.sessions import SessionStarts
from bot.demo.state import Channel, Clock, Guild, User
from bot.demo.transcript import Transcript
from bot.demo.world import World

REQUEST_LIMIT_BYTES = 32 * 1024 * 1024


class StandIn(InteractingPeople):
    """Discord on loopback: REST, gateway, CDN and a chat page, as an async context manager.

    It answers like the real one, so that a bot that works here works there. ``port`` 0 takes a
    free one. ``clock`` returns seconds since 1970 and decides the 3-second and 15-minute limits of
    interactions and the windows of rate limits. ``disallowed_intents`` are privileged intents that
    the app has not been granted. With ``paces_identifies`` a session needs 5 s after the one before,
    as on Discord. Closing it ends every connection; a cancelled ``start`` leaves nothing open.

    Raises:
        ValueError: ``host`` is not a loopback address; there is no password on this service.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        token: str | None = None,
        clock: Clock = time.time,
        rate_limits: bool = True,
        heartbeat_seconds: float = 41.25,
        disallowed_intents: int = 0,
        paces_identifies: bool = False,
    ) -> None:
        if not ip_address(host).is_loopback:
            raise ValueError(f"{host} is not a loopback address; use 127.0.0.1")
        super().__init__(World(clock))
        self.token = token or f"stand-in.{secrets.token_urlsafe(24)}"
        self.faults = Faults(self.world.bot)
        self.transcript = Transcript()
        self._shows_content = not disallowed_intents & Intent.MESSAGE_CONTENT
        self._host = host
        self._port = port
        self._gateway = Gateway(
            self.world,
            token=self.token,
            heartbeat_seconds=heartbeat_seconds,
            disallowed_intents=disallowed_intents,
            starts=SessionStarts(clock, paces=paces_identifies),
        )
        self._gate = RestGate(
            self.world,
            token=self.token,
            faults=self.faults,
            limits=RateLimits(clock, enabled=rate_limits),
            transcript=self.transcript,
        )
        self._page = PageApi(self)
        self._runner: web.AppRunner | None = None

    @property
    def api_url(self) -> str:
        """The base of the REST API."""
        return f"http://{self._address}{API_PATH}"

    @property
    def gateway_url(self) -> str:
        """Where bots connect their WebSocket."""
        return f"ws://{self._address}/gateway"

    @property
    def page_url(self) -> str:
        """The chat page, for a browser."""
        return f"http://{self._address}/"

    @property
    def bot_user_id(self) -> int:
        """The id of the app's account, which is the application's id too."""
        return self.world.bot.id

    @property
    def mention(self) -> str:
        """The text that mentions the bot."""
        return f"<@{self.world.bot.id}>"

    @property
    def guilds(self) -> list[Guild]:
        """The servers; each has its ``channels`` by name."""
        return self.world.guilds

    @property
    def group(self) -> Channel:
        """A group of Ada, Ben and Cleo, who have the app with them."""
        return self.world.group

    @property
    def elsewhere(self) -> Guild:
        """A server that the app is no member of, where people use it as a user install."""
        return self.world.elsewhere

    def found_guilds(self, count: int, *, channels: int = 20, roles: int = 10) -> None:
        """Add servers that have the app, before any bot connects."""
        self.world.found_guilds(count, channels=channels, roles=roles)

    def invite(self, *, has_system_channel: bool = True, denied: int = 0) -> Guild:
        """Return a new server that has just invited the app; the bot is told.

        ``denied`` are the permissions that nobody has in its channel.
        """
        guild = self.world.join_guild(has_system_channel=has_system_channel, denied=denied)
        self._gateway.joined(guild)
        return guild

    def remove_from(self, guild: Guild) -> None:
        """Take the app out of a server, as its moderators can; the bot is told."""
        self.world.guilds.remove(guild)
        self._gateway.left(guild)

    @property
    def users(self) -> dict[str, User]:
        """The people by name: ada owns the servers, ben moderates, cleo and dan are members."""
        return self.world.users

    @property
    def identify_count(self) -> int:
        """How many sessions were started."""
        return self._gateway.identify_count

    @property
    def intents(self) -> int:
        """What the newest session asked to be told of, in Discord's bits; 0 before there is one."""
        return self._gateway.intents

    @property
    def session_starts(self) -> SessionStarts:
        """How many sessions bots may start."""
        return self._gateway.starts

    @property
    def resume_count(self) -> int:
        """How many sessions were resumed."""
        return self._gateway.resume_count

    @property
    def _address(self) -> str:
        shown = f"[{self._host}]" if ":" in self._host else self._host
        return f"{shown}:{self._port}"

    def dm(self, user: User) -> Channel:
        """Return the direct message channel between ``user`` and the bot."""
        return self.world.dm(user)

    async def start(self) -> None:
        """Bind the port and serve.

        Raises:
            OSError: the port is taken.
        """
        app = web.Application(middlewares=[self._middleware], client_max_size=REQUEST_LIMIT_BYTES)
        app.add_routes(PlainRoutes(self.world, self._gateway).routes())
        messages = MessageRoutes(self.world, shows_content=self._shows_content)
        app.add_routes(messages.routes())
        app.add_routes(CommandRoutes(self.world, self.commands).routes())
        app.add_routes(InteractionRoutes(self.world, self.interactions).routes())
        app.add_routes(Cdn(self.world).routes())
        app.add_routes(self._page.routes())
        app.add_routes(PageFiles().routes())
        app.router.add_get("/gateway", self._gateway.handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        try:
            site = web.TCPSite(self._runner, self._host, self._port)
            await site.start()
        except BaseException:
            await self.close()
            raise
        self._port = self._runner.addresses[0][1]
        self._gateway.url = self.gateway_url
        self.world.cdn_url = f"http://{self._address}{CDN_PATH}"

    async def close(self) -> None:
        """Close every connection and the port; harmless when called twice."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await self._gateway.drop(1001)
            await self._page.events.close()
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def drop_gateway(self, code: int = 4000) -> None:
        """Close every bot's WebSocket with ``code``."""
        await self._gateway.drop(code)

    async def invalidate_sessions(self, *, resumable: bool = False) -> None:
        """Tell every bot that its session is over."""
        await self._gateway.invalidate(resumable=resumable)

    def forget_sessions(self) -> None:
        """Let no session be resumed from now on; no bot is told, and none hears of anything."""
        self._gateway.forget_sessions()

    def hold_guilds(self) -> None:
        """Let a bot that connects wait for its guilds: it knows their ids alone, and hears of messages."""
        self._gateway.hold_guilds()

    def release_guilds(self) -> None:
        """Tell of the guilds that were held back."""
        self._gateway.release_guilds()

    async def ask_reconnect(self) -> None:
        """Tell every bot to connect anew and resume."""
        await self._gateway.ask_reconnect()

    async def wait_until_connected(self, timeout_seconds: float = WAIT_SECONDS) -> None:
        """Return once a bot has identified.

        Raises:
            TimeoutError: none did within ``timeout_seconds``.
        """
        await self.world.hub.wait_until(
            lambda: True if self._gateway.connected else None, timeout_seconds
        )

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse other web sites, which a browser on this machine would let reach loopback."""
        hosts = {self._address, f"localhost:{self._port}"}
        origin = request.headers.get("Origin")
        if request.host not in hosts or (
            origin is not None and origin.removeprefix("http://") not in hosts
        ):
            raise web.HTTPForbidden(text="This address serves this machine only.\n")
        if request.path.startswith(f"{API_PATH}/"):
            return await self._gate.handle(request, handler)
        return await handler(request)
