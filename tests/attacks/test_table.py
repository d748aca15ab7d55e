"""The table itself: large enough, unambiguous, and printed where people read it."""

import re
from collections import Counter
from pathlib import Path

import pytest

from executor.models import Status
from tests.attacks.layers import BEGIN, END, LAYERS, REST, layer_of, put_into
from tests.attacks.table import LEVELS, markdown, parse, read

CASES = read()
ENOUGH = 250


def test_table_is_large_and_its_names_differ() -> None:
    names = Counter(case.name for case in CASES)

    assert [name for name, count in names.items() if count > 1] == []
    assert len(CASES) >= ENOUGH


def test_every_case_says_what_it_attempts_and_what_comes_of_it_at_each_level() -> None:
    for case in CASES:
        assert case.attempts, case.name
        assert case.layer, case.name
        assert tuple(sorted(case.expected)) == LEVELS, case.name


def test_what_is_not_bounded_or_open_is_written_down() -> None:
    for case in CASES:
        if any(expected.word == "OPEN" for expected in case.expected.values()):
            assert case.note, case.name
        assert case.expected["A"].word != "UNBOUNDED", case.name


def test_documentation_is_what_the_table_says() -> None:
    printed = Path("docs/attacks.md").read_text("utf-8")

    assert printed == markdown(CASES), "run: python -m tests.attacks.write"


def test_security_page_shows_every_attack_below_the_layer_that_stops_it() -> None:
    page = Path("docs/security.md").read_text("utf-8")

    assert page == put_into(page, CASES), "run: python -m tests.attacks.write"
    assert page.count(BEGIN) == page.count(END) == 1
    names = [
        name
        for row in re.findall(r"^\| \*\*.*?\| \d+: (.*?) \|", page, re.MULTILINE)
        for name in row.split(", ")
    ]
    assert sorted(names) == sorted(case.name for case in CASES)


def test_every_layer_stops_something() -> None:
    assert {layer_of(case) for case in CASES} == {*(name for name, _ in LAYERS), REST}


@pytest.mark.parametrize(
    ("expectation", "status", "printed", "wrong"),
    [
        pytest.param("ok REFUSED", Status.OK, "REFUSED ENOSYS bpf", [], id="refused"),
        pytest.param(
            "ok REFUSED",
            Status.OK,
            "REFUSED EPERM a\nBREACH b",
            ["BREACH b"],
            id="one-of-two-things-worked",
        ),
        pytest.param(
            "ok REFUSED",
            Status.OK,
            "REFUSED EACCES x",
            ["refused otherwise: REFUSED EACCES x"],
            id="another-error",
        ),
        pytest.param("ok HELD", Status.OK, "", ["it did not say HELD"], id="said-nothing"),
        pytest.param(
            "memory_limit",
            Status.OK,
            "UNBOUNDED 256 MiB",
            ["it ended as ok"],
            id="no-limit-met-it",
        ),
        pytest.param(
            "ok|time_limit UNBOUNDED", Status.OK, "UNBOUNDED 1", [], id="known-to-be-open"
        ),
    ],
)
def test_expectation_finds_what_is_wrong(
    expectation: str, status: Status, printed: str, wrong: list[str]
) -> None:
    assert list(parse(expectation).complaints(status, printed)) == wrong
