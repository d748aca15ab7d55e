"""One live sandbox on the event loop: made ready, given a program, watched, gone.

A sandbox is used once. It is gone when its PID 1's pidfd is readable, because a pid namespace
does not outlive its PID 1, and when its output and control streams are at their end.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable

from executor.errors import BackendUnavailableError
from executor.models import Limits, Stream
from executor.sandbox.client import DiedError, NoProcError
from executor.sandbox.counters import Counters, MeteredCounters, Reading, read
from executor.sandbox.ends import Ends
from executor.sandbox.inside import frames
from executor.sandbox.spec import Outcome, Program, SandboxSpec
from executor.sandbox.streams import Reader, Writer
from executor.sandbox.submission import collect_order, packed
from executor.sandbox.tally import Tally
from executor.sandbox.watch import Watch

_READY_SECONDS = 30.0
_START_SECONDS = 30.0
_COLLECT_SECONDS = 10.0
_DEATH_SECONDS = 15.0


class Box:
    """A sandbox that exists. Make it through the backend, which also buries it.

    Args:
        slot: its number, unique among the living.
        spec: what it was made for.
        ends: descriptors, owned by the box from now on.
        counters: who counts for it; owned by the box.
        set_weight: asks for a new CPU weight, without waiting.
    """

    def __init__(
        self,
        *,
        slot: int,
        spec: SandboxSpec,
        ends: Ends,
        counters: Counters,
        set_weight: Callable[[int], None],
    ) -> None:
        loop = asyncio.get_running_loop()
        self.slot = slot
        self.spec = spec
        self._loop = loop
        self._counters = counters
        self._pidfd = ends.pidfd
        self._oom_event = ends.oom_event
        self._tally = Tally(spec.limits)
        self._watch = Watch(counters, self._tally, set_weight, self.kill)
        self._ready: asyncio.Future[None] = loop.create_future()
        self._gone = asyncio.Event()
        self._used = Reading(
            cpu_seconds=0.0, peak_bytes=0, out_of_memory=False, processes_refused=False
        )
        self._open = {"control", "stdout", "stderr", "pidfd"}
        self._sizes = dict(frames.OUTBOUND_BYTES)
        self._decoder = frames.Decoder(self._sizes)
        self._on_output: Callable[[Stream, bytes], None] | None = None
        self._on_started: Callable[[], None] | None = None
        self._guard: asyncio.TimerHandle | None = None
        self._control_out = Writer(loop, os.dup(ends.control))
        self._job = Writer(loop, ends.job)
        self._stdin = Writer(loop, ends.stdin)
        self._readers = [
            Reader(loop, ends.control, self._on_control, lambda: self._ended("control")),
            Reader(
                loop, ends.stdout, lambda data: self._on_printed(Stream.STDOUT, data),
                lambda: self._ended("stdout"),
            ),
            Reader(
                loop, ends.stderr, lambda data: self._on_printed(Stream.STDERR, data),
                lambda: self._ended("stderr"),
            ),
        ]  # fmt: skip
        loop.add_reader(ends.pidfd, self._on_death)
        if ends.oom_event is not None:
            loop.add_reader(ends.oom_event, self._on_oom_event)

    async def wait_ready(self) -> None:
        """Return once the sandbox has checked itself from inside.

        Raises:
            DiedError: it was ended before.
            NoProcError: it was to have a /proc, which nobody may mount here.
            BackendUnavailableError: a step or the self-check failed, with the reason.
        """
        try:
            async with asyncio.timeout(_READY_SECONDS):
                await asyncio.shield(self._ready)
        except TimeoutError as error:
            raise BackendUnavailableError("the sandbox did not become ready in time") from error

    async def run(self, program: Program, limits: Limits) -> Outcome:
        """Run ``program`` to its end, under ``limits``, and return the facts.

        Cancelling the awaiting task leaves the program running: `kill` it and wait for `gone`.

        Raises:
            BackendUnavailableError: the sandbox failed us; nothing is known about the program.
        """
        self._on_output, self._on_started = program.on_output, program.on_started
        self._tally = self._watch.tally = Tally(limits)
        self._sizes[frames.ARTIFACT] = limits.artifact_bytes + frames.PATH_BYTES + 16
        await self.wait_ready()
        self._watch.before_start(program.burnt_seconds)
        self._submit(program, limits)
        self._guard_for(_START_SECONDS, "the program did not start in time")
        await self._gone.wait()
        self._watch.stop()
        if self._decoder.pending_bytes and self._tally.protocol_fault is None:
            self._tally.protocol_fault = "its report ends in the middle of a frame"
        return self._tally.outcome(self._used)

    def kill(self) -> None:
        """End every process of the sandbox now; may be called at any time and more than once."""
        if "pidfd" not in self._open:
            return
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def cancel(self) -> None:
        """End the program because nobody wants its result any more."""
        self._tally.cancelled = True
        self.kill()

    @property
    def is_gone(self) -> bool:
        """Whether no process of the sandbox is left."""
        return self._gone.is_set()

    async def gone(self) -> bool:
        """Wait until nothing of the sandbox is left; False when that could not be seen in time."""
        try:
            async with asyncio.timeout(_DEATH_SECONDS):
                await self._gone.wait()
        except TimeoutError:
            return False
        return True

    def queue_stdin(self, data: bytes) -> None:
        """Give the program more input without waiting until it reads."""
        self._stdin.write(data)

    async def write_stdin(self, data: bytes) -> None:
        """Give the program more input; waits while it does not read."""
        self._stdin.write(data)
        await self._stdin.drain()

    def wait_anew(self) -> None:
        """Let the wall clock begin anew, for who types to the program."""
        self._watch.wait_anew()

    def close_stdin(self) -> None:
        """Let the program see the end of its input."""
        self._stdin.finish()

    def send_signal(self, number: int) -> None:
        """Send a signal to the program's process group."""
        if 0 < number < 65:
            self._control_out.write(frames.pack(frames.SIGNAL, bytes([number])))

    def dispose(self) -> None:
        """Close every descriptor. The sandbox must be gone, or its death be given up on."""
        self._watch.stop()
        self._cancel_guard()
        for reader in self._readers:
            reader.close()
        for writer in (self._control_out, self._job, self._stdin):
            writer.close()
        if self._pidfd >= 0:
            self._loop.remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = -1
        self._close_oom_event()
        self._counters.close()
        if not self._ready.done():
            self._ready.cancel()

    def _submit(self, program: Program, limits: Limits) -> None:
        if program.collect:
            self._control_out.write(collect_order(program, limits))
        self._job.write(packed(program))
        self._job.finish()
        self._stdin.write(program.stdin)
        if not program.interactive:
            self._stdin.finish()

    def _on_control(self, data: bytes) -> None:
        if self._tally.protocol_fault is not None:
            return  # what broke the protocol once is not listened to any more
        try:
            for kind, payload in self._decoder.feed(data):
                self._on_frame(kind, payload)
        except frames.FrameError as error:
            self._tally.protocol_fault = str(error)
            self.kill()

    def _on_frame(self, kind: int, payload: bytes) -> None:
        match kind:
            case frames.READY:
                if not self._ready.done():
                    self._ready.set_result(None)
            case frames.REFUSED:
                self._refuse(payload.decode(errors="replace"))
            case frames.NO_PROC:
                self._refuse(payload.decode(errors="replace"), NoProcError)
            case frames.STARTED:
                self._note_start()
            case frames.METER if isinstance(self._counters, MeteredCounters):
                self._counters.sample(payload)
                self._watch.check_metered(too_many_processes=self._counters.too_many_processes())
            case frames.EXITED:
                self._watch.stop()
                cpu_us = self._tally.exited(payload)
                if isinstance(self._counters, MeteredCounters):
                    self._counters.cpu_at_end(cpu_us)
                self._guard_for(_COLLECT_SECONDS, None)
            case _:
                self._tally.frame(kind, payload)

    def _refuse(
        self, reason: str, kind: type[BackendUnavailableError] = BackendUnavailableError
    ) -> None:
        error = kind(f"the sandbox was refused: {reason}")
        if not self._ready.done():
            self._ready.set_exception(error)
            self._ready.exception()  # a box nobody waits for yet must not warn at its end
        self._tally.refused = str(error)
        self.kill()

    def _note_start(self) -> None:
        """The program has started; its first output may overtake the frame that says so."""
        if self._watch.is_started or self._watch.is_stopped:
            return
        self._cancel_guard()
        self._watch.started()
        if self._on_started is not None:
            self._on_started()

    def _on_printed(self, stream: Stream, data: bytes) -> None:
        self._note_start()
        kept = self._tally.printed(stream, data)
        if kept and self._on_output is not None:
            self._on_output(stream, kept)
        if self._tally.output_cut:
            self.kill()

    def _on_oom_event(self) -> None:
        if self._oom_event is not None:
            with contextlib.suppress(BlockingIOError):
                os.read(self._oom_event, 8)
            self._watch.out_of_memory()

    def _on_death(self) -> None:
        self._loop.remove_reader(self._pidfd)
        self._ended("pidfd")

    def _ended(self, what: str) -> None:
        self._open.discard(what)
        if what == "pidfd" and not self._ready.done():
            self._refuse("it ended before it was ready", DiedError)
        if not self._open:
            self._cancel_guard()
            self._close_oom_event()
            try:
                self._used = read(self._counters)  # the last moment at which they should be there
            except OSError as error:
                self._tally.refused = f"what the program used could not be counted: {error}"
            self._gone.set()

    def _close_oom_event(self) -> None:
        if self._oom_event is not None:
            self._loop.remove_reader(self._oom_event)
            os.close(self._oom_event)
            self._oom_event = None

    def _guard_for(self, seconds: float, complaint: str | None) -> None:
        """Kill the sandbox unless its next stage comes within ``seconds``."""
        self._cancel_guard()

        def too_late() -> None:
            if complaint:
                self._tally.refused = complaint
            else:
                self._tally.collector_timed_out = True
            self.kill()

        self._guard = self._loop.call_later(seconds, too_late)

    def _cancel_guard(self) -> None:
        if self._guard is not None:
            self._guard.cancel()
            self._guard = None
