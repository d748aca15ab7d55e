import time
from typing import Any

import pytest

from bot.demo.choosing import Resolved, button_data, command_data, modal_data, select_data
from bot.demo.state import Interaction, Json, Message, Modal
from bot.demo.world import World

WORLD = World(time.time)
CODE = WORLD.guilds[0].channels["code"]
BEN = WORLD.users["ben"]


def option(name: str, kind: int, **more: object) -> Json:
    return {"name": name, "description": "d", "type": kind} | more


COMMAND: Json = {
    "id": "1",
    "name": "run",
    "options": [
        option("language", 3, required=True, choices=[{"name": "Python", "value": "python"}]),
        option("code", 3, max_length=10),
        option("count", 4),
        option("private", 5),
        option("who", 6),
    ],
}


@pytest.mark.parametrize(
    ("values", "why"),
    [
        pytest.param({}, "needs language", id="required"),
        pytest.param({"language": "cobol"}, "takes one of", id="not-a-choice"),
        pytest.param({"language": "python", "nope": 1}, "no option 'nope'", id="unknown"),
        pytest.param({"language": "python", "code": "x" * 11}, "0 to 10", id="too-long"),
        pytest.param({"language": "python", "count": "3"}, "cannot be '3'", id="text-for-a-number"),
        pytest.param(
            {"language": "python", "count": True}, "cannot be True", id="truth-for-number"
        ),
        pytest.param({"language": "python", "who": "ben"}, "type 6", id="name-for-a-user"),
    ],
)
def test_a_client_does_not_send(values: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        command_data(COMMAND, [], values, Resolved(CODE))


def test_a_user_is_resolved_with_their_membership() -> None:
    values = {"language": "python", "who": BEN}
    data = command_data(COMMAND, [], values, Resolved(CODE))
    assert data["options"][1] == {"name": "who", "type": 6, "value": str(BEN.id)}
    assert data["resolved"]["users"][str(BEN.id)]["username"] == "ben"
    assert data["resolved"]["members"][str(BEN.id)]["permissions"]


def test_a_focused_option_needs_no_other_and_may_be_garbage() -> None:
    data = command_data(COMMAND, [], {"language": "p"}, Resolved(CODE), focused="language")
    assert data["options"] == [{"name": "language", "type": 3, "value": "p", "focused": True}]


BUTTON: Json = {"type": 2, "id": 2, "style": 1, "label": "x", "custom_id": "go"}
OFF: Json = BUTTON | {"custom_id": "off", "disabled": True}
LINK: Json = {"type": 2, "id": 4, "style": 5, "label": "x", "url": "https://example.com"}
MENU: Json = {
    "type": 3,
    "id": 6,
    "custom_id": "pick",
    "max_values": 2,
    "options": [{"label": "a", "value": "a"}, {"label": "b", "value": "b"}],
}
MESSAGE = Message(
    id=1,
    channel=CODE,
    author=WORLD.bot,
    components=[
        {"type": 1, "components": [BUTTON, OFF, LINK]},
        {"type": 1, "components": [MENU]},
    ],
)


def test_a_click_names_its_component() -> None:
    assert button_data(MESSAGE, "go") == {"custom_id": "go", "component_type": 2, "id": 2}


@pytest.mark.parametrize(
    ("custom_id", "why"),
    [
        pytest.param("gone", "it has: .*go.*pick", id="unknown"),
        pytest.param("off", "disabled", id="disabled"),
        pytest.param("pick", "not a button", id="a-menu"),
    ],
)
def test_what_cannot_be_clicked(custom_id: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        button_data(MESSAGE, custom_id)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        pytest.param([], "choose 1 to 2", id="none"),
        pytest.param(["a", "b", "a"], "choose 1 to 2", id="too-many"),
        pytest.param(["c"], "not offered", id="not-offered"),
    ],
)
def test_what_cannot_be_chosen(values: list[str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        select_data(MESSAGE, "pick", values)


def modal(**text: object) -> Modal:
    used = Interaction(
        id=1,
        token="t",  # noqa: S106 - no secret
        kind=2,
        user=BEN,
        channel=CODE,
        data={},
        created_at=0.0,
    )
    inputs: list[Json] = [
        {
            "type": 18,
            "id": 1,
            "label": "Code",
            "component": {"type": 4, "id": 2, "custom_id": "code", "style": 2} | text,
        },
        {
            "type": 18,
            "id": 3,
            "label": "Loud",
            "component": {"type": 23, "id": 4, "custom_id": "loud"},
        },
        {
            "type": 18,
            "id": 5,
            "label": "How",
            "component": {
                "type": 21,
                "id": 6,
                "custom_id": "how",
                "options": [{"label": "a", "value": "a", "default": True}],
            },
        },
    ]
    return Modal(interaction=used, custom_id="m", title="t", components=inputs)


def test_a_window_sends_text_as_typed_and_the_rest_as_shown() -> None:
    data = modal_data(modal(), {"code": "if 1:\n\tx "}, Resolved(CODE))
    sent = [one["component"] for one in data["components"]]
    assert [one["type"] for one in data["components"]] == [18, 18, 18]
    assert [one["value"] for one in sent] == ["if 1:\n\tx ", False, "a"]


@pytest.mark.parametrize(
    ("text", "values", "why"),
    [
        pytest.param({}, {"code": ""}, "1 to 4000", id="empty-but-required"),
        pytest.param({"max_length": 3}, {"code": "long"}, "1 to 3", id="too-long"),
        pytest.param({"min_length": 3}, {"code": "x"}, "3 to 4000", id="too-short"),
        pytest.param({}, {"nope": "x"}, "it has: .*code", id="unknown"),
    ],
)
def test_what_a_window_does_not_send(text: Json, values: Json, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        modal_data(modal(**text), values, Resolved(CODE))


def test_an_optional_text_may_stay_empty() -> None:
    data = modal_data(modal(required=False, min_length=3), {"code": ""}, Resolved(CODE))
    assert data["components"][0]["component"]["value"] == ""
