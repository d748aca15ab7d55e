"""The life of an interaction: 3 seconds to answer, 15 minutes to edit (docs: interactions)."""

import secrets
from collections import OrderedDict
from dataclasses import replace

from bot.demo.edits import apply_edit
from bot.demo.errors import ApiError, Problems, unknown
from bot.demo.events import Event
from bot.demo.payloads import interaction_json, message_json
from bot.demo.permissions import Permission, permissions_in
from bot.demo.state import (
    Channel,
    Interaction,
    Json,
    Message,
    MessageFlag,
    Modal,
    Upload,
    User,
)
from bot.demo.validate import draft_of
from bot.demo.validate_commands import check_choices
from bot.demo.validate_modals import check_modal
from bot.demo.world import Draft, World

ANSWER_SECONDS = 3.0
TOKEN_SECONDS = 15 * 60.0
INTERACTIONS_KEPT = 5000
USER_INSTALL_FOLLOWUPS = 5

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
SLASH_MESSAGE, ANSWER_MESSAGE, MENU_MESSAGE = 20, 19, 23

_ALLOWED = {
    COMMAND: {MESSAGE, DEFERRED, MODAL},
    COMPONENT: {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL_SUBMIT: {MESSAGE, DEFERRED},
}


class Interactions:
    """Starts interactions for people and takes the app's answers."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._by_token: OrderedDict[str, Interaction] = OrderedDict()

    def start(
        self,
        kind: int,
        user: User,
        channel: Channel,
        data: Json,
        *,
        source: Message | None = None,
        command_name: str = "",
    ) -> Interaction:
        """Begin an interaction and send it to the app."""
        interaction = Interaction(
            id=self._world.ids.next(),
            token=secrets.token_urlsafe(48),
            kind=kind,
            user=user,
            channel=channel,
            data=data,
            created_at=self._world.clock(),
            command_name=command_name,
            source=source,
        )
        self._by_token[interaction.token] = interaction
        if len(self._by_token) > INTERACTIONS_KEPT:
            self._by_token.popitem(last=False)
        body = interaction_json(interaction, self._world.bot, self._world.users_by_id)
        self._world.hub.publish(
            Event(name="INTERACTION_CREATE", channel=channel, user=user, data=body)
        )
        return interaction

    def open(self) -> list[Interaction]:
        """Return the interactions that nobody has answered yet, oldest first."""
        return [one for one in self._by_token.values() if one.callback_kind is None]

    def answer(
        self, interaction_id: int, token: str, payload: Json, files: dict[str, Upload]
    ) -> Interaction:
        """Take the app's first answer.

        Raises:
            ApiError: 10062 when it comes after 3 seconds, 40060 when it is the second one, 50035
                for a wrong form.
        """
        interaction = self._by_token.get(token)
        if interaction is None or interaction.id != interaction_id:
            raise unknown("interaction", 10062)
        if interaction.callback_kind is not None:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        if self._world.clock() - interaction.created_at > ANSWER_SECONDS:
            raise unknown("interaction", 10062)
        kind = payload.get("type")
        allowed = set(_ALLOWED[interaction.kind])
        if interaction.kind == MODAL_SUBMIT and interaction.source is not None:
            allowed |= {DEFERRED_UPDATE, UPDATE}
        if kind not in allowed:
            problems = Problems()
            problems.add("type", "BASE_TYPE_CHOICES", f"Value must be one of {sorted(allowed)}.")
            problems.raise_if_any()
        self._take(interaction, int(kind or 0), payload.get("data") or {}, files)
        self._world.hub.changed()
        return interaction

    def _take(
        self, interaction: Interaction, kind: int, data: Json, files: dict[str, Upload]
    ) -> None:
        """Do what the answer says; a refused form leaves the interaction unanswered."""
        if kind == MESSAGE:
            interaction.original = self._send(interaction, draft_of(data, files))
        elif kind == DEFERRED:
            flags = data.get("flags", 0) & MessageFlag.EPHEMERAL | MessageFlag.LOADING
            interaction.original = self._send(interaction, Draft(flags=flags))
        elif kind == CHOICES:
            problems = Problems()
            choices = data.get("choices") or []
            check_choices(choices, "data.choices", problems)
            problems.raise_if_any()
            interaction.choices = choices
        elif kind == MODAL:
            checked = check_modal(data)
            interaction.modal = Modal(
                interaction=interaction,
                custom_id=checked["custom_id"],
                title=checked["title"],
                components=checked["components"],
            )
        else:
            interaction.original = interaction.source
            if kind == UPDATE and interaction.source is not None:
                apply_edit(self._world, interaction.source, data, files)
        interaction.callback_kind = kind

    def _send(self, interaction: Interaction, draft: Draft) -> Message:
        if self._must_be_private(interaction):
            draft = replace(draft, flags=draft.flags | MessageFlag.EPHEMERAL)
        source = interaction.source
        answered = source if source is not None and not source.is_ephemeral else None
        kind = ANSWER_MESSAGE
        if interaction.kind == COMMAND:
            kind = MENU_MESSAGE if "target_id" in interaction.data else SLASH_MESSAGE
        draft = replace(draft, interaction=interaction, reply_to=answered, kind=kind)
        return self._world.create_message(interaction.channel, self._world.bot, draft)

    @staticmethod
    def _must_be_private(interaction: Interaction) -> bool:
        """Return whether the server hides what people's own apps say."""
        mine = permissions_in(interaction.channel, interaction.user)
        return interaction.is_user_install and not mine & Permission.USE_EXTERNAL_APPS

    def live(self, application_id: int, token: str) -> Interaction:
        """Return an answered interaction whose token still works.

        Raises:
            ApiError: 10015 when it was never answered, 50027 after 15 minutes.
        """
        interaction = self._by_token.get(token)
        if (
            interaction is None
            or application_id != self._world.bot.id
            or interaction.callback_kind is None
        ):
            raise unknown("Webhook", 10015)
        if self._world.clock() - interaction.created_at > TOKEN_SECONDS:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        return interaction

    def follow_up(
        self, interaction: Interaction, payload: Json, files: dict[str, Upload]
    ) -> Message:
        """Send a further message; the first one after a deferral takes the place of "thinking…".

        Raises:
            ApiError: as :func:`bot.demo.validate.draft_of`.
        """
        draft = draft_of(payload, files)
        original = interaction.original
        if original is not None and original.is_loading:
            apply_edit(self._world, original, payload, files)
            return original
        if interaction.is_user_install and len(interaction.followups) >= USER_INSTALL_FOLLOWUPS:
            text = "Maximum number of follow-up messages for a user install reached"
            raise ApiError(400, 40094, text)
        message = self._send(interaction, draft)
        interaction.followups.append(message)
        return message

    def message(self, interaction: Interaction, name: str) -> Message:
        """Return the message called ``name``: ``@original`` or an id.

        Raises:
            ApiError: 10008 when this interaction has no such message.
        """
        found: Message | None = None
        if name == "@original":
            found = interaction.original
        else:
            for message in (interaction.original, *interaction.followups):
                if message is not None and str(message.id) == name:
                    found = message
        if found is None or found.deleted:
            raise unknown("Message", 10008)
        return found

    def callback_json(self, interaction: Interaction) -> Json:
        """Return what ``with_response`` answers."""
        original = interaction.original
        about: Json = {"id": str(interaction.id), "type": interaction.kind}
        resource: Json = {"type": interaction.callback_kind}
        if original is not None:
            about |= {
                "response_message_id": str(original.id),
                "response_message_loading": original.is_loading,
                "response_message_ephemeral": original.is_ephemeral,
            }
            resource["message"] = message_json(original, self._world.users_by_id)
        return {"interaction": about, "resource": resource}
