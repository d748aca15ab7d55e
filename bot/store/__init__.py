"""What must survive a restart: replies and what they ran, servers' settings, blocks, history."""

from bot.store.base import Store
from bot.store.parts import (
    PAGE_ENTRIES,
    AuditStore,
    BlockStore,
    FlagStore,
    QuotaStore,
    ReplyStore,
    RunStore,
    SettingsStore,
)
from bot.store.sqlite import STORE_FILE, open_sqlite
from bot.store.values import (
    AuditEntry,
    Block,
    BlockKey,
    DayCount,
    Document,
    Horizons,
    Record,
    RunEntry,
)

__all__ = [
    "PAGE_ENTRIES",
    "STORE_FILE",
    "AuditEntry",
    "AuditStore",
    "Block",
    "BlockKey",
    "BlockStore",
    "DayCount",
    "Document",
    "FlagStore",
    "Horizons",
    "QuotaStore",
    "Record",
    "ReplyStore",
    "RunEntry",
    "RunStore",
    "SettingsStore",
    "Store",
    "open_sqlite",
]
