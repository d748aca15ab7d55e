"""The filters that ship, ready to be asked about a call by its number or its name."""

import pytest

from executor.sandbox.seccomp import MACHINES, load
from executor.sandbox.seccomp.numbers import NUMBERS
from tests.unit.executor.sandbox.bpf_evaluator import ERRNO, Verdict, evaluate, parse

AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
FILTERS = {machine: parse(load(machine)) for machine in MACHINES}
X32_BIT = 1 << 30

each_machine = pytest.mark.parametrize("machine", MACHINES)


def number_on(machine: str, call: str) -> int | None:
    return NUMBERS[call].x86_64 if machine == "x86_64" else NUMBERS[call].aarch64


def names_on(machine: str) -> dict[int, str]:
    numbers = {number_on(machine, name): name for name in NUMBERS}
    return {number: name for number, name in numbers.items() if number is not None}


def judge(machine: str, number: int, *arguments: int) -> Verdict:
    return evaluate(FILTERS[machine], number=number, audit=AUDIT[machine], arguments=arguments)


def refused(errno: int) -> int:
    return ERRNO | errno
