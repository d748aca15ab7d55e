"""From when on the wall limit counts for a program that somebody types to."""

import pytest

from executor.sandbox.watch import MOST_PATIENT_SECONDS, wall_from


@pytest.mark.parametrize(
    ("now", "wall_seconds", "expected"),
    [
        pytest.param(100.0, 130.0, 100.0, id="at-the-start"),
        pytest.param(160.0, 130.0, 160.0, id="a-line-is-typed"),
        pytest.param(100.0 + MOST_PATIENT_SECONDS, 130.0, 870.0, id="long-ago-enough"),
        pytest.param(500.0, 2 * MOST_PATIENT_SECONDS, 100.0, id="a-limit-longer-than-any-patience"),
    ],
)
def test_it_counts_anew_from_each_line_within_reason(
    now: float, wall_seconds: float, expected: float
) -> None:
    assert wall_from(started_at=100.0, now=now, wall_seconds=wall_seconds) == expected
