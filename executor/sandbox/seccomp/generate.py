"""Turns the policy into the filters that ship: `python -m executor.sandbox.seccomp.generate`.

The bytes are committed so that a running sandbox needs no compiler and no libseccomp; a test
fails when they no longer match the policy.
"""

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from errno import ENOSYS
from pathlib import Path

from executor.sandbox.seccomp import bpf
from executor.sandbox.seccomp.numbers import NUMBERS, Numbers
from executor.sandbox.seccomp.policy import POLICY
from executor.sandbox.seccomp.rules import Check, Condition, Depending, IsNull, LowWord, Policy

X32_BIT = 0x40000000  # set in the number of every call of the x32 ABI

_ALLOW = bpf.answer(bpf.ALLOW)
_KILL = bpf.answer(bpf.KILL_PROCESS)
_MISSING = bpf.fail_with(ENOSYS)


@dataclass(frozen=True, slots=True)
class Architecture:
    """One machine's names for things: AUDIT_ARCH_* of linux/audit.h, and whether it has x32."""

    machine: str
    audit: int
    has_x32: bool

    def number(self, numbers: Numbers) -> int | None:
        """Return which of ``numbers`` is this machine's."""
        return numbers.x86_64 if self.machine == "x86_64" else numbers.aarch64


X86_64 = Architecture("x86_64", 0xC000003E, has_x32=True)
AARCH64 = Architecture("aarch64", 0xC00000B7, has_x32=False)


def compile_policy(policy: Policy, architecture: Architecture) -> bytes:
    """Return the filter for one machine as an array of struct sock_filter.

    Calls that this machine does not have are passed over.

    Raises:
        ValueError: the policy names an unknown call, names one twice, or leaves one undecided.
    """
    _require_complete(policy)
    by_number: dict[int, bpf.Code] = {}
    for name, code in _decisions(policy):
        number = architecture.number(NUMBERS[name])
        if number is not None:
            by_number[number] = code
    search = bpf.load(bpf.NUMBER_OFFSET) + _not_x32(architecture, _search(_spans(by_number)))
    return bpf.assemble(
        bpf.load(bpf.ARCHITECTURE_OFFSET)
        + bpf.when(bpf.EQUAL, (architecture.audit,), search, _KILL)
    )


def _require_complete(policy: Policy) -> None:
    named = Counter(policy.decided())
    for problem, names in (
        ("unknown", named.keys() - NUMBERS.keys()),
        ("decided more than once", {name for name, times in named.items() if times > 1}),
        ("not decided", NUMBERS.keys() - named.keys()),
    ):
        if names:
            raise ValueError(f"system calls {problem}: {', '.join(sorted(names))}")


def _decisions(policy: Policy) -> Iterable[tuple[str, bpf.Code]]:
    for name in policy.allowed:
        yield name, _ALLOW
    for rule in policy.rules:
        code = _ALLOW
        for check in reversed(rule.checks):
            code = _check(check, code)
        for name in rule.calls:
            yield name, code


def _check(check: Check, passed: bpf.Code) -> bpf.Code:
    code = bpf.fail_with(check.errno)
    for condition in reversed(check.any_of):
        code = _condition(condition, passed, code)
    return code


def _condition(condition: Condition, then: bpf.Code, otherwise: bpf.Code) -> bpf.Code:
    if isinstance(condition, Depending):
        yes = _condition(condition.then, then, otherwise)
        return _condition(condition.on, yes, _condition(condition.otherwise, then, otherwise))
    low = bpf.load_argument(condition.argument)
    match condition:
        case IsNull():
            high = bpf.load_argument(condition.argument, high=True)
            high_too = high + bpf.when(bpf.EQUAL, (0,), then, otherwise)
            return low + bpf.when(bpf.EQUAL, (0,), high_too, otherwise)
        case LowWord():
            if condition.mask != 0xFFFFFFFF:
                low += bpf.mask(condition.mask)
            yes, no = (then, otherwise) if condition.among else (otherwise, then)
            return low + bpf.when(bpf.EQUAL, condition.values, yes, no)


def _spans(by_number: dict[int, bpf.Code]) -> list[tuple[int, bpf.Code]]:
    """Return where, counting up from 0, the decision changes and what it is from there on."""
    spans = [(0, by_number.get(0, _MISSING))]
    for number in range(1, max(by_number) + 2):
        code = by_number.get(number, _MISSING)
        if code != spans[-1][1]:
            spans.append((number, code))
    return spans


def _search(spans: list[tuple[int, bpf.Code]]) -> bpf.Code:
    """Find the span of the accumulator's number in log2(len(spans)) comparisons.

    On the way to an unconditional answer nothing but number and architecture is looked at: since
    Linux 5.11 the kernel then knows the answer beforehand and does not run the filter at all.
    """
    if len(spans) == 1:
        return spans[0][1]
    middle = len(spans) // 2
    above, below = _search(spans[middle:]), _search(spans[:middle])
    return bpf.when(bpf.AT_LEAST, (spans[middle][0],), above, below)


def _not_x32(architecture: Architecture, code: bpf.Code) -> bpf.Code:
    return bpf.when(bpf.ANY_BIT, (X32_BIT,), _KILL, code) if architecture.has_x32 else code


def main() -> None:
    """Write one file per machine beside this module."""
    for architecture in (X86_64, AARCH64):
        filter_bytes = compile_policy(POLICY, architecture)
        path = Path(__file__).with_name(f"{architecture.machine}.bpf")
        path.write_bytes(filter_bytes)
        sys.stdout.write(f"{path.name}: {len(filter_bytes) // 8} instructions\n")


if __name__ == "__main__":
    main()
