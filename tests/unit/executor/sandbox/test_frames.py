import itertools
import struct
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from executor.sandbox.inside import frames
from executor.sandbox.inside.frames import Decoder, FrameError
from tests.fuzz.frames import SIZES as OUT
from tests.fuzz.frames import check_same, check_stream, decode, receive
from tests.results import LIMITS

SIZES = {frames.FILE: 1 << 16, frames.ARGV: 64, frames.START: 0}

PARTS = st.binary(min_size=1, max_size=255).filter(
    lambda part: b"/" not in part and b"\0" not in part and part not in {b".", b".."}
)
PATHS = st.lists(PARTS, min_size=1, max_size=4).map(b"/".join)


@given(
    sent=st.lists(
        st.one_of(
            st.tuples(st.just(frames.FILE), st.binary(max_size=300)),
            st.tuples(st.just(frames.ARGV), st.binary(max_size=64)),
            st.tuples(st.just(frames.START), st.just(b"")),
        )
    ),
    cuts=st.lists(st.integers(min_value=0, max_value=5000)),
)
def test_frames_arrive_whole_and_in_order_however_the_stream_is_cut(
    sent: list[tuple[int, bytes]], cuts: list[int]
) -> None:
    stream = b"".join(frames.pack(kind, payload) for kind, payload in sent)
    decoder = Decoder(SIZES)
    received = [frame for piece in _cut(stream, cuts) for frame in decoder.feed(piece)]
    assert received == sent
    assert decoder.pending_bytes == 0


def test_an_unfinished_frame_is_kept_until_its_rest_comes() -> None:
    decoder = Decoder(SIZES)
    assert decoder.feed(frames.pack(frames.ARGV, b"abc")[:-1]) == []
    assert decoder.pending_bytes == frames.HEADER.size + 2
    assert decoder.feed(b"c") == [(frames.ARGV, b"abc")]


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(frames.pack(99, b""), id="unknown-kind"),
        pytest.param(frames.pack(0, b""), id="kind-0"),
        pytest.param(frames.pack(frames.ENV, b""), id="known-elsewhere-only"),
        pytest.param(frames.pack(frames.START, b"x"), id="payload-where-none-belongs"),
        pytest.param(frames.pack(frames.ARGV, b"x" * 65), id="one-byte-too-large"),
        pytest.param(frames.HEADER.pack(frames.ARGV, 1 << 31), id="too-large-by-its-header-alone"),
        pytest.param(frames.pack(frames.START) + frames.pack(99), id="bad-one-after-a-good-one"),
    ],
)
def test_what_the_protocol_does_not_know_is_refused(stream: bytes) -> None:
    with pytest.raises(FrameError):
        Decoder(SIZES).feed(stream)


def test_the_largest_payload_of_a_kind_is_taken() -> None:
    assert Decoder(SIZES).feed(frames.pack(frames.ARGV, b"x" * 64)) == [(frames.ARGV, b"x" * 64)]


FRAMES = st.one_of(
    st.tuples(st.sampled_from(sorted(OUT)), st.binary(max_size=40)),
    st.just((frames.ARTIFACT, bytes(OUT[frames.ARTIFACT]))),
    st.just((frames.ARTIFACT, bytes(OUT[frames.ARTIFACT] + 1))),
    st.tuples(st.integers(0, 255), st.just(b"")),
).map(lambda frame: frames.pack(*frame))
STREAMS = st.lists(st.one_of(FRAMES, st.binary(max_size=12)), max_size=12).map(b"".join)


@given(stream=STREAMS, cuts=st.lists(st.integers(min_value=0, max_value=5000)))
def test_any_stream_cut_anywhere_is_the_same_frames_or_the_one_error(
    stream: bytes, cuts: list[int]
) -> None:
    received, is_broken = decode(_cut(stream, cuts))
    check_stream(stream, received, is_broken=is_broken)
    check_same(stream, received, is_broken=is_broken)


@given(stream=STREAMS)
@example(stream=frames.pack(frames.FAILED))
def test_any_frames_are_within_the_caps_of_the_run_or_a_fault(stream: bytes) -> None:
    received, _ = decode([stream])
    outcome = receive(received, replace(LIMITS, artifacts=2, artifact_bytes=1500))
    ways = () if outcome is None else (outcome.exit_code, outcome.signal, outcome.failure)
    assert outcome is None or sum(way is not None for way in ways) == 1


def test_a_stream_that_broke_stays_broken_says_why_and_holds_nothing() -> None:
    decoder = Decoder(SIZES)
    for piece in (frames.pack(99) + b"x" * 100, frames.pack(frames.START), b"y" * (1 << 20)):
        with pytest.raises(FrameError, match="unknown kind 99"):
            decoder.feed(piece)
        assert decoder.pending_bytes == 0


def test_a_sandbox_without_a_program_has_no_files_to_send() -> None:
    decoder = Decoder(dict(frames.OUTBOUND_BYTES))
    with pytest.raises(FrameError):
        decoder.feed(frames.HEADER.pack(frames.ARTIFACT, 1 << 30))


@given(path=PATHS, content=st.binary(max_size=500), executable=st.booleans())
def test_a_file_is_the_same_after_its_journey(
    path: bytes, content: bytes, executable: bool
) -> None:
    packed = frames.pack_file(path, content, executable)
    assert frames.unpack_file(packed) == (path, content, executable)


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\0\1", id="head-cut-short"),
        pytest.param(frames.FILE_HEAD.pack(0, 5) + b"abcd", id="path-cut-short"),
        pytest.param(frames.FILE_HEAD.pack(0, 65535), id="no-path-at-all"),
        pytest.param(frames.FILE_HEAD.pack(2, 1) + b"a", id="executable-is-neither-0-nor-1"),
    ],
)
def test_a_file_frame_that_is_cut_short_is_refused(payload: bytes) -> None:
    with pytest.raises(FrameError):
        frames.unpack_file(payload)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"/etc/passwd", id="absolute"),
        pytest.param(b"/", id="root"),
        pytest.param(b"..", id="parent"),
        pytest.param(b"../x", id="climbs-at-once"),
        pytest.param(b"a/../../x", id="climbs-later"),
        pytest.param(b"a/..", id="ends-in-parent"),
        pytest.param(b".", id="here"),
        pytest.param(b"./x", id="starts-here"),
        pytest.param(b"a//b", id="empty-part"),
        pytest.param(b"a/", id="ends-in-a-slash"),
        pytest.param(b"a\0b", id="NUL"),
        pytest.param(b"x" * 256, id="part-too-long"),
        pytest.param(b"/".join([b"x" * 200] * 21), id="too-long"),
    ],
)
def test_a_path_that_is_not_plain_and_relative_is_refused(path: bytes) -> None:
    with pytest.raises(FrameError):
        frames.unpack_file(frames.pack_file(path, b"", executable=False))


@pytest.mark.parametrize(
    "path",
    [b"main.py", b"a/b/c", b"...", b"..a", b"-rf", b"with\nnewline", b"\xff\xfe", b"x" * 255],
)
def test_an_odd_but_plain_path_is_taken(path: bytes) -> None:
    frames.check_path(path)


@given(
    files=st.integers(min_value=0, max_value=2**32 - 1),
    size=st.integers(min_value=0, max_value=2**64 - 1),
    skip=st.dictionaries(
        PATHS,
        st.tuples(
            st.integers(min_value=0, max_value=2**64 - 1),
            st.integers(min_value=0, max_value=2**32 - 1),
        ),
        max_size=5,
    ),
)
def test_what_to_collect_is_the_same_after_its_journey(
    files: int, size: int, skip: dict[bytes, tuple[int, int]]
) -> None:
    known = [(path, length, crc) for path, (length, crc) in skip.items()]
    assert frames.unpack_collect(frames.pack_collect(files, size, known)) == (files, size, skip)


def test_what_to_collect_is_refused_wherever_it_is_cut_short() -> None:
    whole = frames.pack_collect(5, 100, [(b"a/b", 1, 2)])
    for kept in set(range(len(whole))) - {frames.COLLECT_HEAD.size}:
        with pytest.raises(FrameError):
            frames.unpack_collect(whole[:kept])
    assert frames.unpack_collect(whole[: frames.COLLECT_HEAD.size]) == (5, 100, {})


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, id=str(kind))
        for kind in (frames.METER, frames.EXITED, frames.LEFT_OUT, frames.READY, frames.STARTED)
    ],
)
def test_a_frame_of_fixed_size_is_as_large_as_what_it_holds(kind: int) -> None:
    bodies: dict[int, struct.Struct] = {
        frames.METER: frames.METER_BODY,
        frames.EXITED: frames.EXITED_BODY,
        frames.LEFT_OUT: frames.LEFT_OUT_BODY,
    }
    assert frames.OUTBOUND_BYTES[kind] == (bodies[kind].size if kind in bodies else 0)


def _cut(stream: bytes, cuts: Sequence[int]) -> list[bytes]:
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    pieces = [stream[a:b] for a, b in itertools.pairwise(places)]
    return pieces or [b""]
