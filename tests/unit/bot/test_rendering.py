import itertools
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models import ReplyFile, Showing, Tone
from bot.rendering import our_fault, refuse, render
from executor import Artifact, OutputChunk, Result, Status, StepResult, Stream
from executor.models import StepName
from tests.results import result, step
from tests.sendable import assert_harmless, assert_sendable

MIB = 1024 * 1024
PNG = b"\x89PNG\r\n\x1a\n"

HOSTILE = st.one_of(
    st.binary(max_size=300),
    st.lists(
        st.sampled_from(
            [b"```", b"`", b"\n", b"@everyone", b"<@1>", b"\x1b[", b"\x1b[1;31m", b"38;5;9m", b"\0",
             b"\xe2\x80\xae", b"\xe2\x80\x8b", b"\xf0\x9f\x98\x80", b"\xff", b"\r", b"x" * 300]
        ),
        max_size=200,
    ).map(b"".join),
    st.tuples(st.binary(min_size=1, max_size=8), st.integers(1, 20_000)).map(lambda t: t[0] * t[1]),
)  # fmt: skip
PATHS = st.text(st.sampled_from("ab./\\`@<>:\u202e\n\0é "), max_size=300)


def steps_named(*names: StepName) -> st.SearchStrategy[list[StepResult]]:
    return st.tuples(
        *(
            st.builds(
                step,
                HOSTILE,
                HOSTILE,
                name=st.just(name),
                status=st.sampled_from(Status),
                exit_code=st.one_of(st.none(), st.integers(0, 255)),
                signal=st.sampled_from([None, "SIGSEGV", "SIGKILL"]),
                truncated=st.booleans(),
                notes=st.lists(st.text(max_size=400), max_size=4).map(tuple),
            )
            for name in names
        )
    ).map(list)


STEPS = st.one_of(
    steps_named(), steps_named("run"), steps_named("compile"), steps_named("compile", "run")
)
RESULTS = st.builds(
    lambda steps, artifacts, cached: result(*steps, artifacts=tuple(artifacts), cached=cached),
    STEPS,
    st.lists(st.builds(Artifact, path=PATHS, content=st.binary(max_size=20)), max_size=30),
    st.booleans(),
)


@given(RESULTS, st.lists(st.sampled_from(["A note of ours.", "Another, " * 20]), max_size=3))
def test_no_reply_is_too_large_pings_or_lets_a_fence_close(
    finished: Result, notes: list[str]
) -> None:
    reply = render(finished, notes)
    assert_sendable(reply)
    assert_harmless(reply)


WEAPONS = [
    pytest.param(b"```\n@everyone <@1> <@&1> <#1> </run:1>\n```", id="fence-and-mentions"),
    pytest.param(b"`\xe2\x80\x8b`` ` `` ``` ````", id="backticks-of-all-lengths"),
    pytest.param(b"`\x1b[0m`\x1b]8;;x\x07`", id="backticks-with-sequences-between"),
    pytest.param(b"`\xff`\x00`\r`\xed\xa0\x80`", id="backticks-with-odd-bytes-between"),
    pytest.param(b"https://discord.gg/abc [safe](https://evil.example)", id="invite-and-link"),
    pytest.param("\u202e\u2066\u200f\u061c\u2028\x85".encode() * 300, id="directions"),
    pytest.param("\u200b\u200c\u200d\u2060\ufeff\U000e0041".encode() * 900, id="zero-width"),
    pytest.param(b"\x1b[31m" * 3000, id="nothing-but-colours"),
    pytest.param(b"\x1b[38;5;9;48;2;1;2;3;4;1m\x1b[5m\x1b[2J\x1bc\x9b31m", id="more-than-discord-draws"),
    pytest.param(b"\0" * 5000, id="nul"),
    pytest.param(b"x" * 5_000_000, id="one-line-of-5-MB"),
    pytest.param(b"`" * 5_000_000, id="5-MB-of-backticks"),
    pytest.param("😀".encode() * 1_000_000 + b"\xf0\x9f", id="5-MB-of-characters-that-count-twice"),
    pytest.param(b"\n" * 1_000_000, id="a-million-lines"),
    pytest.param(b"a\n" * 39 + b"`" * 3900, id="escapes-make-it-too-long"),
]  # fmt: skip


@pytest.mark.parametrize("data", WEAPONS)
@pytest.mark.parametrize("truncated", [False, True])
def test_output_is_no_weapon(data: bytes, truncated: bool) -> None:
    for printed in ((data, b""), (b"", data), (data, data)):
        reply = render(result(step(*printed, truncated=truncated, name="run")))
        assert_sendable(reply)
        assert_harmless(reply)
    reply = render(result(step(data, name="compile", truncated=truncated)))
    assert_sendable(reply)
    assert_harmless(reply)


def test_a_sentence_that_quotes_what_was_printed_hides_what_the_output_hides() -> None:
    finished = result(step(b"", b"x", status=Status.RUNTIME_ERROR, exit_code=1))
    sentence = "There is no package `discord.gg/abc` here."
    hidden = render(finished, [sentence], Showing(invites=False))
    assert "There is no package `[invite hidden]` here." in hidden.description
    assert "`discord.gg/abc`" in render(finished, [sentence], Showing(invites=True)).text


@given(st.text(min_size=1), st.sets(st.integers(0, 5000), max_size=60))
def test_output_reads_the_same_however_it_was_written(text: str, cuts: set[int]) -> None:
    data = text.encode("utf-8", "surrogatepass")
    places = sorted({0, len(data), *(cut % len(data) for cut in cuts)})
    pieces = tuple(
        OutputChunk(Stream.STDOUT, data[start:end]) for start, end in itertools.pairwise(places)
    )
    written = replace(step(data, name="compile"), output=pieces)
    assert render(result(written)) == render(result(step(data, name="compile")))


@pytest.mark.parametrize(
    ("how", "title", "tone"),
    [
        pytest.param({}, "✅ Finished", Tone.OK, id="exit-0"),
        pytest.param(
            {"status": Status.RUNTIME_ERROR, "exit_code": 3}, "❌ Exited with code 3", Tone.FAILED, id="exit-3"
        ),
        pytest.param(
            {"status": Status.SIGNALLED, "signal": "SIGSEGV"}, "❌ Crashed (SIGSEGV)", Tone.FAILED, id="signal"
        ),
        pytest.param(
            {"status": Status.COMPILE_ERROR, "exit_code": 1, "name": "compile"},
            "❌ Did not compile (exit code 1)", Tone.FAILED, id="compile-error",
        ),
        pytest.param({"status": Status.TIME_LIMIT}, "⛔ It ran longer than 10 s", Tone.LIMIT, id="wall-limit"),
        pytest.param(
            {"status": Status.CPU_LIMIT}, "⛔ It used more than 5 s of processor time", Tone.LIMIT, id="cpu-limit"
        ),
        pytest.param(
            {"status": Status.MEMORY_LIMIT}, "⛔ It used more than 256 MiB of memory", Tone.LIMIT, id="memory-limit"
        ),
        pytest.param({"status": Status.OUTPUT_LIMIT}, "⛔ It printed more than 1 MiB", Tone.LIMIT, id="output-limit"),
        pytest.param(
            {"status": Status.PROCESS_LIMIT},
            "⛔ It tried to start more than 64 processes", Tone.LIMIT, id="process-limit",
        ),
        pytest.param(
            {"status": Status.DISK_LIMIT}, "⛔ It wrote more than 64 MiB to disk", Tone.LIMIT, id="disk-limit"
        ),
        pytest.param(
            {"status": Status.TIME_LIMIT, "name": "compile"},
            "⛔ The compiler ran longer than 10 s", Tone.LIMIT, id="compiler-over-its-limit",
        ),
        pytest.param({"status": Status.CANCELLED}, "⏹️ Stopped", Tone.STOPPED, id="cancelled"),
        pytest.param(
            {"status": Status.INTERNAL_ERROR},
            "⚠️ That was our fault, not yours (job job-1)", Tone.OURS, id="our-fault",
        ),
    ],
)  # fmt: skip
def test_the_title_says_how_it_ended(how: dict[str, object], title: str, tone: Tone) -> None:
    reply = render(result(step(**how)))  # type: ignore[arg-type]
    assert (reply.title, reply.tone) == (title, tone)


def test_every_status_has_words_of_its_own() -> None:
    titles = {render(result(step(status=status))).title for status in Status}
    assert len(titles) == len(Status) - 1  # only a compile step has a compile error
    assert all(title[0] in "✅❌⛔⏹⚠" for title in titles)


def test_short_output_stands_alone_in_a_block() -> None:
    reply = render(result(step(b"hi\n")))
    assert reply.description == "```\nhi\n```"
    assert reply.footer == "python 3.13.5 · 6.1 ms · CPU 4 ms · 8.7 MiB"
    assert reply.files == ()


def test_both_streams_are_told_apart() -> None:
    reply = render(result(step(b"out\n", b"err\n")))
    assert reply.description == "**stdout**\n```\nout\n```\n**stderr**\n```\nerr\n```"


def test_warnings_of_a_compile_that_worked_are_shown() -> None:
    reply = render(result(step(b"", b"warning: x\n", name="compile"), step(b"hi\n")))
    assert "**compiler**\n```\nwarning: x\n```" in reply.description
    assert "compiled in 6.1 ms" in reply.footer


def test_a_cached_build_is_said() -> None:
    reply = render(result(step(name="compile"), step(b"hi\n"), cached=True))
    assert reply.footer.endswith("cached build")


def test_a_program_that_printed_nothing_is_not_silence() -> None:
    assert render(result(step())).description == "It printed nothing."
    failed = render(result(step(status=Status.RUNTIME_ERROR, exit_code=1)))
    assert failed.description == "It printed nothing before that."


def test_nothing_but_line_breaks_is_said_in_words() -> None:
    assert render(result(step(b"\n\n\n"))).description == "**stdout**: nothing but 3 line breaks."


def test_a_stop_before_the_start_is_said() -> None:
    reply = render(result())
    assert (reply.title, reply.description) == ("⏹️ Stopped", "It was stopped before it started.")


def test_long_output_keeps_first_and_last_lines_and_is_attached_whole() -> None:
    data = b"".join(b"line %d\n" % n for n in range(1000))
    reply = render(result(step(data)))
    assert "\nline 0\n" in reply.description
    assert "\nline 999\n" in reply.description
    assert "The whole output is attached as `stdout.txt`." in reply.description
    assert reply.files == (ReplyFile(name="stdout.txt", content=data),)
    notice = re.search(r"\[… ([\d,]+) lines, ([\d,]+) bytes left out …\]", reply.description)
    assert notice
    shown = [n for n in range(1000) if f"\nline {n}\n" in reply.description]
    assert int(notice[1].replace(",", "")) == 1000 - len(shown)
    left_out = len(data) - sum(len(b"line %d\n" % n) for n in shown)
    assert int(notice[2].replace(",", "")) == left_out


def test_a_long_error_beside_short_output_gets_the_room() -> None:
    reply = render(result(step(b"ok\n", b"trace\n" * 30)))
    assert reply.description.count("trace") == 30
    assert reply.files == ()


def test_bytes_that_are_no_text_are_marked_and_attached() -> None:
    reply = render(result(step(b"a\xffb")))
    assert "a\ufffdb" in reply.description
    assert reply.files == (ReplyFile(name="stdout.txt", content=b"a\xffb"),)


def test_a_character_split_by_the_output_limit_is_dropped() -> None:
    cut = "é".encode()[:1]
    reply = render(result(step(b"a" + cut, status=Status.OUTPUT_LIMIT, truncated=True)))
    assert reply.description == "```\na\n```"


def test_artifacts_are_attached_with_safe_names() -> None:
    paths = ["plot.txt", "out/../../etc/passwd", "a b\u202egnp.exe", ".hidden", "stdout.txt"]
    artifacts = tuple(Artifact(path=path, content=path.encode()) for path in paths)
    reply = render(result(step(b"x\n" * 500), artifacts=artifacts))
    assert [file.name for file in reply.files] == [
        "stdout.txt",
        "plot.txt",
        "out_.._.._etc_passwd",
        "a_b_gnp.exe.txt",
        "hidden",
        "stdout-2.txt",
    ]


def test_what_does_not_fit_in_one_message_is_named() -> None:
    artifacts = tuple(Artifact(path=f"{n}.txt", content=b"x") for n in range(14))
    reply = render(result(step(b"hi\n"), artifacts=artifacts))
    assert len(reply.files) == 10
    assert "`10.txt`, `11.txt`, `12.txt` and 1 more" in reply.description


def test_a_file_over_the_upload_limit_leaves_room_for_the_others() -> None:
    sizes_mib = {"big": 11, "a": 9, "b": 9, "c": 9, "d": 1}
    artifacts = tuple(Artifact(path=n, content=bytes(m * MIB)) for n, m in sizes_mib.items())
    reply = render(result(step(b"hi\n"), artifacts=artifacts))
    assert [file.name for file in reply.files] == ["a", "b", "d"]
    assert "`big`, `c`" in reply.description


def test_the_plain_form_attaches_what_only_it_cuts() -> None:
    data = b"0123456789" * 4 + b"\n"
    reply = render(result(step(data * 38)))
    assert reply.files == ()
    assert reply.text_files == (ReplyFile(name="stdout.txt", content=data * 38),)


def test_notes_stand_above_the_output() -> None:
    reply = render(result(step(b"hi\n", notes=("artifacts: too many",))), ["You named none."])
    assert reply.description == "You named none.\nartifacts: too many\n```\nhi\n```"


def test_refusals_and_our_faults_are_sendable() -> None:
    for reply in (refuse("No."), refuse("long\n" * 3000), our_fault("job-9")):
        assert_sendable(reply)
    assert "`job-9`" in our_fault("job-9").description


def test_a_file_that_is_not_what_it_is_called_is_renamed_and_still_unique() -> None:
    files = [("a.png", b"<html>"), ("a.png.txt", b"x"), ("b.svg", b"<svg/>"), ("plot", PNG)]
    artifacts = tuple(Artifact(path=path, content=content) for path, content in files)
    reply = render(result(step(b"hi\n"), artifacts=artifacts))
    assert [file.name for file in reply.files] == [
        "a.png.txt",
        "a.png-2.txt",
        "b.svg.txt",
        "plot.png",
    ]
