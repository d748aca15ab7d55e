"""The real doorman on a store in memory, for tests of what stands behind it."""

import time
from collections.abc import Callable

from bot.admission import Admission
from bot.models import Rules
from bot.quotas import Quotas
from bot.settings.keeper import SettingsKeeper
from bot.standing import Standing
from tests.memory_store import MemoryStore


def admission(
    rules: Rules,
    store: MemoryStore | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], float] = time.time,
) -> Admission:
    """Return who lets members in by ``rules`` and by what ``store`` says of their servers."""
    store = store or MemoryStore()
    settings = SettingsKeeper(store.settings, store.audits, clock=clock, now=now)
    standing = Standing(store.blocks, store.flags, now=now)
    return Admission(rules, settings, Quotas(store.quotas, now=now), standing, clock=clock)
