"""Every store beside plain lists and dictionaries, through any sequence of changes."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bot.store import AuditEntry, Block, Document, Horizons, Record, RunEntry
from bot.store.whole import WholeStore
from executor import Status
from tests.contract.conftest import Opening
from tests.contract_values import REQUEST

GUILDS, MEMBERS, TIMES = st.integers(1, 3), st.integers(1, 3), st.integers(1, 4).map(float)
PLACES = st.none() | GUILDS
TABLES = ("replies", "settings", "audits", "blocks", "flags", "runs", "quotas", "answered")


def is_before(at: float | None, limit: float) -> bool:
    return at is not None and at < limit


class StoreBesideModel(RuleBasedStateMachine):
    """One store for all runs; each begins with an empty one."""

    def __init__(self, store: WholeStore, do: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        super().__init__()
        self.store, self.do = store, do
        for table in TABLES:
            do(store._engine.fetch(f"DELETE FROM {table}"))  # noqa: S608
        self.replies: dict[int, Record] = {}
        self.answered: dict[int, float] = {}
        self.documents: dict[int, Document] = {}
        self.audits: list[AuditEntry] = []
        self.blocks: dict[tuple[int | None, int | None], Block] = {}
        self.runs: list[RunEntry] = []
        self.quotas: list[tuple[int, int | None, float]] = []

    @rule(
        reply_id=st.integers(1, 4), asked_id=st.none() | st.integers(1, 3), user_id=MEMBERS,
        guild_id=PLACES, at=TIMES,
    )  # fmt: skip
    def put_reply(
        self, reply_id: int, asked_id: int | None, user_id: int, guild_id: int | None, at: float
    ) -> None:
        record = Record(
            reply_id=reply_id, channel_id=5, user_id=user_id, guild_id=guild_id,
            asked_id=asked_id, request=REQUEST, created_at=at,
        )  # fmt: skip
        self.do(self.store.replies.put(record))
        self.drop_replies(lambda old: asked_id is not None and old.asked_id == asked_id)
        self.replies[reply_id] = record
        if asked_id is not None:
            self.answered.setdefault(asked_id, at)

    @rule(reply_id=st.integers(1, 4))
    def remove_reply(self, reply_id: int) -> None:
        self.do(self.store.replies.remove(reply_id))
        self.replies.pop(reply_id, None)

    @rule(guild_id=GUILDS, version=st.integers(0, 3), text=st.sampled_from("abc"), at=TIMES)
    def put_settings(self, guild_id: int, version: int, text: str, at: float) -> None:
        entry = AuditEntry(guild_id=guild_id, user_id=1, at=at, action="change", detail=text)
        made = self.do(
            self.store.settings.put(Document(guild_id=guild_id, text=text, version=version), entry)
        )
        kept = self.documents.get(guild_id)
        if version != (kept.version if kept else 0):
            assert made is None
            return
        self.documents[guild_id] = Document(guild_id=guild_id, text=text, version=version + 1)
        self.audits.append(entry)
        assert made == self.documents[guild_id]

    @rule(
        ids=st.tuples(st.none() | MEMBERS, PLACES).filter(any), at=TIMES,
        expires_at=st.none() | TIMES,
    )  # fmt: skip
    def put_block(
        self, ids: tuple[int | None, int | None], at: float, expires_at: float | None
    ) -> None:
        block = Block(user_id=ids[0], guild_id=ids[1], by_id=9, at=at, expires_at=expires_at)
        self.do(self.store.blocks.put(block))
        self.blocks[ids] = block

    @rule(ids=st.tuples(st.none() | MEMBERS, PLACES).filter(any))
    def remove_block(self, ids: tuple[int | None, int | None]) -> None:
        was_there = self.do(self.store.blocks.remove(user_id=ids[0], guild_id=ids[1]))
        assert was_there == (self.blocks.pop(ids, None) is not None)

    @rule(
        user_id=MEMBERS, guild_id=PLACES, at=TIMES, language=st.sampled_from(["c", "perl"]),
        status=st.sampled_from(Status),
    )  # fmt: skip
    def run(
        self, user_id: int, guild_id: int | None, at: float, language: str, status: Status
    ) -> None:
        entry = RunEntry(
            user_id=user_id, channel_id=5, guild_id=guild_id, language=language, status=status,
            wall_seconds=at, at=at,
        )  # fmt: skip
        self.do(self.store.runs.add(entry))
        self.do(self.store.quotas.note(user_id=user_id, guild_id=guild_id, at=at))
        self.runs.append(entry)
        self.quotas.append((user_id, guild_id, at))

    @rule(user_id=MEMBERS, guild_id=PLACES, at=TIMES)
    def uncount(self, user_id: int, guild_id: int | None, at: float) -> None:
        self.do(self.store.quotas.drop(user_id=user_id, guild_id=guild_id, at=at))
        self.quotas = [noted for noted in self.quotas if noted != (user_id, guild_id, at)]

    @rule(guild_id=GUILDS)
    def erase_guild(self, guild_id: int) -> None:
        self.do(self.store.erase_guild(guild_id))
        self.drop_replies(lambda record: record.guild_id == guild_id)
        self.documents.pop(guild_id, None)
        self.audits = [entry for entry in self.audits if entry.guild_id != guild_id]
        self.runs = [entry for entry in self.runs if entry.guild_id != guild_id]
        self.quotas = [noted for noted in self.quotas if noted[1] != guild_id]
        self.blocks = {
            ids: block
            for ids, block in self.blocks.items()
            if block.is_global or block.guild_id != guild_id
        }

    @rule(user_id=MEMBERS)
    def erase_member(self, user_id: int) -> None:
        self.do(self.store.erase_member(user_id))
        self.drop_replies(lambda record: record.user_id == user_id)
        self.runs = [entry for entry in self.runs if entry.user_id != user_id]

    @rule(
        code=TIMES,
        replies=TIMES,
        answered=TIMES,
        runs=TIMES,
        quotas=TIMES,
        audits=TIMES,
        blocks=TIMES,
    )
    def forget(
        self,
        *,
        code: float,
        replies: float,
        answered: float,
        runs: float,
        quotas: float,
        audits: float,
        blocks: float,
    ) -> None:
        self.do(
            self.store.forget(
                Horizons(
                    code_before=code, replies_before=replies, answered_before=answered,
                    runs_before=runs,
                    quotas_before=quotas, audits_before=audits, blocks_before=blocks,
                )
            )
        )  # fmt: skip
        self.drop_replies(lambda record: record.created_at < replies)
        self.replies = {
            reply_id: replace(record, request=None) if record.created_at < code else record
            for reply_id, record in self.replies.items()
        }
        self.answered = {one: at for one, at in self.answered.items() if at >= answered}
        self.runs = [entry for entry in self.runs if entry.at >= runs]
        self.quotas = [noted for noted in self.quotas if noted[2] >= quotas]
        self.audits = [entry for entry in self.audits if entry.at >= audits]
        self.blocks = {
            ids: block
            for ids, block in self.blocks.items()
            if not is_before(block.expires_at, blocks)
        }

    @rule(user_id=MEMBERS, guild_id=PLACES, now=TIMES)
    def look_up_a_block(self, user_id: int, guild_id: int | None, now: float) -> None:
        found = self.do(self.store.blocks.active(user_id=user_id, guild_id=guild_id, now=now))
        wanted = [(None, guild_id), (user_id, None), (user_id, guild_id)]
        in_force = (self.blocks[ids] for ids in wanted if ids in self.blocks)
        assert found == next(
            (block for block in in_force if not is_before(block.expires_at, now + 0.5)), None
        )

    @rule(user_id=MEMBERS, guild_id=GUILDS, language=st.sampled_from(["c", "perl"]))
    def look_up_runs(self, user_id: int, guild_id: int, language: str) -> None:
        page = self.do(
            self.store.runs.page(user_id=user_id, guild_id=guild_id, language=language, limit=99)
        )
        wanted = [
            entry
            for entry in reversed(self.runs)
            if (entry.user_id, entry.guild_id, entry.language) == (user_id, guild_id, language)
        ]
        assert [replace(entry, entry_id=0) for entry in page] == wanted

    @rule(user_id=MEMBERS, since=TIMES, until=TIMES, most=st.integers(1, 4))
    def look_up_a_quota(self, user_id: int, since: float, until: float, most: int) -> None:
        reached_at = self.do(
            self.store.quotas.reached_at(most, user_id=user_id, since=since, until=until)
        )
        times = [at for noted, _, at in self.quotas if noted == user_id and since <= at <= until]
        assert reached_at == next(iter(sorted(times, reverse=True)[most - 1 :]), None)

    @invariant()
    def what_is_kept_is_the_same(self) -> None:
        for reply_id in range(1, 5):
            assert self.do(self.store.replies.by_reply(reply_id)) == self.replies.get(reply_id)
        asked = {record.asked_id for record in self.replies.values()}
        for asked_id in range(1, 4):
            is_answered = asked_id in self.answered or asked_id in asked
            assert self.do(self.store.replies.is_answered(asked_id)) == is_answered
        for guild_id in range(1, 4):
            assert self.do(self.store.settings.get(guild_id)) == self.documents.get(guild_id)
        known = (
            {block.guild_id for block in self.blocks.values() if not block.is_global}
            | self.documents.keys()
            | {record.guild_id for record in self.replies.values()}
            | {run.guild_id for run in self.runs}
            | {entry.guild_id for entry in self.audits}
            | {guild_id for _, guild_id, _ in self.quotas}
        )
        assert set(self.do(self.store.guilds())) == known - {None}

    def drop_replies(self, is_gone: Callable[[Record], bool]) -> None:
        self.replies = {
            reply_id: record for reply_id, record in self.replies.items() if not is_gone(record)
        }


@pytest.mark.timeout(300)  # when it fails, it looks for the shortest sequence that does
def test_any_sequence_of_changes_does_what_plain_values_would(opening: Opening) -> None:
    with asyncio.Runner() as runner:
        held = opening()
        store = runner.run(held.__aenter__())

        class Machine(StoreBesideModel):
            def __init__(self) -> None:
                super().__init__(store, runner.run)

        try:
            run_state_machine_as_test(
                Machine,
                settings=settings(
                    max_examples=12,
                    stateful_step_count=20,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(held.__aexit__(None, None, None))
