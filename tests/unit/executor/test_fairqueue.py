from collections.abc import Callable

import pytest

from executor.fairqueue import Capacity, FairQueue, Place, capacity, nobody

GIB = 1024**3
MIB = 1024**2


@pytest.mark.parametrize(
    ("running", "total", "expected"),
    [
        pytest.param(None, 2 * GIB, Capacity(jobs=4, memory_bytes=GIB), id="half-the-memory"),
        pytest.param(None, 512 * GIB, Capacity(jobs=32, memory_bytes=256 * GIB), id="at-most-32"),
        pytest.param(None, 100 * MIB, Capacity(jobs=1, memory_bytes=256 * MIB), id="tiny-machine"),
        pytest.param(5, GIB, Capacity(jobs=5, memory_bytes=5 * 256 * MIB), id="operator-says"),
        pytest.param(
            2, 8 * GIB, Capacity(jobs=2, memory_bytes=4 * GIB), id="operator-says-and-compilers-fit"
        ),
    ],
)
def test_memory_bounds_how_many_run(running: int | None, total: int, expected: Capacity) -> None:
    found = capacity(running, total_memory_bytes=total, job_memory_bytes=256 * MIB)
    assert found == expected


def queue(*, waiting: int = 100, jobs: int = 1, memory: int = 100, per_owner: int = 1) -> FairQueue:
    limit = Capacity(jobs=jobs, memory_bytes=memory)
    return FairQueue(waiting=waiting, limit=limit, per_owner=per_owner)


def places(line: FairQueue, owners: str, memory: int = 1) -> list[Place]:
    """Let jobs wait, one for each letter."""
    made = [Place(owner=owner, memory_bytes=memory) for owner in owners]
    assert all(line.add(place) for place in made)
    return made


def is_capital(owner: str) -> bool:
    return owner.isupper()


def served(line: FairQueue, is_heavy: Callable[[str], bool] = nobody) -> str:
    """Let everything run, one batch after the other, and return the owners in order."""
    order = ""
    while batch := line.start(is_heavy):
        order += "".join(place.owner for place in batch)
        for place in batch:
            line.remove(place)
    return order


@pytest.mark.parametrize(
    ("owners", "expected"),
    [
        pytest.param("aaabbc", "abcaba", id="round-robin"),
        pytest.param("aaaaab", "abaaaa", id="a-newcomer-waits-for-one"),
        pytest.param("abcabc", "abcabc", id="already-fair"),
    ],
)
def test_owners_take_turns(owners: str, expected: str) -> None:
    line = queue()
    places(line, owners)
    assert served(line) == expected


def test_jobs_of_one_owner_run_in_their_order() -> None:
    line = queue()
    made = places(line, "aaa")
    for place in made:
        assert line.start() == [place]
        line.remove(place)


def test_one_owner_runs_one_job_at_a_time_however_much_is_free() -> None:
    line = queue(jobs=10)
    first, _, other = places(line, "aab")
    assert line.start() == [first, other]


def test_more_jobs_per_owner_can_be_allowed() -> None:
    line = queue(jobs=10, per_owner=2)
    made = places(line, "aaa")
    assert line.start() == made[:2]


def test_memory_is_never_promised_twice() -> None:
    line = queue(jobs=10, memory=100)
    first, second = places(line, "ab", memory=60)
    assert line.start() == [first]
    line.remove(first)
    assert line.start() == [second]


def test_a_large_job_is_not_overtaken_by_small_ones() -> None:
    line = queue(jobs=10, memory=100)
    (small,) = places(line, "a", memory=60)
    line.start()
    (large,) = places(line, "b", memory=90)
    places(line, "c", memory=10)
    assert line.start() == []
    line.remove(small)
    assert line.start()[0] is large


def test_a_job_above_all_of_the_memory_runs_alone() -> None:
    line = queue(jobs=10, memory=100)
    (huge,) = places(line, "a", memory=500)
    (small,) = places(line, "b", memory=1)
    assert line.start() == [huge]
    line.remove(huge)
    assert line.start() == [small]


@pytest.mark.parametrize(
    ("jobs", "started"),
    [
        pytest.param(1, "A", id="one-place-has-no-quarter"),
        pytest.param(2, "Ad", id="one-of-two-is-kept"),
        pytest.param(4, "ABCd", id="one-of-four-is-kept"),
        pytest.param(8, "ABCDEFd", id="two-of-eight-are-kept"),
    ],
)
def test_heavy_owners_leave_a_place_for_others(jobs: int, started: str) -> None:
    line = queue(jobs=jobs)
    places(line, "ABCDEFGHd")
    assert "".join(place.owner for place in line.start(is_capital)) == started


def test_heavy_owners_take_turns_with_the_others() -> None:
    line = queue()
    places(line, "AAAbb")
    assert served(line, is_capital) == "AbAbA"


def test_heavy_owners_leave_a_quarter_of_the_memory() -> None:
    line = queue(jobs=10, memory=100)
    places(line, "AB", memory=40)
    places(line, "c", memory=60)
    assert [place.owner for place in line.start(is_capital)] == ["A", "c"]


def test_a_heavy_owner_s_large_job_is_not_overtaken_by_other_heavy_ones() -> None:
    line = queue(jobs=10, memory=100)
    running = places(line, "ABC", memory=25)
    line.start(is_capital)
    (large,) = places(line, "D", memory=60)
    places(line, "EF", memory=25)
    assert line.start(is_capital) == []
    for place in running:
        line.remove(place)
    assert line.start(is_capital)[0] is large


def test_a_heavy_owner_s_large_job_runs_all_the_same() -> None:
    line = queue(jobs=10, memory=100)
    places(line, "A", memory=90)
    assert [place.owner for place in line.start(is_capital)] == ["A"]


def test_who_becomes_heavy_while_waiting_gives_way() -> None:
    line = queue(jobs=2)
    heavy: set[str] = set()
    (running,) = places(line, "a")
    assert line.start(heavy.__contains__) == [running]
    (held,) = places(line, "a")
    heavy.add("a")
    places(line, "b")
    assert [place.owner for place in line.start(heavy.__contains__)] == ["b"]
    line.remove(running)
    assert line.start(heavy.__contains__) == [held]  # which counts as heavy from now on
    (other,) = places(line, "c")
    heavy.add("c")
    assert line.start(heavy.__contains__) == []
    line.remove(held)
    assert line.start(heavy.__contains__) == [other]


def test_who_was_heavy_long_ago_waits_no_longer_than_others() -> None:
    line = queue(jobs=2)
    heavy = {"a", "b"}
    places(line, "ab")
    assert [place.owner for place in line.start(heavy.__contains__)] == ["a"]
    heavy.clear()
    assert [place.owner for place in line.start(heavy.__contains__)] == ["b"]


def test_each_owner_is_asked_about_once_and_those_behind_whose_turn_it_is_never() -> None:
    line = queue(jobs=3)
    asked: list[str] = []

    def is_heavy(owner: str) -> bool:
        asked.append(owner)
        return owner.isupper()

    places(line, "ABCdef")
    assert [place.owner for place in line.start(is_heavy)] == ["A", "B", "d"]
    assert asked == ["A", "B", "C", "d"]


def test_a_full_queue_refuses() -> None:
    line = queue(waiting=3)
    places(line, "abc")
    assert not line.add(Place(owner="d", memory_bytes=1))
    line.start()
    assert line.add(Place(owner="d", memory_bytes=1))


def test_one_owner_cannot_shut_the_others_out() -> None:
    line = queue(waiting=8)
    places(line, "a" * 6)
    assert not line.add(Place(owner="a", memory_bytes=1))
    places(line, "bc")
    assert not line.add(Place(owner="d", memory_bytes=1))


def test_positions_are_the_order_of_starts() -> None:
    line = queue()
    made = places(line, "aaabbc")
    (first,) = line.start()
    positions = line.positions()
    assert first not in positions
    assert sorted(positions.values()) == [1, 2, 3, 4, 5]
    assert [positions[place] for place in made[1:]] == [3, 5, 1, 4, 2]


def test_removing_a_waiting_job_moves_the_others_up() -> None:
    line = queue()
    _, second, third = places(line, "abc")
    line.start()
    line.remove(second)
    line.remove(second)
    assert line.positions() == {third: 1}
