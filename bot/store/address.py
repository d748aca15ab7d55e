"""Addresses of stores in PostgreSQL, for people to read and to copy. Needs no driver."""

import shlex
from pathlib import Path
from urllib.parse import urlsplit

NEEDS_EXTRA = 'store.url needs an extra that is not installed: pip install "codecage[postgres]"'


def shown(url: str) -> str:
    """Return ``url`` without a password."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    asked = [pair for pair in parts.query.split("&") if pair and "password" not in pair]
    query = f"?{'&'.join(asked)}" if asked else ""
    return f"{parts.scheme}://{user.split(':')[0]}{at}{host}{parts.path}{query}"


def dump_line(url: str, target: Path) -> str:
    """Return the command that backs up a store; see `pg_dump` in PostgreSQL's manual."""
    return shlex.join(["pg_dump", "--format=custom", f"--file={target}", shown(url)])


def restore_line(url: str, backup: Path) -> str:
    """Return the command that puts a backup back, whole or not at all."""
    options = ["--clean", "--if-exists", "--no-owner", "--single-transaction"]
    return shlex.join(["pg_restore", *options, f"--dbname={shown(url)}", str(backup)])
