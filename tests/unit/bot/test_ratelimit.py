from hypothesis import given
from hypothesis import strategies as st

from bot.history import History
from bot.ratelimit import Cooldown


def test_a_wait_counts_down_to_zero() -> None:
    cooldown = Cooldown()
    assert cooldown.left("a", 10) == 0
    cooldown.start("a", 10, 2)
    assert (cooldown.left("a", 10.5), cooldown.left("a", 12), cooldown.left("a", 99)) == (1.5, 0, 0)
    assert cooldown.left("b", 10.5) == 0


def test_starting_again_waits_again() -> None:
    cooldown = Cooldown()
    cooldown.start("a", 10, 2)
    cooldown.start("a", 11, 2)
    assert cooldown.left("a", 12) == 1


def test_a_shorter_wait_does_not_end_a_longer_one() -> None:
    cooldown = Cooldown()
    cooldown.start("a", 10, 60)
    cooldown.start("a", 11, 2)
    assert cooldown.left("a", 13) == 57


def test_a_cancelled_wait_is_over_and_a_longer_one_goes_on() -> None:
    cooldown = Cooldown()
    free_at = cooldown.start("a", 10, 2)
    cooldown.cancel("a", free_at)
    assert (cooldown.left("a", 11), len(cooldown)) == (0, 0)
    free_at = cooldown.start("a", 11, 2)
    cooldown.start("a", 11, 60)
    cooldown.cancel("a", free_at)
    assert cooldown.left("a", 12) == 59


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 3), st.integers(0, 4))))
def test_only_those_that_wait_are_remembered(starts: list[tuple[str, int, int]]) -> None:
    cooldown, now = Cooldown(), 0
    free_at: dict[str, int] = {}
    for key, later, wait in starts:
        now += later
        cooldown.start(key, now, wait)
        free_at[key] = max(free_at.get(key, 0), now + wait)
        assert len(cooldown) == sum(at > now for at in free_at.values())
        assert all(cooldown.left(one, now) == max(0, at - now) for one, at in free_at.items())


def test_a_message_is_claimed_once() -> None:
    history = History(capacity=2)
    assert [history.claim(n) for n in (1, 1, 2, 3, 1)] == [True, False, True, True, True]
