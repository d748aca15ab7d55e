"""A server's settings as YAML for people and as JSON for the store, and back. Pure.

A file that does not fit is refused whole, and every reason names its line.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml
from pydantic import ValidationError

from bot import paneltexts, settingproblems
from bot.errors import BotError
from bot.languages import LanguageNames
from bot.settings.named import NOTHING, Named
from bot.settings.reasons import Loc, OwnYamlError, reason_of, with_lines, yaml_reason
from bot.settings.server import Server
from bot.settings.shape import IdChoice, LanguageChoice, SettingsShape, document_of
from bot.settings.values import Selection, ServerSettings
from executor.config import StrictLoader

FILE_BYTES = 64 * 1024
# As much in the store is never more than that in a file.
_TEXT_BYTES = 48 * 1024
_HEAD = """\
# A server's settings for codecage. To bring them back: /settings file:, or Edit as YAML in the panel.
# Lists are `all`, `{only: [...]}` or `{except: [...]}`; channels and roles go by their ids.
"""


class SettingsFileError(BotError):
    """A document does not fit; ``reasons`` are sentences that begin with the line."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = tuple(reasons)


def to_yaml(settings: ServerSettings) -> str:
    """Return ``settings`` as a file for a person."""
    document = document_of(settings)
    body = yaml.safe_dump(
        document, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100
    )
    return f"{_HEAD}{body}"


def from_yaml(data: bytes, server: Server | None, kept: Named = NOTHING) -> ServerSettings:
    """Return the settings that a file says; languages by their own names, whatever it calls them.

    It may take a tenth of a second.

    Args:
        data: the file.
        server: what there must be that it names; `None` is not to look.
        kept: what it may name all the same, for it is set already.

    Raises:
        SettingsFileError: something in it does not fit.
    """
    root = _composed(data)
    try:
        document = _Loader("").construct_document(root) if root is not None else {}
    except (yaml.YAMLError, RecursionError) as error:
        raise SettingsFileError([yaml_reason(error, "")]) from error
    if not isinstance(document, dict):
        raise SettingsFileError([paneltexts.at_line(1, "", paneltexts.NO_MAPPING)])
    try:
        shape = SettingsShape.model_validate(document)
    except ValidationError as error:
        found = [(details["loc"], reason_of(details)) for details in error.errors()]
        raise SettingsFileError(with_lines(found, root)) from error
    settings = shape.settings()
    if server is None:
        return settings
    if problems := list(_strangers(shape, server, kept)):
        raise SettingsFileError(with_lines(problems, root))
    return _with_own_names(settings, server.names)


def reasons_of(error: ValidationError) -> list[str]:
    """Return a sentence for everything that does not fit, where there are no lines to name."""
    return [reason_of(details) for details in error.errors()]


def to_text(settings: ServerSettings) -> str:
    """Return ``settings`` as the store keeps them."""
    return json.dumps(document_of(settings), separators=(",", ":"), ensure_ascii=False)


def readable_text(settings: ServerSettings) -> str:
    """Return what `to_text` does, if `from_text` reads it, and `from_yaml` what `to_yaml` writes.

    Raises:
        SettingsFileError: it would not, such as a list that grew too long.
    """
    text = to_text(settings)
    if len(text.encode("utf-8", "replace")) > _TEXT_BYTES:
        raise SettingsFileError([settingproblems.TOO_LONG_ALTOGETHER])
    from_text(text)
    return text


def from_text(text: str) -> ServerSettings:
    """Return the settings that `to_text` wrote.

    Raises:
        SettingsFileError: another version wrote it.
    """
    try:
        return SettingsShape.model_validate(json.loads(text)).settings()
    except ValidationError as error:
        raise SettingsFileError(reasons_of(error)) from error
    except ValueError as error:
        raise SettingsFileError([paneltexts.at_line(1, "", str(error))]) from error


def log_channel_in(text: str) -> int | None:
    """Return the log channel that settings of another version name, as far as one can tell."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    channel_id = found.get("log_channel") if isinstance(found, dict) else None
    return channel_id if isinstance(channel_id, int) and channel_id > 0 else None


@dataclass(frozen=True, slots=True)
class _Known:
    """The languages that a file may name."""

    installed: LanguageNames
    kept: frozenset[str]


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
                shown = f"{key.value!r:.40}"
                what = paneltexts.key_twice(shown) if is_name else paneltexts.KEY_IS_NO_NAME
                raise OwnYamlError(problem=what, problem_mark=key.start_mark)
            seen.add(key.value)


def _composed(data: bytes) -> yaml.Node | None:
    if len(data) > FILE_BYTES:
        too_long = paneltexts.file_too_long(FILE_BYTES // 1024)
        raise SettingsFileError([paneltexts.at_line(1, "", too_long)])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsFileError([paneltexts.at_line(line, "", paneltexts.NOT_UTF_8)]) from error
    try:
        return _Loader(text).get_single_node()
    except (yaml.YAMLError, RecursionError) as error:
        raise SettingsFileError([yaml_reason(error, text)]) from error


def _strangers(shape: SettingsShape, server: Server, kept: Named) -> Iterator[tuple[Loc, str]]:
    """Yield what the file names, the server does not have, and was not set before either."""
    languages, names = shape.languages, _Known(server.names, kept.languages)
    channels = server.channel_ids | kept.channel_ids
    roles = server.role_ids | kept.role_ids
    yield from _unknown_languages(("languages", "everywhere"), languages.everywhere, names)
    for where, by_id, known, no_such in (
        ("channels", languages.channels, channels, paneltexts.no_such_channel),
        ("roles", languages.roles, roles, paneltexts.no_such_role),
    ):
        for id_, choice in by_id.items():
            loc = ("languages", where, id_)
            yield from _unknown_ids([(loc, id_)], no_such, known)
            yield from _unknown_languages(loc, choice, names)
    if languages.default is not None:
        yield from _unknown_language(("languages", "default"), languages.default, names)
    no_channel, no_role = paneltexts.no_such_channel, paneltexts.no_such_role
    yield from _unknown_ids(_items(("channels",), shape.channels), no_channel, channels)
    yield from _unknown_ids(_items(("roles",), shape.roles), no_role, roles)
    if shape.log_channel is not None:
        yield from _unknown_ids([(("log_channel",), shape.log_channel)], no_channel, channels)


def _items(loc: Loc, choice: LanguageChoice | IdChoice) -> Iterator[tuple[Loc, Any]]:
    for key, items in (("only", choice.only), ("except", choice.besides)):
        for number, item in enumerate(items or ()):
            yield (*loc, key, number), item


def _unknown_ids(
    found: Sequence[tuple[Loc, int]] | Iterator[tuple[Loc, int]],
    no_such: Callable[[int], str],
    known: frozenset[int],
) -> Iterator[tuple[Loc, str]]:
    for loc, id_ in found:
        if id_ not in known:
            yield loc, no_such(id_)


def _unknown_languages(
    loc: Loc,
    choice: LanguageChoice,
    names: _Known,
) -> Iterator[tuple[Loc, str]]:
    for place, name in _items(loc, choice):
        yield from _unknown_language(place, name, names)


def _unknown_language(loc: Loc, name: str, names: _Known) -> Iterator[tuple[Loc, str]]:
    if name not in names.kept and names.installed.find(name) is None:
        near = names.installed.nearest(name, 1)
        sentences = [
            paneltexts.no_such_language(f"{name!r:.40}"),
            *map(paneltexts.did_you_mean, near),
        ]
        yield loc, " ".join(sentences)


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
