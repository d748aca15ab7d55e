"""Runs a command's coroutine so that Ctrl-C ends it in order."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")


def run_interruptible(work: Coroutine[Any, Any, _T]) -> _T:
    """Run ``work`` on an event loop of its own and return its result; a command's `asyncio.run`.

    Ctrl-C cancels ``work``, which may clean up and even return a result. A further one waits for nothing
    but what is left to be closed.

    `asyncio.run` cancels from inside a signal handler, between any two instructions: also after a
    callback has seen that a future is pending and before it sets its result, which then fails with an
    InvalidStateError (`asyncio.to_thread` is such a callback). Here the signal waits for its turn.

    Raises:
        KeyboardInterrupt: it was interrupted and did not return a result of its own.
    """
    task: asyncio.Task[_T] | None = None
    is_interrupted = False

    async def noted() -> _T:
        nonlocal task
        task = asyncio.current_task()
        return await work

    def interrupt() -> None:
        nonlocal is_interrupted
        if is_interrupted or task is None or task.done():
            raise KeyboardInterrupt
        is_interrupted = True
        task.cancel()

    with asyncio.Runner() as runner:
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # nohup and `&` ignore it
            runner.get_loop().add_signal_handler(signal.SIGINT, interrupt)
        try:
            return runner.run(noted())
        except asyncio.CancelledError:
            if is_interrupted:
                raise KeyboardInterrupt from None
            raise
