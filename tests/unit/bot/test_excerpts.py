import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.excerpts import cut, without_partial_character
from bot.sizes import units

LINES = st.lists(
    st.one_of(st.binary(max_size=40), st.integers(0, 3000).map(lambda n: b"x" * n)), max_size=80
)


@given(LINES, st.booleans(), st.integers(3, 40), st.integers(120, 2000))
def test_an_excerpt_fits_and_counts_honestly(
    lines: list[bytes], ends_with_newline: bool, max_lines: int, max_units: int
) -> None:
    data = b"\n".join(lines) + b"\n" * ends_with_newline
    excerpt = cut(data, max_lines=max_lines, max_units=max_units)
    shown = excerpt.text.split("\n")
    assert len(shown) <= max_lines
    assert units(excerpt.text) <= max_units
    assert 0 <= excerpt.left_out_bytes <= len(data)
    if excerpt.left_out_bytes:
        assert re.search(r"\[… .*left out …\]", excerpt.text)
    elif not excerpt.not_utf8:
        assert len(shown) == len(data.removesuffix(b"\n").split(b"\n"))


@given(st.lists(st.text("ab é€😀", max_size=60), min_size=1, max_size=100))
def test_shown_and_left_out_bytes_add_up(lines: list[str]) -> None:
    data = "".join(f"{line}\n" for line in lines).encode()
    excerpt = cut(data, max_lines=10, max_units=300)
    shown = [line for line in excerpt.text.split("\n") if not line.startswith("[… ")]
    if excerpt.left_out_bytes:
        assert sum(len(line.encode()) + 1 for line in shown) + excerpt.left_out_bytes == len(data)


def test_one_line_too_many_hides_two() -> None:
    data = b"".join(b"%d\n" % n for n in range(11))
    excerpt = cut(data, max_lines=10, max_units=300)
    assert excerpt.left_out_lines == 2


def test_a_single_huge_line_shows_its_beginning() -> None:
    excerpt = cut("é".encode() * 500_000, max_lines=10, max_units=300)
    beginning, notice = excerpt.text.split("\n")
    assert set(beginning) == {"é"}
    assert notice == f"[… {1_000_000 - 2 * len(beginning):,} bytes left out …]"


def test_colours_end_before_the_notice() -> None:
    excerpt = cut(b"\x1b[31mred\n" * 50, max_lines=10, max_units=2000)
    assert "\x1b[0m[… " in excerpt.text
    assert excerpt.block.startswith("```ansi\n")


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        pytest.param(b"ab", b"ab", id="whole"),
        pytest.param("€".encode()[:2], b"", id="split"),
        pytest.param(b"a\xff", b"a\xff", id="wrong-but-not-split"),
        pytest.param(b"\xffa\xf0\x9f\x98", b"\xffa", id="wrong-and-split"),
    ],
)
def test_only_a_split_character_is_dropped(data: bytes, kept: bytes) -> None:
    assert without_partial_character(data) == kept
