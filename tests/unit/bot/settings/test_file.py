from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings.file import (
    FILE_BYTES,
    SettingsFileError,
    from_text,
    from_yaml,
    readable_text,
    to_text,
    to_yaml,
)
from bot.settings.named import Named, gone_from, named_in
from bot.settings.values import LIST_ENTRIES, Mode, Selection, ServerSettings
from tests.unit.bot.settings.strategies import FEWER, SERVER, settings


def refusal(text: str | bytes) -> tuple[str, ...]:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(SettingsFileError) as caught:
        from_yaml(data, SERVER)
    return caught.value.reasons


@FEWER
@given(settings())
def test_an_exported_file_can_be_imported(chosen: ServerSettings) -> None:
    assert from_yaml(to_yaml(chosen).encode(), SERVER) == chosen


@FEWER
@given(settings())
def test_the_store_gives_back_what_it_got(chosen: ServerSettings) -> None:
    assert from_text(to_text(chosen)) == chosen


@FEWER
@given(st.binary() | st.text().map(str.encode))
def test_whatever_a_file_holds_it_is_read_or_refused(data: bytes) -> None:
    reasons: tuple[str, ...] = ("line 0",)
    try:
        found = from_yaml(data, SERVER)
    except SettingsFileError as error:
        reasons = error.reasons
    else:
        assert from_yaml(to_yaml(found).encode(), SERVER) == found
    assert reasons
    assert all(reason.startswith(("line ", "…")) for reason in reasons)


def test_an_empty_file_is_a_server_as_it_began() -> None:
    assert from_yaml(b"", SERVER) == from_yaml(b"# nothing\n", SERVER) == ServerSettings()


def test_languages_may_go_by_any_name() -> None:
    found = from_yaml(b"languages: {everywhere: {only: [py, C#]}, default: node}", SERVER)
    assert found.languages == Selection(mode=Mode.ONLY, items=frozenset({"python", "csharp"}))
    assert found.default_language == "javascript"


def test_ids_may_be_text() -> None:
    assert from_yaml(b'log_channel: "3"', SERVER).log_channel_id == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param(
            "# a\nlog_chanel: 1",
            "line 2: log_chanel: there is no such key. Did you mean log_channel?",
            id="typo-in-a-key",
        ),
        pytest.param(
            "languages:\n  everywhere:\n    only:\n      - python\n      - pyhton\n",
            "line 5: languages.everywhere.only.1: no language here is called 'pyhton'."
            " Did you mean python?",
            id="typo-in-a-language",
        ),
        pytest.param(
            "# a\nlog_channel: !!int ''", "line 2, column 14: '' cannot be read as int: put it into quotation marks.", id="tag-without-a-number"
        ),
        pytest.param("log_channel: !!bool maybe", "line 1, column 14: 'maybe' cannot be read as bool: put it into quotation marks.", id="tag-that-lies"),
        pytest.param(
            "a: 1\nb: !!set x",
            "line 2, column 4: a tag (!) does not fit here: leave it out.",
            id="set-that-is-none",
        ),
        pytest.param("log_channel: !!timestamp x", "line 1, column 14: 'x' cannot be read as timestamp: put it into quotation marks.", id="no-date"),
        pytest.param(
            f"log_channel: 0x{'f' * 5000}", "line 1, column 14: a number is too large.", id="5000-hex-digits"
        ),
        pytest.param(
            f"log_channel: 1{':59' * 200}.5",
            "line 1, column 14: '1:59:59:59:59:59:59:59:59:59:59:59:59:5 cannot be read as float: put it into quotation marks.",
            id="number-without-end",
        ),
        pytest.param(
            "languages:\n  default: 7",
            "line 2: languages.default: 7 does not fit here: expected a text.",
            id="wrong-kind",
        ),
        pytest.param(
            "limits:\n  cooldown: 5",
            "line 2: limits.cooldown: 5 is not a time: write a number with a unit, such as 10s or 500ms.",
            id="no-unit",
        ),
        pytest.param(
            "limits:\n\n  runs_per_hour: 0",
            "line 3: limits.runs_per_hour: 0 does not fit here: expected 1 or more.",
            id="out-of-range",
        ),
        pytest.param(
            "channels: {only: [1], except: [2]}",
            "line 1: channels: write only or except, not both.",
            id="both-ways",
        ),
        pytest.param(
            "channels: none",
            "line 1: channels: 'none' does not fit here: expected all, {only: […]} or"
            " {except: […]}.",
            id="no-list",
        ),
        pytest.param(
            "channels:\n  only: [1,\n    99]",
            "line 3: channels.only.1: this server has no channel with the id 99.",
            id="foreign-channel",
        ),
        pytest.param(
            "languages:\n  roles:\n    99: all",
            "line 3: languages.roles.99: this server has no role with the id 99.",
            id="foreign-role",
        ),
        pytest.param(
            "output:\n  file_types: [png, 'a b']",
            "line 2: output.file_types.1: 'a b' is not a file type; write an extension, such as"
            " png.",
            id="no-file-type",
        ),
        pytest.param(
            "roles: all\nroles: all", "line 2, column 1: the key 'roles' stands here twice.", id="twice"
        ),
        pytest.param(
            "a: &a [1]\nb: *a",
            "line 2, column 4: an alias (*) cannot stand here; write the value again.",
            id="alias",
        ),
        pytest.param(
            "- roles",
            "line 1: expected keys and values, such as `log_channel: null`.",
            id="no-mapping",
        ),
        pytest.param(
            "roles: all\n\ta: b",
            "line 2, column 1: a tab cannot stand here: indent with spaces.",
            id="tab",
        ),
        pytest.param(
            "log_channel: @bots",
            "line 1, column 14: a value cannot begin like this: put it into quotation marks.",
            id="no-value",
        ),
        pytest.param(
            "members: {welcome: 'Hi}",
            "line 1, column 24: a quotation mark is never closed.",
            id="open-quote",
        ),
        pytest.param(
            "channels: {only: [1}",
            "line 1, column 20: a comma or a closing bracket is missing before this.",
            id="open-bracket",
        ),
        pytest.param(
            "members:\n  welcome: Hi: there",
            "line 2, column 14: a colon cannot stand here: look at the indentation, or put the"
            " text into quotes.",
            id="stray-colon",
        ),
        pytest.param(
            "output:\n  lines: 5\n live: true",
            "line 3, column 2: this does not fit below what stands above: look at indentation,"
            " dashes and colons.",
            id="indentation",
        ),
        pytest.param(
            "log_channel: !!python/name:os.system",
            "line 1, column 14: a tag (!) does not fit here: leave it out.",
            id="hostile-tag",
        ),
        pytest.param(
            "%YAML 9.9\n---\n{}",
            "line 1, column 1: this is not YAML that I can read.",
            id="yaml-of-the-future",
        ),
    ],
)  # fmt: skip
def test_a_file_that_does_not_fit_is_refused_with_line_and_reason(text: str, reason: str) -> None:
    assert refusal(text) == (reason,)


def test_every_mistake_is_named_at_once_in_order() -> None:
    reasons = refusal("roles: some\noutput:\n  lines: 1\n  links: maybe\n")
    assert [reason.partition(":")[0] for reason in reasons] == ["line 1", "line 3", "line 4"]


def test_nobody_reads_a_hundred_reasons() -> None:
    reasons = refusal("".join(f"key{number}: 1\n" for number in range(100)))
    assert len(reasons) == 11
    assert reasons[-1] == "… and 90 more."


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(b"roles: all\n\xff", "line 2: this is not UTF-8 text.", id="not-utf-8"),
        pytest.param(b"#" * (FILE_BYTES + 1), "line 1: a settings file has at most 64 KiB.", id="too-long"),
        pytest.param(b"[" * 600, "line 1, column 1: this is not YAML that I can read.", id="too-deep"),
        pytest.param(b"# one\na: \0", "line 2, column 4: a character that stands here belongs in no text.", id="control"),
        pytest.param(b"--- {}\n--- {}\n", "line 2, column 1: a second document begins here: write all into one.", id="two-documents"),
    ],
)  # fmt: skip
def test_hostile_files_are_refused(data: bytes, words: str) -> None:
    assert refusal(data) == (words,)


def test_a_document_of_another_version_is_named() -> None:
    with pytest.raises(SettingsFileError):
        from_text('{"languages": {"someday": 1}}')
    with pytest.raises(SettingsFileError):
        from_text("not json")


def test_the_example_in_the_documentation_can_be_imported() -> None:
    text = (Path(__file__).parents[4] / "docs/moderators.md").read_text()
    example = text.split("```yaml\n")[1].split("```")[0]
    first = 1_000_000_000_000_000_001
    ids = frozenset(range(first, first + 3))
    found = from_yaml(example.encode(), replace(SERVER, channel_ids=ids, role_ids=ids))
    assert found.default_language == "python"
    assert found.channel_languages[first].items == {"python", "c++"}


GONE = b"""
languages:
  everywhere: {only: [cobol, py]}
  channels: {99: all}
  roles: {98: all}
  default: cobol
channels: {only: [99]}
roles: {only: [98]}
log_channel: 97
"""


def test_a_file_may_name_what_is_gone_if_it_was_set_before() -> None:
    assert len(refusal(GONE.decode())) == 7
    kept = named_in(from_yaml(GONE, None))
    assert kept == Named(
        channel_ids=frozenset({97, 99}),
        role_ids=frozenset({98}),
        languages=frozenset({"cobol", "py"}),
    )
    found = from_yaml(GONE, SERVER, kept)
    assert found.channels.items == {99}
    assert found.languages.items == {"cobol", "python"}


@FEWER
@given(settings(st.sampled_from(["python", "cobol"])))
def test_whatever_is_set_can_be_imported_again_where_nothing_of_it_is_left(
    chosen: ServerSettings,
) -> None:
    empty = replace(SERVER, channel_ids=frozenset(), role_ids=frozenset({100}))
    kept = named_in(chosen)
    assert from_yaml(to_yaml(chosen).encode(), empty, kept) == chosen
    gone = gone_from(chosen, empty)
    assert gone.channel_ids == kept.channel_ids
    assert gone.role_ids == kept.role_ids - {100}
    assert gone.languages == kept.languages - {"python"}


def long_settings(lists: int, languages: int, name: str) -> ServerSettings:
    """Return settings with so many lists of so many languages, and a welcome that takes most room."""
    chosen = Selection(
        mode=Mode.EXCEPT, items=frozenset(f"{name}{number}" for number in range(languages))
    )
    by_id = {10**18 + number: chosen for number in range(lists)}
    return ServerSettings(
        channel_languages=by_id, role_languages=by_id, welcome="\U0001f600\n\n" * 250
    )


@pytest.mark.parametrize("languages", [0, 1, 5, 20, 100])
@pytest.mark.parametrize("name", ["", "no", "c++", "@", "\u65e5\u672c\u8a9e" * 5])
def test_what_can_be_kept_can_be_exported_and_imported(languages: int, name: str) -> None:
    """As many lists as can be kept make a file that can be read."""
    lists = 0
    for lists in range(LIST_ENTRIES, 0, -1):
        try:
            readable_text(long_settings(lists, languages, name))
        except SettingsFileError:
            continue
        break
    data = to_yaml(long_settings(lists, languages, name)).encode()
    assert len(data) <= FILE_BYTES
    assert len(data) > FILE_BYTES // 4 or lists == LIST_ENTRIES


def test_settings_that_no_file_could_hold_are_refused() -> None:
    with pytest.raises(SettingsFileError, match="too long altogether"):
        readable_text(long_settings(LIST_ENTRIES, 100, "language"))
