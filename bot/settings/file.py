"""A server's settings as YAML for people and as JSON for the store, and back. Pure.

A file that does not fit is refused whole, and every reason names its line.
"""

import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.errors import BotError
from bot.languages import LanguageNames
from bot.settings.server import Server
from bot.settings.shape import IdChoice, LanguageChoice, SettingsShape, document_of
from bot.settings.values import Selection, ServerSettings
from executor.config import StrictLoader

FILE_BYTES = 64 * 1024
_REASONS = 10
_HEAD = """\
# A server's settings for codecage. To bring them back: /settings file:, or Import in the panel.
# Lists are `all`, `{only: [...]}` or `{except: [...]}`; channels and roles go by their ids.
"""

_Loc = tuple[int | str, ...]


class SettingsFileError(BotError):
    """A document does not fit; ``reasons`` are sentences that begin with the line."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = tuple(reasons)


def to_yaml(settings: ServerSettings) -> str:
    """Return ``settings`` as a file for a person."""
    body = yaml.safe_dump(document_of(settings), sort_keys=False, allow_unicode=True)
    return f"{_HEAD}{body}"


def from_yaml(data: bytes, server: Server | None) -> ServerSettings:
    """Return the settings that a file says; languages by their own names, whatever it calls them.

    It may take a tenth of a second.

    Args:
        data: the file.
        server: what there must be that it names; `None` is not to look.

    Raises:
        SettingsFileError: something in it does not fit.
    """
    root = _composed(data)
    try:
        document = _Loader("").construct_document(root) if root is not None else {}
    except (yaml.YAMLError, RecursionError) as error:
        raise SettingsFileError([_yaml_problem(error)]) from error
    if not isinstance(document, dict):
        raise SettingsFileError(["line 1: expected keys and values, such as `log_channel: null`."])
    try:
        shape = SettingsShape.model_validate(document)
    except ValidationError as error:
        found = [(details["loc"], _reason(details)) for details in error.errors()]
        raise SettingsFileError(_with_lines(found, root)) from error
    settings = shape.settings()
    if server is None:
        return settings
    if problems := list(_strangers(shape, server)):
        raise SettingsFileError(_with_lines(problems, root))
    return _with_own_names(settings, server.names)


def reasons_of(error: ValidationError) -> list[str]:
    """Return a sentence for everything that does not fit, where there are no lines to name."""
    return [_reason(details) for details in error.errors()]


def to_text(settings: ServerSettings) -> str:
    """Return ``settings`` as the store keeps them."""
    return json.dumps(document_of(settings), separators=(",", ":"), ensure_ascii=False)


def from_text(text: str) -> ServerSettings:
    """Return the settings that `to_text` wrote.

    Raises:
        SettingsFileError: another version wrote it.
    """
    try:
        return SettingsShape.model_validate(json.loads(text)).settings()
    except ValueError as error:
        raise SettingsFileError([f"line 1: {error}"]) from error


class _Loader(StrictLoader):
    """Strict YAML in which every key is a name."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        node = super().compose_node(parent, index)
        if isinstance(node, yaml.MappingNode):
            self._check_keys(node)
        return node

    @staticmethod
    def _check_keys(node: yaml.MappingNode) -> None:
        seen = set[object]()
        for key, _ in node.value:
            is_name = isinstance(key, yaml.ScalarNode)
            if not is_name or key.value in seen or key.tag == "tag:yaml.org,2002:merge":
                what = (
                    f"the key {key.value!r:.40} stands here twice"
                    if is_name
                    else "a key is no name"
                )
                raise yaml.MarkedYAMLError(problem=what, problem_mark=key.start_mark)
            seen.add(key.value)


def _composed(data: bytes) -> yaml.Node | None:
    if len(data) > FILE_BYTES:
        raise SettingsFileError([f"line 1: a settings file has at most {FILE_BYTES // 1024} KiB."])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsFileError([f"line {line}: this is not UTF-8 text."]) from error
    try:
        return _Loader(text).get_single_node()
    except (yaml.YAMLError, RecursionError) as error:
        raise SettingsFileError([_yaml_problem(error)]) from error


def _yaml_problem(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        return f"line {mark.line + 1 if mark else 1}: {error.problem or 'this is not YAML'}."
    return "line 1: this is not YAML that a person would write."


def _with_lines(problems: Sequence[tuple[_Loc, str]], root: yaml.Node | None) -> list[str]:
    """Return each reason behind its line, in order; no more than anybody would read."""
    placed = sorted({(*_place(loc, root), reason) for loc, reason in problems})
    reasons = [f"line {line}: {f'{key}: ' if key else ''}{reason}" for line, key, reason in placed]
    more = len(reasons) - _REASONS
    return [*reasons[:_REASONS], *([f"… and {more} more."] if more > 0 else [])]


def _place(loc: _Loc, root: yaml.Node | None) -> tuple[int, str]:
    """Return the line that ``loc`` means, from 1, and its key; as near as the document has it."""
    node, line, path = root, 1, list[str]()
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            found = next((kv for kv in node.value if kv[0].value == str(part)), None)
            if found is None:
                continue  # a name of the model's own, such as that of a union's branch
            key, node = found
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            continue
        path.append(str(part))
    return line, ".".join(path)


def _reason(details: ErrorDetails) -> str:
    kind, found = details["type"], details["input"]
    if kind == "extra_forbidden":
        key = str(details["loc"][-1])
        near = difflib.get_close_matches(key, _KEYS, n=1)
        return f"there is no such key.{f' Did you mean {near[0]}?' if near else ''}"
    if kind == "value_error":
        return f"{details['ctx']['error']}."
    if kind == "model_type":
        is_choice = "Choice" in details["ctx"]["class_name"]
        expected = "all, {only: […]} or {except: […]}" if is_choice else "keys and values"
        return f"{found!r:.60} does not fit here: expected {expected}."
    message = details["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    return f"{found!r:.60} does not fit here: expected {message}."


def _keys(document: object) -> Iterator[str]:
    if isinstance(document, dict):
        for key, value in document.items():
            yield str(key)
            yield from _keys(value)


_KEYS = (*_keys(document_of(ServerSettings())), "only", "except")


def _strangers(shape: SettingsShape, server: Server) -> Iterator[tuple[_Loc, str]]:
    """Yield what the file names and the server does not have."""
    languages = shape.languages
    channels, roles = server.channel_ids, server.role_ids
    yield from _unknown_languages(("languages", "everywhere"), languages.everywhere, server.names)
    for where, by_id, known in (
        ("channels", languages.channels, channels),
        ("roles", languages.roles, roles),
    ):
        for id_, choice in by_id.items():
            loc = ("languages", where, id_)
            yield from _unknown_ids([(loc, id_)], where, known)
            yield from _unknown_languages(loc, choice, server.names)
    if languages.default is not None:
        yield from _unknown_language(("languages", "default"), languages.default, server.names)
    yield from _unknown_ids(_items(("channels",), shape.channels), "channels", channels)
    yield from _unknown_ids(_items(("roles",), shape.roles), "roles", roles)
    if shape.log_channel is not None:
        yield from _unknown_ids([(("log_channel",), shape.log_channel)], "channels", channels)


def _items(loc: _Loc, choice: LanguageChoice | IdChoice) -> Iterator[tuple[_Loc, Any]]:
    for key, items in (("only", choice.only), ("except", choice.besides)):
        for number, item in enumerate(items or ()):
            yield (*loc, key, number), item


def _unknown_ids(
    found: Sequence[tuple[_Loc, int]] | Iterator[tuple[_Loc, int]],
    what: str,
    known: frozenset[int],
) -> Iterator[tuple[_Loc, str]]:
    for loc, id_ in found:
        if id_ not in known:
            yield loc, f"this server has none of its {what} with the id {id_}."


def _unknown_languages(
    loc: _Loc,
    choice: LanguageChoice,
    names: LanguageNames,
) -> Iterator[tuple[_Loc, str]]:
    for place, name in _items(loc, choice):
        yield from _unknown_language(place, name, names)


def _unknown_language(loc: _Loc, name: str, names: LanguageNames) -> Iterator[tuple[_Loc, str]]:
    if names.find(name) is None:
        near = names.nearest(name, 1)
        meant = f" Did you mean {near[0]}?" if near else ""
        yield loc, f"no language here is called {name!r:.40}.{meant}"


def _with_own_names(settings: ServerSettings, names: LanguageNames) -> ServerSettings:
    def own(name: str) -> str:
        found = names.find(name)
        return found.name if found else name

    def chosen(selection: Selection[str]) -> Selection[str]:
        return replace(selection, items=frozenset(map(own, selection.items)))

    default = settings.default_language
    return replace(
        settings,
        languages=chosen(settings.languages),
        channel_languages={k: chosen(v) for k, v in settings.channel_languages.items()},
        role_languages={k: chosen(v) for k, v in settings.role_languages.items()},
        default_language=own(default) if default is not None else None,
    )
