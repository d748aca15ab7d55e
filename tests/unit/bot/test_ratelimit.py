from hypothesis import given
from hypothesis import strategies as st

from bot.history import History
from bot.ratelimit import Cooldown


def test_a_wait_counts_down_to_zero() -> None:
    cooldown = Cooldown(2)
    assert cooldown.left("a", 10) == 0
    cooldown.start("a", 10)
    assert (cooldown.left("a", 10.5), cooldown.left("a", 12), cooldown.left("a", 99)) == (1.5, 0, 0)
    assert cooldown.left("b", 10.5) == 0


def test_starting_again_waits_again() -> None:
    cooldown = Cooldown(2)
    cooldown.start("a", 10)
    cooldown.start("a", 11)
    assert cooldown.left("a", 12) == 1


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.floats(0, 3)), max_size=50))
def test_only_those_that_wait_are_remembered(starts: list[tuple[str, float]]) -> None:
    cooldown, now = Cooldown(2), 0.0
    started: dict[str, float] = {}
    for key, later in starts:
        now += later
        cooldown.start(key, now)
        started[key] = now
        assert len(cooldown) == sum(at + 2 > now for at in started.values())


def test_a_message_is_claimed_once() -> None:
    history = History(capacity=2)
    assert [history.claim(n) for n in (1, 1, 2, 3, 1)] == [True, False, True, True, True]
