import pytest

from executor.http.checkers import Checker, difference

EXACT, TOKENS, FLOAT = Checker.EXACT, Checker.TOKENS, Checker.FLOAT


@pytest.mark.parametrize(
    ("actual", "expected", "checker", "tolerance", "why"),
    [
        (b"1 2\n", b"1 2\n", EXACT, 0, None),
        (b"", b"", EXACT, 0, None),
        (b"1 2", b"1 2\n", EXACT, 0, "line 1: expected '1 2\\n', got '1 2'"),
        (b"a\nb\n", b"a\nc\n", EXACT, 0, "line 2: expected 'c\\n', got 'b\\n'"),
        (b"a\n", b"a\nb\n", EXACT, 0, "line 2: expected 'b\\n', got the end"),
        (b" 1\n\n2 ", b"1 2\n", TOKENS, 0, None),
        (b"1 3", b"1 2", TOKENS, 0, "token 2: expected '2', got '3'"),
        (b"1", b"1 2", TOKENS, 0, "token 2: expected '2', got the end"),
        (b"1 2 3", b"1 2", TOKENS, 0, "token 3: expected the end, got '3'"),
        (b"1.0", b"1", TOKENS, 0, "token 1: expected '1', got '1.0'"),
        (b"", b"", TOKENS, 0, None),
        (b"1.0", b"1", FLOAT, 0, None),
        (b"0.1000001", b"0.1", FLOAT, 1e-6, None),
        (b"0.1001", b"0.1", FLOAT, 1e-6, "token 1: expected '0.1', got '0.1001'"),
        (b"1000000.5", b"1000000", FLOAT, 1e-6, None),
        (b"-0.0", b"0", FLOAT, 0, None),
        (b"yes 1", b"yes 1.0", FLOAT, 0, None),
        (b"no 1", b"yes 1.0", FLOAT, 1, "token 1: expected 'yes', got 'no'"),
        (b"nan", b"1", FLOAT, 1, "token 1: expected '1', got 'nan'"),
        (b"NaN", b"nan", FLOAT, 1, "token 1: expected 'nan', got 'NaN'"),
        (b"inf", b"Infinity", FLOAT, 0, None),
        (b"-inf", b"inf", FLOAT, 1, "token 1: expected 'inf', got '-inf'"),
        (b"1e999", b"1", FLOAT, 1, "token 1: expected '1', got '1e999'"),
        (b"1", b"", FLOAT, 1, "token 1: expected the end, got '1'"),
        (b"\xff", b"x", TOKENS, 0, "token 1: expected 'x', got '\ufffd'"),
    ],
)
def test_output_is_right_or_it_is_said_where_not(
    actual: bytes, expected: bytes, checker: Checker, tolerance: float, why: str | None
) -> None:
    assert difference(actual, expected, checker, tolerance) == why


def test_a_long_piece_is_not_repeated_whole() -> None:
    why = difference(b"x" * 1000, b"y", TOKENS)
    assert why is not None
    assert len(why) < 120
