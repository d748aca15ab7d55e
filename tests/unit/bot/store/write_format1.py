"""Writes the store that the tests bring up to date, with the code that is in Python's path.

format1.db was made by version 0.1.0 as it was before there was a second format:

    git archive 0430697 bot executor | tar -x -C OLD
    PYTHONPATH=OLD python tests/unit/bot/store/write_format1.py format1.db
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

from bot.models import ReplyFile, RunRequest
from bot.store import Record, open_sqlite
from executor import SourceFile

REQUEST = RunRequest(
    language="py",
    version="3.13",
    files=(SourceFile(path="main.py", content=b'print("hi")\xff', executable=True),),
    stdin=b"\x00in",
    args=("a b", "ü"),
    notes=("A note.",),
)
RECORDS = (
    Record(
        reply_id=1 << 62,
        channel_id=20,
        user_id=30,
        guild_id=40,
        asked_id=50,
        asked_channel_id=21,
        asked_digest=b"digest\x00",
        request=REQUEST,
        output=(ReplyFile(name="stdout.txt", content=b"\xff\n"),),
        created_at=1_800_000_000.25,
    ),
    Record(reply_id=2, channel_id=20, user_id=31, created_at=1_800_000_001.0),
)


async def write(path: Path) -> None:
    async with open_sqlite(path) as store:
        old: Any = store  # a store had no parts then
        for record in RECORDS:
            await old.put(record)


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1])))
