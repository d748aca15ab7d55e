"""What the executor finds wrong with a job, a member reads in a sentence of the catalogues."""

import pytest

from bot.jobproblems import job_problem
from bot.speech import LANGUAGES, speaking
from executor import InvalidJobError, JobFault, UnknownLanguageError

HOSTILE = "`@everyone` <@1>\n../x"


def error(fault: JobFault, name: str = "a/b") -> InvalidJobError:
    return InvalidJobError("English of ours", fault=fault, name=name, actual=3072, most=1024)


@pytest.mark.parametrize("fault", JobFault)
def test_every_fault_is_said_in_every_language_and_in_none_twice(fault: JobFault) -> None:
    said = set()
    for language in LANGUAGES:
        with speaking(language):
            said.add(job_problem(error(fault)))
    assert len(said) == len(LANGUAGES)
    assert not any("English of ours" in words or "{" in words for words in said)


@pytest.mark.parametrize("fault", JobFault)
def test_every_fault_has_a_way_out(fault: JobFault) -> None:
    words = job_problem(error(fault))
    _what, colon, way_out = words.partition(": ")
    assert colon
    assert len(way_out) > 10


@pytest.mark.parametrize("fault", JobFault)
def test_what_is_quoted_is_harmless(fault: JobFault) -> None:
    words = job_problem(error(fault, HOSTILE))
    assert "@everyone" not in words
    assert "<@" not in words
    assert "\n" not in words


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        pytest.param(JobFault.FILE_AND_FOLDER, "`a/b` is the name of a file and", id="both"),
        pytest.param(JobFault.NAME_TOO_LONG, "is 3 KiB long and may be 1 KiB", id="long"),
        pytest.param(JobFault.ARGUMENTS_TOO_LARGE, "are 3 KiB and may be 1 KiB", id="arguments"),
        pytest.param(JobFault.SAME_NAME, "Two files are called `a/b`", id="twice"),
        pytest.param(JobFault.TOO_MANY_FILES, "3,072 files are more than I take", id="many"),
    ],
)
def test_a_fault_is_said_with_its_name_and_numbers(fault: JobFault, words: str) -> None:
    assert words in job_problem(error(fault))


def test_a_language_that_went_is_named() -> None:
    gone = UnknownLanguageError("There is no language 'rust' here.", language="rust")
    assert "`rust` cannot run here any more" in job_problem(gone)
