"""Messages over REST: send, edit, read, delete, react, typing (docs: resources/message)."""

from dataclasses import replace

from aiohttp import web

from bot.demo.edits import apply_edit
from bot.demo.errors import ApiError, missing_permissions, unknown
from bot.demo.forms import read_form
from bot.demo.intents import hide_content
from bot.demo.payloads import message_json
from bot.demo.permissions import Permission, permissions_in
from bot.demo.rest import API_PATH, FORM, json_response, path_id, visible_channel
from bot.demo.state import Channel, Json, Message, MessageFlag
from bot.demo.validate import draft_of
from bot.demo.world import Draft, World


class MessageRoutes:
    """The routes below ``/channels/{id}/messages``, and typing.

    Without ``shows_content`` the app has not been granted the message-content intent, which also
    decides what REST shows it.
    """

    def __init__(self, world: World, *, shows_content: bool) -> None:
        self._world = world
        self._shows_content = shows_content

    def routes(self) -> list[web.RouteDef]:
        """Return the routes, for the application."""
        base = f"{API_PATH}/channels/{{channel_id}}"
        one = f"{base}/messages/{{message_id}}"
        reaction = f"{one}/reactions/{{emoji}}/@me"
        return [
            web.get(f"{base}/messages", self._list),
            web.post(f"{base}/messages", self._create),
            web.get(one, self._get),
            web.patch(one, self._edit),
            web.delete(one, self._delete),
            web.put(reaction, self._react),
            web.delete(reaction, self._unreact),
            web.post(f"{base}/typing", self._typing),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        channel = visible_channel(self._world, request)
        self._need(channel, Permission.READ_MESSAGE_HISTORY)
        limit, before, after = (_number(request, key) for key in ("limit", "before", "after"))
        if limit is not None and not 1 <= limit <= 100:
            raise ApiError(400, 50035, "Invalid Form Body")
        found = [
            message
            for message in channel.messages.values()
            if not message.is_ephemeral
            and (before is None or message.id < before)
            and (after is None or message.id > after)
        ]
        count = limit or 50
        page = found[:count] if after is not None else found[-count:]
        return json_response([self._json(message) for message in reversed(page)])

    async def _create(self, request: web.Request) -> web.Response:
        payload, files = await read_form(request)
        request[FORM] = payload
        channel = visible_channel(self._world, request)
        draft = draft_of(payload, files)
        in_thread = channel.parent is not None
        needed = Permission.SEND_MESSAGES_IN_THREADS if in_thread else Permission.SEND_MESSAGES
        self._need(channel, needed)
        self._need_for(channel, draft)
        repeated = self._repeated(channel, draft, payload)
        if repeated is not None:
            return json_response(self._json(repeated))
        answered = self._answered(channel, payload.get("message_reference"))
        # Only an interaction's response can be ephemeral.
        flags = draft.flags & ~MessageFlag.EPHEMERAL
        draft = replace(draft, reply_to=answered, flags=flags)
        message = self._world.create_message(channel, self._world.bot, draft)
        return json_response(self._json(message))

    def _repeated(self, channel: Channel, draft: Draft, payload: Json) -> Message | None:
        if not payload.get("enforce_nonce") or draft.nonce is None:
            return None
        for message in reversed(channel.messages.values()):
            if message.author is self._world.bot and message.nonce == draft.nonce:
                return message
        return None

    def _answered(self, channel: Channel, reference: object) -> Message | None:
        if not isinstance(reference, dict) or reference.get("message_id") is None:
            return None
        if not permissions_in(channel, self._world.bot) & Permission.READ_MESSAGE_HISTORY:
            raise ApiError(403, 160002, "Cannot reply without permission to read message history")
        answered = channel.messages.get(int(reference["message_id"]))
        if answered is not None and not answered.is_ephemeral:
            return answered
        if reference.get("fail_if_not_exists", True):
            problem = {"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}
            errors = {"message_reference": {"_errors": [problem]}}
            raise ApiError(400, 50035, "Invalid Form Body", errors=errors)
        return None

    async def _get(self, request: web.Request) -> web.Response:
        message = self._message(request)
        self._need(message.channel, Permission.READ_MESSAGE_HISTORY)
        return json_response(self._json(message))

    async def _edit(self, request: web.Request) -> web.Response:
        payload, files = await read_form(request)
        request[FORM] = payload
        message = self._message(request)
        if message.author is not self._world.bot:
            raise ApiError(403, 50005, "Cannot edit a message authored by another user")
        apply_edit(self._world, message, payload, files)
        return json_response(self._json(message))

    async def _delete(self, request: web.Request) -> web.Response:
        message = self._message(request)
        if message.author is not self._world.bot:
            self._need(message.channel, Permission.MANAGE_MESSAGES)
        self._world.delete_message(message)
        return web.Response(status=204)

    async def _react(self, request: web.Request) -> web.Response:
        message = self._message(request)
        self._need(message.channel, Permission.READ_MESSAGE_HISTORY)
        self._need(message.channel, Permission.ADD_REACTIONS)
        self._world.react(message, self._world.bot, request.match_info["emoji"])
        return web.Response(status=204)

    async def _unreact(self, request: web.Request) -> web.Response:
        message = self._message(request)
        self._world.react(message, self._world.bot, request.match_info["emoji"], add=False)
        return web.Response(status=204)

    async def _typing(self, request: web.Request) -> web.Response:
        channel = visible_channel(self._world, request)
        self._need(channel, Permission.SEND_MESSAGES)
        self._world.typing(channel, self._world.bot)
        return web.Response(status=204)

    def _message(self, request: web.Request) -> Message:
        channel = visible_channel(self._world, request)
        message = channel.messages.get(path_id(request, "message_id", "Message", 10008))
        if message is None or message.is_ephemeral:
            raise unknown("Message", 10008)
        return message

    def _need(self, channel: Channel, permission: Permission) -> None:
        if not permissions_in(channel, self._world.bot) & permission:
            raise missing_permissions()

    def _need_for(self, channel: Channel, draft: Draft) -> None:
        if draft.uploads:
            self._need(channel, Permission.ATTACH_FILES)
        if draft.embeds:
            self._need(channel, Permission.EMBED_LINKS)

    def _json(self, message: Message) -> Json:
        body = message_json(message, self._world.users_by_id)
        if not self._shows_content:
            hide_content(body, message, self._world.bot)
        return body


def _number(request: web.Request, key: str) -> int | None:
    text = request.query.get(key)
    return int(text) if text is not None and text.isdigit() else None
