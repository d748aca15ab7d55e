"""What every reply must be: within Discord's limits, pinging nobody, closed in its blocks."""

import re

from bot import sizes
from bot.models import Reply
from bot.sizes import units

FENCED = re.compile("```.*?```", re.DOTALL)
INLINE = re.compile("`[^`\n]*`")
LIVE_MENTION = re.compile(r"@everyone|@here|<@[!&]?\d+>|<#\d+>")
# Characters that change the direction of what follows, or are a line break to some readers only.
TRICKS = re.compile("[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\x80-\x9f]")


def outside_code(text: str) -> str:
    """Return what stands in no code block and in no inline code."""
    return INLINE.sub("", FENCED.sub("", text.replace("\\`", "")))


def assert_sendable(reply: Reply) -> None:
    """Assert that Discord takes the reply."""
    assert 0 < units(reply.title) <= sizes.TITLE_UNITS
    assert units(reply.description) <= sizes.DESCRIPTION_UNITS
    assert units(reply.footer) <= sizes.FOOTER_UNITS
    assert units(reply.title + reply.description + reply.footer) <= sizes.EMBED_UNITS
    # The rest of a plain message is for the sentence about files that may not be attached.
    assert 0 < units(reply.text) <= sizes.TEXT_UNITS - 400
    for files in (reply.files, reply.text_files):
        assert len(files) <= sizes.FILES_PER_MESSAGE
        assert sum(len(file.content) for file in files) <= sizes.UPLOAD_BYTES
        assert len({file.name for file in files}) == len(files)
        for file in files:
            assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}", file.name)


def assert_harmless(reply: Reply) -> None:
    """Assert that nothing in the reply does anything but stand there."""
    for text in (reply.title, reply.description, reply.footer, reply.text):
        assert text.count("```") % 2 == 0
        for fenced in FENCED.findall(text):
            assert re.match(r"```(ansi)?\n", fenced)
            assert fenced.endswith("\n```")
        assert not LIVE_MENTION.search(outside_code(text))
        assert not any(ord(char) < 32 and char not in "\n\t\x1b" for char in text)
        assert not TRICKS.search(text)
        text.encode()  # half a surrogate pair is nothing that can be sent
