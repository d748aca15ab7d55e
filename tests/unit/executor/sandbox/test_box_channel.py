"""The host's end of a sandbox hears anything at all; the process behind it is a harmless stand-in."""

import asyncio
import errno
import os
import socket
import subprocess
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from executor.errors import BackendUnavailableError
from executor.sandbox.box import Box
from executor.sandbox.client import NoProcError
from executor.sandbox.counters import MeteredCounters
from executor.sandbox.ends import Ends
from executor.sandbox.inside import frames
from executor.sandbox.spec import Kind, Outcome, Program, SandboxSpec
from tests.results import LIMITS

PROGRAM = Program(argv=("true",), env={})
READY = frames.pack(frames.READY)
EXITED = frames.pack(frames.EXITED, frames.EXITED_BODY.pack(0, 0, 1 << 30, 1 << 20, 0))
FRAMES = st.tuples(
    st.sampled_from([*sorted(frames.OUTBOUND_BYTES), 0, 255]), st.binary(max_size=40)
).map(lambda frame: frames.pack(*frame))
WELL_FORMED = st.sampled_from(
    [
        READY,
        EXITED,
        frames.pack(frames.STARTED),
        frames.pack(frames.REFUSED, b"no \xff"),
        frames.pack(frames.NO_PROC, b"no /proc"),
        frames.pack(frames.METER, frames.METER_BODY.pack(1, 1 << 60, 9999)),
        frames.pack(frames.ARTIFACT, frames.pack_file(b"a", b"b", executable=False)),
        frames.pack(frames.ARTIFACT, frames.pack_file(b"../a", b"b", executable=False)),
        frames.pack(frames.LEFT_OUT, frames.LEFT_OUT_BODY.pack(77, 1)),
    ]
)
STREAMS = st.lists(st.one_of(WELL_FORMED, FRAMES, st.binary(max_size=9)), max_size=8)


class StandIn:
    """A process that only sleeps, and our hands on the other ends of its descriptors."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(["/bin/sleep", "60"], stdin=subprocess.DEVNULL)
        host, self.control = socket.socketpair()
        self.job, job = os.pipe()
        self.stdin, stdin = os.pipe()
        stdout, self.stdout = os.pipe()
        stderr, self.stderr = os.pipe()
        self.ends = Ends(
            control=host.detach(),
            job=job,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            pidfd=os.pidfd_open(self.process.pid),
            oom_event=None,
        )

    def hang_up(self) -> None:
        """End everything, as the death of a sandbox does."""
        self.process.kill()
        self.process.wait()
        self.control.close()
        for descriptor in (self.job, self.stdin, self.stdout, self.stderr):
            os.close(descriptor)


def box_of(stand_in: StandIn, counters: type[MeteredCounters] = MeteredCounters) -> Box:
    """Return the host's end of ``stand_in``."""
    return Box(
        slot=0,
        spec=SandboxSpec(kind=Kind.GENERIC, limits=LIMITS),
        ends=stand_in.ends,
        counters=counters(LIMITS.memory_bytes, LIMITS.processes),
        set_weight=lambda _: None,
    )


async def heard(
    pieces: list[bytes], counters: type[MeteredCounters] = MeteredCounters
) -> Outcome | None:
    """Return what the box says of a sandbox that sends ``pieces``; `None` if it gives up on it."""
    loop = asyncio.get_running_loop()
    unhandled: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: unhandled.append(context))
    stand_in = StandIn()
    box = box_of(stand_in, counters)
    try:
        async with asyncio.timeout(50), asyncio.TaskGroup() as tasks:
            running = tasks.create_task(outcome_of(box))
            for piece in pieces:
                stand_in.control.sendall(piece)
                await asyncio.sleep(0)
            stand_in.hang_up()
    finally:
        box.dispose()
    assert not unhandled
    return running.result()


async def outcome_of(box: Box) -> Outcome | None:
    try:
        return await box.run(PROGRAM, LIMITS)
    except BackendUnavailableError:
        return None
    finally:
        await box.gone()


@given(pieces=STREAMS)
@example(pieces=[READY, EXITED])
@example(pieces=[READY + EXITED + frames.pack(99)])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_sandbox_sends_the_run_ends_with_facts_or_without(pieces: list[bytes]) -> None:
    outcome = asyncio.run(heard(pieces))
    if outcome is not None:
        assert len(outcome.artifacts) <= LIMITS.artifacts
        assert not any("/" in artifact.path for artifact in outcome.artifacts)


def test_the_facts_of_an_honest_sandbox_are_told() -> None:
    outcome = asyncio.run(heard([READY, frames.pack(frames.STARTED) + EXITED]))
    assert outcome is not None
    assert outcome.exit_code == 0


def test_a_file_without_its_end_is_told_and_not_shown() -> None:
    cut = frames.pack(frames.ARTIFACT, frames.pack_file(b"a", b"whole", executable=False))[:-1]
    outcome = asyncio.run(heard([READY, frames.pack(frames.STARTED) + EXITED + cut]))
    assert outcome is not None
    assert outcome.exit_code == 0
    assert outcome.artifacts == ()
    assert outcome.notes == ("the program's files could not be read",)


class Vanished(MeteredCounters):
    """Cannot say at the end what was used."""

    def peak_bytes(self) -> int:
        raise OSError(errno.ENODEV, "No such device")


def test_without_counters_at_its_end_nothing_is_known_of_a_program() -> None:
    assert asyncio.run(heard([READY, frames.pack(frames.STARTED) + EXITED], Vanished)) is None


def test_after_a_breach_of_the_protocol_nothing_more_is_believed() -> None:
    pieces = [READY, frames.pack(frames.STARTED), frames.pack(99), EXITED]
    assert asyncio.run(heard(pieces)) is None


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(frames.pack(99), id="unknown-kind"),
        pytest.param(frames.HEADER.pack(frames.ARTIFACT, 1 << 31), id="a-file-of-2-GiB"),
    ],
)
def test_a_sandbox_that_breaks_the_protocol_is_killed(fault: bytes) -> None:
    async def killed() -> int:
        stand_in = StandIn()
        box = box_of(stand_in)
        stand_in.control.send(READY + fault)
        status = await asyncio.to_thread(stand_in.process.wait, 50)
        stand_in.hang_up()
        await box.gone()
        box.dispose()
        return status

    assert asyncio.run(killed()) == -9


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        pytest.param(frames.REFUSED, BackendUnavailableError, id="a-step"),
        pytest.param(frames.NO_PROC, NoProcError, id="a-proc-of-its-own"),
    ],
)
def test_what_a_sandbox_was_refused_is_told_by_kind(
    kind: int, expected: type[BackendUnavailableError]
) -> None:
    async def refusal() -> Exception:
        stand_in = StandIn()
        box = box_of(stand_in)
        stand_in.control.send(frames.pack(kind, b"not here"))
        with pytest.raises(BackendUnavailableError, match=r"was refused: not here$") as caught:
            await box.wait_ready()
        stand_in.hang_up()
        await box.gone()
        box.dispose()
        return caught.value

    assert type(asyncio.run(refusal())) is expected
