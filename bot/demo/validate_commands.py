"""Checks application commands as they are registered (docs: application-commands)."""

import re

from bot.demo.errors import Problems
from bot.demo.state import Json

COMMAND_CHARACTERS = 8000
COMMANDS_BY_KIND = {1: 100, 2: 15, 3: 15}
# The app can be installed in servers (0) and by people (1), and so can what does not say otherwise.
APP_INTEGRATION_TYPES = (0, 1)
SUBCOMMAND, GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10

_SLASH_NAME = re.compile(r"[-_'\w]{1,32}")


def check_commands(value: object) -> list[Json]:
    """Return the commands with what Discord fills in, without ids.

    Raises:
        ApiError: 50035 with every problem found.
    """
    problems = Problems()
    entries = value if isinstance(value, list) else []
    commands = [check_command(entry, problems, str(index)) for index, entry in enumerate(entries)]
    seen: set[tuple[int, str]] = set()
    for index, command in enumerate(commands):
        key = (command["type"], command["name"])
        if key in seen:
            problems.add(
                str(index),
                "APPLICATION_COMMANDS_DUPLICATE_NAME",
                "Application command names must be unique",
            )
        seen.add(key)
    for kind, most in COMMANDS_BY_KIND.items():
        if sum(command["type"] == kind for command in commands) > most:
            problems.add(
                "_", "APPLICATION_COMMANDS_TOO_MANY", f"Maximum number of commands reached ({most})"
            )
    problems.raise_if_any()
    return commands


def check_command(raw: Json, problems: Problems, place: str) -> Json:
    """Return one command with what Discord fills in, noting problems."""
    kind = raw.get("type", 1)
    if kind not in COMMANDS_BY_KIND:
        problems.add(f"{place}.type", "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3}.")
        kind = 1
    name = _name(raw.get("name"), f"{place}.name", problems, slash=kind == 1)
    description = str(raw.get("description") or "")
    options = raw.get("options") or []
    if kind == 1:
        problems.length(f"{place}.description", description, 1, 100)
        _options(options, place, problems, depth=0)
    elif description or options:
        problems.add(
            f"{place}.description",
            "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_INVALID",
            "Context menu commands cannot have description",
        )
    if _characters(raw) > COMMAND_CHARACTERS:
        problems.add(
            place,
            "APPLICATION_COMMAND_TOO_LARGE",
            f"Command exceeds maximum size ({COMMAND_CHARACTERS})",
        )
    return {
        "type": kind,
        "name": name,
        "description": description,
        "options": options,
        "default_member_permissions": raw.get("default_member_permissions"),
        "dm_permission": raw.get("dm_permission", True),
        "contexts": raw.get("contexts"),
        "integration_types": raw.get("integration_types") or [*APP_INTEGRATION_TYPES],
        "nsfw": bool(raw.get("nsfw", False)),
        "name_localizations": raw.get("name_localizations"),
        "description_localizations": raw.get("description_localizations"),
    }


def _name(value: object, place: str, problems: Problems, *, slash: bool) -> str:
    name = str(value or "")
    if not slash:
        problems.length(place, name, 1, 32)
    elif not _SLASH_NAME.fullmatch(name) or name != name.lower():
        problems.add(
            place,
            "APPLICATION_COMMAND_INVALID_NAME",
            "Command name is invalid: 1 to 32 lower-case letters, digits, - and _",
        )
    return name


def _options(options: list[Json], place: str, problems: Problems, *, depth: int) -> None:
    if len(options) > 25:
        problems.add(f"{place}.options", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    names: set[str] = set()
    optional_seen = False
    for index, option in enumerate(options):
        where = f"{place}.options.{index}"
        name = _name(option.get("name"), f"{where}.name", problems, slash=True)
        if name in names:
            problems.add(
                f"{where}.name",
                "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS",
                "Option name already exists",
            )
        names.add(name)
        problems.length(f"{where}.description", str(option.get("description") or ""), 1, 100)
        if optional_seen and option.get("required"):
            problems.add(
                where,
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            )
        optional_seen = optional_seen or not option.get("required", False)
        _option_kind(option, where, problems, depth)


def _option_kind(option: Json, where: str, problems: Problems, depth: int) -> None:
    kind = option.get("type")
    if kind in (SUBCOMMAND, GROUP):
        if depth > (1 if kind == SUBCOMMAND else 0):
            problems.add(
                where, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-commands nest too deeply"
            )
        _options(option.get("options") or [], where, problems, depth=depth + 1)
    elif kind in range(3, 12):
        _choices(option, where, problems)
        _bounds(option, where, problems)
    else:
        problems.add(f"{where}.type", "BASE_TYPE_CHOICES", "Value must be one of {1, …, 11}.")


def _choices(option: Json, where: str, problems: Problems) -> None:
    choices = option.get("choices") or []
    check_choices(choices, f"{where}.choices", problems)
    if choices and option.get("autocomplete"):
        problems.add(
            where,
            "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES",
            "Autocomplete options cannot have choices",
        )
    if option.get("autocomplete") and option["type"] not in (STRING, INTEGER, NUMBER):
        problems.add(
            f"{where}.autocomplete",
            "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID",
            "Only string and number options can have autocomplete",
        )


def check_choices(choices: list[Json], place: str, problems: Problems) -> None:
    """Note what is wrong with choices, registered ones or those of an autocomplete."""
    if len(choices) > 25:
        problems.add(place, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for index, choice in enumerate(choices):
        problems.length(f"{place}.{index}.name", str(choice.get("name") or ""), 1, 100)
        if isinstance(choice.get("value"), str):
            problems.length(f"{place}.{index}.value", choice["value"], 0, 100)
        elif choice.get("value") is None:
            problems.required(f"{place}.{index}.value")


def _bounds(option: Json, where: str, problems: Problems) -> None:
    for key, least in (("min_length", 0), ("max_length", 1)):
        bound = option.get(key)
        if bound is not None and not least <= bound <= 6000:
            problems.add(f"{where}.{key}", "NUMBER_TYPE_MAX", "int value should be <= 6000.")


def _characters(raw: Json) -> int:
    """Return what counts against the 8000: names, descriptions and values, localised ones too."""
    total = len(str(raw.get("name") or "")) + len(str(raw.get("description") or ""))
    for key in ("name_localizations", "description_localizations"):
        total += max(map(len, (raw.get(key) or {}).values()), default=0)
    if isinstance(raw.get("value"), str):
        total += len(raw["value"])
    for key in ("options", "choices"):
        total += sum(map(_characters, raw.get(key) or []))
    return total
