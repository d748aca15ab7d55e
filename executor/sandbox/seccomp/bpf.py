"""A tiny assembler for classic BPF, as seccomp(2) runs it.

A piece of code here is a decision: whichever way it goes, it ends in a return. Pieces are
therefore joined as trees, every jump goes forward, and no labels are needed.
Opcodes: the kernel's linux/bpf_common.h; bits of an answer: linux/seccomp.h.
"""

import struct
from collections.abc import Sequence
from typing import NamedTuple

# Offsets into struct seccomp_data; an argument's low half comes first on a little endian machine.
NUMBER_OFFSET, ARCHITECTURE_OFFSET, _ARGUMENTS_OFFSET = 0, 4, 16

ALLOW = 0x7FFF0000
KILL_PROCESS = 0x80000000
_ERRNO = 0x00050000

EQUAL, AT_LEAST, ANY_BIT = 0x15, 0x35, 0x45  # jeq, jge, jset: the accumulator against a constant
_JUMP, _LOAD, _MASK, _RETURN = 0x05, 0x20, 0x54, 0x06

_LONGEST_SHORT_JUMP = 0xFF
_MOST_INSTRUCTIONS = 4096  # BPF_MAXINSNS


class Instruction(NamedTuple):
    """One struct sock_filter."""

    code: int
    if_true: int
    if_false: int
    constant: int


Code = tuple[Instruction, ...]


def load(offset: int) -> Code:
    """Put the 32-bit word of seccomp_data at ``offset`` into the accumulator."""
    return (Instruction(_LOAD, 0, 0, offset),)


def load_argument(index: int, *, high: bool = False) -> Code:
    """Put one half of the system call's argument ``index`` (0 to 5) into the accumulator."""
    return load(_ARGUMENTS_OFFSET + 8 * index + (4 if high else 0))


def mask(bits: int) -> Code:
    """Keep only ``bits`` of the accumulator."""
    return (Instruction(_MASK, 0, 0, bits),)


def answer(action: int) -> Code:
    """End with ``action``."""
    return (Instruction(_RETURN, 0, 0, action),)


def fail_with(errno: int) -> Code:
    """End with the call refused and ``errno`` set."""
    return answer(_ERRNO | errno)


def when(test: int, constants: Sequence[int], then: Code, otherwise: Code) -> Code:
    """Go on with ``then`` if ``test`` holds for any of ``constants``, else with ``otherwise``.

    Raises:
        ValueError: there are no constants, or too many for jumps of 8 bits.
    """
    if not 0 < len(constants) <= _LONGEST_SHORT_JUMP:
        raise ValueError(f"a test needs 1 to {_LONGEST_SHORT_JUMP} constants, not {len(constants)}")
    far = len(then) > _LONGEST_SHORT_JUMP  # then a jump of 32 bits leads past it
    last = len(constants) - 1
    tests = [
        Instruction(test, last - at + far, 0, constant) for at, constant in enumerate(constants)
    ]
    tests[last] = tests[last]._replace(if_false=0 if far else len(then))
    leap = (Instruction(_JUMP, 0, 0, len(then)),) if far else ()
    return (*tests, *leap, *then, *otherwise)


def assemble(code: Code) -> bytes:
    """Return ``code`` as the array of struct sock_filter that prctl(PR_SET_SECCOMP) takes.

    Raises:
        ValueError: it is longer than the kernel accepts.
    """
    if len(code) > _MOST_INSTRUCTIONS:
        raise ValueError(f"{len(code)} instructions, the kernel takes {_MOST_INSTRUCTIONS}")
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in code)
