"""Starts one job and joins it with our own streams until it ends."""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Final

from executor.interfaces import Executor, Run
from executor.models import Job, Output, Result, Stream
from executor.paths import MAX_STDIN_BYTES

_DESCRIPTORS: Final = {Stream.STDOUT: 1, Stream.STDERR: 2}

Write = Callable[[Stream, bytes], None]


class ReaderGoneError(Exception):
    """Whoever read our standard output has stopped reading it."""


def write_through(stream: Stream, data: bytes) -> None:
    """Write ``data`` to our own standard output or error, all of it, unbuffered.

    Raises:
        ReaderGoneError: nobody reads our standard output any more.
    """
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(_DESCRIPTORS[stream], view) :]
    except BrokenPipeError as error:
        if stream is Stream.STDOUT:
            raise ReaderGoneError from error


async def follow(
    executor: Executor, job: Job, *, write: Write | None, input_fd: int | None = None
) -> Result:
    """Run ``job`` to its end.

    Cancelling the task (Ctrl-C) stops the job and returns its result, which then says so.

    Args:
        executor: what runs it.
        job: the job; interactive when there is an ``input_fd``.
        write: gets the program's output as it comes, in a thread of its own; `None` leaves all
            output to the result.
        input_fd: a descriptor whose bytes become the program's standard input as they come.

    Raises:
        ExecutorError: it could not be run.
        ReaderGoneError: ``write`` said so; the job was stopped.
    """
    run = await executor.start(job)
    if input_fd is not None:
        _start_feeding(run, input_fd)
    try:
        if write is not None:
            async for event in run:
                if isinstance(event, Output):
                    # A reader who is slower than the program must not hold up its time limit.
                    await asyncio.to_thread(write, event.stream, event.data)
        return await run.result()
    except ReaderGoneError:
        await _stopped(run)
        raise
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()
        return await _stopped(run)


async def _stopped(run: Run) -> Result:
    await run.cancel()
    return await run.result()


def _start_feeding(run: Run, descriptor: int) -> None:
    """Pass what can be read from ``descriptor`` to ``run``, until its end.

    A thread, because a terminal's descriptor must not be made non-blocking under its other users
    and a file's cannot be waited for; a daemon, because a blocked read cannot be taken back.
    """
    loop = asyncio.get_running_loop()

    async def pass_on(data: bytes) -> None:
        if data:
            await run.write_stdin(data)
        else:
            await run.close_stdin()

    def feed() -> None:
        left = MAX_STDIN_BYTES
        while True:
            try:
                data = os.read(descriptor, min(65536, left)) if left else b""
            except OSError:
                data = b""
            passing = pass_on(data)
            try:
                asyncio.run_coroutine_threadsafe(passing, loop).result()
            except (RuntimeError, CancelledError):  # the loop has ended, and the run with it
                passing.close()
                return
            left -= len(data)
            if not data:
                return

    threading.Thread(target=feed, name="standard input", daemon=True).start()
