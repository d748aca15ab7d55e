"""How well the hints of the language files tell languages apart, measured on pasted programs."""

import pytest

from bot.languages import LanguageNames
from executor import Runtime
from executor.versions import packaged_languages, read_language_files
from tests.languages.snippets import RIDDLES, SNIPPETS

NAMES = LanguageNames(
    [
        Runtime(name=spec.name, version="1", aliases=spec.aliases, hints=spec.hints)
        for spec in read_language_files(packaged_languages())
    ]
)


def test_nearly_every_pasted_program_is_recognised() -> None:
    right = sum(NAMES.guess(code) == language for language, code in SNIPPETS)
    assert len(SNIPPETS) >= 58
    assert right >= 57


@pytest.mark.parametrize(("language", "code"), SNIPPETS)
def test_a_guess_is_right_or_there_is_none(language: str, code: str) -> None:
    assert NAMES.guess(code) in {language, None}


@pytest.mark.parametrize("text", RIDDLES)
def test_what_nobody_can_tell_is_not_guessed(text: str) -> None:
    assert NAMES.guess(text) is None


def test_what_fits_two_languages_has_both_as_candidates() -> None:
    mixed = 'console.log("a");\nSystem.out.println("b");\n'
    assert NAMES.guess(mixed) is None
    assert set(NAMES.candidates(mixed)) == {"javascript", "java"}
    assert NAMES.candidates("hello") == ()


def test_one_hint_of_another_language_does_not_outweigh_many() -> None:
    code = 'import os\n\ndef f(x):\n    print(x)\n\nfor x in "ab":\n    f(x)\n# console.log("x")'
    assert NAMES.guess(code) == "python"
