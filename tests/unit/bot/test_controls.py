import pytest

from bot.controls import (
    after_refusal,
    after_run,
    language_menu,
    version_menu,
    while_running,
    with_output_button,
)
from bot.languages import LanguageNames
from bot.models import Action, Reply, RunRequest, Tone
from executor import Runtime, SourceFile
from tests.runtimes import NAMES

REPLY = Reply(title="t", text="t", tone=Tone.OK)
FILES = (SourceFile(path="main.py", content=b"1"),)


def actions(reply: Reply) -> list[Action]:
    return [button.action for button in reply.buttons]


def test_a_result_can_be_run_again_edited_fed_and_deleted() -> None:
    reply = after_run(REPLY, RunRequest(language="bash", files=FILES), "bash", "5.2.15", NAMES)
    assert actions(reply) == [Action.AGAIN, Action.EDIT, Action.INPUT, Action.DELETE]
    assert reply.menu is None


def test_several_versions_make_a_menu_with_the_one_that_ran_chosen() -> None:
    reply = after_run(REPLY, RunRequest(language="py", files=FILES), "python", "3.9.2", NAMES)
    assert reply.menu is not None
    assert [(c.value, c.is_current) for c in reply.menu.choices] == [
        ("python 3.13.5", False),
        ("python 3.9.2", True),
    ]


def test_a_guess_offers_only_what_may_run() -> None:
    request = RunRequest(language="python", files=FILES, guessed=True)
    reply = after_run(REPLY, request, "python", "3.13.5", NAMES.allowing(["python", "bash"]))
    assert reply.menu is not None
    assert [choice.value for choice in reply.menu.choices] == ["bash", "python"]


def test_a_guess_makes_a_menu_of_languages() -> None:
    request = RunRequest(language="python", files=FILES, guessed=True)
    reply = after_run(REPLY, request, "python", "3.13.5", NAMES)
    assert reply.menu is not None
    assert [c.value for c in reply.menu.choices if c.is_current] == ["python"]


@pytest.mark.parametrize(
    ("request_", "expected", "has_menu"),
    [
        pytest.param(None, [Action.DELETE], False, id="nothing-understood"),
        pytest.param(
            RunRequest(language="", files=FILES), [Action.EDIT, Action.DELETE], True, id="missing"
        ),
        pytest.param(
            RunRequest(language="pyhton", files=FILES),
            [Action.LANGUAGE, Action.EDIT, Action.DELETE],
            False,
            id="typo",
        ),
        pytest.param(
            RunRequest(language="zzzzz", files=FILES),
            [Action.EDIT, Action.DELETE],
            True,
            id="like-nothing",
        ),
        pytest.param(
            RunRequest(language="py", files=FILES),
            [Action.AGAIN, Action.EDIT, Action.DELETE],
            False,
            id="known",
        ),
    ],
)
def test_a_refusal_can_be_mended(
    request_: RunRequest | None, expected: list[Action], has_menu: bool
) -> None:
    reply = after_refusal(REPLY, request_, NAMES)
    assert actions(reply) == expected
    assert (reply.menu is not None) is has_menu


def test_what_may_not_run_is_not_offered() -> None:
    reply = after_refusal(
        REPLY, RunRequest(language="pyhton", files=FILES), NAMES.allowing(["bash"])
    )
    assert Action.LANGUAGE not in actions(reply)
    assert reply.menu is not None
    assert [choice.value for choice in reply.menu.choices] == ["bash"]


@pytest.mark.parametrize(
    ("is_waiting", "is_interactive", "labels"),
    [
        (True, False, ["Cancel"]),
        (True, True, ["Cancel"]),
        (False, False, ["Stop"]),
        (False, True, ["Input", "Stop"]),
    ],
)
def test_what_waits_or_runs_can_be_ended(
    is_waiting: bool, is_interactive: bool, labels: list[str]
) -> None:
    reply = while_running(REPLY, "job", is_waiting=is_waiting, is_interactive=is_interactive)
    assert [button.label for button in reply.buttons] == labels
    assert {button.argument for button in reply.buttons} == {"job"}


def test_the_output_button_fits_into_the_row() -> None:
    reply = after_run(REPLY, RunRequest(language="bash", files=FILES), "bash", "5", NAMES)
    assert len(with_output_button(reply).buttons) == 5
    assert actions(with_output_button(REPLY)) == [Action.OUTPUT, Action.DELETE]


def test_a_menu_holds_25_languages_and_the_current_one_is_among_them() -> None:
    names = LanguageNames([Runtime(name=f"l{n:02}", version="1") for n in range(40)])
    menu = language_menu(names, names.names, current="l39")
    assert menu is not None
    assert len(menu.choices) == 25
    assert [choice.value for choice in menu.choices if choice.is_current] == ["l39"]


def test_no_menu_stands_where_there_is_nothing_to_choose() -> None:
    assert language_menu(NAMES, ("python",), current="python") is None
    assert version_menu(NAMES, "bash", "5.2.15") is None


def test_a_menu_without_room_for_all_has_what_the_program_looks_like() -> None:
    many = [Runtime(name=f"language{n:02}", version="1") for n in range(40)]
    names = LanguageNames([*many, Runtime(name="zig", version="1", hints=("@import",))])
    unknown = RunRequest(language="", files=(SourceFile(path="a", content=b'@import("std")'),))
    reply = after_refusal(REPLY, unknown, names)
    assert reply.menu is not None
    assert "zig" in [choice.value for choice in reply.menu.choices]


def test_a_program_that_wanted_input_has_the_button_for_that_in_front() -> None:
    request = RunRequest(language="bash", files=FILES)
    reply = after_run(REPLY, request, "bash", "5", NAMES, wants_input=True)
    assert (reply.buttons[0].action, reply.buttons[0].label) == (Action.INPUT, "Add input")
    assert len(reply.buttons) == 4
