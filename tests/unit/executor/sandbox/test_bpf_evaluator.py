"""The evaluator itself: it must refuse what the kernel refuses, else it proves nothing."""

import struct

import pytest

from tests.unit.executor.sandbox.bpf_evaluator import FilterError, evaluate, parse


def program(*instructions: tuple[int, int, int, int]) -> bytes:
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in instructions)


RETURN = (0x06, 0, 0, 7)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(b"", id="empty"),
        pytest.param(program(RETURN)[:-1], id="a-byte-short"),
        pytest.param(program(*[RETURN] * 4097), id="too-long"),
        pytest.param(program((0x20, 0, 0, 0)), id="falls-off-the-end"),
        pytest.param(program((0x15, 1, 0, 0), RETURN), id="true-leads-outside"),
        pytest.param(program((0x15, 0, 1, 0), RETURN), id="false-leads-outside"),
        pytest.param(program((0x05, 0, 0, 1), RETURN), id="jump-leads-outside"),
        pytest.param(program((0x05, 0, 0, 0xFFFFFFFF), RETURN), id="jump-leads-back"),
        pytest.param(program((0x20, 0, 0, 64), RETURN), id="load-outside"),
        pytest.param(program((0x20, 0, 0, 2), RETURN), id="load-unaligned"),
        pytest.param(program((0x28, 0, 0, 0), RETURN), id="opcode-that-seccomp-has-not"),
        pytest.param(program(RETURN, (0x00, 0, 0, 0), RETURN), id="unknown-though-never-reached"),
        pytest.param(program((0x20, 1, 0, 0), RETURN), id="distance-without-condition"),
    ],
)
def test_a_broken_filter_is_refused(broken: bytes) -> None:
    with pytest.raises(FilterError):
        parse(broken)


def test_arguments_are_read_in_halves() -> None:
    code = parse(
        program((0x20, 0, 0, 16 + 8 * 5 + 4), (0x54, 0, 0, 0xFF00), (0x15, 0, 1, 0x5600), RETURN)
        + program((0x06, 0, 0, 8))
    )
    arguments = (0, 0, 0, 0, 0, 0x12345678 << 32)
    assert evaluate(code, number=0, audit=0, arguments=arguments).action == 7
    assert evaluate(code, number=0, audit=0, arguments=(0,) * 6).action == 8
