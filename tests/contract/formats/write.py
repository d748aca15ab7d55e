"""Writes a store as the code in Python's path does, as SQL text for `tests.contract.test_formats`.

Each file was written by the last commit that had its format; for a new one, add a file before the next
migration is:

    git archive COMMIT bot executor | tar -x -C OLD
    PYTHONPATH=OLD python tests/contract/formats/write.py tests/contract/formats/format5.sql
"""

import asyncio
import sqlite3
import sys
import tempfile
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any

from bot.models import ReplyFile, RunRequest
from bot.store import AuditEntry, Block, Document, Record, RunEntry, open_sqlite
from executor import SourceFile, Status

GUILD, MEMBER, NOW = (1 << 62) + 40, 30, 1_800_000_000.25
SETTINGS = '{"limits":{"runs_per_hour":500},"members":{"welcome":"Grüß dich, it\'s code"}}'
REQUEST = RunRequest(
    language="py",
    version="3.13",
    files=(SourceFile(path="main.py", content=b'print("hi")\xff', executable=True),),
    stdin=b"\x00in",
    args=("a b", "ü"),
    notes=("A note.",),
)
ANSWERED: dict[str, Any] = {
    "reply_id": 1 << 62,
    "channel_id": 20,
    "user_id": MEMBER,
    "guild_id": GUILD,
    "asked_id": 50,
    "asked_channel_id": 21,
    "asked_digest": b"digest\x00",
    "request": REQUEST,
    "output": (ReplyFile(name="stdout.txt", content=b"\xff\n"),),
    "created_at": NOW,
}
PENDING: dict[str, Any] = {
    "reply_id": 7,
    "channel_id": 20,
    "user_id": MEMBER,
    "created_at": NOW + 1,
    "is_pending": True,
    "token": "a-token",
}
ENTRY = AuditEntry(
    guild_id=GUILD, user_id=MEMBER, at=NOW, action="settings.change", detail="quota: 5 → 6"
)
BLOCKS = (
    Block(user_id=MEMBER, guild_id=GUILD, by_id=99, at=NOW, reason="spam", expires_at=NOW + 60),
    Block(user_id=None, guild_id=GUILD + 1, by_id=98, at=NOW, reason="a whole server"),
)
RUN = RunEntry(
    user_id=MEMBER,
    channel_id=20,
    guild_id=GUILD,
    message_id=60,
    language="python",
    status=Status.OK,
    wall_seconds=0.25,
    at=NOW,
    request=REQUEST,
)
MAINTENANCE = "back at 9"


def record(values: dict[str, Any]) -> Record:
    """Return a record with as much of ``values`` as this version has fields for."""
    known = {field.name for field in fields(Record)}
    return Record(**{name: value for name, value in values.items() if name in known})


async def fill(path: Path) -> None:
    """Keep one of everything."""
    async with open_sqlite(path) as store:
        for values in (ANSWERED, PENDING):
            await store.replies.put(record(values))
        await store.settings.put(Document(guild_id=GUILD, text=SETTINGS), ENTRY)
        for block in BLOCKS:
            await store.blocks.put(block)
        await store.runs.add(RUN)
        await store.quotas.note(user_id=MEMBER, guild_id=GUILD, at=NOW)
        await store.flags.put("maintenance", MAINTENANCE)


def as_sql(path: Path) -> str:
    """Return tables, indexes and rows, in SQLite's words; numbers that a table chooses are left out."""
    with closing(sqlite3.connect(path)) as database:
        lines = [
            f"{statement};"
            for (statement,) in database.execute(
                "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
                " ORDER BY type = 'index', name"
            )
        ]
        tables = [
            name
            for (name,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                " ORDER BY name"
            )
        ]
        for table in tables:
            names = [column[1] for column in database.execute(f"PRAGMA table_info({table})")]
            columns = [name for name in names if name != "entry_id"]
            quoted = " || ', ' || ".join(f"quote({column})" for column in columns)
            for (row,) in database.execute(f"SELECT {quoted} FROM {table} ORDER BY rowid"):  # noqa: S608
                lines.append(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({row});")  # noqa: S608
    return "\n\n".join(lines) + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        store_path = Path(folder) / "store.db"
        asyncio.run(fill(store_path))
        Path(sys.argv[1]).write_text(as_sql(store_path), encoding="utf-8")
