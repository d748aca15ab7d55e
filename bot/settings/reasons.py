"""Why a settings document does not fit, in sentences that begin with the line. Pure."""

import difflib
from collections.abc import Iterator, Sequence

import yaml
from pydantic_core import ErrorDetails

from bot import paneltexts, settingproblems
from bot.settings.shape import document_of
from bot.settings.values import ServerSettings
from bot.speech import _
from executor.config import Fault, NotTakenError

REASONS = 10

Loc = tuple[int | str, ...]

# Pydantic's names of what can be wrong.
_EXPECTED = {
    "bool_type": paneltexts.EXPECTED_SWITCH,
    "dict_type": paneltexts.EXPECTED_KEYS,
    "float_type": paneltexts.EXPECTED_NUMBER,
    "int_type": paneltexts.EXPECTED_NUMBER,
    "model_type": paneltexts.EXPECTED_KEYS,
    "string_too_short": paneltexts.EXPECTED_TEXT,
    "string_type": paneltexts.EXPECTED_TEXT,
    "tuple_type": paneltexts.EXPECTED_LIST,
}
_BOUNDS = {
    "greater_than_equal": ("ge", paneltexts.at_least),
    "less_than_equal": ("le", paneltexts.at_most),
    "string_too_long": ("max_length", paneltexts.no_longer_than),
    "too_long": ("max_length", paneltexts.no_more_than),
}
# What PyYAML says, which is English alone, by how it begins.
_UNREADABLE = {
    "but found another document": settingproblems.ONE_DOCUMENT,
    "could not find expected ':'": settingproblems.MISPLACED,
    "expected ',' or": settingproblems.OPEN_BRACKET,
    "expected <block end>": settingproblems.MISPLACED,
    "found character '\\t'": settingproblems.TAB,
    "found character": settingproblems.BAD_BEGINNING,
    "found unexpected end of stream": settingproblems.OPEN_QUOTE,
    "mapping values are not allowed": settingproblems.STRAY_COLON,
}


class OwnYamlError(yaml.MarkedYAMLError):
    """Something is not YAML as we take it here; its problem is a sentence of ours already."""


def with_lines(problems: Sequence[tuple[Loc, str]], root: yaml.Node | None) -> list[str]:
    """Return each reason behind its line, in order; no more than anybody would read."""
    placed = sorted({(*_place(loc, root), reason) for loc, reason in problems})
    reasons = [paneltexts.at_line(*one) for one in placed]
    more = len(reasons) - REASONS
    return [*reasons[:REASONS], *([paneltexts.more_reasons(more)] if more > 0 else [])]


def reason_of(details: ErrorDetails) -> str:
    """Return why a value does not fit, or a key."""
    kind, found = details["type"], details["input"]
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(details["loc"][-1]), _KEYS, n=1)
        return " ".join([paneltexts.NO_SUCH_KEY, *map(paneltexts.did_you_mean, near)])
    if kind == "value_error":
        return f"{details['ctx']['error']}."
    return paneltexts.does_not_fit(f"{found!r:.60}", _expected(details))


def yaml_reason(error: Exception, text: str) -> str:
    """Return why a document cannot be read, with line and column.

    Args:
        error: what PyYAML or a loader of ours raised.
        text: the document; for errors that name no line.
    """
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        line, column = before.count("\n"), len(before) - before.rfind("\n") - 1
        return settingproblems.at(line + 1, column + 1, settingproblems.BAD_CHARACTER)
    mark = None
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    return settingproblems.at(line + 1, column + 1, _unreadable(error))


def _unreadable(error: Exception) -> str:
    problem = str(getattr(error, "problem", None) or "")
    match error:
        case OwnYamlError():
            return f"{problem}."
        case NotTakenError():
            return _not_taken(error)
        case yaml.constructor.ConstructorError():
            return settingproblems.NO_TAG
        case _:
            found = (say for start, say in _UNREADABLE.items() if problem.startswith(start))
            return _(next(found, paneltexts.NOT_YAML))


def _not_taken(error: NotTakenError) -> str:
    match error.fault:
        case Fault.ALIAS:
            return f"{paneltexts.NO_ALIAS}."
        case Fault.KEY_TWICE:
            return f"{paneltexts.key_twice(error.shown)}."
        case Fault.TOO_LARGE:
            return settingproblems.TOO_LARGE
        case Fault.WRONG_KIND:
            return settingproblems.wrong_kind(error.shown, error.kind)


def _expected(details: ErrorDetails) -> str:
    kind, context = details["type"], details.get("ctx") or {}
    if kind == "model_type" and "Choice" in context["class_name"]:
        return paneltexts.EXPECTED_CHOICE
    if kind in _BOUNDS:
        key, say = _BOUNDS[kind]
        return say(context[key])
    return _(_EXPECTED.get(kind, paneltexts.EXPECTED_OTHER))


def _place(loc: Loc, root: yaml.Node | None) -> tuple[int, str]:
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


def _keys(document: object) -> Iterator[str]:
    if isinstance(document, dict):
        for key, value in document.items():
            yield str(key)
            yield from _keys(value)


_KEYS = (*_keys(document_of(ServerSettings())), "only", "except")
