"""The people, using commands, buttons, menus and windows, and waiting for the app's answer."""

from collections.abc import Sequence
from typing import Any

from bot.demo.choosing import (
    Resolved,
    button_data,
    command_data,
    modal_data,
    select_data,
)
from bot.demo.commands import MESSAGE_MENU, SLASH, CommandBook
from bot.demo.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT, Interactions
from bot.demo.payloads import message_json
from bot.demo.people import WAIT_SECONDS, People
from bot.demo.permissions import Permission, permissions_in
from bot.demo.state import Channel, Interaction, Json, Message, Modal, Upload, User
from bot.demo.world import World


class InteractingPeople(People):
    """What people do besides talking. Each method returns at once; the waits are separate."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.commands = CommandBook(world)
        self.interactions = Interactions(world)

    async def slash(
        self, user: User, channel: Channel, name: str, options: dict[str, Any] | None = None
    ) -> Interaction:
        """Use a slash command; sub-commands are words of ``name``, files are :class:`Upload`.

        Raises:
            ValueError: a client would not offer or send this.
        """
        command, path = self._slash_command(user, channel, name)
        resolved = Resolved(channel)
        values = self._uploaded(channel, options or {})
        data = command_data(command, path, values, resolved)
        return self.interactions.start(COMMAND, user, channel, data, command_name=name)

    async def autocomplete(
        self,
        user: User,
        channel: Channel,
        name: str,
        options: dict[str, Any],
        *,
        focused: str,
        timeout_seconds: float = WAIT_SECONDS,
    ) -> list[Json]:
        """Return what the app suggests for the option ``focused``, as ``[{"name", "value"}, …]``.

        Raises:
            ValueError: a client would not offer this.
            TimeoutError: no suggestion came within ``timeout_seconds``.
        """
        command, path = self._slash_command(user, channel, name)
        data = command_data(command, path, options, Resolved(channel), focused=focused)
        interaction = self.interactions.start(AUTOCOMPLETE, user, channel, data, command_name=name)
        return await self.world.hub.wait_until(lambda: interaction.choices, timeout_seconds)

    def _slash_command(self, user: User, channel: Channel, name: str) -> tuple[Json, list[str]]:
        first, *path = name.removeprefix("/").split()
        if not permissions_in(channel, user) & Permission.USE_APPLICATION_COMMANDS:
            raise ValueError(f"{user.name} may not use commands in {channel.name}")
        return self.commands.named(channel, user, SLASH, first), path

    def _uploaded(self, channel: Channel, options: dict[str, Any]) -> dict[str, Any]:
        return {
            name: self.world.attach(channel, [value])[0] if isinstance(value, Upload) else value
            for name, value in options.items()
        }

    async def context_menu(self, user: User, message: Message, name: str) -> Interaction:
        """Use a command of a message's context menu.

        Raises:
            ValueError: a client would not offer this.
        """
        command = self.commands.named(message.channel, user, MESSAGE_MENU, name)
        body = message_json(message, self.world.users_by_id)
        data: Json = {
            "id": command["id"],
            "name": name,
            "type": MESSAGE_MENU,
            "target_id": str(message.id),
            "resolved": {"messages": {str(message.id): body}},
        }
        return self.interactions.start(COMMAND, user, message.channel, data, command_name=name)

    async def click(self, user: User, message: Message, custom_id: str) -> Interaction:
        """Click a button.

        Raises:
            ValueError: ``user`` does not see it, or it cannot be clicked.
        """
        self._seen(user, message)
        data = button_data(message, custom_id)
        return self.interactions.start(COMPONENT, user, message.channel, data, source=message)

    async def select(
        self, user: User, message: Message, custom_id: str, values: Sequence[str]
    ) -> Interaction:
        """Choose in a select menu.

        Raises:
            ValueError: ``user`` does not see it, or it does not offer that.
        """
        self._seen(user, message)
        data = select_data(message, custom_id, values)
        return self.interactions.start(COMPONENT, user, message.channel, data, source=message)

    @staticmethod
    def _seen(user: User, message: Message) -> None:
        if message.deleted or not message.visible_for(user):
            raise ValueError(f"{user.name} does not see that message")

    async def submit_modal(self, user: User, modal: Modal, values: dict[str, Any]) -> Interaction:
        """Submit a window; ``values`` are by custom_id, files are lists of :class:`Upload`.

        Raises:
            ValueError: it was opened for somebody else, or a client would not send this.
        """
        origin = modal.interaction
        if origin.user is not user:
            raise ValueError(f"the window was opened for {origin.user.name}")
        resolved = Resolved(origin.channel)
        data = modal_data(modal, self._modal_files(origin.channel, values), resolved)
        return self.interactions.start(
            MODAL_SUBMIT, user, origin.channel, data, source=origin.source
        )

    def _modal_files(self, channel: Channel, values: dict[str, Any]) -> dict[str, Any]:
        found = dict(values)
        for name, value in values.items():
            if isinstance(value, list) and all(isinstance(one, Upload) for one in value):
                found[name] = self.world.attach(channel, value)
        return found

    async def wait_for_ack(
        self, interaction: Interaction, timeout_seconds: float = WAIT_SECONDS
    ) -> Interaction:
        """Return once the app has answered at all, also by deferring.

        Raises:
            TimeoutError: it did not: "the application did not respond".
        """
        return await self.world.hub.wait_until(
            lambda: interaction if interaction.callback_kind is not None else None, timeout_seconds
        )

    async def wait_for_response(
        self, interaction: Interaction, timeout_seconds: float = WAIT_SECONDS
    ) -> Message:
        """Return the answer's message once it is more than "thinking…".

        Raises:
            TimeoutError: there was none within ``timeout_seconds``.
        """

        def probe() -> Message | None:
            original = interaction.original
            return original if original is not None and not original.is_loading else None

        return await self.world.hub.wait_until(probe, timeout_seconds)

    async def wait_for_followup(
        self, interaction: Interaction, timeout_seconds: float = WAIT_SECONDS
    ) -> Message:
        """Return the first message that the app sent after its answer.

        Raises:
            TimeoutError: there was none within ``timeout_seconds``.
        """
        return await self.world.hub.wait_until(
            lambda: next(iter(interaction.followups), None), timeout_seconds
        )

    async def wait_for_modal(
        self, interaction: Interaction, timeout_seconds: float = WAIT_SECONDS
    ) -> Modal:
        """Return the window that the app opened.

        Raises:
            TimeoutError: it opened none within ``timeout_seconds``.
        """
        return await self.world.hub.wait_until(lambda: interaction.modal, timeout_seconds)
