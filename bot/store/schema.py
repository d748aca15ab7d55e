"""The numbered migrations that make the tables, for either database. Files only, no database."""

import re
import sqlite3
from collections.abc import Sequence
from importlib.resources import files

from bot.errors import StoreError

_MIGRATION = re.compile(r"(\d{4})_\w+\.sql")

Migration = tuple[str, ...]
"""The statements of one step, in SQLite's words."""


def known_migrations() -> tuple[Migration, ...]:
    """Return all steps in order; the first one makes format 1 of nothing.

    Raises:
        StoreError: a file of this installation is missing.
    """
    folder = files("bot.store") / "migrations"
    named = sorted(
        (int(match[1]), entry)
        for entry in folder.iterdir()
        if (match := _MIGRATION.fullmatch(entry.name))
    )
    if [number for number, _ in named] != list(range(1, len(named) + 1)):
        raise StoreError("this installation of codecage is incomplete: a migration is missing")
    return tuple(_statements(entry.read_text(encoding="utf-8")) for _, entry in named)


def pending(migrations: Sequence[Migration], version: int) -> Sequence[Migration]:
    """Return the steps that a store of format ``version`` has not seen.

    Raises:
        StoreError: it has seen more than there are.
    """
    if version > len(migrations):
        raise StoreError(f"it was written by a later version of codecage (its format is {version})")
    return migrations[version:]


def _statements(script: str) -> Migration:
    found, begun = [], ""
    for piece in script.split(";")[:-1]:
        begun += f"{piece};"
        if sqlite3.complete_statement(begun):  # else the semicolon stood in a comment or a text
            found.append(begun.strip())
            begun = ""
    return tuple(found)
