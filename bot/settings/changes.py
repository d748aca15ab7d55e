"""What changes from one settings to the next: for the audit log. Pure."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from bot import paneltexts, settingtexts, texts
from bot.escaping import plain
from bot.settings.file import SettingsFileError, reasons_of
from bot.settings.shape import SettingsShape, document_of
from bot.settings.values import Mode, Selection, ServerSettings

_SHOWN_CHARACTERS = 300


def edited(settings: ServerSettings, values: Mapping[str, object]) -> ServerSettings:
    """Return ``settings`` with other values, by their keys in the document: ``output.lines``.

    Raises:
        SettingsFileError: a value does not fit.
    """
    document = document_of(settings)
    for path, value in values.items():
        *sections, key = path.split(".")
        inner = document
        for section in sections:
            inner = inner[section]
        inner[key] = value
    try:
        return SettingsShape.model_validate(document).settings()
    except ValidationError as error:
        raise SettingsFileError(reasons_of(error)) from error


def differences(old: ServerSettings, new: ServerSettings) -> tuple[str, ...]:
    """Return a line for everything that differs: what, and from what to what."""
    before, after = dict(_flat(document_of(old))), dict(_flat(document_of(new)))
    return tuple(
        settingtexts.change(_named(key), _shown(key, before.get(key)), _shown(key, after.get(key)))
        for key in {**before, **after}
        if before.get(key) != after.get(key)
    )


def _flat(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in document.items():
        path = f"{prefix}{key}"
        is_section = isinstance(value, dict) and not value.keys() & {"only", "except"}
        if is_section:
            yield from _flat(value, f"{path}.")
        else:
            yield path, value


def _named(key: str) -> str:
    """Return a key with the channel or role in it as Discord draws it."""
    section, _, last = key.rpartition(".")
    if section == "languages.channels":
        return f"{section} <#{last}>"
    if section == "languages.roles":
        return f"{section} <@&{last}>"
    return key


def _shown(key: str, value: object) -> str:
    mark = {"channels": "<#{}>", "log_channel": "<#{}>", "roles": "<@&{}>"}.get(key, "{}")
    if isinstance(value, dict):
        (mode, items), *_others = value.items()
        return _in_words(Mode(mode), plain_list(mark, items))
    if isinstance(value, list):
        return plain_list(mark, value)
    if isinstance(value, bool):
        return settingtexts.ON if value else settingtexts.OFF
    if value is None or value == "":
        return settingtexts.NONE
    return mark.format(value) if isinstance(value, int) else plain(str(value), _SHOWN_CHARACTERS)


def plain_list(mark: str, items: Collection[object]) -> str:
    """Return a list for a person, cut where nobody would read on."""
    shown = [mark.format(plain(str(item), 40)) for item in list(items)[:10]]
    return texts.and_more(", ".join(shown), len(items) - len(shown)) or settingtexts.NOTHING


def selected(selection: Selection[Any], mark: str = "{}") -> str:
    """Return a selection for a person; all but nothing is all."""
    if selection.mode is Mode.EXCEPT and not selection.items:
        return settingtexts.EVERYTHING
    return _in_words(selection.mode, plain_list(mark, sorted(selection.items)))


def _in_words(mode: Mode, items: str) -> str:
    match mode:
        case Mode.ALL:
            return settingtexts.EVERYTHING
        case Mode.ONLY:
            return paneltexts.ONLY.format(items=items)
        case Mode.EXCEPT:
            return paneltexts.EXCEPT.format(items=items)
