"""What the chat page reads and does, as JSON below ``/demo/api``; the people's side, never the bot's."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web

from bot.demo.errors import ApiError
from bot.demo.forms import read_form
from bot.demo.interacting import InteractingPeople
from bot.demo.interactions import ANSWER_SECONDS
from bot.demo.page_events import PageEvents, can_see
from bot.demo.payloads import message_json
from bot.demo.placepayloads import user_json
from bot.demo.rest import json_response
from bot.demo.state import Channel, Guild, Interaction, Json, Message, Modal, Upload, User

MESSAGES_SHOWN = 100
MODALS_KEPT = 200
THREAD_NAME_LENGTH = 100  # docs: resources/channel
Action = Callable[[User, Json, Sequence[Upload]], Awaitable[Json]]


class PageApi:
    """Lets the browser see the world through one person's eyes, and act for them."""

    def __init__(self, people: InteractingPeople) -> None:
        self._people = people
        self._world = people.world
        self._modals: OrderedDict[str, Modal] = OrderedDict()
        self.events = PageEvents(people.world)
        self._actions: dict[str, Action] = {
            "say": self._say,
            "edit": self._edit,
            "delete": self._delete,
            "react": self._react,
            "click": self._click,
            "select": self._select,
            "menu": self._menu,
            "slash": self._slash,
            "autocomplete": self._autocomplete,
            "modal": self._modal,
            "typing": self._typing,
            "thread": self._thread,
        }

    def routes(self) -> list[web.RouteDef]:
        """Return the routes, for the application."""
        return [
            web.get("/demo/api/world", self._get_world),
            web.get("/demo/api/channel", self._get_channel),
            web.post("/demo/api/act/{action}", self._act),
            web.get("/demo/events", self._events),
        ]

    async def _events(self, request: web.Request) -> web.WebSocketResponse:
        return await self.events.serve(request, self._user(request.query.get("user")))

    async def _get_world(self, request: web.Request) -> web.Response:
        world = self._world
        user = self._user(request.query.get("user", str(world.users["ada"].id)))
        dm = world.dm(user)
        body = {
            "bot": user_json(world.bot),
            "users": [self._person(one) for one in world.users.values()],
            "guilds": [
                self._guild(one, user)
                for one in (*world.guilds, world.elsewhere)
                if user.id in one.members
            ],
            "dm": {"id": str(dm.id), "name": world.bot.name},
            "groups": [
                {"id": str(one.id), "name": one.name}
                for one in (world.group,)
                if user in one.recipients
            ],
        }
        return json_response(body)

    def _person(self, user: User) -> Json:
        member = self._world.guilds[0].members.get(user.id)
        role = "member" if member is None else ", ".join(role.name for role in member.roles)
        owner = self._world.guilds[0].owner_id == user.id
        return user_json(user) | {"role": "owner" if owner else role}

    @staticmethod
    def _guild(guild: Guild, user: User) -> Json:
        channels = [
            {
                "id": str(one.id),
                "name": one.name,
                "topic": one.topic,
                "threads": [
                    {"id": str(thread.id), "name": thread.name}
                    for thread in guild.threads.values()
                    if thread.parent is one
                ],
            }
            for one in guild.channels.values()
            if can_see(one, user)
        ]
        return {
            "id": str(guild.id),
            "name": guild.name,
            "channels": channels,
            "member_ids": [str(user_id) for user_id in guild.members],
            "roles": [{"id": str(r.id), "name": r.name} for r in guild.roles.values()],
        }

    async def _get_channel(self, request: web.Request) -> web.Response:
        user = self._user(request.query.get("user"))
        channel = self._channel(user, request.query.get("channel"))
        seen = [one for one in channel.messages.values() if one.visible_for(user)]
        body = {
            "messages": [
                message_json(one, self._world.users_by_id) for one in seen[-MESSAGES_SHOWN:]
            ],
            "commands": self._people.commands.available(channel, user),
        }
        return json_response(body)

    async def _act(self, request: web.Request) -> web.Response:
        action = self._actions.get(request.match_info["action"])
        if action is None:
            raise web.HTTPNotFound
        try:
            payload, files = await read_form(request)
            user = self._user(payload.get("user"))
            body = await action(user, payload, list(files.values()))
        except (ValueError, KeyError) as problem:
            return json_response({"error": str(problem)}, 400)
        except ApiError as refusal:
            return json_response({"error": refusal.message}, refusal.status)
        return json_response(body)

    async def _say(self, user: User, payload: Json, files: Sequence[Upload]) -> Json:
        channel = self._channel(user, payload["channel"])
        answered = payload.get("reply_to")
        message = await self._people.say(
            channel,
            user,
            str(payload.get("content") or ""),
            attachments=files,
            reply_to=None if answered is None else self._message(user, answered),
        )
        return {"message_id": str(message.id)}

    async def _thread(self, user: User, payload: Json, _: Sequence[Upload]) -> Json:
        channel = self._channel(user, payload["channel"])
        name = str(payload["name"]).strip()
        if not 1 <= len(name) <= THREAD_NAME_LENGTH:
            raise ValueError(f"a thread needs a name of 1 to {THREAD_NAME_LENGTH} characters")
        if channel.guild is not None and name in channel.guild.threads:
            raise ValueError("there is a thread of that name already")
        thread = await self._people.open_thread(channel.parent or channel, name)
        return {"channel_id": str(thread.id)}

    async def _edit(self, user: User, payload: Json, _: Sequence[Upload]) -> Json:
        message = self._own(user, payload["message"])
        await self._people.edit(message, str(payload["content"]))
        return {}

    async def _delete(self, user: User, payload: Json, _: Sequence[Upload]) -> Json:
        message = self._message(user, payload["message"])
        if not message.is_ephemeral and not self._people.may_delete(user, message):
            raise ValueError("you may delete your own messages only")
        await self._people.delete(message)
        return {}

    async def _react(self, user: User, payload: Json, _: Sequence[Upload]) -> Json:
        message = self._message(user, payload["message"])
        emoji = str(payload["emoji"])
        add = user.id not in message.reactions.get(emoji, [])
        await self._people.react(message, user, emoji, add=add)
        return {}

    async def _typing(self, user: User, payload: Json, _: Sequence[Upload]) -> Json:
        self._world.typing(self._channel(user, payload["channel"]), user)
        return {}

    async def _click(self, user: User, payload: Json, _: Sequence[Upload]) -> Json:
        message = self._message(user, payload["message"])
        return await self._result(
            await self._people.click(user, message, str(payload["custom_id"]))
        )

    async def _select(self, user: User, payload: Json, _: Sequence[Upload]) -> Json:
        message = self._message(user, payload["message"])
        values = [str(value) for value in payload["values"]]
        return await self._result(
            await self._people.select(user, message, str(payload["custom_id"]), values)
        )

    async def _menu(self, user: User, payload: Json, _: Sequence[Upload]) -> Json:
        message = self._message(user, payload["message"])
        return await self._result(
            await self._people.context_menu(user, message, str(payload["name"]))
        )

    async def _slash(self, user: User, payload: Json, files: Sequence[Upload]) -> Json:
        channel = self._channel(user, payload["channel"])
        options = {
            name: self._value(value, channel, files) for name, value in payload["options"].items()
        }
        used = await self._people.slash(user, channel, str(payload["name"]), options)
        return await self._result(used)

    async def _autocomplete(self, user: User, payload: Json, files: Sequence[Upload]) -> Json:
        channel = self._channel(user, payload["channel"])
        options = {
            name: self._value(value, channel, files)
            for name, value in payload["options"].items()
            if not isinstance(value, dict) or "file" not in value
        }
        name, focused = str(payload["name"]), str(payload["focused"])
        try:
            choices = await self._people.autocomplete(
                user, channel, name, options, focused=focused, timeout_seconds=ANSWER_SECONDS
            )
        except TimeoutError:
            choices = []  # clients show no suggestions then, and no error
        return {"choices": choices}

    async def _modal(self, user: User, payload: Json, files: Sequence[Upload]) -> Json:
        modal = self._modals.get(str(payload["modal"]))
        if modal is None:
            raise ValueError("this window is no longer open")
        values = {
            name: [files[int(one)] for one in value["files"]] if isinstance(value, dict) else value
            for name, value in payload["values"].items()
        }
        return await self._result(await self._people.submit_modal(user, modal, values))

    async def _result(self, interaction: Interaction) -> Json:
        """Wait for the app as a client does, and return the window if it opened one."""
        try:
            await self._people.wait_for_ack(interaction, ANSWER_SECONDS)
        except TimeoutError:
            raise ValueError("The application did not respond") from None
        modal = interaction.modal
        if modal is None:
            return {}
        self._modals[str(interaction.id)] = modal
        if len(self._modals) > MODALS_KEPT:
            self._modals.popitem(last=False)
        shown = {"id": str(interaction.id), "title": modal.title, "components": modal.components}
        return {"modal": shown}

    def _value(self, value: Any, channel: Channel, files: Sequence[Upload]) -> Any:  # noqa: ANN401
        """Return an option's value: ``{"file": n}``, ``{"user": id}`` and the like are our objects."""
        if not isinstance(value, dict):
            return value
        if "file" in value:
            return files[int(value["file"])]
        if "user" in value:
            return self._world.users_by_id[int(value["user"])]
        if "channel" in value:
            return self._world.channels[int(value["channel"])]
        roles = () if channel.guild is None else channel.guild.roles.values()
        return next(role for role in roles if str(role.id) == value["role"])

    def _user(self, text: object) -> User:
        for user in self._world.users.values():
            if str(user.id) == text:
                return user
        raise web.HTTPBadRequest(text="unknown user")

    def _channel(self, user: User, text: object) -> Channel:
        for channel in self._world.channels.values():
            if str(channel.id) == text and can_see(channel, user):
                return channel
        raise web.HTTPNotFound(text="unknown channel")

    def _message(self, user: User, text: object) -> Message:
        message = self._world.messages.get(int(str(text)))
        if message is None or not message.visible_for(user) or not can_see(message.channel, user):
            raise ValueError("that message is gone")
        return message

    def _own(self, user: User, text: object) -> Message:
        message = self._message(user, text)
        if message.author is not user:
            raise ValueError("you may edit your own messages only")
        return message
