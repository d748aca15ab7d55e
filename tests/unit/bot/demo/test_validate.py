import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.errors import ApiError, Problems
from bot.demo.state import Json, Upload
from bot.demo.validate import changes_of, draft_of
from bot.demo.validate_commands import check_commands
from bot.demo.validate_embeds import check_embeds, embed_characters


def test_problems_nest_as_discords_do() -> None:
    problems = Problems()
    problems.add("embeds.0.title", "CODE", "why")
    problems.add("embeds.0.title", "OTHER", "why else")
    with pytest.raises(ApiError) as caught:
        problems.raise_if_any()
    assert caught.value.body() == {
        "code": 50035,
        "message": "Invalid Form Body",
        "errors": {
            "embeds": {
                "0": {
                    "title": {
                        "_errors": [
                            {"code": "CODE", "message": "why"},
                            {"code": "OTHER", "message": "why else"},
                        ]
                    }
                }
            }
        },
    }


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(ApiError) as caught:
        draft_of({"content": "x" * 2001, "nonce": "n" * 26}, {})
    assert caught.value.errors is not None
    assert caught.value.errors.keys() == {"content", "nonce"}


@given(st.text(max_size=2500))
def test_content_is_either_refused_or_kept_but_for_its_ends(text: str) -> None:
    kept = text.strip()
    if 0 < len(kept) <= 2000:
        assert draft_of({"content": text}, {}).content == kept
        return
    with pytest.raises(ApiError) as caught:
        draft_of({"content": text}, {})
    assert caught.value.code == (50035 if kept else 50006)


def test_files_take_their_names_from_the_attachment_list() -> None:
    files = {"0": Upload(filename="blob", content=b"x")}
    payload: Json = {"attachments": [{"id": 0, "filename": "a.txt", "description": "what it is"}]}
    upload = draft_of(payload, files).uploads[0]
    assert (upload.filename, upload.description) == ("a.txt", "what it is")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        pytest.param(1 << 6, 1 << 6, id="ephemeral"),
        pytest.param(1 << 12, 1 << 12, id="silent"),
        pytest.param(1 << 7, 0, id="loading-is-not-for-apps"),
    ],
)
def test_only_some_flags_can_be_sent(sent: int, kept: int) -> None:
    assert draft_of({"content": "x", "flags": sent}, {}).flags == kept


@pytest.mark.parametrize(
    ("payload", "flags", "expected"),
    [
        pytest.param({"content": " y "}, 0, {"content": "y"}, id="content"),
        pytest.param({"content": None}, 0, {"content": ""}, id="null-empties"),
        pytest.param({}, 0, {}, id="nothing"),
        pytest.param({"flags": 4}, 64, {"flags": 68}, id="ephemeral-stays"),
        pytest.param({"flags": 64}, 0, {"flags": 0}, id="ephemeral-cannot-be-set"),
        pytest.param({"flags": 0}, 1 << 15, {"flags": 1 << 15}, id="v2-cannot-be-unset"),
        pytest.param({"embeds": []}, 0, {"embeds": []}, id="embeds-removed"),
    ],
)
def test_an_edit_changes_only_what_it_names(payload: Json, flags: int, expected: Json) -> None:
    assert changes_of(payload, {}, flags, set())[0] == expected


@given(st.lists(st.text(min_size=1, max_size=1500), min_size=1, max_size=10))
def test_embeds_are_refused_exactly_when_they_are_too_large_together(texts: list[str]) -> None:
    problems = Problems()
    embeds = check_embeds([{"description": text} for text in texts], problems)
    total = sum(len(text.strip()) for text in texts)
    assert sum(map(embed_characters, embeds)) == total
    assert bool(problems) == (total > 6000)


def command(**more: object) -> Json:
    return {"name": "run", "description": "Run"} | more


def option(name: str = "x", **more: object) -> Json:
    return {"name": name, "description": "d", "type": 3} | more


def choices(count: int) -> list[Json]:
    return [{"name": str(n), "value": str(n)} for n in range(count)]


@pytest.mark.parametrize(
    ("commands", "place"),
    [
        pytest.param([command(name="Run")], "0.name", id="upper-case"),
        pytest.param([command(name="x" * 33)], "0.name", id="long-name"),
        pytest.param([command(name="a b")], "0.name", id="space-in-a-slash-command"),
        pytest.param([command(description="")], "0.description", id="no-description"),
        pytest.param([command(description="x" * 101)], "0.description", id="long-description"),
        pytest.param([command(), command()], "1", id="twice"),
        pytest.param([command(type=9)], "0.type", id="kind"),
        pytest.param([command(type=3)], "0.description", id="menu-with-description"),
        pytest.param([{"type": 3, "name": "x" * 33}], "0.name", id="long-menu-name"),
        pytest.param([{"type": 3, "name": str(n)} for n in range(16)], "_", id="16-menus"),
        pytest.param(
            [command(options=[option(str(n)) for n in range(26)])], "0.options", id="26-options"
        ),
        pytest.param(
            [command(options=[option(), option()])], "0.options.1.name", id="option-twice"
        ),
        pytest.param(
            [command(options=[option("a"), option("b", required=True)])],
            "0.options.1",
            id="required-after-optional",
        ),
        pytest.param(
            [command(options=[option(choices=choices(26))])], "0.options.0.choices", id="26-choices"
        ),
        pytest.param(
            [command(options=[option(choices=choices(1), autocomplete=True)])],
            "0.options.0",
            id="choices-and-autocomplete",
        ),
        pytest.param(
            [command(options=[option(type=5, autocomplete=True)])],
            "0.options.0.autocomplete",
            id="autocomplete-of-a-truth-value",
        ),
        pytest.param(
            [command(options=[option(choices=[{"name": "a", "value": "x" * 101}])])],
            "0.options.0.choices.0.value",
            id="long-choice",
        ),
        pytest.param(
            [command(options=[option(max_length=6001)])], "0.options.0.max_length", id="length"
        ),
        pytest.param([command(options=[option(type=12)])], "0.options.0.type", id="option-kind"),
        pytest.param(
            [command(options=[option(choices=[{"name": "x" * 90, "value": "y" * 90}] * 25)] * 2)],
            "0",
            id="8000-characters",
        ),
    ],
)
def test_commands_that_discord_refuses(commands: list[Json], place: str) -> None:
    with pytest.raises(ApiError) as caught:
        check_commands(commands)
    node = caught.value.errors or {}
    for step in place.split("."):
        node = node[step]
    assert node["_errors"]


def test_a_subcommand_group_holds_subcommands_and_nothing_deeper() -> None:
    sub = {"name": "s", "description": "d", "type": 1, "options": [option()]}
    group = {"name": "g", "description": "d", "type": 2, "options": [sub]}
    assert check_commands([command(options=[group])])[0]["options"] == [group]
    deeper = {"name": "h", "description": "d", "type": 2, "options": [group]}
    with pytest.raises(ApiError):
        check_commands([command(options=[deeper])])
