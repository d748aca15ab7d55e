"""What the bot can do, told to members: ``/help``, ``/languages`` and a mention without code. Pure."""

from collections.abc import Sequence

from bot import texts
from bot.languages import LanguageNames, example
from bot.models import Reply, Tone
from bot.rendering import say


def help_reply(names: LanguageNames, *, mention: str, prefixes: Sequence[str]) -> Reply:
    """Return how to run a program, with a message to copy. ``mention`` is how to mention the bot."""
    prefix = prefixes[0] if prefixes else None
    words = texts.help_text(mention, prefix, example(names, mention))
    return say(texts.HELP_TITLE, words, Tone.INFO)


def languages_reply(names: LanguageNames, allowed: Sequence[str]) -> Reply:
    """Return the languages that may run here, each with its versions and other names."""
    lines = [_line(names, name) for name in allowed]
    return say(texts.LANGUAGES_TITLE, "\n".join(lines) or texts.NO_LANGUAGES, Tone.INFO)


def _line(names: LanguageNames, name: str) -> str:
    runtimes = names.runtimes(name)
    versions = ", ".join(dict.fromkeys(runtime.version for runtime in runtimes))
    aliases = dict.fromkeys(alias for runtime in runtimes for alias in runtime.aliases)
    also = f" (also {', '.join(f'`{alias}`' for alias in aliases)})" if aliases else ""
    return f"**{name}** {versions}{also}"
