"""What a client puts together when somebody uses a command, a component or a window; pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from bot.demo.payloads import attachment_json
from bot.demo.permissions import permissions_in
from bot.demo.placepayloads import channel_json, member_json, role_json, user_json
from bot.demo.state import Attachment, Channel, Guild, Json, Message, Modal, User
from bot.demo.validate_components import (
    BUTTON,
    CHANNEL_SELECT,
    LINK_STYLE,
    MENTIONABLE_SELECT,
    ROLE_SELECT,
    ROW,
    SELECTS,
    STRING_SELECT,
    USER_SELECT,
    walk,
)
from bot.demo.validate_modals import CHECKBOX, FILE_UPLOAD, LABEL

OPTION_CHARACTERS = 6000
TEXT_CHANNEL, PUBLIC_THREAD = 0, 11
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(3, 12)


class Resolved:
    """Collects the objects that option values stand for, as ``data.resolved``."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.body: Json = {}

    def add(self, kind: int, value: Any) -> str:  # noqa: ANN401 - one of our objects, by kind
        """Note an object and return its id as text.

        Raises:
            ValueError: it is not what an option of this kind takes.
        """
        if isinstance(value, User) and kind in (USER, MENTIONABLE):
            self._put("users", value.id, user_json(value))
            guild = self._channel.guild
            if guild is not None and value.id in guild.members:
                member = member_json(guild.members[value.id], with_user=False)
                permissions = str(permissions_in(self._channel, value))
                self._put("members", value.id, member | {"permissions": permissions})
        elif isinstance(value, Channel) and kind == CHANNEL:
            self._put("channels", value.id, channel_json(value) | {"permissions": "0"})
        elif isinstance(value, Attachment) and kind == ATTACHMENT:
            self._put("attachments", value.id, attachment_json(value))
        else:
            self._add_role(kind, value)
        return str(value.id)

    def _add_role(self, kind: int, value: Any) -> None:  # noqa: ANN401 - as add()
        guild = self._channel.guild
        if guild is None or kind not in (ROLE, MENTIONABLE) or value not in guild.roles.values():
            raise ValueError(f"an option of type {kind} cannot be {value!r}")
        self._put("roles", value.id, role_json(value))

    def _put(self, group: str, number: int, body: Json) -> None:
        self.body.setdefault(group, {})[str(number)] = body


def command_data(
    command: Json,
    path: Sequence[str],
    values: dict[str, Any],
    resolved: Resolved,
    *,
    focused: str | None = None,
) -> Json:
    """Return an interaction's ``data`` for a slash command.

    ``path`` names its sub-commands; ``values`` may hold our own objects for users, channels, roles
    and attachments. ``focused`` is the option being typed: then nothing is required yet.

    Raises:
        ValueError: what a client would not let anybody send.
    """
    specs = command["options"]
    for name in path:
        specs = _spec(specs, name).get("options") or []
    options = [
        _option(_spec(specs, name), value, resolved, focused=focused == name)
        for name, value in values.items()
    ]
    if focused is None:
        missing = [s["name"] for s in specs if s.get("required") and s["name"] not in values]
        if missing:
            raise ValueError(f"/{command['name']} needs {', '.join(missing)}")
    for depth, name in enumerate(reversed(path)):
        kind = 1 if depth == 0 else 2
        options = [{"name": name, "type": kind, "options": options}]
    data: Json = {"id": command["id"], "name": command["name"], "type": 1, "options": options}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return data | ({"resolved": resolved.body} if resolved.body else {})


def _spec(specs: list[Json], name: str) -> Json:
    for spec in specs:
        if spec["name"] == name:
            return spec
    raise ValueError(f"there is no option {name!r}; there are: {[s['name'] for s in specs]}")


def _option(spec: Json, value: Any, resolved: Resolved, *, focused: bool) -> Json:  # noqa: ANN401
    kind = spec["type"]
    if kind in (USER, CHANNEL, ROLE, MENTIONABLE, ATTACHMENT):
        value = resolved.add(kind, value)
    elif not focused:
        value = _plain(spec, value)
    option: Json = {"name": spec["name"], "type": kind, "value": value}
    return option | ({"focused": True} if focused else {})


def _plain(spec: Json, value: object) -> object:
    name, kind = spec["name"], spec["type"]
    wanted: tuple[type, ...] = {
        STRING: (str,),
        INTEGER: (int,),
        BOOLEAN: (bool,),
        NUMBER: (int, float),
    }[kind]
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind != BOOLEAN):
        raise ValueError(f"option {name!r} cannot be {value!r}")
    if isinstance(value, str):
        least = spec.get("min_length") or 0
        most = spec.get("max_length") or OPTION_CHARACTERS
        if not least <= len(value) <= most:
            raise ValueError(f"option {name!r} takes {least} to {most} characters")
    allowed = [choice["value"] for choice in spec.get("choices") or []]
    if allowed and value not in allowed:
        raise ValueError(f"option {name!r} takes one of {allowed}")
    return value


def button_data(message: Message, custom_id: str) -> Json:
    """Return an interaction's ``data`` for a click.

    Raises:
        ValueError: there is no such button, or it cannot be clicked.
    """
    component = _component(message, custom_id)
    if component["type"] != BUTTON or component.get("style") == LINK_STYLE:
        raise ValueError(f"{custom_id!r} is not a button that can be clicked")
    return {"custom_id": custom_id, "component_type": BUTTON, "id": component["id"]}


def select_data(message: Message, custom_id: str, values: Sequence[str]) -> Json:
    """Return an interaction's ``data`` for a choice in a select menu.

    Raises:
        ValueError: there is no such menu, or it does not offer these values.
    """
    component = _component(message, custom_id)
    if component["type"] not in SELECTS:
        raise ValueError(f"{custom_id!r} is not a select menu")
    _check_chosen(component, values)
    data: Json = {
        "custom_id": custom_id,
        "component_type": component["type"],
        "id": component["id"],
        "values": list(values),
    }
    if component["type"] == STRING_SELECT:
        return data
    resolved = Resolved(message.channel)
    for value in values:
        _resolve(component, value, message.channel, resolved)
    return data | {"resolved": resolved.body}


def _resolve(component: Json, value: str, channel: Channel, resolved: Resolved) -> None:
    """Note what ``value``, an id, means in a menu of people, roles or channels.

    Raises:
        ValueError: the menu offers no such thing.
    """
    kind, guild = component["type"], channel.guild
    found: dict[str, tuple[int, Any]] = {}
    if guild is not None and kind in {ROLE_SELECT, MENTIONABLE_SELECT}:
        found |= {str(role.id): (ROLE, role) for role in guild.roles.values()}
    if guild is not None and kind in {USER_SELECT, MENTIONABLE_SELECT}:
        found |= {str(id_): (USER, member.user) for id_, member in guild.members.items()}
    if guild is not None and kind == CHANNEL_SELECT:
        types = component.get("channel_types") or [TEXT_CHANNEL, PUBLIC_THREAD]
        found |= {str(one.id): (CHANNEL, one) for one in _channels_of(guild, types)}
    if value not in found:
        raise ValueError(f"{value!r} is not offered; there is: {sorted(found)}")
    resolved.add(*found[value])


def _channels_of(guild: Guild, types: Sequence[int]) -> Iterator[Channel]:
    if TEXT_CHANNEL in types:
        yield from guild.channels.values()
    if PUBLIC_THREAD in types:
        yield from guild.threads.values()


def _component(message: Message, custom_id: str) -> Json:
    components = list(walk(message.components))
    for component in components:
        if component.get("custom_id") == custom_id:
            if component.get("disabled"):
                raise ValueError(f"{custom_id!r} is disabled")
            return component
    ids = [component["custom_id"] for component in components if "custom_id" in component]
    raise ValueError(f"this message has no component {custom_id!r}; it has: {ids}")


def _check_chosen(component: Json, values: Sequence[str]) -> None:
    least, most = component.get("min_values", 1), component.get("max_values", 1)
    if not least <= len(values) <= most or len(set(values)) < len(values):
        raise ValueError(f"choose {least} to {most}, each once")
    if component["type"] == STRING_SELECT:
        offered = [option["value"] for option in component["options"]]
        wrong = [value for value in values if value not in offered]
        if wrong:
            raise ValueError(f"{wrong} is not offered; there is: {offered}")


def modal_data(modal: Modal, values: dict[str, Any], resolved: Resolved) -> Json:
    """Return an interaction's ``data`` for a submitted window.

    ``values`` are by custom_id: text, a list of values, a truth value, or a list of attachments;
    what is left out is sent as it was shown.

    Raises:
        ValueError: what a client would not let anybody send.
    """
    known = {inner["custom_id"] for inner in _inputs(modal.components)}
    stray = values.keys() - known
    if stray:
        raise ValueError(f"the window has no {sorted(stray)}; it has: {sorted(known)}")
    components = []
    for outer in modal.components:
        shell: Json = {"type": outer["type"], "id": outer["id"]}
        if outer["type"] == LABEL:
            inner = outer["component"]
            shell["component"] = _filled(inner, values, resolved)
        elif outer["type"] == ROW:
            shell["components"] = [
                _filled(inner, values, resolved) for inner in outer["components"]
            ]
        components.append(shell)
    data: Json = {"custom_id": modal.custom_id, "components": components}
    return data | ({"resolved": resolved.body} if resolved.body else {})


def _inputs(components: list[Json]) -> Iterator[Json]:
    return (c for c in walk(components) if c["type"] not in (ROW, LABEL) and "custom_id" in c)


def _filled(inner: Json, values: dict[str, Any], resolved: Resolved) -> Json:
    custom_id, kind = inner["custom_id"], inner["type"]
    body: Json = {"type": kind, "id": inner["id"], "custom_id": custom_id}
    given = values.get(custom_id)
    if kind == FILE_UPLOAD:
        return body | {"values": [resolved.add(ATTACHMENT, one) for one in given or ()]}
    if kind == CHECKBOX:
        return body | {"value": bool(inner.get("default") if given is None else given)}
    if kind in SELECTS or "options" in inner:
        return body | _chosen(inner, given)
    text = str(inner.get("value") or "") if given is None else str(given)
    least = inner.get("min_length") or (1 if inner.get("required", True) else 0)
    most = inner.get("max_length") or 4000
    if len(text) > most or (len(text) < least and (text or inner.get("required", True))):
        raise ValueError(f"{custom_id!r} takes {least} to {most} characters")
    return body | {"value": text}


def _chosen(inner: Json, given: Any) -> Json:  # noqa: ANN401
    if given is None:
        given = [one["value"] for one in inner.get("options") or () if one.get("default")]
    chosen = [given] if isinstance(given, str) else list(given)
    if inner["type"] == 21:  # a radio group has one value, the others a list
        return {"value": chosen[0] if chosen else None}
    return {"values": chosen}
