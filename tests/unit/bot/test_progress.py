import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models import Reply, Showing
from bot.progress import Progress, last_lines
from bot.sizes import units
from executor import Job, Output, StageStarted, Stream
from tests.fakes import FakeRun
from tests.results import result, step
from tests.sendable import assert_harmless, assert_sendable


@pytest.mark.parametrize(
    ("tail", "printed", "expected"),
    [
        pytest.param(b"", 0, "", id="nothing"),
        pytest.param(b"\n \n", 3, "", id="blank"),
        pytest.param(b"a\nb", 3, "```\na\nb\n```", id="unfinished-line"),
        pytest.param(b"lf line\nwhole\n", 100, "```\nwhole\n```", id="beginning-lost"),
        pytest.param(b"\x1b[31mred\n", 9, "```ansi\n\x1b[31mred\n```", id="colour"),
        pytest.param(b"bc.gg/abc", 100, "", id="nothing-but-the-end-of-a-line"),
        pytest.param(b"go to discord.gg/abc\n", 21, "```\ngo to [invite hidden]\n```", id="invite"),
        pytest.param(b"```\n", 4, "```\n`\u200b`\u200b`\n```", id="fence"),
    ],
)
def test_the_last_lines_are_shown_in_a_block(tail: bytes, printed: int, expected: str) -> None:
    assert last_lines(tail, printed, Showing()) == expected


def test_only_the_last_fifteen_are_shown() -> None:
    tail = b"".join(b"%d\n" % n for n in range(100))
    assert last_lines(tail, len(tail), Showing()).split("\n")[1:-1] == [
        str(n) for n in range(85, 100)
    ]


@given(st.binary(max_size=9000), st.integers(0, 10_000))
def test_it_always_fits_and_never_leaves_its_block(tail: bytes, more: int) -> None:
    shown = last_lines(tail, len(tail) + more, Showing())
    assert units(shown) < 2000
    assert shown.count("```") in {0, 2}


def test_fewer_lines_are_shown_where_the_server_wants_that() -> None:
    tail = b"".join(b"%d\n" % n for n in range(100))
    assert last_lines(tail, len(tail), Showing(lines=3)).split("\n")[1:-1] == ["97", "98", "99"]


async def shown_of(pieces: list[bytes]) -> Reply | None:
    run = FakeRun(Job(id="job-1", language="python", files=(), owner="me"))
    run.emit(StageStarted("run"))
    for piece in pieces:
        run.emit(Output(Stream.STDOUT, piece))
    run.finish(result(step(), job_id="job-1"))
    progress = Progress("python", "job-1", Showing())
    await progress.read(run)
    return progress.news()


WEAPONS = st.sampled_from(
    [b"```", b"`", b"@everyone", b"<@1>", b"\x1b[31m", b"\x1b]", b"\xe2\x80\xae", b"\xf0\x9f", b"\0", b"\n"]
)  # fmt: skip


@given(st.lists(st.one_of(WEAPONS, st.binary(max_size=40)), max_size=80))
def test_what_runs_can_be_sent_and_is_no_weapon(pieces: list[bytes]) -> None:
    reply = asyncio.run(shown_of(pieces))
    assert reply is not None
    assert_sendable(reply)
    assert_harmless(reply)


@given(st.lists(st.binary(max_size=3000), max_size=12))
def test_the_end_of_any_output_is_shown_whatever_pieces_it_comes_in(pieces: list[bytes]) -> None:
    assert asyncio.run(shown_of(pieces)) == asyncio.run(shown_of([b"".join(pieces)]))
