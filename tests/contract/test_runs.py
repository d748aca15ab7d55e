"""What every store must do with history and quotas."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.store import DayCount, Horizons, RunEntry, Store
from executor import Status
from tests.contract_values import GUILD, MEMBER, NOW, REQUEST, RUN, counted

DAY_SECONDS = 86_400
FIRST_DAY = 20_000


def plain(entries: tuple[RunEntry, ...]) -> list[RunEntry]:
    return [replace(entry, entry_id=0) for entry in entries]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(RUN, id="in-a-server"),
        pytest.param(replace(RUN, guild_id=None), id="in-private"),
        pytest.param(replace(RUN, message_id=None), id="without-an-answer"),
        pytest.param(replace(RUN, request=REQUEST), id="with-its-program"),
        *(pytest.param(replace(RUN, status=one), id=one.value) for one in Status),
    ],
)
async def test_an_entry_comes_back_as_it_was(store: Store, entry: RunEntry) -> None:
    await store.runs.add(entry)
    assert plain(await store.runs.page()) == [entry]


HERE = replace(RUN, wall_seconds=1.0)
HERE_IN_C = replace(RUN, language="c", user_id=MEMBER + 1, wall_seconds=2.0)
ELSEWHERE = replace(RUN, guild_id=GUILD + 1, wall_seconds=3.0)
IN_PRIVATE = replace(RUN, guild_id=None, language="c", wall_seconds=4.0)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param({}, [IN_PRIVATE, ELSEWHERE, HERE_IN_C, HERE], id="all"),
        pytest.param({"guild_id": GUILD}, [HERE_IN_C, HERE], id="server"),
        pytest.param({"user_id": MEMBER}, [IN_PRIVATE, ELSEWHERE, HERE], id="member"),
        pytest.param({"language": "c"}, [IN_PRIVATE, HERE_IN_C], id="language"),
        pytest.param({"guild_id": GUILD, "user_id": MEMBER}, [HERE], id="member-in-server"),
        pytest.param(
            {"guild_id": GUILD, "user_id": MEMBER, "language": "c"}, [], id="nothing-of-all-three"
        ),
        pytest.param({"limit": 1}, [IN_PRIVATE], id="no-more-than-asked-for"),
    ],
)
async def test_what_is_asked_for_is_found(
    store: Store, asked: Mapping[str, Any], found: list[RunEntry]
) -> None:
    for entry in (HERE, HERE_IN_C, ELSEWHERE, IN_PRIVATE):
        await store.runs.add(entry)
    assert plain(await store.runs.page(**asked)) == found


async def test_pages_go_from_new_to_old_and_meet_without_a_gap(store: Store) -> None:
    entries = [replace(RUN, wall_seconds=float(number)) for number in range(5)]
    for entry in entries:
        await store.runs.add(entry)
    seen: list[RunEntry] = []
    before = None
    while page := await store.runs.page(guild_id=GUILD, before=before, limit=2):
        await store.runs.add(RUN)  # which belongs to no page that is still to come
        seen += page
        before = page[-1].entry_id
    assert plain(tuple(seen)) == entries[::-1]


async def test_runs_are_counted_by_day_and_language(store: Store) -> None:
    first, second = FIRST_DAY * DAY_SECONDS, (FIRST_DAY + 1) * DAY_SECONDS
    for at, language in (
        (first - 1, "python"),
        (first, "python"),
        (first + DAY_SECONDS - 0.001, "python"),
        (second, "python"),
        (second, "C"),
        (second + 1, "c"),
    ):
        await store.runs.add(replace(RUN, at=float(at), language=language))
    await store.runs.add(replace(RUN, at=float(second), guild_id=GUILD + 1))
    assert await store.runs.per_day(guild_id=GUILD, since=first) == (
        DayCount(day=FIRST_DAY, language="python", runs=2),
        DayCount(day=FIRST_DAY + 1, language="C", runs=1),
        DayCount(day=FIRST_DAY + 1, language="c", runs=1),
        DayCount(day=FIRST_DAY + 1, language="python", runs=1),
    )
    assert (await store.runs.per_day(since=second))[-1].runs == 2


TIMES = ((0, MEMBER, GUILD), (10, MEMBER, GUILD), (20, MEMBER, None), (30, MEMBER + 1, GUILD))


@pytest.mark.parametrize(
    ("most", "whose", "window", "reached"),
    [
        pytest.param(1, {"user_id": MEMBER}, (0, 99), 20, id="the-last-one"),
        pytest.param(2, {"user_id": MEMBER}, (0, 99), 10, id="not-the-oldest-where-there-are-more"),
        pytest.param(3, {"user_id": MEMBER}, (0, 99), 0, id="just-so-many"),
        pytest.param(4, {"user_id": MEMBER}, (0, 99), None, id="fewer"),
        pytest.param(3, {"user_id": MEMBER}, (1, 99), None, id="one-is-over"),
        pytest.param(1, {"user_id": MEMBER}, (21, 99), None, id="all-are-over"),
        pytest.param(2, {"user_id": MEMBER}, (0, 19), 0, id="one-is-in-the-future"),
        pytest.param(3, {"guild_id": GUILD}, (0, 99), 0, id="a-server-s"),
        pytest.param(2, {"user_id": MEMBER, "guild_id": GUILD}, (0, 99), 0, id="a-member-s-there"),
        pytest.param(4, {}, (0, 99), 0, id="anybody-s"),
    ],
)
async def test_a_quota_tells_when_it_was_reached(
    store: Store,
    most: int,
    whose: dict[str, int],
    window: tuple[float, float],
    reached: float | None,
) -> None:
    for seconds, user_id, guild_id in TIMES:
        await store.quotas.note(user_id=user_id, guild_id=guild_id, at=NOW + seconds)
    reached_at = await store.quotas.reached_at(
        most,
        user_id=whose.get("user_id"),
        guild_id=whose.get("guild_id"),
        since=NOW + window[0],
        until=NOW + window[1],
    )
    assert reached_at == (None if reached is None else NOW + reached)


async def test_counts_from_the_future_are_forgotten(store: Store) -> None:
    for seconds in (0, 100):
        await store.quotas.note(user_id=MEMBER, guild_id=GUILD, at=NOW + seconds)
    await store.forget(Horizons(quotas_before=NOW, quotas_after=NOW + 60))
    assert await counted(store) == 1


async def test_runs_at_once_are_all_counted(store: Store) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(50):
            group.create_task(store.quotas.note(user_id=MEMBER, guild_id=GUILD, at=NOW))
            group.create_task(store.runs.add(RUN))
    assert await counted(store, guild_id=GUILD) == 50
    assert len(await store.runs.page(limit=100)) == 50


async def test_a_run_that_did_not_happen_is_uncounted(store: Store) -> None:
    for seconds, guild_id in ((0, GUILD), (0, GUILD + 1), (0, None), (1, GUILD), (2, GUILD)):
        await store.quotas.note(user_id=MEMBER, guild_id=guild_id, at=NOW + seconds)
    for user_id, guild_id, at in (
        (MEMBER, GUILD, NOW),
        (MEMBER, None, NOW),
        (MEMBER + 1, GUILD, NOW + 1),  # whom nothing is counted of
        (MEMBER, GUILD, NOW + 9),
    ):
        await store.quotas.drop(user_id=user_id, guild_id=guild_id, at=at)
    assert await counted(store, guild_id=GUILD) == 2
    assert await counted(store, user_id=MEMBER) == 3
