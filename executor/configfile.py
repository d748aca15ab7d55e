"""Reads YAML settings and says exactly what is wrong with them: file, key and fix."""

import difflib
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Annotated, TypeVar, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from executor.errors import ConfigError
from executor.strictyaml import parse_yaml
from executor.units import parse_duration, parse_size

Model = TypeVar("Model", bound=BaseModel)


class Section(BaseModel):
    """A part of a settings file: unknown keys are errors, values are never guessed into shape.

    Give every field without a telling default ``examples=[…]``: messages show the first one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _size(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return parse_size(str(value))
    return parse_size(value) if isinstance(value, str) else value


def _duration(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return parse_duration(str(value))
    return parse_duration(value) if isinstance(value, str) else value


def _sequence(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _path(text: str) -> str:
    if not text or "\0" in text:
        raise ValueError(f"{text!r} is no path")
    try:
        os.fsencode(Path(text).expanduser())
    except UnicodeEncodeError as error:
        raise ValueError(f"{text!r} is no path: half a surrogate pair is in it") from error
    except RuntimeError as error:
        raise ValueError(f"{text!r} is no path: nobody here has that name") from error
    return text


Size = Annotated[int, BeforeValidator(_size)]
"""Bytes, written with a unit: ``256MiB``."""

Duration = Annotated[float, BeforeValidator(_duration)]
"""Seconds, written with a unit: ``10s``."""

Strings = Annotated[tuple[str, ...], BeforeValidator(_sequence)]
"""A YAML list of texts."""

PathText = Annotated[str, AfterValidator(_path)]
"""A path as somebody wrote it; ``~`` in it can be expanded."""


def load_document(path: Path) -> Mapping[str, object]:
    """Return the mapping that the YAML file at ``path`` holds; an empty file is an empty one.

    Raises:
        ConfigError: it cannot be read, is not YAML, names a key twice, or is not a mapping.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8."
        ) from error
    try:
        document = parse_yaml(text)
    except ValueError as error:
        raise ConfigError(f"{path}{error}") from error
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise ConfigError(
            f'{path}: expected keys and values, such as "queue: 256", found {document!r:.40}.'
        )
    return document


def validate_section(
    model_cls: type[Model],
    data: object,
    *,
    file: str,
    section: str,
    environ: Mapping[str, str] | None = None,
) -> Model:
    """Return ``data`` as ``model_cls``; `None` is an empty section.

    With ``environ``, variables named ``CODECAGE_<SECTION>_<KEY>`` replace what ``data`` says
    (nested keys are joined with ``_``); text fields take them as they are, others as YAML.

    Args:
        model_cls: a `Section`.
        data: what the file says, usually a mapping.
        file: what messages call the source.
        section: the key that ``data`` stood under; empty for a whole document.
        environ: the process's environment.

    Raises:
        ConfigError: one line per mistake, each naming the file (or variable), the key, and the
            nearest known key or the expected form.
    """
    if data is None:
        data = {}
    if not isinstance(data, Mapping):
        where = f"{file}: {section}" if section else file
        raise ConfigError(f"{where}: expected keys and values, found {data!r:.40}.")
    overrides = dict(_overrides(model_cls, section, environ or {}))
    for path, (variable, text, field) in overrides.items():
        data = _replaced(data, path, _parse_variable(text, field, variable))
    try:
        return model_cls.model_validate(data)
    except ValidationError as error:
        sources = {path: variable for path, (variable, _, _) in overrides.items()}
        lines = [
            _explain(model_cls, details, file=file, section=section, sources=sources)
            for details in error.errors()
        ]
        raise ConfigError("\n".join(dict.fromkeys(lines))) from error


def unknown_key(key: object, known: Collection[str]) -> str:
    """Return the sentence for a key that nobody knows: the nearest one, else all there are."""
    near = difflib.get_close_matches(str(key), known, n=1)
    advice = f"did you mean {near[0]}?" if near else f"known keys: {', '.join(sorted(known))}."
    return f"unknown key {str(key)!r}; {advice}"


_Path = tuple[str, ...]


def _overrides(
    model_cls: type[BaseModel], section: str, environ: Mapping[str, str]
) -> Iterator[tuple[_Path, tuple[str, str, FieldInfo]]]:
    prefix = f"CODECAGE_{section.upper()}_" if section else "CODECAGE_"
    known = {prefix + "_".join(path).upper(): (path, field) for path, field in _leaves(model_cls)}
    for variable, text in sorted(environ.items()):
        if variable in known:
            path, field = known[variable]
            yield path, (variable, text, field)
        elif section and variable.startswith(prefix):
            # A limit that somebody believes to have set must not be silently ignored.
            near = difflib.get_close_matches(variable, known, n=1) or sorted(known)
            raise ConfigError(
                f"The environment variable {variable} sets nothing; did you mean {near[0]}?"
            )


def _leaves(model_cls: type[BaseModel], path: _Path = ()) -> Iterator[tuple[_Path, FieldInfo]]:
    for name, field in model_cls.model_fields.items():
        inner = _submodel(field)
        if inner is None:
            yield (*path, name), field
        else:
            yield from _leaves(inner, (*path, name))


def _submodel(field: FieldInfo) -> type[BaseModel] | None:
    for kind in _kinds(field):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def _kinds(field: FieldInfo) -> tuple[object, ...]:
    """Return the types a field may have: the members of a union, else its only type."""
    if get_origin(field.annotation) in {Union, UnionType}:
        return get_args(field.annotation)
    return (field.annotation,)


def _parse_variable(text: str, field: FieldInfo, variable: str) -> object:
    kinds = _kinds(field)
    if str in kinds:
        return None if text in {"", "null"} and type(None) in kinds else text
    try:
        return parse_yaml(text)
    except ValueError as error:
        raise ConfigError(
            f"The environment variable {variable} is not valid YAML: {text!r:.60}."
        ) from error


def _replaced(data: Mapping[str, object], path: _Path, value: object) -> Mapping[str, object]:
    head, *rest = path
    if not rest:
        return {**data, head: value}
    inner = data.get(head)
    return {
        **data,
        head: _replaced(inner if isinstance(inner, Mapping) else {}, tuple(rest), value),
    }


def _explain(
    model_cls: type[BaseModel],
    details: ErrorDetails,
    *,
    file: str,
    section: str,
    sources: Mapping[_Path, str],
) -> str:
    model, field, path = _locate(model_cls, details["loc"])
    key = ".".join(filter(None, (section, *path)))
    where = sources.get(tuple(path)) or f"{file}: {key}" if key else file
    if details["type"] in {"extra_forbidden", "invalid_key"}:
        parent = ".".join(filter(None, (section, *path[:-1])))
        where = f"{file}: {parent}" if parent else file
        return f"{where}: {unknown_key(path[-1], model.model_fields)}"
    example = _example(field)
    advice = f' Write for example "{example}".' if example else ""
    if details["type"] == "missing":
        return f"{where}: this key is missing.{advice}"
    if details["type"] == "model_type":
        return f"{where}: expected keys and values, found {details['input']!r:.60}."
    if details["type"] == "value_error":
        return f"{where}: {details['ctx']['error']}."
    return f"{where}: {details['input']!r:.60} does not fit.{advice or ' ' + details['msg'] + '.'}"


def _locate(
    model_cls: type[BaseModel], loc: Sequence[int | str]
) -> tuple[type[BaseModel], tuple[str, FieldInfo] | None, list[str]]:
    """Follow ``loc`` to the model and field it means; past a field only list positions count."""
    model, path = model_cls, list[str]()
    for position, part in enumerate(loc):
        path.append(str(part))
        found = model.model_fields.get(str(part))
        inner = _submodel(found) if found is not None else None
        if found is None:
            return model, None, path
        if inner is None or position == len(loc) - 1:
            tail = [str(p) for p in loc[position + 1 :] if isinstance(p, int)]
            return model, (str(part), found), [*path, *tail[:1]]
        model = inner
    return model, None, path


def _example(found: tuple[str, FieldInfo] | None) -> str:
    if found is None:
        return ""
    name, field = found
    if field.examples:
        return f"{name}: {field.examples[0]}"
    return "" if field.is_required() or field.default is None else f"{name}: {field.default}"
