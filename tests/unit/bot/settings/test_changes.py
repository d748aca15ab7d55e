from dataclasses import replace

import pytest
from hypothesis import given

from bot.settings.changes import differences, edited, selected
from bot.settings.file import SettingsFileError
from bot.settings.values import WELCOME_UNITS, Mode, Selection, ServerSettings
from tests.unit.bot.settings.strategies import FEWER, settings

DEFAULTS = ServerSettings()
NOTHING_AT_ALL = Selection[str](mode=Mode.ONLY)
PYTHON = Selection(mode=Mode.ONLY, items=frozenset({"python"}))


def only(*items: int) -> Selection[int]:
    return Selection(mode=Mode.ONLY, items=frozenset(items))


def but(*items: int) -> Selection[int]:
    return Selection(mode=Mode.EXCEPT, items=frozenset(items))


@FEWER
@given(settings(), settings())
def test_every_difference_is_told_and_nothing_else(
    old: ServerSettings, new: ServerSettings
) -> None:
    assert bool(differences(old, new)) == (old != new)


@pytest.mark.parametrize(
    ("new", "line"),
    [
        pytest.param(
            ServerSettings(languages=PYTHON),
            "languages.everywhere: all → only python",
            id="languages",
        ),
        pytest.param(
            ServerSettings(channel_languages={5: PYTHON}),
            "languages.channels <#5>: not set → only python",
            id="a-channel's-languages",
        ),
        pytest.param(
            ServerSettings(role_languages={5: NOTHING_AT_ALL}),
            "languages.roles <@&5>: not set → only nothing",
            id="a-role's-languages",
        ),
        pytest.param(
            ServerSettings(channels=but(2, 1)), "channels: all → except <#1>, <#2>", id="channels"
        ),
        pytest.param(ServerSettings(is_live=False), "output.live: on → off", id="a-switch"),
        pytest.param(
            ServerSettings(cooldown_seconds=2.5), "limits.cooldown: 0s → 2500ms", id="a-time"
        ),
        pytest.param(
            ServerSettings(log_channel_id=4), "log_channel: not set → <#4>", id="a-channel"
        ),
        pytest.param(
            ServerSettings(welcome="Hi @everyone\n```"),
            "members.welcome: not set → Hi @\u200beveryone '''",
            id="a-text-that-would-ping",
        ),
        pytest.param(
            ServerSettings(file_types=frozenset({"txt", "png"})),
            "output.file_types: all → png, txt",
            id="a-list",
        ),
        pytest.param(
            ServerSettings(channels=only(*range(1, 14))),
            "channels: all → only " + ", ".join(f"<#{n}>" for n in range(1, 11)) + " and 3 more",
            id="a-long-list",
        ),
    ],
)
def test_a_change_reads_like_a_sentence(new: ServerSettings, line: str) -> None:
    assert differences(DEFAULTS, new) == (line,)


def test_values_can_be_changed_by_their_keys() -> None:
    changed = edited(DEFAULTS, {"limits.cooldown": "5s", "log_channel": 3})
    assert changed == replace(DEFAULTS, cooldown_seconds=5, log_channel_id=3)


def test_values_that_do_not_fit_change_nothing() -> None:
    with pytest.raises(SettingsFileError) as caught:
        edited(DEFAULTS, {"limits.cooldown": "5", "output.lines": 3})
    assert caught.value.reasons == (
        "'5' is not a time: write a number with a unit, such as 10s or 500ms.",
    )


@pytest.mark.parametrize(
    "welcome",
    [
        pytest.param("x" * (WELCOME_UNITS + 1), id="letters"),
        pytest.param("\U0001f600" * (WELCOME_UNITS // 2 + 1), id="emoji-are-two-units"),
    ],
)
def test_a_welcome_is_as_long_as_its_window_takes(welcome: str) -> None:
    with pytest.raises(SettingsFileError, match="at most 1000 characters"):
        edited(DEFAULTS, {"members.welcome": welcome})
    assert edited(DEFAULTS, {"members.welcome": welcome[:-1]}).welcome == welcome[:-1]


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        pytest.param(only(1, 2), "only <#1>, <#2>", id="only"),
        pytest.param(but(1), "except <#1>", id="except"),
        pytest.param(but(), "all", id="except-nothing"),
        pytest.param(only(), "only nothing", id="only-nothing"),
    ],
)
def test_a_selection_is_told_in_words(selection: Selection[int], words: str) -> None:
    assert selected(selection, "<#{}>") == words
