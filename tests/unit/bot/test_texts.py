import pytest

from bot import endings, texts


@pytest.mark.parametrize(
    ("left_seconds", "words"),
    [
        pytest.param(0.1, "in 1 s", id="never-in-0-seconds"),
        pytest.param(1.0, "in 1 s", id="whole"),
        pytest.param(1.2, "in 2 s", id="rounded-up"),
    ],
)
def test_a_wait_is_never_announced_too_short(left_seconds: float, words: str) -> None:
    assert words in texts.cooling_down(left_seconds)


def test_counts_read_like_words() -> None:
    assert endings.lines_of(1) == "1 line"
    assert endings.left_out(0, 5) == "[… 5 bytes left out …]"


def test_many_missing_files_are_not_all_listed() -> None:
    words = endings.may_not_attach(("a", "b", "c", "d", "e"))
    assert "`a`, `b`, `c` and 2 more" in words
    assert "more" not in endings.may_not_attach(("a", "b", "c"))
    assert len(endings.may_not_attach(("x" * 80,) * 10)) < 400


def test_an_unknown_signal_has_no_made_up_meaning() -> None:
    assert endings.signal_means("SIGUSR1") is None
    assert endings.signal_means(None) is None
    assert "dividing by zero" in (endings.signal_means("SIGFPE") or "")
