import asyncio

import pytest

from bot import endings, texts
from bot.speech import (
    LANGUAGES,
    language_of,
    ngettext,
    numeral,
    speak,
    speaking,
    spoken,
    spoken_duration,
    spoken_size,
)
from bot.tongues import Tongues
from executor import Usage


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("en-US", "en"), ("en-GB", "en"), ("de", "de"), ("fr", "fr"), ("es-ES", "es"),
        ("es-419", "es"), ("pt-BR", "pt"), ("ja", "ja"), ("zh-CN", "zh"), ("zh-TW", "zh"),
        ("ko", "en"), (None, "en"), ("", "en"), ("../../etc", "en"),
    ],
)  # fmt: skip
def test_a_discord_locale_has_a_language(locale: str | None, language: str) -> None:
    assert language_of(locale) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_is_said_in_the_language_of_the_block(language: str) -> None:
    with speaking(language):
        said = texts.NOT_RUN
        assert (said == "I could not run that") == (language == "en")
    assert texts.NOT_RUN == "I could not run that"


def test_plural_forms_are_those_of_the_language() -> None:
    with speaking("de"):
        one, many = endings.lines_of(1), endings.lines_of(2)
    assert (one, many) != ("1 line", "2 lines")
    assert one.removeprefix("1") != many.removeprefix("2")


@pytest.mark.parametrize(
    ("language", "number", "words"),
    [
        ("en", 1, "1 day"), ("en", 0.5, "0.5 days"), ("de", 0.5, "0,5 Tage"), ("de", 1, "1 Tag"),
        ("fr", 0, "0 jour"), ("fr", 1.5, "1,5 jour"), ("fr", 2, "2 jours"),
        ("es", 1.5, "1,5 días"), ("pt", 1.5, "1,5 dia"), ("pt", 1204, "1.204 dias"),
        ("ja", 1, "1 日間"), ("zh", 0.5, "0.5 天"),
    ],
)  # fmt: skip
def test_a_number_has_the_form_and_the_marks_of_its_language(
    language: str, number: float, words: str
) -> None:
    with speaking(language):
        said = ngettext("{number} day", "{number} days", number).format(number=numeral(number))
    assert said == words


@pytest.mark.parametrize(
    ("language", "size", "time"),
    [
        ("en", "8.7 MiB", "1.5 s"), ("de", "8,7 MiB", "1,5 s"), ("fr", "8,7 MiB", "1,5 s"),
        ("es", "8,7 MiB", "1,5 s"), ("pt", "8,7 MiB", "1,5 s"), ("ja", "8.7 MiB", "1.5 s"),
        ("zh", "8.7 MiB", "1.5 s"),
    ],
)  # fmt: skip
def test_sizes_and_times_have_the_mark_of_their_language(
    language: str, size: str, time: str
) -> None:
    with speaking(language):
        assert spoken_size(9_123_840) == size
        assert spoken_duration(1.5) == time


def test_bytes_have_the_word_of_their_language_and_long_times_two_units() -> None:
    assert (spoken_size(1), spoken_size(1000)) == ("1 byte", "1,000 bytes")
    assert (spoken_duration(125), spoken_duration(0)) == ("2 min 5 s", "0 s")
    with speaking("de"):
        assert spoken_size(1000) == "1.000 Bytes"


def test_a_result_s_numbers_are_written_as_its_reader_writes_them() -> None:
    used = Usage(wall_seconds=1.5, cpu_seconds=0.0064, memory_bytes=9_123_840)
    with speaking("de"):
        assert endings.usage(used) == "1,5 s · CPU 6,4 ms · 8,7 MiB"
        assert "1,5 MiB" in texts.program_too_large(3 * 512 * 1024, 1 << 20)


async def test_two_tasks_speak_two_languages_at_once() -> None:
    async def say(locale: str) -> str:
        speak(locale)
        await asyncio.sleep(0.01)
        return spoken()

    assert [*await asyncio.gather(say("de"), say("ja"), say("en-GB"))] == ["de", "ja", "en"]
    assert spoken() == "en"


def test_who_used_a_command_is_known_by_its_language_later() -> None:
    tongues = Tongues(capacity=2)
    for user_id, locale in ((1, "de"), (2, "fr"), (3, "ja"), (2, "es-ES")):
        tongues.note(user_id, locale)
    assert [tongues.of(id_, "en-US") for id_ in (1, 2, 3)] == ["en-US", "es-ES", "ja"]
