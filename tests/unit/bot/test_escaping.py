import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.escaping import has_colour, plain, quote, safe_file_name, show_line

COLOURS = st.lists(
    st.sampled_from(["\x1b", "[", "m", "1", "31", "38", ";", ":", "5", "2", "]", "\x07", "a", "`"]),
    max_size=40,
).map("".join)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        pytest.param("hi", "hi", id="text-as-it-is"),
        pytest.param("a\tb", "a\tb", id="tab-stays"),
        pytest.param("a\0b", "a\u2400b", id="nul"),
        pytest.param("a\x07b\x7f", "a\u2407b\u2421", id="bell-and-delete"),
        pytest.param("10%\r20%", "10%\u240d20%", id="carriage-return-inside"),
        pytest.param("a\r", "a", id="crlf"),
        pytest.param("a\x85b", "a<U+0085>b", id="c1-control"),
        pytest.param("a\u202eb", "a<U+202E>b", id="right-to-left-override"),
        pytest.param("a\u2066b\u2028", "a<U+2066>b<U+2028>", id="isolate-and-line-separator"),
        pytest.param("👩\u200d💻", "👩\u200d💻", id="joined-emoji-stays"),
        pytest.param("```", "`\u200b`\u200b`", id="fence"),
        pytest.param("`\x1b[K`", "`\u200b`", id="fence-hidden-by-an-escape-sequence"),
        pytest.param("\x1b[31mred\x1b[m", "\x1b[31mred\x1b[0m", id="colour-and-empty-reset"),
        pytest.param("\x1b[01;91mx", "\x1b[1;31mx", id="leading-zero-and-bright"),
        pytest.param("\x1b[38;5;196mx", "\x1b[31mx", id="256-colours"),
        pytest.param("\x1b[48;5;244mx", "\x1b[47mx", id="grey-background"),
        pytest.param("\x1b[38;2;0;0;255mx", "\x1b[34mx", id="true-colour"),
        pytest.param("\x1b[38;5;10;48;5;240mx", "\x1b[32;40mx", id="basic-and-grey-by-number"),
        pytest.param("\x1b[38;5;100mx", "\x1b[30mx", id="a-dark-colour-of-the-cube"),
        pytest.param("\x1b[1;38mx", "\x1b[1mx", id="colour-without-a-number"),
        pytest.param("\x1b[31mx\x1b[39my", "\x1b[31mx\x1b[0my", id="default-colour"),
        pytest.param("\x1b[3;7mx", "x", id="what-discord-does-not-draw"),
        pytest.param("\x1b[2J\x1b[1;1Hx", "x", id="cursor-movement"),
        pytest.param("\x1b]0;title\x07x", "x", id="window-title"),
        pytest.param("\x1b]8;;http://x\x1b\\link", "link", id="hyperlink"),
        pytest.param("\x1b(Bx", "x", id="character-set"),
        pytest.param("x\x1b", "x\u241b", id="escape-alone"),
        pytest.param("\x1b[" + "1;" * 9000 + "1mx", "x", id="absurdly-long-colour"),
    ],
)
def test_a_line_is_made_harmless(line: str, shown: str) -> None:
    assert show_line(line.encode()) == shown


@given(COLOURS)
def test_only_colours_that_discord_draws_remain(line: str) -> None:
    shown = show_line(line.encode())
    rest = re.sub(r"\x1b\[(?:[014]|[34][0-7])(?:;(?:[014]|[34][0-7]))*m", "", shown)
    assert "\x1b" not in rest
    assert has_colour(shown) == (rest != shown)
    assert "``" not in shown


@given(st.text(st.characters(exclude_categories=())))
@example("\ud800")
def test_words_in_a_sentence_cannot_do_anything(text: str) -> None:
    for shown in (plain(text), quote(text)[1:-1]):
        assert shown.encode().decode() == shown
        assert not re.search(r"@[a-z]|<[@#:/a-z]|`|\n", shown)


def test_quotes_are_short() -> None:
    assert quote("x" * 100) == f"`{'x' * 39}…`"
    assert quote("") == "` `"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        pytest.param("plot.png", "plot.png", id="plain"),
        pytest.param("/a/b.txt", "a_b.txt", id="folders"),
        pytest.param("...", "file", id="dots-only"),
        pytest.param("", "file", id="nothing"),
        pytest.param("ünï.txt", "n_.txt", id="letters-that-attachments-lose"),
        pytest.param("x" * 300 + ".png", "x" * 76 + ".png", id="too-long"),
        pytest.param("a." + "x" * 300, "a." + "x" * 16, id="endless-extension"),
    ],
)
def test_file_names_are_safe(path: str, name: str) -> None:
    assert safe_file_name(path) == name


def test_file_names_are_unique() -> None:
    assert safe_file_name("a/b.txt", {"a_b.txt", "a_b-2.txt"}) == "a_b-3.txt"
