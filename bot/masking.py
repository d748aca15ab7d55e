"""Hides what no answer may carry: tokens and webhooks always, invites and links where a server wants that. Pure.

It reads bytes, whatever they are, so that text beside them is found too, also where a character takes
two or four of them; the time it takes grows with their number alone. A program's colours inside an
address hide nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.escaping import ESCAPE
from bot.filetypes import Kind, kind_of
from bot.models import Showing


@dataclass(frozen=True, slots=True)
class _Secret:
    """What to look for.

    No match without one of ``signs`` (in lower case), nor without ``core``, which are found faster.
    """

    kind: str
    pattern: re.Pattern[str]
    signs: tuple[str, ...]
    core: re.Pattern[str] | None = None

    def may_be_in(self, text: str, lower: str) -> bool:
        """Return whether it is worth looking for in ``text``, of which ``lower`` is the lower case."""
        return any(sign in lower for sign in self.signs) and (
            self.core is None or self.core.search(text) is not None
        )


def _secret(kind: str, pattern: str, *signs: str) -> _Secret:
    return _Secret(kind, re.compile(pattern, re.ASCII | re.IGNORECASE), signs)


def _key(pattern: str, *signs: str, core: str | None = None) -> _Secret:
    found_first = re.compile(core, re.ASCII) if core is not None else None
    return _Secret("token", re.compile(pattern, re.ASCII), signs, found_first)


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
    _key(r"(?<![\w-])[\w-]{23,}+\.[\w-]{6,7}\.[\w-]{27,}", ".",
         core=r"\.[\w-]{6,7}\.[\w-]{27}"),
    _key(r"mfa\.[\w-]{60,}", "mfa."),
    _key(r"gh[opsur]_[A-Za-z0-9]{30,}", "gho_", "ghp_", "ghs_", "ghu_", "ghr_"),
    _key(r"github_pat_\w{22,}", "github_pat_"),
    _key(r"glpat-[\w-]{20,}", "glpat-"),
    _key(r"(?<!\w)(?:AKIA|ASIA)[0-9A-Z]{16}(?!\w)", "akia", "asia"),
    _key(r"AIza[\w-]{35}", "aiza"),
    _key(r"xox[abeoprs]-[A-Za-z0-9-]{10,}", "xox"),
    _key(r"(?<![\w-])sk-[\w-]{32,}", "sk-", core=r"sk-[\w-]{32}"),
    _key(r"(?<![\w-])[rs]k_(?:live|test)_[A-Za-z0-9]{16,}", "k_live_", "k_test_"),
    _key(r"npm_[A-Za-z0-9]{36}", "npm_"),
    _key(r"pypi-[\w-]{50,}", "pypi-"),
    _key(r"(?<![\w-])hf_[A-Za-z0-9]{30,}", "hf_"),
    # Telegram's
    _key(r"(?<![\w-])\d{8,10}:[\w-]{35}(?![\w-])", ":", core=r":[\w-]{35}(?![\w-])"),
)  # fmt: skip
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
# Characters of two and four bytes, as UTF-16 and UTF-32 write those of ASCII and Latin-1, in a row as
# long as anything above is; and what every such row has in it, which is found faster.
_WIDE = (
    ("utf-16-le", re.compile(rb"(?:[^\0]\0){7,}"), re.compile(rb"\0(?:[^\0]\0){6}")),
    ("utf-16-be", re.compile(rb"(?:\0[^\0]){7,}"), re.compile(rb"\0(?:[^\0]\0){6}")),
    ("utf-32-le", re.compile(rb"(?:[^\0]\0{3}){7,}"), re.compile(rb"\0{3}(?:[^\0]\0{3}){6}")),
    ("utf-32-be", re.compile(rb"(?:\0{3}[^\0]){7,}"), re.compile(rb"\0{3}(?:[^\0]\0{3}){6}")),
)
# Between rows that are read at once: no pattern and no escape sequence goes on behind its first character.
_GAP = "\n\0\n"


@dataclass(frozen=True, slots=True)
class Masked:
    """Bytes without what must not be shown, and how much that was."""

    data: bytes
    hidden: int = 0


def mask(data: bytes, showing: Showing) -> Masked:
    """Return ``data`` with a word in brackets in the place of all that must not be shown."""
    secrets = _wanted(showing)
    # One character for each byte, so that nothing is lost, and every pattern is of ASCII.
    text, hidden = _mask_text(data.decode("latin-1"), secrets)
    if hidden:
        data = text.encode("latin-1")
    # A row that is read one byte too early lacks a character: what is more likely comes first.
    begins = "be" if data[::2].count(0) > data[1::2].count(0) else "le"
    for encoding, rows, core in sorted(_WIDE, key=lambda wide: not wide[0].endswith(begins)):
        if core.search(data) is not None:
            masked = _mask_wide(data, secrets, encoding, rows)
            data, hidden = masked.data, hidden + masked.hidden
    return Masked(data, hidden)


def mask_text(text: str, showing: Showing) -> str:
    """Return ``text``, such as a file's name, with a word in the place of what must not be shown."""
    return _mask_text(text, _wanted(showing))[0]


def mask_file(content: bytes, showing: Showing) -> Masked:
    """Return a file's content masked, unless it is of a format that this would damage, such as a picture.

    What is text all through is masked however it begins, also a PDF of ASCII alone: one that holds
    something to hide may be damaged by that.
    """
    return Masked(content) if kind_of(content) is Kind.FORMAT else mask(content, showing)


def _mask_wide(
    data: bytes, secrets: tuple[_Secret, ...], encoding: str, rows: re.Pattern[bytes]
) -> Masked:
    width = 2 if encoding.startswith("utf-16") else 4
    first = width - 1 if encoding.endswith("be") else 0
    found = [match.group()[first::width].decode("latin-1") for match in rows.finditer(data)]
    text, hidden = _mask_text(_GAP.join(found), secrets)
    if not hidden:
        return Masked(data)
    masked = iter(text.split(_GAP))
    return Masked(rows.sub(lambda _: next(masked).encode(encoding), data), hidden)


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
        if secret.may_be_in(text, lower):
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
        if secret.may_be_in(text, lower):
            for match in secret.pattern.finditer(text):
                yield match.start(), match.end(), secret.kind
