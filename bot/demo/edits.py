"""Applies an edit of the app, checked as Discord does (docs: resources/message, edit message)."""

from bot.demo.errors import ApiError
from bot.demo.forms import FILES_PER_MESSAGE
from bot.demo.state import Attachment, Json, Message, Upload
from bot.demo.validate import changes_of
from bot.demo.world import World

_CONTENTS = ("content", "embeds", "components")


def apply_edit(world: World, message: Message, payload: Json, files: dict[str, Upload]) -> None:
    """Change a message as a PATCH says.

    Raises:
        ApiError: as :func:`bot.demo.validate.changes_of`, or 50006 if nothing would be left.
    """
    names = {attachment.filename for attachment in message.attachments}
    changes, uploads, allowed = changes_of(payload, files, message.flags, names)
    kept = _kept_attachments(message, payload.get("attachments", message.attachments))
    if len(kept) + len(uploads) > FILES_PER_MESSAGE:
        raise ApiError(400, 30015, "Maximum number of attachments in a message reached (10)")
    left = [changes.get(name, getattr(message, name)) for name in _CONTENTS]
    if not (any(left) or kept or uploads):
        raise ApiError(400, 50006, "Cannot send an empty message")
    if uploads or len(kept) != len(message.attachments):
        changes["attachments"] = kept + world.attach(message.channel, uploads)
    world.edit_message(message, changes, allowed_mentions=allowed)


def _kept_attachments(message: Message, listed: list[Attachment] | list[Json]) -> list[Attachment]:
    if listed is message.attachments:
        return list(message.attachments)
    ids = {str(entry["id"]) for entry in listed or () if isinstance(entry, dict) and "id" in entry}
    return [attachment for attachment in message.attachments if str(attachment.id) in ids]
