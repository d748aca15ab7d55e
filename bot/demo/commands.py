"""The registered application commands, and who may use which where."""

from bot.demo.errors import Problems, unknown
from bot.demo.permissions import permissions_in
from bot.demo.placepayloads import context_of
from bot.demo.state import Channel, Guild, Json, User
from bot.demo.validate_commands import check_command, check_commands
from bot.demo.world import World

SLASH, USER_MENU, MESSAGE_MENU = 1, 2, 3


class CommandBook:
    """Commands by scope: None is global, otherwise a guild's id."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._scopes: dict[int | None, list[Json]] = {None: []}
        self._allowed: set[tuple[int, str, int]] = set()

    def listed(self, scope: int | None) -> list[Json]:
        """Return the commands of a scope."""
        return self._scopes.get(scope, [])

    def replace_all(self, scope: int | None, value: object) -> list[Json]:
        """Replace every command of a scope; a command that keeps its name keeps its id.

        Raises:
            ApiError: 50035 with every problem found.
        """
        old = {(command["type"], command["name"]): command for command in self.listed(scope)}
        commands = []
        for checked in check_commands(value):
            known = old.get((checked["type"], checked["name"]))
            commands.append(self._registered(checked, scope, known))
        self._scopes[scope] = commands
        self._world.hub.changed()
        return commands

    def upsert(self, scope: int | None, raw: Json) -> Json:
        """Add one command, or replace the one with its name.

        Raises:
            ApiError: 50035 with every problem found.
        """
        problems = Problems()
        checked = check_command(raw, problems, "command")
        problems.raise_if_any()
        key = (checked["type"], checked["name"])
        known = {(c["type"], c["name"]): c for c in self.listed(scope)}
        command = self._registered(checked, scope, known.get(key))
        self._scopes[scope] = [*(c for k, c in known.items() if k != key), command]
        self._world.hub.changed()
        return command

    def find(self, scope: int | None, command_id: int) -> Json:
        """Return a command by its id.

        Raises:
            ApiError: 10063 when the scope has none.
        """
        for command in self.listed(scope):
            if command["id"] == str(command_id):
                return command
        raise unknown("application command", 10063)

    def remove(self, scope: int | None, command_id: int) -> None:
        """Remove a command by its id.

        Raises:
            ApiError: 10063 when the scope has none.
        """
        self.listed(scope).remove(self.find(scope, command_id))

    def available(self, channel: Channel, user: User) -> list[Json]:
        """Return what ``user`` is offered in ``channel``; a guild's command hides a global one."""
        scopes = [None] if channel.guild is None else [None, channel.guild.id]
        found = {(c["type"], c["name"]): c for scope in scopes for c in self.listed(scope)}
        return [command for command in found.values() if self._offered(command, channel, user)]

    def named(self, channel: Channel, user: User, kind: int, name: str) -> Json:
        """Return the command ``user`` picks by name.

        Raises:
            ValueError: the client would not offer it; the message lists what it offers.
        """
        offered = [c for c in self.available(channel, user) if c["type"] == kind]
        for command in offered:
            if command["name"] == name:
                return command
        names = ", ".join(sorted(command["name"] for command in offered)) or "none"
        raise ValueError(f"there is no command {name!r} here; there are: {names}")

    def allow(self, guild: Guild, name: str, user: User) -> None:
        """Let ``user`` use a command that asks for more rights, as a server's settings can.

        See Discord's documentation of application command permissions.
        """
        self._allowed.add((guild.id, name, user.id))

    def _offered(self, command: Json, channel: Channel, user: User) -> bool:
        if not channel.has_app and 1 not in command["integration_types"]:
            return False
        if channel.guild is None:
            contexts, context = command["contexts"], context_of(channel)
            if contexts is None:
                return bool(command["dm_permission"]) and context == 1
            return context in contexts
        if command["contexts"] is not None and 0 not in command["contexts"]:
            return False
        needed = command["default_member_permissions"]
        is_allowed = (channel.guild.id, command["name"], user.id) in self._allowed
        if needed is None or is_allowed:
            return True
        mine = permissions_in(channel, user)
        return bool(mine & 8) or (int(needed) != 0 and mine & int(needed) == int(needed))

    def _registered(self, checked: Json, scope: int | None, known: Json | None) -> Json:
        command_id = self._world.ids.next() if known is None else known["id"]
        command = checked | {
            "id": str(command_id),
            "application_id": str(self._world.bot.id),
            "version": str(self._world.ids.next()),
        }
        return command if scope is None else command | {"guild_id": str(scope)}
