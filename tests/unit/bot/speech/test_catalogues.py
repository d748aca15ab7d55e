"""Every sentence has a translation that fits into its place."""

import re
import string

import pytest
from babel.messages.catalog import Message

from bot import advice, labels, listtexts, moderationtexts, settingtexts, texts
from bot.speech import speaking
from tests.unit.bot.speech.catalogues import TRANSLATED, extracted, read, sentences

# What must stand in a translation as it stands in the sentence: commands, code, marks of Discord.
_FIXED = re.compile(r"`[^`]+`|<[@#][^>]*>|\\`|^-# |\{[^}]*\}")

# A place and a word in the plural behind it, and the places that hold words and no numbers.
_COUNTED = re.compile(r"\{(\w+)\} ([a-z]*[^\W\ds]s)\b")
_WORDS = {"found", "how", "key", "language", "name", "signal", "whom"}


def test_what_is_counted_has_a_form_for_one() -> None:
    wrong = [
        message.id
        for message in sentences(extracted()).values()
        if isinstance(message.id, str)
        for place, _ in _COUNTED.findall(message.id)
        if place not in _WORDS
    ]
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_has_every_sentence_and_no_other(language: str) -> None:
    assert set(sentences(read(language))) == set(sentences(extracted()))


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated(language: str) -> None:
    catalog = read(language)
    missing = [
        key
        for key, message in sentences(catalog).items()
        if not all(_strings(message)) or message.fuzzy
    ]
    assert missing == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_same_places_to_fill_and_the_same_code(language: str) -> None:
    wrong = [
        (key, translated)
        for key, message in sentences(read(language)).items()
        for translated in _strings(message)
        if translated and sorted(_fixed(translated)) != sorted(_fixed(key))
    ]
    assert wrong == []


# What stands on buttons and in menus, as a sentence quotes it: **Run again**, Apps > Run code.
_QUOTED = re.compile(r"\*\*([^*]+)\*\*|\*([^*]+)\*|> (\w+ \w+)")
_OF_DISCORD = {
    "Attach Files": ("Dateien anhängen", "Adjuntar archivos", "Joindre des fichiers", "ファイルを添付", "Anexar arquivos", "附加文件"),
    "Manage Messages": ("Nachrichten verwalten", "Gestionar mensajes", "Gérer les messages", "メッセージの管理", "Gerenciar mensagens", "管理消息"),
    "Manage Server": ("Server verwalten", "Gestionar servidor", "Gérer le serveur", "サーバー管理", "Gerenciar servidor", "管理服务器"),
    "Send Messages": ("Nachrichten senden", "Enviar mensajes", "Envoyer des messages", "メッセージを送信", "Enviar mensagens", "发送消息"),
    "View Channel": ("Kanal anzeigen", "Ver canal", "Voir le salon", "チャンネルを見る", "Ver canal", "查看频道"),
}  # fmt: skip


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_quoted_reads_as_it_stands_on_the_button(language: str) -> None:
    known = sentences(read(language))
    names = {key: _strings(message)[0] for key, message in known.items()}
    names |= {english: own[TRANSLATED.index(language)] for english, own in _OF_DISCORD.items()}
    wrong = [
        (name, translated)
        for key, message in known.items()
        for groups in _QUOTED.findall(key)
        for name in groups
        for translated in _strings(message)
        if name in names and names[name] not in translated
    ]
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_places_to_fill_are_plain_names(language: str) -> None:
    for message in sentences(read(language)).values():
        for text in _strings(message):
            for _, name, _, conversion in string.Formatter().parse(text):
                assert name is None or re.fullmatch(r"[a-z_]+[0-9]?", name), text
                assert conversion is None, text


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_discord_bounds_is_short_enough(language: str) -> None:
    """Labels of buttons (80), titles of windows (45), descriptions of commands and options (100)."""
    bounds = {"_DESCRIPTION": 100, "OPTION_": 100, "_TITLE": 45, "MENU_": 32}
    with speaking(language):
        for module in (advice, labels, listtexts, moderationtexts, settingtexts, texts):
            for name in dir(module):
                value = getattr(module, name) if name.isupper() else None
                if not isinstance(value, str):
                    continue
                for part, most in bounds.items():
                    assert part not in name or len(value) <= most, (name, value)


def _strings(message: Message) -> list[str]:
    found = message.string
    return [found] if isinstance(found, str) else list(found or ())


def _fixed(text: str) -> set[str]:
    return set(_FIXED.findall(text))
