"""The arithmetic of bench and the two forms of its answer. Nothing is measured."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from executor.bench import CASES, Sample, spread
from executor.cli.benchjob import document, table

SAMPLE = Sample(
    name="python: print",
    n=30,
    unit="ms",
    ours=(4.0, 5.0, 9.0),
    baseline=(9.0, 10.0, 20.0),
    baseline_name="bare subprocess",
)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([7.0], (7.0, 7.0, 7.0), id="one"),
        pytest.param([3.0, 1.0, 2.0], (1.2, 2.0, 2.8), id="three"),
        pytest.param([float(n) for n in range(101)], (10.0, 50.0, 90.0), id="a-hundred-and-one"),
        pytest.param([5.0] * 19 + [1000.0], (5.0, 5.0, 5.0), id="one-outlier-in-twenty"),
    ],
)
def test_the_spread_is_the_middle_of_the_values(
    values: list[float], expected: tuple[float, float, float]
) -> None:
    assert spread(values) == pytest.approx(expected)


@given(st.lists(st.integers(1, 10**6).map(float), min_size=1, max_size=50))
def test_the_spread_lies_within_the_values_and_in_order(values: list[float]) -> None:
    low, middle, high = spread(values)

    assert min(values) <= low <= middle <= high <= max(values)


@given(st.lists(st.floats(0.001, 1e6), min_size=2, max_size=20), st.randoms())
def test_the_order_of_the_values_does_not_matter(values: list[float], random: object) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert spread(shuffled) == spread(values)


def test_the_ratio_is_of_medians_and_never_divides_by_nothing() -> None:
    nothing = Sample(
        name="", n=1, unit="ms", ours=(1, 1, 1), baseline=(0, 0, 0), baseline_name="bare"
    )

    assert (SAMPLE.ratio, nothing.ratio) == (0.5, 0.0)


def test_json_has_three_figures_a_side_and_their_ratio() -> None:
    assert json.loads(json.dumps(document(SAMPLE))) == {
        "name": "python: print",
        "n": 30,
        "unit": "ms",
        "ours": {"p10": 4.0, "median": 5.0, "p90": 9.0},
        "baseline": {"p10": 9.0, "median": 10.0, "p90": 20.0},
        "baseline_name": "bare subprocess",
        "ratio": 0.5,
    }


def test_the_table_is_plain_where_it_is_no_terminal_and_names_every_figure() -> None:
    console = Console(file=io.StringIO(), width=100, highlight=False)

    console.print(table([SAMPLE]))

    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "\x1b" not in text
    for word in ("python: print", "bare subprocess", "30", "5.00 ms", "10.00 ms", "0.50"):
        assert word in text
    assert "4.00 to 9.00" in text


def test_the_cases_are_told_apart_by_name_and_run_the_same_source_on_both_sides() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
    for case in CASES:
        assert case.source
        assert case.bare_argv[0].startswith("/usr/bin/")
