"""In which language the bot speaks: gettext catalogues, chosen for each task by who is spoken to."""

from bot.speech.amounts import spoken_bytes, spoken_duration, spoken_size
from bot.speech.catalogues import ENGLISH, LANGUAGES, catalogue, language_of, load_all
from bot.speech.sentences import Sentences
from bot.speech.speaking import N_, _, ngettext, numeral, speak, speaking, spoken

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "N_",
    "Sentences",
    "_",
    "catalogue",
    "language_of",
    "load_all",
    "ngettext",
    "numeral",
    "speak",
    "speaking",
    "spoken",
    "spoken_bytes",
    "spoken_duration",
    "spoken_size",
]
