"""Whatever a program prints and leaves: the reply is within limits, pings nobody, keeps its block."""

import re

from bot.escaping import ESCAPE
from bot.excerpts import cut
from bot.hints import hint_for
from bot.masking import mask_text
from bot.models import Showing
from bot.rendering import render
from bot.sizes import units
from executor import Artifact, Result, Status, StepResult
from executor.models import StepName
from tests.fuzz.recipe import Recipe
from tests.results import result, step
from tests.sendable import assert_harmless, assert_sendable

# Stand for what is no part of an address: control characters and broken bytes.
_PICTURES = re.compile("[\u2400-\u2421\ufffd]|<U\\+[0-9A-F]{4}>")
_STATUSES = tuple(Status)
_SIGNALS = (None, "SIGSEGV", "SIGKILL")
_LANGUAGES = ("python", "c", "java", "javascript", "bash")

SEEDS = (
    b"\0\0\0\0hello\n\xff\xfe\0warning: x\n\xff\xfe\2a.png\xff\xfe\x89PNG\xff\xfe../b.exe\xff\xfeMZ",
    b"\0\0\2\1\x1b[31mred\x1b[0m ``` @everyone\n\xff\xfe\x40ModuleNotFoundError: No module named 'x'",
    b"\1\2\1\4main.c:1: error\n\xff\xfe\1\xff\xfe\0\1one line\xff\xfe\xff\xff\xfe",
)


def one(data: bytes) -> None:
    """Render one result."""
    recipe = Recipe(data)
    language = _LANGUAGES[recipe.byte() % len(_LANGUAGES)]
    names: tuple[StepName, ...] = (("run",), ("compile",), ("compile", "run"), ())[
        recipe.byte() % 4
    ]
    steps = [made_step(name, recipe) for name in names]
    artifacts = [
        Artifact(path=recipe.text(), content=recipe.piece()) for _ in range(recipe.byte() % 13)
    ]
    flags = recipe.byte()
    showing = Showing(lines=3 + recipe.byte() % 38, invites=bool(flags & 1), links=bool(flags & 2))
    check_result(result(*steps, artifacts=tuple(artifacts), language=language), showing)


def made_step(name: StepName, recipe: Recipe) -> StepResult:
    """Return a step that ended and printed as ``recipe`` says."""
    status = _STATUSES[recipe.byte() % len(_STATUSES)]
    flags = recipe.byte()
    stdout = recipe.piece() * (1 + recipe.byte() * 8 * (flags & 1))
    return step(
        stdout,
        recipe.piece(),
        name=name,
        status=status,
        exit_code=None if flags & 2 else flags,
        signal=_SIGNALS[flags % len(_SIGNALS)],
        truncated=bool(flags & 4),
        notes=(recipe.text(),) if flags & 8 else (),
    )


def check_result(finished: Result, showing: Showing) -> None:
    """Check the reply to a finished run, and that nothing is readable in it that must not be."""
    hint = hint_for(finished, "")
    reply = render(finished, [hint] if hint else [], showing)
    assert reply == render(finished, [hint] if hint else [], showing)
    assert_sendable(reply)
    assert_harmless(reply)
    for text in (reply.description, reply.text):
        drawn = _PICTURES.sub(" ", ESCAPE.sub("", text))
        assert mask_text(drawn, showing) == drawn
    for one_step in finished.steps:
        for stream in (one_step.stdout, one_step.stderr):
            check_excerpt(stream)


def check_excerpt(stream: bytes) -> None:
    """Check that a stream cut to size fits and says so, unless it is there as printed."""
    excerpt = cut(stream, max_lines=7, max_units=200)
    assert units(excerpt.text) <= 200
    assert excerpt.text.count("\n") < 7
    assert "``" not in excerpt.text
    assert 0 <= excerpt.left_out_bytes <= len(stream)
    assert excerpt.complete or excerpt.not_utf8 or "left out …]" in excerpt.text
