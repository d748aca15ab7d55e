"""Whatever comes out of a sandbox: frames, or the one error; never more than was asked for."""

import itertools
from collections.abc import Iterable

from executor.errors import BackendUnavailableError
from executor.models import Limits
from executor.sandbox.counters import MeteredCounters, Reading
from executor.sandbox.inside import frames
from executor.sandbox.spec import Outcome
from executor.sandbox.tally import Tally
from tests.fuzz.recipe import Recipe
from tests.results import LIMITS

SMALL = 1024
SIZES = {**frames.OUTBOUND_BYTES, frames.ARTIFACT: SMALL}
_NOTHING = Reading(cpu_seconds=0.0, peak_bytes=0, out_of_memory=False, processes_refused=False)

SEEDS = (
    b"\x04"
    + b"".join(
        frames.pack(kind, payload)
        for kind, payload in (
            (frames.READY, b""),
            (frames.STARTED, b""),
            (frames.METER, frames.METER_BODY.pack(1, 2, 3)),
            (frames.EXITED, frames.EXITED_BODY.pack(0, 1, 1 << 30, 1 << 20, 5)),
            (frames.ARTIFACT, frames.pack_file(b"a/b", b"content", executable=True)),
            (frames.LEFT_OUT, frames.LEFT_OUT_BODY.pack(frames.TOO_MANY, 3)),
        )
    ),
    b"\x00" + frames.pack(frames.FAILED, b"no such file"),
    b"\xff" + frames.pack_collect(5, 100, [(b"a", 1, 2), (b"b/c", 3, 4)]),
)


def one(data: bytes) -> None:
    """Read one stream in every way that counts."""
    recipe = Recipe(data)
    step = recipe.byte() + 1
    stream = recipe.take(1 << 16)
    received, is_broken = decode(pieces(stream, range(0, len(stream), step)))
    check_stream(stream, received, is_broken=is_broken)
    check_same(stream, received, is_broken=is_broken)
    receive(received, LIMITS)
    for reader in (frames.unpack_file, frames.unpack_collect):
        try:
            reader(stream)
        except frames.FrameError:
            continue


def pieces(stream: bytes, cuts: Iterable[int]) -> list[bytes]:
    """Return ``stream`` cut at these places."""
    places = sorted({0, len(stream), *cuts})
    return [stream[start:end] for start, end in itertools.pairwise(places)]


def decode(cut: Iterable[bytes]) -> tuple[list[tuple[int, bytes]], bool]:
    """Return the frames of a stream that comes in pieces, and whether it had to be given up."""
    decoder = frames.Decoder(SIZES)
    received: list[tuple[int, bytes]] = []
    is_broken = False
    for piece in cut:
        try:
            new = decoder.feed(piece)
        except frames.FrameError:
            is_broken = True
            assert decoder.pending_bytes == 0
            continue
        assert not is_broken, "a broken stream went on"
        received += new
        assert decoder.pending_bytes < frames.HEADER.size + max(SIZES.values())
    return received, is_broken


def check_stream(stream: bytes, received: list[tuple[int, bytes]], *, is_broken: bool) -> None:
    """Check that the frames are the beginning of the stream, byte for byte, and within their caps."""
    again = b"".join(frames.pack(kind, payload) for kind, payload in received)
    assert stream.startswith(again)
    assert all(len(payload) <= SIZES[kind] for kind, payload in received)
    rest = stream[len(again) :]
    if not is_broken and len(rest) >= frames.HEADER.size:
        kind, length = frames.HEADER.unpack_from(rest)
        assert length <= SIZES[kind]
        assert len(rest) < frames.HEADER.size + length


def check_same(stream: bytes, received: list[tuple[int, bytes]], *, is_broken: bool) -> None:
    """Check that the stream read at once says the same as when it came in pieces."""
    at_once, broken_at_once = decode([stream])
    assert broken_at_once == is_broken
    if not is_broken:
        assert at_once == received


def receive(received: Iterable[tuple[int, bytes]], limits: Limits) -> Outcome | None:
    """Take frames in as the host does; return what it then says of the run, if anything."""
    tally = Tally(limits)
    counters = MeteredCounters(limits.memory_bytes, limits.processes)
    try:
        for kind, payload in received:
            if kind == frames.METER:
                counters.sample(payload)
            elif kind == frames.EXITED:
                counters.cpu_at_end(tally.exited(payload))
            else:
                tally.frame(kind, payload)
    except frames.FrameError as error:
        tally.protocol_fault = str(error)
    try:
        outcome = tally.outcome(_NOTHING)
    except BackendUnavailableError:
        return None
    assert len(outcome.artifacts) <= limits.artifacts
    assert sum(len(one.content) for one in outcome.artifacts) <= limits.artifact_bytes
    for artifact in outcome.artifacts:
        assert not artifact.path.startswith("/")
        assert not {"", ".", ".."} & set(artifact.path.split("/"))
        assert "\0" not in artifact.path
    assert counters.cpu_seconds() >= 0
    return outcome
