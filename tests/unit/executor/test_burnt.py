import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.burnt import HALF_LIFE_SECONDS, HEAVY_SECONDS, BurntCpu


def test_what_was_burnt_counts_half_after_the_half_life() -> None:
    burnt = BurntCpu()
    burnt.add("a", 4.0, now=10.0)
    assert burnt.of("a", now=10.0) == 4.0
    assert burnt.of("a", now=10.0 + HALF_LIFE_SECONDS) == pytest.approx(2.0)


def test_what_is_added_counts_on_top_of_what_is_left() -> None:
    burnt = BurntCpu()
    burnt.add("a", 4.0, now=0.0)
    burnt.add("a", 1.0, now=HALF_LIFE_SECONDS)
    assert burnt.of("a", now=HALF_LIFE_SECONDS) == pytest.approx(3.0)


def test_one_owner_s_fire_does_not_warm_another() -> None:
    burnt = BurntCpu()
    burnt.add("a", 100.0, now=0.0)
    assert burnt.of("b", now=0.0) == 0.0
    assert not burnt.is_heavy("b", now=0.0)


def test_an_owner_is_heavy_until_enough_is_forgotten() -> None:
    burnt = BurntCpu()
    burnt.add("a", HEAVY_SECONDS * 2, now=0.0)
    assert burnt.is_heavy("a", now=HALF_LIFE_SECONDS * 0.9)
    assert not burnt.is_heavy("a", now=HALF_LIFE_SECONDS * 1.1)


def test_owners_without_number_are_forgotten_and_the_heavy_ones_kept() -> None:
    burnt = BurntCpu()
    burnt.add("heavy", 10.0, now=0.0)
    for number in range(10_000):
        burnt.add(f"light {number}", 0.01, now=1.0)
    assert burnt.is_heavy("heavy", now=1.0)
    assert len(burnt._burnt) < 5000


def test_many_owners_that_all_count_are_all_kept() -> None:
    burnt = BurntCpu()
    for number in range(10_000):
        burnt.add(f"{number}", 1.0, now=1.0)
    assert len(burnt._burnt) == 10_000


@given(st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 1e4)), max_size=20))
def test_nobody_owes_more_than_was_burnt(steps: list[tuple[float, float]]) -> None:
    burnt, now, total = BurntCpu(), 0.0, 0.0
    for cpu_seconds, later in steps:
        now += later
        burnt.add("a", cpu_seconds, now=now)
        total += cpu_seconds
        assert 0.0 <= burnt.of("a", now=now) <= total * 1.000001
