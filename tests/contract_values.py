"""Values that the contract suite of the stores works with."""

import math

from bot.models import ReplyFile, RunRequest
from bot.store import AuditEntry, Block, Record, RunEntry, Store
from executor import SourceFile, Status

NOW = 1_800_000_000.0
GUILD = (1 << 62) + 40  # as long as Discord's ids will ever be
MEMBER = 30
REQUEST = RunRequest(
    language="py",
    version="3.13",
    files=(
        SourceFile(path="main.py", content=b'print("hi")'),
        SourceFile(path="a/data.bin", content=bytes(range(256)), executable=True),
    ),
    stdin=b"\x00\xff",
    args=("a b", "ü"),
    guessed=True,
    notes=("A note.",),
)
RECORD = Record(
    reply_id=1 << 62,
    channel_id=20,
    user_id=MEMBER,
    guild_id=GUILD,
    asked_id=50,
    asked_channel_id=20,
    asked_digest=b"digest",
    request=REQUEST,
    output=(ReplyFile(name="stdout.txt", content=b"\xff\n"),),
    created_at=NOW,
)
ENTRY = AuditEntry(
    guild_id=GUILD, user_id=MEMBER, at=NOW, action="settings.change", detail="quota: 5 → 6"
)
BLOCK = Block(user_id=MEMBER, guild_id=GUILD, by_id=99, at=NOW, reason="spam")
RUN = RunEntry(
    user_id=MEMBER,
    channel_id=20,
    guild_id=GUILD,
    message_id=60,
    language="python",
    status=Status.OK,
    wall_seconds=0.25,
    at=NOW,
)


async def counted(
    store: Store, *, user_id: int | None = None, guild_id: int | None = None, since: float = 0
) -> int:
    """Return how many runs are counted since then, for which holds what is given."""
    number = 0
    while (
        await store.quotas.reached_at(
            number + 1, user_id=user_id, guild_id=guild_id, since=since, until=math.inf
        )
        is not None
    ):
        number += 1
    return number
