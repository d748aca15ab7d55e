import pytest

from executor.errors import RateLimitedError
from executor.http.throttle import Throttle
from executor.keys import Rate


def taken(throttle: Throttle, at: float, runs: int = 1, name: str = "key") -> float:
    """Return 0 when that was allowed, else how long to wait."""
    try:
        throttle.take(name, Rate(3, 60.0), runs, at)
    except RateLimitedError as error:
        return error.retry_after_seconds
    return 0


def test_all_of_a_rate_may_come_at_once_and_comes_back_steadily() -> None:
    throttle = Throttle()
    assert [taken(throttle, 0) for _ in range(4)] == [0, 0, 0, 20]
    assert taken(throttle, 19) == pytest.approx(1)
    assert taken(throttle, 20) == 0
    assert [taken(throttle, 1000) for _ in range(4)] == [0, 0, 0, 20]


def test_a_refusal_uses_nothing_up() -> None:
    throttle = Throttle()
    assert taken(throttle, 0, runs=2) == 0
    assert taken(throttle, 0, runs=2) == 20
    assert taken(throttle, 0, runs=1) == 0


def test_keys_have_a_bucket_each() -> None:
    throttle = Throttle()
    assert taken(throttle, 0, runs=3, name="one") == 0
    assert taken(throttle, 0, runs=3, name="other") == 0


def test_more_at_once_than_ever_fit_waits_no_longer_than_the_period() -> None:
    assert taken(Throttle(), 0, runs=1000) == 60
