"""Checks messages as Discord does and turns them into drafts (docs: resources/message)."""

from bot.demo.errors import ApiError, Problems
from bot.demo.forms import FILES_PER_MESSAGE
from bot.demo.state import Json, MessageFlag, Upload
from bot.demo.validate_components import check_components
from bot.demo.validate_embeds import check_embeds
from bot.demo.world import Draft

CONTENT_CHARACTERS = 2000
SENDABLE_FLAGS = (
    MessageFlag.SUPPRESS_EMBEDS
    | MessageFlag.EPHEMERAL
    | MessageFlag.SUPPRESS_NOTIFICATIONS
    | MessageFlag.COMPONENTS_V2
)


def draft_of(payload: Json, files: dict[str, Upload]) -> Draft:
    """Return a new message's draft, trimmed as Discord trims it.

    Raises:
        ApiError: 50035 with every problem found, 50006 for an empty message, 30015 for too many
            files.
    """
    problems = Problems()
    content = _content(payload.get("content"), problems)
    embeds = check_embeds(payload.get("embeds"), problems)
    flags = _flags(payload.get("flags"), problems)
    uploads = named_uploads(payload.get("attachments"), files, problems)
    v2 = bool(flags & MessageFlag.COMPONENTS_V2)
    names = {upload.filename for upload in uploads}
    components = check_components(payload.get("components"), problems, v2=v2, file_names=names)
    nonce = _nonce(payload.get("nonce"), problems)
    allowed = _allowed_mentions(payload.get("allowed_mentions"), problems)
    if v2:
        _only_components(content, embeds, problems)
    problems.raise_if_any()
    if not (content or embeds or uploads or components):
        raise ApiError(400, 50006, "Cannot send an empty message")
    return Draft(
        content=content,
        embeds=embeds,
        components=components,
        uploads=uploads,
        flags=flags,
        allowed_mentions=allowed,
        nonce=nonce,
    )


def changes_of(
    payload: Json, files: dict[str, Upload], old_flags: int, old_names: set[str]
) -> tuple[Json, list[Upload], Json | None]:
    """Return what an edit changes, the files it adds, and its allowed_mentions.

    Raises:
        ApiError: as for :func:`draft_of`.
    """
    problems = Problems()
    changes: Json = {}
    uploads = named_uploads(payload.get("attachments"), files, problems)
    flags = old_flags
    if payload.get("flags") is not None:
        # Components V2 cannot be unset, and an answer's visibility is fixed when it is made.
        kept = MessageFlag.COMPONENTS_V2 | MessageFlag.EPHEMERAL | MessageFlag.LOADING
        changed = _flags(payload["flags"], problems) & ~MessageFlag.EPHEMERAL
        flags = changes["flags"] = changed | old_flags & kept
    v2 = bool(flags & MessageFlag.COMPONENTS_V2)
    if "content" in payload:
        changes["content"] = _content(payload["content"], problems)
    if "embeds" in payload:
        changes["embeds"] = check_embeds(payload["embeds"], problems)
    if "components" in payload:
        names = old_names | {upload.filename for upload in uploads}
        changes["components"] = check_components(
            payload["components"], problems, v2=v2, file_names=names
        )
    if v2:
        _only_components(changes.get("content", ""), changes.get("embeds", []), problems)
    allowed = _allowed_mentions(payload.get("allowed_mentions"), problems)
    problems.raise_if_any()
    return changes, uploads, allowed


def named_uploads(listed: object, files: dict[str, Upload], problems: Problems) -> list[Upload]:
    """Return the files with the names and descriptions that ``attachments`` gives them."""
    if len(files) > FILES_PER_MESSAGE:
        raise ApiError(400, 30015, "Maximum number of attachments in a message reached (10)")
    entries = listed if isinstance(listed, list) else []
    about = {str(entry.get("id")): entry for entry in entries if isinstance(entry, dict)}
    uploads = []
    for number, upload in files.items():
        entry = about.get(number, {})
        description = entry.get("description")
        if isinstance(description, str):
            problems.length(f"attachments.{number}.description", description, 0, 1024)
        name = entry.get("filename") or upload.filename
        uploads.append(Upload(filename=str(name), content=upload.content, description=description))
    return uploads


def _content(value: object, problems: Problems) -> str:
    if value is None:
        return ""
    content = str(value).strip()
    problems.length("content", content, 0, CONTENT_CHARACTERS)
    return content


def _flags(value: object, problems: Problems) -> int:
    if value is None:
        return 0
    if not isinstance(value, int) or isinstance(value, bool):
        problems.add("flags", "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        return 0
    return value & SENDABLE_FLAGS


def _nonce(value: object, problems: Problems) -> str | None:
    if value is None:
        return None
    nonce = str(value)
    if len(nonce) > 25:
        problems.add("nonce", "NONCE_TYPE_TOO_LONG", "Must be 25 or fewer in length.")
    return nonce


def _allowed_mentions(value: object, problems: Problems) -> Json | None:
    if not isinstance(value, dict):
        return None
    parse = value.get("parse") or []
    for index, kind in enumerate(parse):
        if kind not in ("roles", "users", "everyone"):
            place = f"allowed_mentions.parse.{index}"
            problems.add(place, "BASE_TYPE_CHOICES", "Value must be one of the allowed ones.")
    for kind in ("users", "roles"):
        listed = value.get(kind) or []
        if len(listed) > 100:
            problems.add(
                f"allowed_mentions.{kind}",
                "BASE_TYPE_MAX_LENGTH",
                "Must be 100 or fewer in length.",
            )
        if listed and kind in parse:
            problems.add(
                "allowed_mentions",
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
            )
    return value


def _only_components(content: str, embeds: list[Json], problems: Problems) -> None:
    for place, present in (("content", content), ("embeds", embeds)):
        if present:
            problems.add(
                place,
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{place}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )
