"""What of a run a server lets be shown; how it looks is tested in test_rendering.py."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models import Reply, Showing
from bot.rendering import render
from bot.sizes import units
from executor import Artifact
from tests.results import result, step

TOKEN = "ghp_" + "a1B2" * 9
PNG = b"\x89PNG\r\n\x1a\n"
SHOWINGS = st.builds(
    Showing,
    lines=st.integers(3, 40),
    characters=st.integers(500, 4000),
    files=st.booleans(),
    file_types=st.none() | st.frozensets(st.sampled_from(["png", "txt"])),
    invites=st.booleans(),
    links=st.booleans(),
)
OUTPUTS = st.lists(
    st.sampled_from([TOKEN, "discord.gg/abc", "line\n", "é" * 50, "\x1b[31m", "`", "x" * 200]),
    max_size=60,
).map("".join)


def everything_in(reply: Reply) -> str:
    files = [file.content.decode("utf-8", "replace") for file in (*reply.files, *reply.text_files)]
    names = [file.name for file in (*reply.files, *reply.text_files)]
    return "\n".join([reply.description, reply.text, *files, *names])


@given(OUTPUTS, OUTPUTS, SHOWINGS)
def test_the_rules_hold_in_text_files_and_names(out: str, err: str, showing: Showing) -> None:
    artifacts = (
        Artifact(path=f"{TOKEN}.txt", content=out.encode()),
        Artifact(path="a.png", content=PNG),
    )
    reply = render(result(step(out.encode(), err.encode()), artifacts=artifacts), showing=showing)
    said = re.sub(r"\x1b\[[0-9;]*m", "", everything_in(reply))
    assert TOKEN not in said
    assert showing.invites or "discord.gg/abc" not in said
    made = {file.name.rpartition(".")[2] for file in reply.files if not file.name.startswith("std")}
    assert made <= ((showing.file_types or {"png", "txt"}) if showing.files else set())
    assert units(reply.description) <= 4096
    assert units(reply.text) <= 2000


@pytest.mark.parametrize(
    ("showing", "lines"),
    [
        pytest.param(Showing(lines=5), 5, id="fewer"),
        pytest.param(Showing(), 40, id="as-many-as-fit"),
    ],
)
def test_no_more_lines_are_shown_than_the_server_wants(showing: Showing, lines: int) -> None:
    reply = render(result(step(b"line\n" * 100)), showing=showing)
    block = reply.description.split("```")[1].strip("\n")
    assert len(block.split("\n")) == lines
    assert reply.files[0].content == b"line\n" * 100


def test_no_more_characters_are_shown_than_the_server_wants() -> None:
    reply = render(result(step(b"word " * 20 + b"\n" * 1)), showing=Showing(characters=500))
    assert reply.files == ()
    reply = render(result(step((b"word " * 20 + b"\n") * 20)), showing=Showing(characters=500))
    assert units(reply.description.split("```")[1]) < 500
    assert len(reply.files) == 1


def test_files_are_left_out_where_the_server_wants_none() -> None:
    ended = result(step(b"1\n"), artifacts=(Artifact(path="plot.png", content=PNG),))
    reply = render(ended, showing=Showing(files=False))
    assert reply.files == ()
    assert "does not show the files" in reply.description


def test_files_of_other_types_are_named_instead() -> None:
    artifacts = (
        Artifact(path="plot.png", content=PNG),
        Artifact(path="a.csv", content=b"1,2"),
        Artifact(path="fake.png", content=b"no picture"),
    )
    reply = render(
        result(step(), artifacts=artifacts), showing=Showing(file_types=frozenset({"png"}))
    )
    assert [file.name for file in reply.files] == ["plot.png"]
    assert "shows only files of type png" in reply.description
    assert "`a.csv`, `fake.png.txt`" in reply.description


def test_an_archive_that_is_called_like_a_type_is_not_of_it() -> None:
    ended = result(step(), artifacts=(Artifact(path="png", content=b"PK\3\4"),))
    reply = render(ended, showing=Showing(file_types=frozenset({"png"})))
    assert reply.files == ()
    assert "`png`" in reply.description


def test_one_byte_that_is_no_text_does_not_show_a_token() -> None:
    content = "é ".encode("latin-1") + TOKEN.encode()
    reply = render(result(step(), artifacts=(Artifact(path="out.txt", content=content),)))
    assert reply.files[0].content == b"\xe9 [token hidden]"
    assert "1 thing is hidden" in reply.description


def test_what_is_hidden_is_said() -> None:
    reply = render(result(step(f"{TOKEN}\n".encode())))
    assert "[token hidden]" in reply.description
    assert "1 thing is hidden" in reply.description
    assert "hidden:" not in render(result(step(b"1\n"))).description
