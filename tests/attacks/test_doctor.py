"""`codecage doctor --attack` at each isolation level."""

import json

import pytest

from executor.attacks import ATTACKS
from tests.sandbox import host
from tests.sandbox.levels import WITH_IDS, open_folder, run_at

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(120)]


@pytest.mark.parametrize(
    ("level", "code"),
    [("A", 0), ("B", 1), pytest.param(WITH_IDS, 1, marks=pytest.mark.full), ("C", 1)],
)
def test_every_attack_of_doctor_is_tried_and_held(level: str, code: int) -> None:
    before = host.snapshot()

    with open_folder() as folder:
        done = run_at(level, ["-m", "bot.cli", "doctor", "--attack", "--json"], folder)

    report = json.loads(done.stdout)
    assert [attack["name"] for attack in report["attacks"]] == [attack.name for attack in ATTACKS]
    assert [a for a in report["attacks"] if not a["held"] or a["skipped"]] == []
    assert (report["level"], done.returncode) == (level[0], code)
    host.assert_nothing_left(before)
