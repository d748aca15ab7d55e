"""Whatever the call: the committed bytes answer as the policy, read plainly, says they should."""

from errno import ENOSYS

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.sandbox.seccomp.policy import POLICY
from executor.sandbox.seccomp.rules import Condition, Depending, IsNull, LowWord
from tests.unit.executor.sandbox.bpf_evaluator import ALLOW, KILL_PROCESS
from tests.unit.executor.sandbox.committed_filters import (
    X32_BIT,
    each_machine,
    judge,
    names_on,
    number_on,
    refused,
)


def holds(condition: Condition, arguments: tuple[int, ...]) -> bool:
    if isinstance(condition, Depending):
        met = holds(condition.on, arguments)
        return holds(condition.then if met else condition.otherwise, arguments)
    value = arguments[condition.argument]
    if isinstance(condition, IsNull):
        return value == 0
    return (value % (1 << 32) & condition.mask in condition.values) == condition.among


def policy_says(machine: str, number: int, arguments: tuple[int, ...]) -> int:
    """What the policy means, read as slowly and plainly as possible."""
    if machine == "x86_64" and number & X32_BIT:
        return KILL_PROCESS
    name = names_on(machine).get(number, "unknown")
    if name in POLICY.allowed:
        return ALLOW
    for rule in POLICY.rules:
        if name in rule.calls:
            for check in rule.checks:
                if not any(holds(condition, arguments) for condition in check.any_of):
                    return refused(check.errno)
            return ALLOW
    return refused(ENOSYS)


def _telling_numbers() -> list[int]:
    values = {0, 1, X32_BIT, (1 << 32) - 1}
    for rule in POLICY.rules:
        for condition in (condition for check in rule.checks for condition in check.any_of):
            for word in _words_of(condition):
                values |= {*word.values, word.mask}
    return sorted(values)


def _words_of(condition: Condition) -> list[LowWord]:
    if isinstance(condition, Depending):
        parts = (condition.on, condition.then, condition.otherwise)
        return [word for part in parts for word in _words_of(part)]
    return [condition] if isinstance(condition, LowWord) else []


words = st.sampled_from(_telling_numbers()) | st.integers(0, (1 << 32) - 1)
halves = st.tuples(words, words | st.just(0)).map(lambda pair: pair[0] | pair[1] << 32)
numbers = st.integers(0, 470) | words


@each_machine
@given(number=numbers, arguments=st.tuples(*[words | halves] * 6))
def test_the_bytes_mean_what_the_policy_says(
    machine: str, number: int, arguments: tuple[int, ...]
) -> None:
    assert judge(machine, number, *arguments).action == policy_says(machine, number, arguments)


@each_machine
@given(arguments=st.tuples(*[words | halves] * 6))
@pytest.mark.parametrize("call", sorted({call for rule in POLICY.rules for call in rule.calls}))
def test_the_bytes_mean_what_the_rules_say(
    machine: str, call: str, arguments: tuple[int, ...]
) -> None:
    number = number_on(machine, call)
    assert number is not None
    assert judge(machine, number, *arguments).action == policy_says(machine, number, arguments)
