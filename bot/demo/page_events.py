"""Tells an open chat page what happens, as far as its user may see it."""

import asyncio
from collections import deque

from aiohttp import web

from bot.demo.events import Event
from bot.demo.payloads import message_json
from bot.demo.permissions import Permission, permissions_in
from bot.demo.state import Channel, Json, User
from bot.demo.world import World

_SENT = {
    "MESSAGE_CREATE",
    "MESSAGE_UPDATE",
    "MESSAGE_DELETE",
    "MESSAGE_REACTION_ADD",
    "MESSAGE_REACTION_REMOVE",
    "TYPING_START",
    "THREAD_CREATE",
}
EVENTS_WAITING = 1000  # a page that reads slower than this loses its connection and loads anew


class PageEvents:
    """The WebSocket of the chat page; it only sends."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._open: set[web.WebSocketResponse] = set()

    async def serve(self, request: web.Request, user: User) -> web.WebSocketResponse:
        """Send events to ``user``'s page until it is closed."""
        ws = web.WebSocketResponse(heartbeat=30.0, max_msg_size=4096)
        waiting: deque[Json] = deque()
        wake = asyncio.Event()

        def hear(event: Event) -> None:
            body = page_event(event, user, self._world)
            if body is not None and len(waiting) < EVENTS_WAITING:
                waiting.append(body)
                wake.set()

        # Before the page is told that it is connected: what happens from then on must reach it.
        stop = self._world.hub.subscribe(hear)
        try:
            await ws.prepare(request)
            self._open.add(ws)
            async with asyncio.TaskGroup() as group:
                pump = group.create_task(self._pump(ws, waiting, wake))
                async for _ in ws:
                    pass  # the page says nothing here; this notices that it is gone
                pump.cancel()
        finally:
            stop()
            self._open.discard(ws)
        return ws

    @staticmethod
    async def _pump(ws: web.WebSocketResponse, waiting: deque[Json], wake: asyncio.Event) -> None:
        try:
            while not ws.closed:
                wake.clear()
                if len(waiting) >= EVENTS_WAITING:
                    await ws.close(code=1013)
                    return
                while waiting:
                    await ws.send_json(waiting.popleft())
                await wake.wait()
        except ConnectionResetError:
            pass  # the page was closed while we were sending

    async def close(self) -> None:
        """Close every page's connection."""
        for ws in tuple(self._open):
            await ws.close(code=1001)


def page_event(event: Event, user: User, world: World) -> Json | None:
    """Return an event as the page of ``user`` gets it, None if it is nothing to them."""
    if event.name not in _SENT or not can_see(event.channel, user):
        return None
    body: Json = {"type": event.name, "channel_id": str(event.channel.id)}
    message = event.message
    if message is not None:
        if not message.visible_for(user):
            return None
        if event.name == "MESSAGE_DELETE":
            return body | {"message_id": str(message.id)}
        return body | {"message": message_json(message, world.users_by_id)}
    return body | {"user_id": str(event.user.id) if event.user is not None else None}


def can_see(channel: Channel, user: User) -> bool:
    """Return whether ``user`` sees ``channel``."""
    return bool(permissions_in(channel, user) & Permission.VIEW_CHANNEL)
