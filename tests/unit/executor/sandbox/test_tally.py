import signal
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.errors import BackendUnavailableError
from executor.limits import DEFAULT_LIMITS
from executor.models import Artifact, OutputChunk, Stream, Usage
from executor.sandbox.counters import Reading
from executor.sandbox.inside import frames
from executor.sandbox.tally import Tally

LIMITS = replace(DEFAULT_LIMITS.run, output_bytes=10, artifacts=2, artifact_bytes=8)
PLENTY = 1 << 30


def used(
    *, cpu: float = 0.5, peak: int = 4096, oom: bool = False, refused: bool = False
) -> Reading:
    return Reading(cpu_seconds=cpu, peak_bytes=peak, out_of_memory=oom, processes_refused=refused)


def exited(
    status: int = 0, *, free_bytes: int = PLENTY, free_inodes: int = 1000, wall_ns: int = 0
) -> bytes:
    return frames.EXITED_BODY.pack(status, 1500, free_bytes, free_inodes, wall_ns)


def ended(status: int = 0, *, free_bytes: int = PLENTY, free_inodes: int = 1000) -> Tally:
    tally = Tally(LIMITS)
    tally.exited(exited(status, free_bytes=free_bytes, free_inodes=free_inodes))
    return tally


def artifact(path: bytes, content: bytes = b"", *, executable: bool = False) -> bytes:
    return frames.pack_file(path, content, executable)


class TestOutput:
    def test_up_to_the_limit_everything_is_kept(self) -> None:
        tally = ended()
        assert tally.printed(Stream.STDOUT, b"0123456789") == b"0123456789"
        assert not tally.output_cut

    def test_one_byte_more_is_cut(self) -> None:
        tally = ended()
        assert tally.printed(Stream.STDOUT, b"0123456789x") == b"0123456789"
        assert tally.output_cut

    def test_one_byte_after_the_limit_is_cut(self) -> None:
        tally = ended()
        tally.printed(Stream.STDOUT, b"0123456789")
        assert tally.printed(Stream.STDOUT, b"x") == b""
        assert tally.output_cut

    def test_both_streams_share_one_limit(self) -> None:
        tally = ended()
        tally.printed(Stream.STDOUT, b"01234567")
        assert tally.printed(Stream.STDERR, b"abcd") == b"ab"
        outcome = tally.outcome(used())
        assert outcome.output == (
            OutputChunk(Stream.STDOUT, b"01234567"),
            OutputChunk(Stream.STDERR, b"ab"),
        )
        assert (outcome.output_cut, outcome.total_bytes) == (True, 12)

    @given(
        st.lists(st.tuples(st.sampled_from(Stream), st.binary(min_size=1, max_size=9)), max_size=8)
    )
    def test_what_is_kept_is_the_beginning_of_what_was_printed(
        self, printed: list[tuple[Stream, bytes]]
    ) -> None:
        tally = ended()
        for stream, data in printed:
            tally.printed(stream, data)
        outcome = tally.outcome(used())
        everything = b"".join(data for _, data in printed)
        kept = b"".join(chunk.data for chunk in outcome.output)
        assert kept == everything[: LIMITS.output_bytes]
        assert outcome.total_bytes == len(everything)
        assert outcome.output_cut is (len(everything) > LIMITS.output_bytes)


class TestArtifacts:
    def test_as_many_and_as_large_as_allowed_are_kept(self) -> None:
        tally = ended()
        tally.frame(frames.ARTIFACT, artifact(b"a", b"1234"))
        tally.frame(frames.ARTIFACT, artifact(b"b/c", b"5678", executable=True))
        outcome = tally.outcome(used())
        assert outcome.artifacts == (
            Artifact(path="a", content=b"1234"),
            Artifact(path="b/c", content=b"5678"),
        )
        assert outcome.executables == {"b/c"}

    @pytest.mark.parametrize(
        "files",
        [
            pytest.param([b"", b"", b""], id="one-too-many"),
            pytest.param([b"123456789"], id="one-byte-too-large"),
            pytest.param([b"12345", b"6789"], id="too-large-together"),
        ],
    )
    def test_more_than_was_asked_for_is_a_fault(self, files: list[bytes]) -> None:
        tally = ended()
        *taken, refused = files
        for content in taken:
            tally.frame(frames.ARTIFACT, artifact(b"a", content))
        with pytest.raises(frames.FrameError):
            tally.frame(frames.ARTIFACT, artifact(b"b", refused))

    @pytest.mark.parametrize("path", [b"../a", b"/a", b"a//b", b""])
    def test_a_path_outside_the_work_folder_is_a_fault(self, path: bytes) -> None:
        with pytest.raises(frames.FrameError):
            ended().frame(frames.ARTIFACT, artifact(path))

    def test_a_name_that_is_not_unicode_can_still_be_shown(self) -> None:
        tally = ended()
        tally.frame(frames.ARTIFACT, artifact(b"\xff.txt"))
        assert tally.outcome(used()).artifacts[0].path == "\ufffd.txt"

    @pytest.mark.parametrize(
        ("reason", "word"),
        [
            (frames.TOO_MANY, "too many"),
            (frames.TOO_BIG, "larger than allowed"),
            (frames.UNREADABLE, "unreadable"),
            (frames.TOO_DEEP, "too deep"),
            (frames.COLLECTOR_DIED, "could not be read"),
            (77, "could not be read"),
        ],
    )
    def test_what_was_left_out_is_told_once(self, reason: int, word: str) -> None:
        tally = ended()
        for _ in range(2):
            tally.frame(frames.LEFT_OUT, frames.LEFT_OUT_BODY.pack(reason, 3))
        (note,) = tally.outcome(used()).notes
        assert word in note

    def test_a_collector_that_was_stopped_costs_the_files_and_not_the_verdict(self) -> None:
        tally = ended()
        tally.collector_timed_out = True
        outcome = tally.outcome(used())
        assert (outcome.exit_code, len(outcome.notes)) == (0, 1)


class TestEnd:
    @pytest.mark.parametrize(
        ("status", "exit_code", "number"),
        [
            pytest.param(0, 0, None, id="exit-0"),
            pytest.param(7 << 8, 7, None, id="exit-7"),
            pytest.param(255 << 8, 255, None, id="exit-255"),
            pytest.param(11, None, 11, id="killed"),
            pytest.param(6 | 0x80, None, 6, id="dumped-core"),
            pytest.param(64, None, 64, id="last-real-time-signal"),
        ],
    )
    def test_a_wait_status_is_taken_apart(
        self, status: int, exit_code: int | None, number: int | None
    ) -> None:
        outcome = ended(status).outcome(used())
        assert (outcome.exit_code, outcome.signal) == (exit_code, number)

    def test_a_program_that_did_not_start_has_no_exit(self) -> None:
        tally = Tally(LIMITS)
        tally.frame(frames.FAILED, b"no such file \xff")
        tally.exited(exited(127 << 8))
        outcome = tally.outcome(used())
        assert (outcome.exit_code, outcome.signal) == (None, None)
        assert outcome.failure == "no such file \ufffd"

    def test_usage_is_what_was_counted_since_the_start(self) -> None:
        tally = Tally(LIMITS)
        tally.cpu_before_seconds = 0.25
        assert tally.exited(exited(wall_ns=1_500_000_000)) == 1500
        counted = used(cpu=0.75, peak=8192)
        assert tally.outcome(counted).usage == Usage(
            wall_seconds=1.5, cpu_seconds=0.5, memory_bytes=8192
        )

    def test_cpu_time_is_never_negative(self) -> None:
        tally = ended()
        tally.cpu_before_seconds = 9.0
        assert tally.outcome(used()).usage.cpu_seconds == 0.0

    @pytest.mark.parametrize(
        ("free_bytes", "free_inodes", "is_full"),
        [
            pytest.param(PLENTY, 1000, False, id="room-left"),
            pytest.param(1 << 16, 8, False, id="just-enough-room"),
            pytest.param((1 << 16) - 1, 1000, True, id="no-bytes"),
            pytest.param(PLENTY, 7, True, id="no-inodes"),
        ],
    )
    def test_a_full_disk_is_told(self, free_bytes: int, free_inodes: int, is_full: bool) -> None:
        tally = ended(1 << 8, free_bytes=free_bytes, free_inodes=free_inodes)
        assert tally.outcome(used()).disk_full is is_full

    def test_a_file_above_the_size_limit_counts_as_a_full_disk(self) -> None:
        assert ended(int(signal.SIGXFSZ)).outcome(used()).disk_full

    @pytest.mark.parametrize(
        ("oom", "refused"),
        [pytest.param(True, False, id="memory"), pytest.param(False, True, id="processes")],
    )
    def test_what_the_kernel_counted_is_told(self, oom: bool, refused: bool) -> None:
        outcome = ended(1 << 8).outcome(used(oom=oom, refused=refused))
        assert (outcome.oom_killed, outcome.processes_refused) == (oom, refused)

    @pytest.mark.parametrize(
        ("refused", "fault", "has_report"),
        [
            pytest.param(None, None, False, id="no-report-at-all"),
            pytest.param("a reason", None, False, id="refused"),
            pytest.param(None, "a reason", False, id="bad-frame"),
            pytest.param("a reason", None, True, id="refused-and-yet-a-report"),
        ],
    )
    def test_when_the_sandbox_fails_nothing_is_said_of_the_program(
        self, refused: str | None, fault: str | None, has_report: bool
    ) -> None:
        tally = ended() if has_report else Tally(LIMITS)
        tally.refused, tally.protocol_fault = refused, fault
        with pytest.raises(BackendUnavailableError, match=refused or fault or "without a report"):
            tally.outcome(used())

    @pytest.mark.parametrize(
        "name",
        [
            "cancelled", "output_cut", "wall_limit_hit", "cpu_limit_hit", "out_of_memory",
            "too_many_processes",
        ],
    )  # fmt: skip
    def test_a_sandbox_that_we_killed_owes_no_report(self, name: str) -> None:
        tally = Tally(LIMITS)
        setattr(tally, name, True)
        outcome = tally.outcome(used())
        assert (outcome.exit_code, outcome.signal) == (None, signal.SIGKILL)

    def test_a_sandbox_that_the_kernel_killed_for_memory_owes_no_report(self) -> None:
        outcome = Tally(LIMITS).outcome(used(oom=True))
        assert (outcome.oom_killed, outcome.signal) == (True, signal.SIGKILL)

    def test_a_bad_frame_after_the_report_costs_the_files_and_not_the_verdict(self) -> None:
        tally = ended(3 << 8)
        tally.protocol_fault = "a frame of unknown kind 99"
        outcome = tally.outcome(used())
        assert (outcome.exit_code, len(outcome.notes)) == (3, 1)


class TestMalformedReports:
    """The kernel's word passes through PID 1, and what passes through it is checked."""

    @pytest.mark.parametrize("cut", [0, 1, frames.EXITED_BODY.size - 1])
    def test_an_exit_that_is_cut_short_is_a_fault(self, cut: int) -> None:
        with pytest.raises(frames.FrameError):
            Tally(LIMITS).exited(exited()[:cut])

    @pytest.mark.parametrize("status", [0x137F, 0xFFFF])
    def test_a_status_that_ends_nothing_is_a_fault(self, status: int) -> None:
        with pytest.raises(frames.FrameError):
            Tally(LIMITS).exited(exited(status))

    @pytest.mark.parametrize("payload", [b"", b"\1"])
    def test_a_left_out_frame_that_is_cut_short_is_a_fault(self, payload: bytes) -> None:
        with pytest.raises(frames.FrameError):
            Tally(LIMITS).frame(frames.LEFT_OUT, payload)
