"""Random trouble: every message that still exists has exactly one reply, with what its program printed."""

from pathlib import Path

import pytest

from bot.demo import StandIn
from tests.discord.chaos import Chaos, Plan
from tests.discord.chaos_ledger import Outcome

pytestmark = pytest.mark.sandbox

FEW = Plan(seed=6, messages=60, kills=2, deleted_channels=1, members=30)
MANY = Plan(seed=1000, messages=1000, kills=12, deleted_channels=5, paces_identifies=True)


async def outcome_of(plan: Plan, folder: Path) -> Outcome:
    async with StandIn(paces_identifies=plan.paces_identifies) as standin:
        return await Chaos(standin, folder, plan).run()


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(FEW, id="60-messages", marks=pytest.mark.timeout(300)),
        pytest.param(MANY, id="1000-messages", marks=(pytest.mark.full, pytest.mark.timeout(1800))),
    ],
)
async def test_every_message_is_answered_once_and_rightly(plan: Plan, tmp_path: Path) -> None:
    outcome = await outcome_of(plan, tmp_path)
    assert outcome.is_flawless, outcome
    assert outcome.answered + outcome.gone == outcome.messages
    assert outcome.faults["killed"] == plan.kills
    descriptors, threads = (outcome.last_process[name] for name in ("descriptors", "threads"))
    assert descriptors[1] <= descriptors[0] + 20  # connections that are kept for a while
    assert threads[1] <= threads[0] + 4
