"""The gateway: WebSocket sessions with identify, resume and replay (docs: topics/gateway)."""

import asyncio
import json
import secrets
from contextlib import suppress

from aiohttp import WSMsgType, web

from bot.demo.events import Event
from bot.demo.intents import PRIVILEGED, Intent, event_payload
from bot.demo.placepayloads import guild_create_json, user_json
from bot.demo.sessions import GUILDS_PER_SHARD, Session, SessionStarts, recommended_shards
from bot.demo.state import Guild, Json
from bot.demo.world import World

PAYLOAD_LIMIT_BYTES = 4096
IDLE_SESSIONS_KEPT = 16
# As far as Discord is away. discord.py notes when it sent a heartbeat after it did, in another thread: an answer that
# was there before looks as late as the heartbeat before.
ACK_AFTER_SECONDS = 0.03

HEARTBEAT, IDENTIFY, PRESENCE, VOICE = 1, 2, 3, 4
RESUME, RECONNECT, MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 6, 7, 8, 9, 10, 11


class CloseError(Exception):
    """The connection must be closed with ``code``."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Gateway:
    """Accepts bots and sends them the events their intents and shard ask for."""

    def __init__(
        self,
        world: World,
        *,
        token: str,
        heartbeat_seconds: float,
        disallowed_intents: int,
        starts: SessionStarts,
    ) -> None:
        self._world = world
        self._token = token
        self._heartbeat_seconds = heartbeat_seconds
        self._disallowed = disallowed_intents & PRIVILEGED
        self._sessions: dict[str, Session] = {}
        self._live: dict[web.WebSocketResponse, Session | None] = {}
        self.starts = starts
        self.url = ""
        self.identify_count = 0
        self.intents = 0
        self.resume_count = 0
        self._holds_guilds = False
        world.hub.subscribe(self._publish)

    @property
    def connected(self) -> bool:
        """Whether at least one bot session is connected and ready."""
        return any(session is not None for session in self._live.values())

    @property
    def recommended_shards(self) -> int:
        """How many shards a bot should open."""
        return recommended_shards(len(self._world.guilds))

    def _publish(self, event: Event) -> None:
        for session in self._sessions.values():
            guild = event.channel.guild
            shard = 0 if guild is None else (guild.id >> 22) % session.shard[1]
            if shard != session.shard[0]:
                continue
            made = event_payload(event, session.intents, self._world.bot, self._world.users_by_id)
            if made is not None:
                session.push(*made)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until either side closes it."""
        ws = web.WebSocketResponse(max_msg_size=1 << 20)
        await ws.prepare(request)
        self._live[ws] = None
        try:
            interval_ms = int(self._heartbeat_seconds * 1000)
            await ws.send_json({"op": HELLO, "d": {"heartbeat_interval": interval_ms}})
            await self._serve(ws)
        except* ConnectionResetError:
            pass  # the bot went away while we were sending
        finally:
            session = self._live.pop(ws, None)
            if session is not None and ws.close_code in (1000, 1001):
                self._sessions.pop(session.id, None)  # a clean goodbye ends the session
            self._world.hub.changed()
        return ws

    async def _serve(self, ws: web.WebSocketResponse) -> None:
        """Read until the connection ends, sending beside that as soon as there is a session."""
        async with asyncio.TaskGroup() as group:
            pump: asyncio.Task[None] | None = None
            try:
                async for frame in ws:
                    if frame.type is WSMsgType.TEXT:
                        started = await self._on_packet(ws, frame.data)
                        if started is not None:
                            pump = group.create_task(self._pump(ws, *started))
            except CloseError as refusal:
                await self._close(ws, refusal.code, str(refusal))
            if pump is not None:
                pump.cancel()

    async def _pump(self, ws: web.WebSocketResponse, session: Session, seq: int) -> None:
        while not ws.closed:
            session.wake.clear()
            for number, packet in session.after(seq):
                try:
                    await ws.send_str(packet)
                except ConnectionResetError:
                    return  # the bot went away; it gets the rest when it resumes
                seq = number
            await session.wake.wait()

    async def _on_packet(self, ws: web.WebSocketResponse, text: str) -> tuple[Session, int] | None:
        packet = _decoded(text)
        op, data = packet.get("op"), packet.get("d")
        if op == HEARTBEAT:
            await asyncio.sleep(ACK_AFTER_SECONDS)
            await ws.send_json({"op": HEARTBEAT_ACK})
            return None
        if op in (IDENTIFY, RESUME):
            if self._live[ws] is not None:
                raise CloseError(4005, "Already authenticated.")
            if not isinstance(data, dict) or data.get("token") != self._token:
                raise CloseError(4004, "Authentication failed.")
            return await (self._identify if op == IDENTIFY else self._resume)(ws, data)
        if self._live[ws] is None:
            raise CloseError(4003, "Not authenticated.")
        if op not in (PRESENCE, VOICE, MEMBERS):
            raise CloseError(4001, "Unknown opcode.")
        return None

    async def _identify(self, ws: web.WebSocketResponse, data: Json) -> tuple[Session, int] | None:
        intents = data.get("intents")
        if not isinstance(intents, int) or not isinstance(data.get("properties"), dict):
            raise CloseError(4013, "Invalid intent(s).")
        if intents & self._disallowed:
            raise CloseError(4014, "Disallowed intent(s).")
        index, count = data.get("shard") or (0, 1)
        if not 0 <= index < count:
            raise CloseError(4010, "Invalid shard.")
        if len(self._guilds_of(index, count)) > GUILDS_PER_SHARD:
            raise CloseError(4011, "Sharding required.")
        if not self.starts.take(index):
            await ws.send_json({"op": INVALID_SESSION, "d": False})
            return None
        session = Session(id=secrets.token_hex(16), intents=intents, shard=(index, count))
        self.identify_count += 1
        self.intents = intents
        self._ready(session)
        self._make_room()
        self._sessions[session.id] = session
        self._attach(ws, session)
        return session, 0

    def _make_room(self) -> None:
        """Make room: sessions that nobody resumes would stay for ever."""
        idle = [s for s in self._sessions.values() if s not in self._live.values()]
        for session in idle[:-IDLE_SESSIONS_KEPT]:
            del self._sessions[session.id]

    def _ready(self, session: Session) -> None:
        world = self._world
        guilds = self._guilds_of(*session.shard)
        ready = {
            "v": 10,
            "user": user_json(world.bot) | {"verified": True, "email": None, "mfa_enabled": False},
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "shard": list(session.shard),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "private_channels": [],
            "application": {"id": str(world.bot.id), "flags": 1 << 19},
        }
        session.push("READY", ready)
        if not self._holds_guilds:
            self._tell_of_guilds(session)

    def hold_guilds(self) -> None:
        """Name new sessions their guilds as unavailable, and tell them no more until `release_guilds`."""
        self._holds_guilds = True

    def release_guilds(self) -> None:
        """Tell every session of its guilds, as Discord does once they are there."""
        self._holds_guilds = False
        for session in self._sessions.values():
            self._tell_of_guilds(session)

    def _tell_of_guilds(self, session: Session) -> None:
        if not session.intents & Intent.GUILDS:
            return
        for guild in self._guilds_of(*session.shard):
            session.push("GUILD_CREATE", self._guild_json(session, guild))

    def _guilds_of(self, index: int, count: int) -> list[Guild]:
        return [guild for guild in self._world.guilds if (guild.id >> 22) % count == index]

    def _guild_json(self, session: Session, guild: Guild) -> Json:
        everyone = session.intents & Intent.GUILD_MEMBERS
        bot = self._world.bot
        shown = [one for one in guild.members.values() if everyone or one.user is bot]
        return guild_create_json(guild, shown)

    def joined(self, guild: Guild) -> None:
        """Tell the bot that ``guild`` has invited it, without the mark of one that it knew of."""
        for session in self._sessions.values():
            index, count = session.shard
            if session.intents & Intent.GUILDS and (guild.id >> 22) % count == index:
                sent = self._guild_json(session, guild)
                del sent["unavailable"]
                session.push("GUILD_CREATE", sent)

    def left(self, guild: Guild) -> None:
        """Tell the bot that it is no member of ``guild`` any more."""
        for session in self._sessions.values():
            index, count = session.shard
            if session.intents & Intent.GUILDS and (guild.id >> 22) % count == index:
                session.push("GUILD_DELETE", {"id": str(guild.id)})

    async def _resume(self, ws: web.WebSocketResponse, data: Json) -> tuple[Session, int] | None:
        session = self._sessions.get(str(data.get("session_id")))
        seq = data.get("seq")
        if session is None or not isinstance(seq, int) or not session.can_replay(seq):
            await ws.send_json({"op": INVALID_SESSION, "d": False})
            return None
        self.resume_count += 1
        session.push("RESUMED", {})
        self._attach(ws, session)
        return session, seq

    def _attach(self, ws: web.WebSocketResponse, session: Session) -> None:
        self._live[ws] = session
        self._world.hub.changed()

    async def drop(self, code: int) -> None:
        """Close every connection with ``code``; sessions can be resumed unless it forbids that."""
        for ws in tuple(self._live):
            await self._close(ws, code, "")

    async def _close(self, ws: web.WebSocketResponse, code: int, reason: str) -> None:
        if ws in self._live:
            self._live[ws] = None  # the session stays: the goodbye is ours, not the bot's
        await ws.close(code=code, message=reason.encode())

    def forget_sessions(self) -> None:
        """Let no session be resumed, as after a restart of Discord's; nobody is told."""
        self._sessions.clear()

    async def invalidate(self, *, resumable: bool) -> None:
        """Send INVALID_SESSION to every connection and forget sessions that are not resumable."""
        for ws, session in tuple(self._live.items()):
            if session is not None and not resumable:
                self._sessions.pop(session.id, None)
            with suppress(ConnectionResetError):  # it goes away already
                await ws.send_json({"op": INVALID_SESSION, "d": resumable})

    async def ask_reconnect(self) -> None:
        """Send RECONNECT, as Discord does before it restarts a gateway node."""
        for ws in tuple(self._live):
            with suppress(ConnectionResetError):  # it goes away already
                await ws.send_json({"op": RECONNECT, "d": None})


def _decoded(text: str) -> Json:
    if len(text.encode()) > PAYLOAD_LIMIT_BYTES:
        raise CloseError(4002, "Payload too large.")
    try:
        packet = json.loads(text)
    except ValueError:
        raise CloseError(4002, "Decode error.") from None
    if not isinstance(packet, dict):
        raise CloseError(4002, "Decode error.")
    return packet
