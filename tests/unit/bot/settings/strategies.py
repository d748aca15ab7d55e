"""Settings and rules as hypothesis makes them up."""

from hypothesis import settings as effort
from hypothesis import strategies as st

from bot.models import Caller, Rules
from bot.settings.panel import Page, Press, Spot, What
from bot.settings.server import Server
from bot.settings.values import Mode, Selection, ServerSettings
from tests.runtimes import NAMES

# Settings have many parts, so one example is as good as several of something simpler.
FEWER = effort(max_examples=40)

IDS = st.integers(1, 6)
ROLE_IDS = IDS | st.just(100)  # the last is everybody's
LANGUAGES = st.sampled_from(NAMES.names)
TYPED = st.sampled_from([*NAMES.names, "py", "c#", "cobol"])

SERVER = Server(
    guild_id=100,
    names=NAMES,
    channel_ids=frozenset(range(1, 7)),
    role_ids=frozenset({100, *range(1, 7)}),
    managing_role_ids=frozenset({1, 2}),
    operator=Rules(),
)


def selections(items: st.SearchStrategy[object]) -> st.SearchStrategy[Selection[object]]:
    listed = st.builds(
        Selection, mode=st.sampled_from([Mode.ONLY, Mode.EXCEPT]), items=st.frozensets(items)
    )
    return st.just(Selection()) | listed


def settings(
    languages: st.SearchStrategy[str] = LANGUAGES, *, few: bool = False
) -> st.SearchStrategy[ServerSettings]:
    """Return a strategy for whole settings; with ``few`` its lists are mostly of nothing."""
    chosen = selections(languages)
    if few:
        nothing = st.just(Selection[object](mode=Mode.ONLY))
        chosen = nothing | nothing | selections(st.sampled_from(["python", "c"]))
    return st.builds(
        ServerSettings,
        languages=chosen,
        channel_languages=st.dictionaries(IDS, chosen, max_size=3),
        role_languages=st.dictionaries(ROLE_IDS, chosen, max_size=3),
        default_language=st.none() | languages,
        channels=selections(IDS),
        roles=selections(ROLE_IDS),
        cooldown_seconds=st.integers(0, 3_600_000).map(lambda ms: ms / 1000),
        member_runs_per_hour=st.none() | st.integers(1, 10_000),
        server_runs_per_hour=st.none() | st.integers(1, 10_000),
        keep_code_days=st.none() | st.integers(0, 30),
        output_lines=st.integers(3, 40),
        output_characters=st.integers(500, 4000),
        shows_files=st.booleans(),
        file_types=st.none() | st.frozensets(st.from_regex(r"[a-z0-9]{1,16}", fullmatch=True)),
        is_live=st.booleans(),
        shows_invites=st.booleans(),
        shows_links=st.booleans(),
        answers_by_dm=st.booleans(),
        keeps_history_code=st.booleans(),
        welcome=st.text(st.characters(codec="utf-8"), max_size=40).map(
            lambda text: "\n".join(text.strip().splitlines())
        ),
        log_channel_id=st.none() | IDS,
    )


RULES = st.builds(
    Rules,
    languages_allowed=st.none() | st.frozensets(TYPED),
    languages_blocked=st.frozensets(TYPED),
    channels_allowed=st.none() | st.frozensets(IDS),
    channels_blocked=st.frozensets(IDS),
    cooldown_seconds=st.sampled_from([0.0, 2.0]),
)
CALLERS = st.builds(
    Caller,
    user_id=st.just(7),
    channel_id=IDS,
    parent_channel_id=st.none() | IDS,
    guild_id=st.none() | st.just(100),
    role_ids=st.frozensets(IDS, max_size=3),
)
ANY_IDS = st.integers(1, 2**63 - 1)
SPOTS = st.builds(
    Spot,
    page=st.sampled_from(Page),
    scope=st.sampled_from(["", "c", "r"]) | ANY_IDS.map("c{}".format) | ANY_IDS.map("r{}".format),
    part=st.integers(0, 999),
)
PRESSES = st.builds(
    Press, spot=SPOTS, what=st.sampled_from(What), version=st.none() | st.integers(0, 10**17)
)
