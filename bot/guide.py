"""What the bot can do, told to members: help, the list of languages, the greeting of a server. Pure."""

from collections.abc import Sequence

from bot import advice, texts
from bot.escaping import quote
from bot.languages import LanguageNames, example
from bot.models import Reply, Tone
from bot.rendering import say

_LINES_PER_PAGE = 20
_NAMED_IN_GREETING = 6
_POPULAR = ("python", "javascript", "java", "c++", "c", "bash", "go", "rust", "csharp", "ruby")


def help_reply(
    names: LanguageNames, *, mention: str, prefixes: Sequence[str], welcome: str = ""
) -> Reply:
    """Return how to run a program, with a message to copy.

    Args:
        names: what can run.
        mention: how to mention the bot.
        prefixes: words that a message may begin with instead.
        welcome: what the server says to its members.
    """
    prefix = prefixes[0] if prefixes else None
    words = advice.help_text(mention, prefix, example(names, mention))
    return say(advice.HELP_TITLE, f"{welcome}\n\n{words}".strip(), Tone.INFO)


def welcome_reply(names: LanguageNames, *, mention: str) -> Reply:
    """Return what to say in a server that has just invited the bot."""
    allowed = names.allowed
    popular = [name for name in _POPULAR if name in allowed]
    first = [*popular, *(name for name in allowed if name not in popular)][:_NAMED_IN_GREETING]
    listed = ", ".join(first)
    languages = listed if len(first) == len(allowed) else advice.many(len(allowed), listed)
    words = advice.welcome_text(mention, example(names, mention), languages)
    return say(advice.WELCOME_TITLE, words if allowed else texts.NO_LANGUAGES, Tone.INFO)


def languages_reply(names: LanguageNames, *, search: str = "", page: int = 1) -> Reply:
    """Return the languages that may run here, each with its versions and other names.

    Args:
        names: what can run, and may.
        search: a part of a name; empty for all. One that fits a single language tells all of it.
        page: which page, from 1; the last one if there are fewer.
    """
    allowed: Sequence[str] = names.allowed
    found = [name for name in names.complete(search) if name in allowed] if search else allowed
    exact = names.find(search.strip())
    if search and exact and exact.name in found:
        found = [exact.name]
    if not allowed:
        return say(advice.LANGUAGES_TITLE, texts.NO_LANGUAGES, Tone.INFO)
    if not found:
        near = [quote(name) for name in names.nearest(search) if name in allowed]
        words = advice.no_language_found(quote(search), near, example(names))
        return say(advice.LANGUAGES_TITLE, words, Tone.REFUSED)
    if search and len(found) == 1:
        return say(advice.LANGUAGES_TITLE, _details(names, found[0]), Tone.INFO)
    pages = -(-len(found) // _LINES_PER_PAGE)
    page = min(max(page, 1), pages)
    shown = found[(page - 1) * _LINES_PER_PAGE : page * _LINES_PER_PAGE]
    lines = [_line(names, name) for name in shown]
    if pages > 1:
        lines.append(advice.page_of(page, pages))
    return say(advice.LANGUAGES_TITLE, "\n".join(lines), Tone.INFO)


def _line(names: LanguageNames, name: str) -> str:
    also = _aliases(names, name)
    return f"**{name}** {_versions(names, name)}{advice.also(also) if also else ''}"


def _details(names: LanguageNames, name: str) -> str:
    extensions = dict.fromkeys(
        extension for runtime in names.runtimes(name) for extension in runtime.extensions
    )
    return advice.language_details(
        name,
        _versions(names, name),
        _aliases(names, name),
        ", ".join(f"`{extension}`" for extension in extensions),
        names.tag(name),
    )


def _versions(names: LanguageNames, name: str) -> str:
    return ", ".join(dict.fromkeys(runtime.version for runtime in names.runtimes(name)))


def _aliases(names: LanguageNames, name: str) -> str:
    aliases = dict.fromkeys(alias for runtime in names.runtimes(name) for alias in runtime.aliases)
    return ", ".join(f"`{alias}`" for alias in aliases)
