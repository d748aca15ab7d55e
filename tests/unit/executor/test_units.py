import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.units import (
    format_duration,
    format_size,
    human_duration,
    human_size,
    parse_duration,
    parse_size,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("0B", 0, id="nothing"),
        pytest.param("1KiB", 1024, id="kibibyte"),
        pytest.param("64MiB", 67_108_864, id="mebibytes"),
        pytest.param("2GiB", 2 * 1024**3, id="gibibytes"),
        pytest.param(" 256 MiB ", 256 * 1024**2, id="as-we-print-it-to-people"),
    ],
)
def test_a_size_with_a_unit_is_read(text: str, expected: int) -> None:
    assert parse_size(text) == expected


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        pytest.param("256", "256MiB", id="no-unit"),
        pytest.param("256MB", "write 256MiB", id="ambiguous-megabyte"),
        pytest.param("256mib", "write 256MiB", id="wrong-case"),
        pytest.param("1kB", "write 1KiB", id="kilobyte"),
        pytest.param("3 cups", "write 3MiB", id="unknown-unit"),
        pytest.param("1.5GiB", "256MiB", id="not-whole"),
        pytest.param("-1B", "256MiB", id="negative"),
        pytest.param("", "256MiB", id="empty"),
        pytest.param("9" * 5000 + "B", "256MiB", id="absurdly-long"),
        pytest.param("٣MiB", "256MiB", id="digits-of-another-script"),
        pytest.param("1MiB\n1", "256MiB", id="two-lines"),
    ],
)
def test_a_wrong_size_is_refused_with_a_working_example(text: str, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        parse_size(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("500ms", 0.5, id="milliseconds"),
        pytest.param("10s", 10.0, id="seconds"),
        pytest.param("0.1s", 0.1, id="fraction-is-the-nearest-float"),
        pytest.param("2m", 120.0, id="minutes"),
        pytest.param("1.5h", 5400.0, id="hours"),
    ],
)
def test_a_duration_with_a_unit_is_read(text: str, expected: float) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        pytest.param("10", "write 10s", id="no-unit"),
        pytest.param("10sec", "write 10s", id="unknown-unit"),
        pytest.param("nan", "10s or 500ms", id="not-a-number"),
        pytest.param("1e3s", "10s or 500ms", id="exponent"),
        pytest.param("-1s", "10s or 500ms", id="negative"),
    ],
)
def test_a_wrong_duration_is_refused_with_a_working_example(text: str, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=10**14))
def test_a_formatted_size_reads_back_as_itself(size: int) -> None:
    assert parse_size(format_size(size)) == size


@given(st.integers(min_value=0, max_value=10**11))
def test_a_formatted_duration_reads_back_to_the_millisecond(milliseconds: int) -> None:
    assert parse_duration(format_duration(milliseconds / 1000)) == milliseconds / 1000


@given(st.text())
@pytest.mark.parametrize("parse", [parse_size, parse_duration])
def test_any_text_is_a_number_or_a_value_error(parse: Callable[[str], float], text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse(text) >= 0


@pytest.mark.parametrize(
    ("size", "text"),
    [
        pytest.param(0, "0 bytes", id="nothing"),
        pytest.param(1, "1 byte", id="one"),
        pytest.param(1000, "1000 bytes", id="below-a-kibibyte"),
        pytest.param(1024 * 1024 - 1, "1 MiB", id="rounds-up-into-the-next-unit"),
        pytest.param(1536, "1.5 KiB", id="fraction"),
        pytest.param(9123840, "8.7 MiB", id="rounded"),
        pytest.param(256 * 1024**2, "256 MiB", id="whole"),
    ],
)
def test_sizes_for_people_are_short(size: int, text: str) -> None:
    assert human_size(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        pytest.param(0, "0 s", id="nothing"),
        pytest.param(0.0064, "6.4 ms", id="milliseconds"),
        pytest.param(0.9999, "1 s", id="rounds-up-into-seconds"),
        pytest.param(1.5, "1.5 s", id="seconds"),
        pytest.param(59.97, "1 min", id="rounds-up-into-minutes"),
        pytest.param(125, "2 min 5 s", id="minutes"),
    ],
)
def test_durations_for_people_are_short(seconds: float, text: str) -> None:
    assert human_duration(seconds) == text
