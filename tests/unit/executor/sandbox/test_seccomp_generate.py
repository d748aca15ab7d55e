from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.sandbox.seccomp import bpf, load
from executor.sandbox.seccomp.generate import AARCH64, X86_64, Architecture, compile_policy
from executor.sandbox.seccomp.policy import POLICY
from executor.sandbox.seccomp.rules import Policy, calls
from tests.unit.executor.sandbox.bpf_evaluator import evaluate, parse

YES, NO = bpf.answer(1), bpf.answer(2)
words = st.integers(0, (1 << 32) - 1)


@pytest.mark.parametrize("architecture", [X86_64, AARCH64], ids=lambda it: it.machine)
def test_committed_bytes_are_what_the_policy_gives_now(architecture: Architecture) -> None:
    made = compile_policy(POLICY, architecture)
    assert load(architecture.machine) == made, (
        "the policy changed; run: python -m executor.sandbox.seccomp.generate"
    )


@pytest.mark.parametrize(
    ("policy", "complaint"),
    [
        pytest.param(
            replace(POLICY, allowed=POLICY.allowed | {"opne"}),
            "system calls unknown: opne",
            id="misspelt",
        ),
        pytest.param(
            replace(POLICY, left_out=POLICY.left_out | {"read", "write"}),
            "system calls decided more than once: read, write",
            id="allowed-and-left-out",
        ),
        pytest.param(
            replace(POLICY, rules=(*POLICY.rules, POLICY.rules[0])),
            "system calls decided more than once: clone",
            id="two-rules-for-one-call",
        ),
        pytest.param(
            replace(POLICY, left_out=POLICY.left_out - {"bpf"}),
            "system calls not decided: bpf",
            id="forgotten",
        ),
    ],
)
def test_a_call_must_be_decided_exactly_once(policy: Policy, complaint: str) -> None:
    with pytest.raises(ValueError, match=f"^{complaint}$"):
        compile_policy(policy, X86_64)


def test_a_name_may_not_stand_twice_in_one_list() -> None:
    with pytest.raises(ValueError, match="read is listed twice"):
        calls("read write", "pread64 read")


def padded(code: bpf.Code, length: int) -> bpf.Code:
    """Return code that answers as ``code`` does and is ``length`` instructions long."""
    return bpf.load(bpf.NUMBER_OFFSET) * (length - len(code)) + code


@given(
    constants=st.lists(words, min_size=1, max_size=255),
    picked=st.integers(0, 254),
    number=words,
    length=st.sampled_from([1, 2, 254, 255, 256, 257, 2000]),
)
def test_a_test_reaches_both_ways_however_long_they_are(
    constants: list[int], picked: int, number: int, length: int
) -> None:
    code = parse(
        bpf.assemble(
            bpf.load(bpf.NUMBER_OFFSET) + bpf.when(bpf.EQUAL, constants, padded(YES, length), NO)
        )
    )
    member = constants[picked % len(constants)]
    for value in (number, member):
        expected = 1 if value in constants else 2
        assert evaluate(code, number=value, audit=0).action == expected


@pytest.mark.parametrize(
    ("test", "value", "expected"),
    [
        pytest.param(bpf.AT_LEAST, 9, 2, id="below"),
        pytest.param(bpf.AT_LEAST, 10, 1, id="equal-is-at-least"),
        pytest.param(bpf.AT_LEAST, 0xFFFFFFFF, 1, id="unsigned"),
        pytest.param(bpf.ANY_BIT, 0b0101, 2, id="none-of-the-bits"),
        pytest.param(bpf.ANY_BIT, 0b1101, 1, id="one-of-the-bits"),
    ],
)
def test_orders_and_bits(test: int, value: int, expected: int) -> None:
    code = parse(bpf.assemble(bpf.load(bpf.NUMBER_OFFSET) + bpf.when(test, (10,), YES, NO)))
    assert evaluate(code, number=value, audit=0).action == expected


@pytest.mark.parametrize("constants", [[], list(range(256))], ids=["nothing", "too-far-to-jump"])
def test_a_test_that_cannot_be_encoded_is_an_error(constants: list[int]) -> None:
    with pytest.raises(ValueError, match="1 to 255 constants"):
        bpf.when(bpf.EQUAL, constants, YES, NO)


def test_more_than_the_kernel_takes_is_an_error() -> None:
    assert len(bpf.assemble(padded(YES, 4096))) == 4096 * 8
    with pytest.raises(ValueError, match="4097 instructions"):
        bpf.assemble(padded(YES, 4097))


def test_the_filters_lie_beside_the_module() -> None:
    folder = Path(bpf.__file__).parent
    assert {path.name for path in folder.glob("*.bpf")} == {"x86_64.bpf", "aarch64.bpf"}
