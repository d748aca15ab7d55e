"""Runs a seccomp filter's bytes in Python, and is as strict about them as the kernel.

So the filter of a machine that the tests do not run on can be tested: the aarch64 bytes are
evaluated here, never run by an aarch64 kernel. Rules: bpf_check_classic in net/core/filter.c and
seccomp_check_filter in kernel/seccomp.c.
"""

import struct
from dataclasses import dataclass, field
from typing import NamedTuple

LOAD, AND, RETURN, JUMP, EQUAL, AT_LEAST, ANY_BIT = 0x20, 0x54, 0x06, 0x05, 0x15, 0x35, 0x45
KNOWN = {LOAD, AND, RETURN, JUMP, EQUAL, AT_LEAST, ANY_BIT}
CONDITIONAL = {EQUAL, AT_LEAST, ANY_BIT}
DATA_BYTES = 64  # struct seccomp_data: int nr; u32 arch; u64 instruction_pointer, args[6]

ALLOW, KILL_PROCESS, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000


class FilterError(Exception):
    """The kernel would refuse these bytes."""


class Instruction(NamedTuple):
    code: int
    if_true: int
    if_false: int
    constant: int


@dataclass
class Verdict:
    """What the filter answered, and how it came to it."""

    action: int
    steps: int = 0
    offsets: set[int] = field(default_factory=set)  # which words of seccomp_data were looked at


def parse(program: bytes) -> list[Instruction]:
    """Return the instructions, each of which has been checked, reached or not."""
    if not program or len(program) % 8 or len(program) > 4096 * 8:
        raise FilterError(f"{len(program)} bytes are no filter")
    code = [Instruction(*fields) for fields in struct.iter_unpack("<HBBI", program)]
    for at, instruction in enumerate(code):
        _check(instruction, left=len(code) - at - 1)
    if code[-1].code != RETURN:
        raise FilterError("the last instruction does not return")
    return code


def _check(instruction: Instruction, *, left: int) -> None:
    opcode, if_true, if_false, constant = instruction
    if opcode not in KNOWN:
        raise FilterError(f"unknown opcode {opcode:#x}")
    if opcode in CONDITIONAL:
        if max(if_true, if_false) >= left:
            raise FilterError("a conditional jump leaves the filter")
    elif if_true or if_false:
        raise FilterError("jump distances where there is no condition")
    if opcode == JUMP and constant >= left:
        raise FilterError("a jump leaves the filter")
    if opcode == LOAD and (constant % 4 or constant >= DATA_BYTES):
        raise FilterError(f"a load outside of seccomp_data at {constant}")


def evaluate(
    code: list[Instruction], *, number: int, audit: int, arguments: tuple[int, ...] = ()
) -> Verdict:
    """Return the answer to one call. ``arguments`` may be fewer than six; the rest is 0."""
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("<IIQ6Q", number, audit, 0x7F0012345678, *padded)
    verdict = Verdict(action=0)
    accumulator = at = 0
    while True:
        opcode, if_true, if_false, constant = code[at]
        verdict.steps += 1
        at += 1
        if opcode == RETURN:
            verdict.action = constant
            return verdict
        if opcode == LOAD:
            verdict.offsets.add(constant)
            (accumulator,) = struct.unpack_from("<I", data, constant)
        elif opcode == AND:
            accumulator &= constant
        elif opcode == JUMP:
            at += constant
        else:
            at += if_true if _holds(opcode, accumulator, constant) else if_false


def _holds(opcode: int, accumulator: int, constant: int) -> bool:
    if opcode == EQUAL:
        return accumulator == constant
    if opcode == AT_LEAST:
        return accumulator >= constant
    return bool(accumulator & constant)
