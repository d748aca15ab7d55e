import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.sandbox.identity import overlaps, parse_map, range_within

BASE, COUNT = 200000, 65536


@pytest.mark.parametrize(
    ("line", "touches"),
    [
        pytest.param("bob:200000:65536", True, id="the-same"),
        pytest.param("bob:199999:1", False, id="ends-just-before"),
        pytest.param("bob:199999:2", True, id="reaches-in-by-one"),
        pytest.param("bob:265535:1", True, id="our-last-id"),
        pytest.param("bob:265536:65536", False, id="starts-just-behind"),
        pytest.param("bob:100000:500000", True, id="around-it"),
        pytest.param("bob:210000:10", True, id="inside-it"),
        pytest.param("bob:210000:0", False, id="empty-range"),
        pytest.param("  bob:210000:10  ", True, id="blanks-around"),
        pytest.param("", False, id="empty-line"),
        pytest.param("# bob:210000:10", True, id="subuid-knows-no-comments"),
        pytest.param("bob:210000", False, id="too-few-fields"),
        pytest.param("bob:210000:10:1", False, id="too-many-fields"),
        pytest.param("bob:x:10", False, id="no-number"),
        pytest.param("bob:-5:300000", False, id="negative"),
    ],
)
def test_a_line_of_subuid_touches_the_range_or_not(line: str, touches: bool) -> None:
    assert overlaps([line], BASE, COUNT) is touches


def test_one_line_of_many_is_enough() -> None:
    assert overlaps(["a:1:5", "nonsense", "b:200001:1", "c:9:9"], BASE, COUNT)
    assert not overlaps([], BASE, COUNT)


@given(
    first=st.integers(min_value=0, max_value=400000), size=st.integers(min_value=0, max_value=2000)
)
def test_ranges_touch_when_they_share_an_id(first: int, size: int) -> None:
    shared = bool(set(range(first, first + size)) & set(range(BASE, BASE + COUNT)))
    assert overlaps([f"x:{first}:{size}"], BASE, COUNT) is shared


def test_the_map_of_a_container_is_read() -> None:
    lines = ["         0       1000          1", "1     100000      65536", "", "nonsense"]
    assert parse_map(lines) == [(0, 1), (1, 65536)]


@pytest.mark.parametrize(
    ("mapped", "expected"),
    [
        pytest.param([(0, 65536)], (32768, 30768), id="a-usual-container"),
        pytest.param([(0, 1), (1, 65536)], (32769, 30768), id="a-rootless-container"),
        pytest.param([(0, 1000)], None, id="too-few"),
        pytest.param([], None, id="none"),
    ],
)
def test_a_container_with_few_ids_gets_a_range_inside_them(
    mapped: list[tuple[int, int]], expected: tuple[int, int] | None
) -> None:
    assert range_within(mapped) == expected


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=4))
def test_such_a_range_exists_holds_enough_and_leaves_out_the_ends(
    mapped: list[tuple[int, int]],
) -> None:
    found = range_within(mapped)
    if found is not None:
        first, count = found
        assert count >= 22000
        # one more: the service user's own id is just behind the range
        assert any(a < first and first + count + 1 <= a + size for a, size in mapped)
