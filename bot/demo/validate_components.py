"""Checks buttons, selects and the other components of messages (docs: components/reference)."""

from collections.abc import Iterator

from bot.demo.errors import ApiError, Problems
from bot.demo.state import Json

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 5, 6, 7, 8
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
SELECTS = (STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT)
LINK_STYLE = 5
CHANNEL_TYPES = (0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16)

_DEFAULT_KINDS = {
    USER_SELECT: {"user"},
    ROLE_SELECT: {"role"},
    MENTIONABLE_SELECT: {"user", "role"},
    CHANNEL_SELECT: {"channel"},
}

V2_COMPONENTS = 40
V2_CHARACTERS = 4000
V2_BYTES = (
    10_170  # undocumented and approximate: past it Discord itself fails (discord-api-docs #8554)
)

_TOP_LEVEL_V2 = {ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER}


def check_components(
    value: object, problems: Problems, *, v2: bool, file_names: set[str]
) -> list[Json]:
    """Return the components of a message with ids filled in, noting what is wrong.

    ``v2`` says that the message has the flag for the newer components; ``file_names`` are those
    that ``attachment://`` may name.

    Raises:
        ApiError: 500 for more bytes of text than Discord survives.
    """
    if not isinstance(value, list):
        return []
    if not v2 and len(value) > 5:
        problems.add("components", "BASE_TYPE_MAX_LENGTH", "Must be 5 or fewer in length.")
    allowed = _TOP_LEVEL_V2 if v2 else {ROW}
    for index, component in enumerate(value):
        place = f"components.{index}"
        if component.get("type") not in allowed:
            _bad_kind(place, allowed, problems)
            continue
        _check(component, place, problems, file_names)
    _check_together(value, problems, v2=v2)
    number_components(value)
    return value


def walk(components: list[Json]) -> Iterator[Json]:
    """Yield every component of a tree, parents first."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        for inner in ("accessory", "component"):
            if component.get(inner):
                yield from walk([component[inner]])


def number_components(components: list[Json]) -> None:
    """Give every component without an ``id`` the next free number, as Discord does."""
    taken = {component.get("id") for component in walk(components)}
    number = 0
    for component in walk(components):
        if not component.get("id"):
            number += 1
            while number in taken:
                number += 1
            component["id"] = number


def check_custom_id(component: Json, place: str, problems: Problems) -> None:
    """Note a custom_id that is missing or longer than 100."""
    custom_id = component.get("custom_id")
    if custom_id is None:
        problems.required(f"{place}.custom_id")
    else:
        problems.length(f"{place}.custom_id", str(custom_id), 1, 100)


def check_select(component: Json, place: str, problems: Problems) -> None:
    """Note what is wrong with a select menu."""
    check_custom_id(component, place, problems)
    problems.length(f"{place}.placeholder", component.get("placeholder") or "", 0, 150)
    least, most = component.get("min_values", 1), component.get("max_values", 1)
    if not 0 <= least <= 25 or not 1 <= most <= 25 or least > most:
        problems.add(f"{place}.max_values", "NUMBER_TYPE_MAX", "int value should be <= 25.")
    if component["type"] == STRING_SELECT:
        options = component.get("options") or []
        check_options(options, f"{place}.options", problems)
        if sum(bool(option.get("default")) for option in options) > most:
            problems.add(
                f"{place}.options",
                "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES",
                "Too many default values are selected",
            )
    else:
        _check_default_values(component, f"{place}.default_values", problems)
        if component["type"] == CHANNEL_SELECT:
            _check_channel_types(component, f"{place}.channel_types", problems)


def _check_default_values(component: Json, place: str, problems: Problems) -> None:
    """Note what is wrong with what is chosen at first, in a menu that Discord fills.

    Ids that came as numbers go out as text, as all of Discord's do.
    """
    values = component.get("default_values") or []
    for value in values:
        value["id"] = str(value.get("id") or "")
    least, most = component.get("min_values", 1), component.get("max_values", 1)
    if values and not least <= len(values) <= most:
        problems.add(
            place, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length."
        )
    allowed = _DEFAULT_KINDS[component["type"]]
    for index, value in enumerate(values):
        if value.get("type") not in allowed:
            shown = ", ".join(sorted(allowed))
            problems.add(
                f"{place}.{index}.type",
                "BASE_TYPE_CHOICES",
                f"Value must be one of {{{shown}}}.",
            )
        if not value["id"].isdigit():
            problems.add(f"{place}.{index}.id", "NUMBER_TYPE_COERCE", "Value is not snowflake.")
    if len({value["id"] for value in values}) < len(values):
        problems.add(
            place, "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value"
        )


def _check_channel_types(component: Json, place: str, problems: Problems) -> None:
    for index, kind in enumerate(component.get("channel_types") or []):
        if kind not in CHANNEL_TYPES:
            problems.add(
                f"{place}.{index}", "BASE_TYPE_CHOICES", f"Value must be one of {CHANNEL_TYPES}."
            )


def check_options(options: list[Json], place: str, problems: Problems) -> None:
    """Note what is wrong with the options of a select, radio or checkbox group."""
    if not 1 <= len(options) <= 25:
        problems.add(place, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length.")
    values: set[str] = set()
    for index, option in enumerate(options):
        where = f"{place}.{index}"
        problems.length(f"{where}.label", str(option.get("label") or ""), 1, 100)
        problems.length(f"{where}.value", str(option.get("value") or ""), 1, 100)
        problems.length(f"{where}.description", str(option.get("description") or ""), 0, 100)
        if option.get("value") in values:
            problems.add(
                f"{where}.value",
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            )
        values.add(str(option.get("value")))


def _check(component: Json, place: str, problems: Problems, file_names: set[str]) -> None:
    kind = component["type"]
    if kind == ROW:
        _check_row(component, place, problems)
    elif kind == TEXT:
        problems.length(f"{place}.content", str(component.get("content") or ""), 1, V2_CHARACTERS)
    elif kind == SECTION:
        _check_section(component, place, problems)
    elif kind == CONTAINER:
        _check_container(component, place, problems, file_names)
    elif kind == GALLERY:
        _check_gallery(component, place, problems, file_names)
    elif kind == FILE:
        _check_media(component.get("file"), f"{place}.file", problems, file_names)


def _check_container(box: Json, place: str, problems: Problems, file_names: set[str]) -> None:
    allowed = _TOP_LEVEL_V2 - {CONTAINER}
    for index, child in enumerate(box.get("components") or []):
        where = f"{place}.components.{index}"
        if child.get("type") in allowed:
            _check(child, where, problems, file_names)
        else:
            _bad_kind(where, allowed, problems)


def _check_gallery(gallery: Json, place: str, problems: Problems, file_names: set[str]) -> None:
    items = gallery.get("items") or []
    if not 1 <= len(items) <= 10:
        problems.add(
            f"{place}.items", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 10 in length."
        )
    for index, item in enumerate(items):
        _check_media(item.get("media"), f"{place}.items.{index}.media", problems, file_names)


def _check_row(row: Json, place: str, problems: Problems) -> None:
    children = row.get("components") or []
    buttons = all(child.get("type") == BUTTON for child in children)
    most = 5 if buttons else 1
    if not 1 <= len(children) <= most:
        problems.add(
            f"{place}.components",
            "BASE_TYPE_BAD_LENGTH",
            f"Must be between 1 and {most} in length.",
        )
    for index, child in enumerate(children):
        where = f"{place}.components.{index}"
        if child.get("type") == BUTTON:
            _check_button(child, where, problems)
        elif child.get("type") in SELECTS:
            check_select(child, where, problems)
        else:
            _bad_kind(where, {BUTTON, *SELECTS}, problems)


def _check_button(button: Json, place: str, problems: Problems) -> None:
    style = button.get("style")
    if style not in range(1, 7):
        problems.add(f"{place}.style", "BASE_TYPE_CHOICES", "Value must be one of {1, …, 6}.")
    label = str(button.get("label") or "")
    problems.length(f"{place}.label", label, 0, 80)
    if style == LINK_STYLE:
        problems.length(f"{place}.url", str(button.get("url") or ""), 1, 512)
        return
    check_custom_id(button, place, problems)
    if not label and not button.get("emoji"):
        problems.add(
            place,
            "BUTTON_COMPONENT_INVALID_EMPTY",
            "A button must have a label or an emoji",
        )


def _check_section(section: Json, place: str, problems: Problems) -> None:
    texts = section.get("components") or []
    if not 1 <= len(texts) <= 3:
        problems.add(
            f"{place}.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 3 in length."
        )
    accessory = section.get("accessory")
    if accessory is None:
        problems.required(f"{place}.accessory")
    elif accessory.get("type") == BUTTON:
        _check_button(accessory, f"{place}.accessory", problems)
    elif accessory.get("type") != THUMBNAIL:
        _bad_kind(f"{place}.accessory", {BUTTON, THUMBNAIL}, problems)


def _check_media(media: object, place: str, problems: Problems, file_names: set[str]) -> None:
    url = media.get("url") if isinstance(media, dict) else None
    if not isinstance(url, str):
        problems.required(f"{place}.url")
    elif url.startswith("attachment://") and url.removeprefix("attachment://") not in file_names:
        problems.add(
            f"{place}.url",
            "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
            "The referenced attachment was not found",
        )


def _check_together(components: list[Json], problems: Problems, *, v2: bool) -> None:
    everything = list(walk(components))
    custom_ids = [c["custom_id"] for c in everything if c.get("custom_id") is not None]
    if len(set(custom_ids)) < len(custom_ids):
        problems.add(
            "components",
            "COMPONENT_CUSTOM_ID_DUPLICATED",
            "Component custom id cannot be duplicated",
        )
    if not v2:
        return
    if len(everything) > V2_COMPONENTS:
        problems.add(
            "components", "BASE_TYPE_MAX_LENGTH", f"Must be {V2_COMPONENTS} or fewer in length."
        )
    texts = [str(c.get("content") or "") for c in everything if c["type"] == TEXT]
    if sum(map(len, texts)) > V2_CHARACTERS:
        problems.add(
            "components",
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            f"The size of displayable text exceeds {V2_CHARACTERS}",
        )
    elif sum(len(text.encode()) for text in texts) > V2_BYTES:
        raise ApiError(500, 0, "Internal Server Error")


def _bad_kind(place: str, allowed: set[int], problems: Problems) -> None:
    shown = ", ".join(map(str, sorted(allowed)))
    problems.add(f"{place}.type", "UNION_TYPE_CHOICES", f"Value of field must be one of ({shown}).")
