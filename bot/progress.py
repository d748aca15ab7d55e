"""What a run is doing, told from its events, and when a member should hear of it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot import texts
from bot.controls import while_running
from bot.escaping import has_colour, show_line
from bot.masking import mask
from bot.models import Reply, Showing, Tone
from bot.rendering import say
from bot.sizes import units
from executor import ExecutorError, Output, OutputChunk, Queued, Run, StageStarted

log = logging.getLogger(__name__)

# Makes of a stage's name and its output, or the end of it, what is shown.
Mend = Callable[[str, Sequence[OutputChunk]], bytes]


def as_printed(_stage: str, output: Sequence[OutputChunk]) -> bytes:
    """Return the output as it is."""
    return b"".join(chunk.data for chunk in output)


# What is shown of a running program's output: enough to follow it, little enough to send often.
_LINES = 15
_UNITS = 1500
_TAIL_BYTES = 8192


class Progress:
    """Follows one run. One task reads its events, another shows what `news` returns.

    Args:
        language: what runs, for the eye.
        job_id: by which buttons find the run.
        showing: what of its output may be shown.
        is_interactive: whether one can type to the program.
        mend: makes of a stage's output what is shown of it, as in the result later.
    """

    def __init__(
        self,
        language: str,
        job_id: str,
        showing: Showing,
        *,
        is_interactive: bool = False,
        mend: Mend = as_printed,
    ) -> None:
        self._language = language
        self._job_id = job_id
        self._showing = showing
        self._is_interactive = is_interactive
        self._title = texts.STARTING
        self._waiting: int | None = None
        self._mend = mend
        self._stage = ""
        self._tail: list[OutputChunk] = []
        self._printed_bytes = 0
        self._shown: Reply | None = None
        self._ended = asyncio.Event()

    @property
    def is_urgent(self) -> bool:
        """Return whether a member should hear of it at once: it waits for its turn, or for them."""
        return self._waiting is not None or self._is_interactive

    async def read(self, run: Run) -> None:
        """Read the events of ``run`` to their end; why a run failed, its result says."""
        try:
            async for event in run:
                match event:
                    case Queued(position):
                        self._waiting = position
                    case StageStarted(name):
                        self._waiting = None
                        self._title = texts.COMPILING if name == "compile" else texts.RUNNING
                        self._stage, self._tail, self._printed_bytes = name, [], 0
                    case Output(stream, data):
                        self._printed_bytes += len(data)
                        self._tail = _end_of([*self._tail, OutputChunk(stream, data)])
                    case _:
                        pass
        except ExecutorError:
            log.debug("job %s: the events ended with an error", run.job_id)

    def news(self) -> Reply | None:
        """Return what to show now; `None` if that is shown already."""
        now = self._now()
        if now == self._shown:
            return None
        self._shown = now
        return now

    def end(self) -> None:
        """Say that the result is there."""
        self._ended.set()

    async def ended_within(self, seconds: float) -> bool:
        """Return whether the result came within that time; returns at once when it does."""
        try:
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        except TimeoutError:
            return False
        return True

    def _now(self) -> Reply:
        if self._waiting is not None:
            reply = say(texts.WAITING, texts.waiting(self._waiting), Tone.RUNNING)
        else:
            said = self._said()
            reply = say(self._title, said or self._language, Tone.RUNNING)
            reply = replace(reply, footer=self._language if said else "")
        return while_running(
            reply,
            self._job_id,
            is_waiting=self._waiting is not None,
            is_interactive=self._is_interactive,
        )

    def _said(self) -> str:
        # Who types to a program must see what it asks.
        if not self._showing.is_live and not self._is_interactive:
            return ""
        said = self._mend(self._stage, self._tail)
        lost_bytes = self._printed_bytes - sum(len(chunk.data) for chunk in self._tail)
        return last_lines(said, len(said) + lost_bytes, self._showing)


def _end_of(chunks: list[OutputChunk]) -> list[OutputChunk]:
    """Return the last of ``chunks``, no more bytes than are worth keeping."""
    kept: list[OutputChunk] = []
    left = _TAIL_BYTES
    for chunk in reversed(chunks):
        if not left:
            break
        kept.append(replace(chunk, data=chunk.data[-left:]))
        left -= len(kept[-1].data)
    return kept[::-1]


def last_lines(tail: bytes, printed_bytes: int, showing: Showing) -> str:
    """Return the last whole lines of ``tail`` in a code block; nothing if there is nothing to see.

    Args:
        tail: the end of what was printed.
        printed_bytes: how much was printed in all.
        showing: what of it may be shown, and how much.
    """
    if printed_bytes > len(tail):
        _, _, tail = tail.partition(b"\n")  # the beginning of its first line is lost
    lines = mask(tail, showing).data.removesuffix(b"\n").split(b"\n")
    shown: list[str] = []
    left = _UNITS
    for line in reversed(lines[-min(_LINES, showing.lines) :]):
        text = show_line(line)
        left -= units(text) + 1
        if left < 0:
            break
        shown.insert(0, text)
    text = "\n".join(shown)
    if not text.strip():
        return ""
    return f"```{'ansi' if has_colour(text) else ''}\n{text}\n```"
