from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.sandbox import pressure
from executor.sandbox.pressure import CpuTimes, idle_share, more_wall_seconds

STAT = """\
cpu  100 20 30 4000 50 6 7 8 900 10
cpu0 50 10 15 2000 25 3 3 4 450 5
intr 12345
"""


def test_the_first_line_of_proc_stat_is_read() -> None:
    # guest time (the last two numbers) is counted in user and nice already
    assert pressure.parse(STAT) == CpuTimes(idle=4050, total=100 + 20 + 30 + 4000 + 50 + 6 + 7 + 8)


def test_this_machine_can_be_read() -> None:
    now = pressure.read()
    assert 0 <= now.idle <= now.total
    assert pressure.parse(Path("/proc/stat").read_text("ascii")).total >= now.total


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [
        pytest.param((0, 0), (100, 100), 1.0, id="nothing-ran"),
        pytest.param((0, 0), (0, 100), 0.0, id="everything-was-busy"),
        pytest.param((50, 200), (75, 300), 0.25, id="only-the-difference-counts"),
        pytest.param((50, 200), (50, 200), 1.0, id="no-tick-has-passed"),
    ],
)
def test_the_idle_share_between_two_readings(
    before: tuple[int, int], after: tuple[int, int], share: float
) -> None:
    first = CpuTimes(idle=before[0], total=before[1])
    assert idle_share(first, CpuTimes(idle=after[0], total=after[1])) == share


@pytest.mark.parametrize(
    ("elapsed", "idle", "cpu_share", "more"),
    [
        pytest.param(10.0, 0.5, 0.1, 0.0, id="idle-machine"),
        pytest.param(10.0, pressure.IDLE_ENOUGH, 0.1, 0.0, id="just-idle-enough"),
        pytest.param(10.0, 0.0, 0.1, 2.5, id="busy-machine-a-quarter-more"),
        pytest.param(10.0, 0.0, 0.0, 2.5, id="a-sleeper-too"),
        pytest.param(29.0, 0.0, 0.0, 1.0, id="a-sleeper-up-to-its-stretch-at-most"),
        pytest.param(30.0, 0.0, 0.0, 0.0, id="a-sleeper-at-its-stretch"),
        pytest.param(30.0, 0.0, 0.01, 2.5, id="who-computes-may-go-on"),
        pytest.param(99.0, 0.0, 0.01, 1.0, id="up-to-the-stretch-at-most"),
        pytest.param(101.0, 0.0, 0.01, 0.0, id="past-the-stretch"),
    ],
)
def test_a_program_gets_more_time_only_on_a_busy_machine(
    elapsed: float, idle: float, cpu_share: float, more: float
) -> None:
    found = more_wall_seconds(
        limit_seconds=10.0, elapsed_seconds=elapsed, idle=idle, cpu_share=cpu_share
    )
    assert found == more


@given(
    limit=st.floats(min_value=0.01, max_value=3600),
    looks=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=40),
)
def test_a_program_never_gets_more_than_the_stretch(
    limit: float, looks: list[tuple[float, float]]
) -> None:
    elapsed = limit
    for idle, cpu_share in looks:
        elapsed += more_wall_seconds(
            limit_seconds=limit, elapsed_seconds=elapsed, idle=idle, cpu_share=cpu_share
        )
    assert elapsed <= limit * pressure.MOST_STRETCH * (1 + 1e-9)


def test_where_the_file_is_hidden_the_machine_counts_as_idle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pressure, "_STAT", tmp_path / "hidden")
    assert pressure.idle_share(pressure.read(), pressure.read()) == 1.0
