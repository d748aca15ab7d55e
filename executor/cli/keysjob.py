"""What `codecage keys` does with the file of keys."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from executor.cli.messages import say
from executor.cli.outcome import EXIT_NOT_RUN
from executor.cli.tables import table_of
from executor.config import ExecutorConfig, load_config
from executor.errors import ConfigError, ExecutorError
from executor.keys import KEYS_FILE, Key, KeyFile, Rate, Right, digest_of, new_secret, now
from executor.limits import check_request
from executor.models import LimitsRequest
from executor.units import human_duration, human_size
from executor.versions import packaged_languages, read_language_files

_NAME: Final = re.compile(r"[\w.@-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A key as the options describe it."""

    name: str
    rate: str | None = None
    running: int | None = None
    languages: str | None = None
    rights: tuple[str, ...] = ()
    wall_seconds: float | None = None
    memory_bytes: int | None = None


def add_key(config_path: Path | None, wanted: Wanted) -> int:
    """Make a key and print its secret; return the exit status.

    Raises:
        click.UsageError: an option does not fit.
    """
    try:
        config = load_config(config_path).executor
        secret = new_secret()
        file = _file(config)
        file.add(_key(config, wanted, secret))
    except ExecutorError as error:
        say(str(error))
        return EXIT_NOT_RUN
    try:
        click.echo(secret)
    except OSError:
        file.remove(wanted.name)  # nobody has seen it
        raise
    say(f"that is the key {wanted.name!r}; it is not shown again")
    return 0


def list_keys(config_path: Path | None, *, as_json: bool) -> int:
    """Print what keys there are; return the exit status."""
    try:
        keys = _file(load_config(config_path).executor).keys()
    except ExecutorError as error:
        say(str(error))
        return EXIT_NOT_RUN
    if as_json:
        click.echo(json.dumps([_document(key) for key in keys]))
        return 0
    if not keys:
        say("there is no key yet; make one with: codecage keys add NAME")
        return 0
    table = table_of("name", "made", "rate", "at once", "languages", "limits", "rights")
    for key in keys:
        table.add_row(*_cells(key))
    Console().print(table)
    return 0


def remove_key(config_path: Path | None, name: str) -> int:
    """Remove a key; return the exit status."""
    try:
        _file(load_config(config_path).executor).remove(name)
    except ExecutorError as error:
        say(str(error))
        return EXIT_NOT_RUN
    return 0


def _file(config: ExecutorConfig) -> KeyFile:
    return KeyFile(config.data_dir / KEYS_FILE)


def _key(config: ExecutorConfig, wanted: Wanted, secret: str) -> Key:
    if not _NAME.fullmatch(wanted.name):
        raise click.UsageError(
            f"{wanted.name!r} is not a name for a key; take letters, digits and . _ - @"
        )
    try:
        rate = None if wanted.rate is None else Rate.parse(wanted.rate)
    except ValueError as error:
        raise click.UsageError(f"--rate: {error}.") from error
    limits = LimitsRequest(wall_seconds=wanted.wall_seconds, memory_bytes=wanted.memory_bytes)
    check_request(limits)
    return Key(
        name=wanted.name,
        digest=digest_of(secret),
        created=now(),
        rate=rate,
        running=wanted.running,
        languages=_languages(config, wanted.languages),
        rights=frozenset(Right(right) for right in wanted.rights),
        limits=limits,
    )


def _languages(config: ExecutorConfig, text: str | None) -> frozenset[str] | None:
    """Return the languages' own names for a list of names and aliases."""
    if text is None:
        return None
    specs = read_language_files(config.languages_dir or packaged_languages())
    names = {name: spec.name for spec in specs for name in (spec.name, *spec.aliases)}
    found = set()
    for name in filter(None, (part.strip().lower() for part in text.split(","))):
        if name not in names:
            raise ConfigError(
                f"--languages: there is no language {name!r}; these are known:"
                f" {', '.join(sorted(set(names.values())))}."
            )
        found.add(names[name])
    return frozenset(found)


def _document(key: Key) -> dict[str, object]:
    return {
        "name": key.name,
        "created": key.created,
        "rate": None if key.rate is None else str(key.rate),
        "running": key.running,
        "languages": None if key.languages is None else sorted(key.languages),
        "rights": sorted(key.rights),
        "wall_seconds": key.limits.wall_seconds,
        "memory_bytes": key.limits.memory_bytes,
    }


def _cells(key: Key) -> tuple[str, ...]:
    limits = []
    if key.limits.wall_seconds is not None:
        limits.append(human_duration(key.limits.wall_seconds))
    if key.limits.memory_bytes is not None:
        limits.append(human_size(key.limits.memory_bytes))
    return (
        key.name,
        key.created,
        "any" if key.rate is None else str(key.rate),
        "any" if key.running is None else str(key.running),
        "all" if key.languages is None else ", ".join(sorted(key.languages)),
        ", ".join(limits) or "the usual",
        ", ".join(sorted(key.rights)) or "run",
    )
