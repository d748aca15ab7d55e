import io
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.chart import chart, ranked
from bot.errors import RefusedError
from bot.listings import Listed, Page
from bot.moderating import parse_block_duration
from bot.store import BlockKey
from bot.ui.pages import Whose, page_id, page_of


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
    with pytest.raises(RefusedError, match="`30m`"):
        parse_block_duration(typed)


IDS = st.integers(1, 2**63 - 1)
# Numbers of the store as they can get in a lifetime, and the names of languages.
PAGES = st.one_of(
    st.builds(
        Page,
        listed=st.just(Listed.RUNS),
        before=st.none() | st.integers(0, 10**12),
        user_id=st.none() | IDS,
        language=st.none() | st.from_regex(r"[a-z+#.]{1,40}", fullmatch=True),
    ),
    st.builds(Page, listed=st.just(Listed.LOG), before=st.none() | st.integers(0, 2**63 - 1)),
    st.builds(
        Page,
        listed=st.just(Listed.BLOCKS),
        after=st.none()
        | st.builds(BlockKey, at=st.floats(1e9, 4e9), user_id=IDS, guild_id=st.just(0) | IDS),
    ),
)


@given(PAGES, st.sampled_from(Whose))
def test_a_page_s_id_says_all_of_it_within_discord_s_hundred_characters(
    page: Page, whose: Whose
) -> None:
    found_id = page_id(whose, page)
    assert page_of(whose, found_id) == page
    assert len(found_id) <= 100


def test_the_owner_s_pages_are_none_of_a_moderator_s() -> None:
    assert page_of(Whose.MODERATORS, page_id(Whose.OWNER, Page(listed=Listed.LOG))) is None


@pytest.mark.parametrize(
    "found_id",
    [
        pytest.param(f"cp:m:log:{2**63}:::", id="a-number-that-no-store-has"),
        pytest.param("cp:m:blocks::1e9,1,1::", id="a-time-that-is-no-number"),
        pytest.param(f"cp:m:blocks::1.0,{2**63},1::", id="an-id-that-nobody-has"),
        pytest.param("cp:m:secrets::::", id="no-such-list"),
    ],
)
def test_an_id_that_was_made_up_leads_nowhere(found_id: str) -> None:
    assert page_of(Whose.MODERATORS, found_id) is None


@given(st.text(max_size=60))
def test_other_ids_are_no_pages(found_id: str) -> None:
    assert found_id.startswith("cp:") or page_of(Whose.MODERATORS, found_id) is None


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


def test_a_chart_has_no_letters_that_its_font_lacks() -> None:
    days = [Counter({f"l{number}": 20 - number for number in range(12)})]
    japanese = chart(days, 20_000, other="\u305d\u306e\u4ed6")
    assert japanese == chart(days, 20_000, other="...")
    assert japanese != chart(days, 20_000, other="other")
