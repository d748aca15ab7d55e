"""Hides what no answer may carry: tokens and webhooks always, invites and links where a server wants that. Pure.

It reads bytes, whatever they are, so that text beside them is found too; the time it takes grows
with their number alone. A program's colours inside an address hide nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.escaping import ESCAPE
from bot.filetypes import is_text
from bot.models import Showing


@dataclass(frozen=True, slots=True)
class _Secret:
    """What to look for. No match without one of ``signs`` (in lower case), which are found faster."""

    kind: str
    pattern: re.Pattern[str]
    signs: tuple[str, ...]


def _secret(kind: str, pattern: str, *signs: str) -> _Secret:
    return _Secret(kind, re.compile(pattern, re.ASCII | re.IGNORECASE), signs)


def _key(pattern: str, *signs: str) -> _Secret:
    return _Secret("token", re.compile(pattern, re.ASCII), signs)


_WEBHOOKS = (
    _secret(
        "webhook",
        r"discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d+/[\w-]+",
        "/webhooks/",
    ),
    _secret("webhook", r"hooks\.slack\.com/[\w/-]+", "hooks.slack.com/"),
)
# The forms of Discord's tokens are known from its documentation and clients, the others from
# their makers' own descriptions of what a scanner should look for.
_KEYS = (
    # Whatever stands before it: nothing that is read here may be read again, or it takes too long.
    _key(r"(?<![\w-])[\w-]{23,}+\.[\w-]{6,7}\.[\w-]{27,}", "."),
    _key(r"mfa\.[\w-]{60,}", "mfa."),
    _key(r"gh[opsur]_[A-Za-z0-9]{30,}", "gho_", "ghp_", "ghs_", "ghu_", "ghr_"),
    _key(r"github_pat_\w{22,}", "github_pat_"),
    _key(r"glpat-[\w-]{20,}", "glpat-"),
    _key(r"(?<!\w)(?:AKIA|ASIA)[0-9A-Z]{16}(?!\w)", "akia", "asia"),
    _key(r"AIza[\w-]{35}", "aiza"),
    _key(r"xox[abeoprs]-[A-Za-z0-9-]{10,}", "xox"),
    _key(r"(?<![\w-])sk-[\w-]{32,}", "sk-"),
    _key(r"(?<![\w-])[rs]k_(?:live|test)_[A-Za-z0-9]{16,}", "k_live_", "k_test_"),
    _key(r"npm_[A-Za-z0-9]{36}", "npm_"),
    _key(r"pypi-[\w-]{50,}", "pypi-"),
    _key(r"(?<![\w-])hf_[A-Za-z0-9]{30,}", "hf_"),
    _key(r"(?<![\w-])\d{8,10}:[\w-]{35}(?![\w-])", ":"),  # Telegram
)
_INVITES = (
    _secret(
        "invite",
        r"(?:discord(?:app)?\.com/invite|discord\.(?:gg|io|me|li|plus)|dsc\.gg)/[\w-]+",
        "/invite/", "discord.", "dsc.gg/",
    ),
)  # fmt: skip
_LINKS = (
    _secret("link", r"(?:https?|ftp)://[^\s\x1b<>\"'`()\[\]{}]+|(?<![\w.])www\.[\w-]+\.[^\s\x1b<>\"'`()\[\]{}]+",
            "://", "www."),
)  # fmt: skip
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Masked:
    """Bytes without what must not be shown, and how much that was."""

    data: bytes
    hidden: int = 0


def mask(data: bytes, showing: Showing) -> Masked:
    """Return ``data`` with a word in brackets in the place of all that must not be shown."""
    # One character for each byte, so that nothing is lost, and every pattern is of ASCII.
    text = data.decode("latin-1")
    masked, hidden = _mask_text(text, _wanted(showing))
    return Masked(masked.encode("latin-1"), hidden) if hidden else Masked(data)


def mask_text(text: str, showing: Showing) -> str:
    """Return ``text``, such as a file's name, with a word in the place of what must not be shown."""
    return _mask_text(text, _wanted(showing))[0]


def mask_file(content: bytes, showing: Showing) -> Masked:
    """Return a file's content masked if it is text; what is not would be damaged and stays."""
    if content.startswith(_UTF_16):
        return _mask_utf_16(content, showing)
    return mask(content, showing) if is_text(content) else Masked(content)


def _mask_utf_16(data: bytes, showing: Showing) -> Masked:
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError:
        return Masked(data)
    masked, hidden = _mask_text(text, _wanted(showing))
    return Masked(masked.encode("utf-16"), hidden) if hidden else Masked(data)


def _wanted(showing: Showing) -> tuple[_Secret, ...]:
    invites = () if showing.invites else _INVITES
    links = () if showing.links else _LINKS
    # Whatever could be several of these is called by the worst of them.
    return (*_WEBHOOKS, *_KEYS, *invites, *links)


def _mask_text(text: str, secrets: tuple[_Secret, ...]) -> tuple[str, int]:
    marks: list[tuple[int, int, str]] = []
    if "\x1b" in text:
        # As it looks once the sequences are drawn or dropped; below, as it is in a file.
        marks = sorted(_spans(ESCAPE.sub("", text), secrets))
        text = _around_escapes(text, marks) if marks else text
    text, hidden = _replaced(text, secrets)
    return text, hidden + len(marks)


def _replaced(text: str, secrets: tuple[_Secret, ...]) -> tuple[str, int]:
    lower, total = text.lower(), 0
    for secret in secrets:
        if any(sign in lower for sign in secret.signs):
            text, hidden = secret.pattern.subn(f"[{secret.kind} hidden]", text)
            total += hidden
    return text, total


def _around_escapes(text: str, marks: list[tuple[int, int, str]]) -> str:
    """Put words in the places of ``marks``, which count without the escape sequences in ``text``."""
    kept: list[str] = []
    at, next_mark, shown_to = 0, 0, 0
    for piece, is_escape in _pieces(text):
        if is_escape:
            kept.append(piece)
            continue
        begin, at = at, at + len(piece)
        while next_mark < len(marks) and marks[next_mark][0] < at:
            start, stop, kind = marks[next_mark]
            if start >= shown_to:
                kept.append(piece[max(0, shown_to - begin) : start - begin])
                kept.append(f"[{kind} hidden]")
            shown_to = max(shown_to, stop)
            next_mark += 1
        kept.append(piece[max(0, shown_to - begin) :])
    return "".join(kept)


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    at = 0
    for match in ESCAPE.finditer(text):
        yield text[at : match.start()], False
        yield match.group(), True
        at = match.end()
    yield text[at:], False


def _spans(text: str, secrets: tuple[_Secret, ...]) -> Iterator[tuple[int, int, str]]:
    lower = text.lower()
    for secret in secrets:
        if any(sign in lower for sign in secret.signs):
            for match in secret.pattern.finditer(text):
                yield match.start(), match.end(), secret.kind
