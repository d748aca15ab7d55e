import io
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.chart import chart, ranked
from bot.moderating import parse_block_duration
from bot.ui.pages import RunsPage, page_id, page_of


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        pytest.param("", None, id="nothing-is-for-ever"),
        pytest.param(" Forever ", None, id="said-so"),
        pytest.param("30m", 1800.0, id="minutes"),
        pytest.param("12 H", 43_200.0, id="hours"),
        pytest.param("7d", 604_800.0, id="days"),
        pytest.param("4w", 2_419_200.0, id="weeks"),
    ],
)
def test_a_block_lasts_as_long_as_a_moderator_writes(typed: str, seconds: float | None) -> None:
    assert parse_block_duration(typed) == seconds


@pytest.mark.parametrize("typed", ["soon", "0d", "-1d", "1.5h", "10", "99999d", "\u0661d", "1 d d"])
def test_what_is_no_duration_is_refused_with_examples(typed: str) -> None:
    with pytest.raises(ValueError, match="`30m`"):
        parse_block_duration(typed)


@given(st.builds(
    RunsPage,
    before=st.integers(0, 2**63 - 1),
    user_id=st.none() | st.integers(1, 2**63 - 1),
    language=st.none() | st.from_regex(r"[a-z+#.]{1,40}", fullmatch=True),
))  # fmt: skip
def test_a_page_s_id_says_all_of_it_within_discord_s_hundred_characters(page: RunsPage) -> None:
    found_id = page_id(page)
    assert page_of(found_id) == page
    assert len(found_id) <= 100


@given(st.text(max_size=60))
def test_other_ids_are_no_pages(found_id: str) -> None:
    assert found_id.startswith("cr:") or page_of(found_id) is None


def test_languages_beyond_seven_are_drawn_as_one() -> None:
    days = [Counter({f"l{number}": 100 - number for number in range(12)})]
    names = ranked(days, other="other")
    assert [name for name, _ in names] == [*(f"l{number}" for number in range(7)), "other"]
    assert sum(count for _, count in names) == sum(days[0].values())


@pytest.mark.parametrize(
    "days",
    [
        pytest.param([Counter[str]()], id="nothing"),
        pytest.param([Counter(python=1)], id="one-run"),
        pytest.param([Counter(python=10**9)] * 90, id="a-lot"),
        pytest.param([Counter({f"l{n}": n for n in range(30)})] * 3, id="many-languages"),
    ],
)
def test_a_chart_is_a_small_picture(days: list[Counter[str]]) -> None:
    data = chart(days, 20_000)
    picture = Image.open(io.BytesIO(data))
    assert picture.size == (1520, 680)
    assert len(data) < 200_000


def test_a_bar_is_as_high_as_its_share_of_the_scale() -> None:
    picture = Image.open(io.BytesIO(chart([Counter(python=4), Counter(python=2)], 0))).convert(
        "RGB"
    )
    blue = (0x56, 0xB4, 0xE9)
    columns = [
        sum(picture.getpixel((x, y)) == blue for y in range(80, 680))
        for x in (104 + 696 // 2, 104 + 696 + 696 // 2)
    ]
    assert columns[0] == pytest.approx(2 * columns[1], abs=6)
