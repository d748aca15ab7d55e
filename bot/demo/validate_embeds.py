"""Checks embeds: their sizes one by one and together (docs: resources/message, embed limits)."""

from bot.demo.errors import Problems
from bot.demo.state import Json

EMBEDS_PER_MESSAGE = 10
EMBED_CHARACTERS = 6000
FIELDS_PER_EMBED = 25

_LIMITS = {"title": 256, "description": 4096}
_NESTED = {"footer": ("text", 2048), "author": ("name", 256)}
_KEPT = ("url", "timestamp", "color", "image", "thumbnail", "video", "provider")


def check_embeds(value: object, problems: Problems) -> list[Json]:
    """Return the embeds with their texts trimmed, noting what is wrong in ``problems``."""
    if value is None:
        return []
    if not isinstance(value, list):
        problems.add("embeds", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return []
    if len(value) > EMBEDS_PER_MESSAGE:
        problems.add(
            "embeds", "BASE_TYPE_MAX_LENGTH", f"Must be {EMBEDS_PER_MESSAGE} or fewer in length."
        )
    embeds = [_embed(raw, f"embeds.{index}", problems) for index, raw in enumerate(value)]
    if sum(map(embed_characters, embeds)) > EMBED_CHARACTERS:
        problems.add(
            "embeds",
            "MAX_EMBED_SIZE_EXCEEDED",
            f"Embed size exceeds maximum size of {EMBED_CHARACTERS}",
        )
    return embeds


def embed_characters(embed: Json) -> int:
    """Return how many characters of an embed count against the 6000 of a message."""
    texts = [embed.get("title"), embed.get("description")]
    texts += [embed.get(outer, {}).get(inner) for outer, (inner, _) in _NESTED.items()]
    for field in embed.get("fields", []):
        texts += [field["name"], field["value"]]
    return sum(len(text) for text in texts if text)


def _embed(raw: object, place: str, problems: Problems) -> Json:
    if not isinstance(raw, dict):
        problems.add(place, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return {}
    embed: Json = {"type": "rich"} | {key: raw[key] for key in _KEPT if raw.get(key) is not None}
    color = raw.get("color")
    if color is not None and not (isinstance(color, int) and 0 <= color <= 0xFFFFFF):
        problems.add(f"{place}.color", "NUMBER_TYPE_MAX", "int value should be <= 16777215.")
    for key, longest in _LIMITS.items():
        text = _trimmed(raw.get(key), f"{place}.{key}", longest, problems)
        if text:
            embed[key] = text
    for outer, (inner, longest) in _NESTED.items():
        nested = raw.get(outer)
        if isinstance(nested, dict):
            text = _trimmed(nested.get(inner), f"{place}.{outer}.{inner}", longest, problems)
            embed[outer] = nested | {inner: text}
    fields = _fields(raw.get("fields"), place, problems)
    if fields:
        embed["fields"] = fields
    return embed


def _trimmed(value: object, place: str, longest: int, problems: Problems) -> str:
    text = "" if value is None else str(value).strip()
    problems.length(place, text, 0, longest)
    return text


def _fields(raw: object, place: str, problems: Problems) -> list[Json]:
    entries = raw if isinstance(raw, list) else []
    if len(entries) > FIELDS_PER_EMBED:
        problems.add(
            f"{place}.fields",
            "BASE_TYPE_MAX_LENGTH",
            f"Must be {FIELDS_PER_EMBED} or fewer in length.",
        )
    fields = []
    for index, entry in enumerate(entries):
        field: Json = {"inline": bool(entry.get("inline", False))}
        for key, longest in (("name", 256), ("value", 1024)):
            where = f"{place}.fields.{index}.{key}"
            field[key] = _trimmed(entry.get(key), where, longest, problems)
            if not field[key]:
                problems.required(where)
        fields.append(field)
    return fields
