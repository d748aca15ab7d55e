"""Checks the windows an app opens (docs: components/reference, modals)."""

from bot.demo.errors import Problems
from bot.demo.state import Json
from bot.demo.validate_components import (
    ROW,
    SELECTS,
    TEXT,
    TEXT_INPUT,
    check_custom_id,
    check_options,
    check_select,
    number_components,
)

LABEL, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 18, 19, 21, 22, 23
TEXT_INPUT_CHARACTERS = 4000


def check_modal(data: Json) -> Json:
    """Return a modal with ids filled in.

    Raises:
        ApiError: 50035 with every problem found.
    """
    problems = Problems()
    problems.length("data.title", str(data.get("title") or ""), 1, 45)
    check_custom_id(data, "data", problems)
    components = data.get("components") or []
    if not 1 <= len(components) <= 5:
        problems.add(
            "data.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length."
        )
    for index, component in enumerate(components):
        _top_level(component, f"data.components.{index}", problems)
    problems.raise_if_any()
    number_components(components)
    return data


def _top_level(component: Json, place: str, problems: Problems) -> None:
    kind = component.get("type")
    if kind == ROW:
        for index, child in enumerate(component.get("components") or []):
            where = f"{place}.components.{index}"
            problems.length(f"{where}.label", str(child.get("label") or ""), 1, 45)
            _input(child, where, problems)
    elif kind == LABEL:
        problems.length(f"{place}.label", str(component.get("label") or ""), 1, 45)
        description = str(component.get("description") or "")
        problems.length(f"{place}.description", description, 0, 100)
        if component.get("component") is None:
            problems.required(f"{place}.component")
        else:
            _input(component["component"], f"{place}.component", problems)
    elif kind != TEXT:
        problems.add(
            f"{place}.type", "UNION_TYPE_CHOICES", "Value of field must be one of (1, 10, 18)."
        )


def _input(component: Json, place: str, problems: Problems) -> None:
    kind = component.get("type")
    if kind == TEXT_INPUT:
        _text_input(component, place, problems)
    elif kind in SELECTS:
        check_select(component, place, problems)
    elif kind in (RADIO_GROUP, CHECKBOX_GROUP):
        check_custom_id(component, place, problems)
        check_options(component.get("options") or [], f"{place}.options", problems)
    elif kind in (FILE_UPLOAD, CHECKBOX):
        check_custom_id(component, place, problems)
        if kind == FILE_UPLOAD and not 1 <= component.get("max_values", 1) <= 10:
            problems.add(f"{place}.max_values", "NUMBER_TYPE_MAX", "int value should be <= 10.")
    else:
        problems.add(f"{place}.type", "UNION_TYPE_CHOICES", "This component cannot be in a modal.")


def _text_input(component: Json, place: str, problems: Problems) -> None:
    check_custom_id(component, place, problems)
    if component.get("style") not in (1, 2):
        problems.add(f"{place}.style", "BASE_TYPE_CHOICES", "Value must be one of {1, 2}.")
    problems.length(f"{place}.placeholder", str(component.get("placeholder") or ""), 0, 100)
    value = str(component.get("value") or "")
    problems.length(f"{place}.value", value, 0, TEXT_INPUT_CHARACTERS)
    for key, least in (("min_length", 0), ("max_length", 1)):
        bound = component.get(key)
        if bound is not None and not least <= bound <= TEXT_INPUT_CHARACTERS:
            problems.add(f"{place}.{key}", "NUMBER_TYPE_MAX", "int value should be <= 4000.")
