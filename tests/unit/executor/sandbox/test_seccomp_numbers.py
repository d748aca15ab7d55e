"""The number table against the headers of the machine the tests run on, where there are any."""

import re
from pathlib import Path

import pytest

from executor.sandbox.seccomp.numbers import NUMBERS

_X86_64 = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
_GENERIC = Path("/usr/include/asm-generic/unistd.h")
_DEFINITION = re.compile(r"^#define __NR(3264)?_(\w+) (\w+)$", re.MULTILINE)


def read_header(path: Path) -> dict[str, int]:
    """Return name -> number. Where 32 and 64 bits share a number, the 64-bit name comes first."""
    if not path.exists():
        pytest.skip(f"{path} is not installed (linux-libc-dev)")
    numbers: dict[str, int] = {}
    shared: dict[str, int] = {}
    for wide, name, value in _DEFINITION.findall(path.read_text()):
        if wide:
            shared[name] = int(value)
        elif value.isdigit():
            numbers[name] = int(value)
        elif value.removeprefix("__NR3264_") in shared:
            number = shared[value.removeprefix("__NR3264_")]
            if number not in numbers.values():
                numbers[name] = number
    return numbers


def test_x86_64_numbers_are_the_headers() -> None:
    header = read_header(_X86_64)
    table = {name: numbers.x86_64 for name, numbers in NUMBERS.items()}
    known = {name: number for name, number in header.items() if name in table}
    assert len(known) > 350
    assert known == {name: table[name] for name in known}


def test_aarch64_numbers_are_the_headers() -> None:
    header = read_header(_GENERIC)
    table = {name: numbers.aarch64 for name, numbers in NUMBERS.items()}
    known = {name: number for name, number in header.items() if table.get(name) is not None}
    assert len(known) > 300
    assert known == {name: table[name] for name in known}


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_no_number_is_given_twice(machine: str) -> None:
    given = [
        number for numbers in NUMBERS.values() if (number := getattr(numbers, machine)) is not None
    ]
    assert sorted(set(given)) == sorted(given)


@pytest.mark.parametrize(
    ("call", "x86_64", "aarch64"),
    [
        pytest.param("read", 0, 63, id="different-numbers"),
        pytest.param("clone", 56, 220, id="clone"),
        pytest.param("fork", 57, None, id="not-on-aarch64"),
        pytest.param("rseq", 334, 293, id="the-last-with-two-numbers"),
        pytest.param("clone3", 435, 435, id="the-same-everywhere"),
        pytest.param("mseal", 462, 462, id="newer-than-the-headers-here"),
    ],
)
def test_known_numbers(call: str, x86_64: int, aarch64: int | None) -> None:
    assert NUMBERS[call] == (x86_64, aarch64)
