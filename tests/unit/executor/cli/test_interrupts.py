"""Ctrl-C at the worst moments: the signal is sent by the very callback that it would break."""

import asyncio
import logging
import signal
import threading
import time

import pytest

from executor.cli.interrupts import run_interruptible


def interrupt() -> None:
    """Press Ctrl-C; what Python does about it has happened when this returns."""
    signal.raise_signal(signal.SIGINT)


def test_it_does_not_come_between_a_look_at_a_future_and_its_result(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def work() -> str:
        loop = asyncio.get_running_loop()
        future = loop.create_future()

        def settle() -> None:
            if not future.done():
                interrupt()
                future.set_result(None)  # as `asyncio.futures._copy_future_state` does

        loop.call_soon(settle)
        try:
            await future
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return "stopped"
        return "went on"

    with caplog.at_level(logging.ERROR, "asyncio"):
        assert run_interruptible(work()) == "stopped"
    assert not caplog.records


def test_threads_may_report_while_it_comes(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> str:
        try:
            while True:
                await asyncio.to_thread(time.sleep, 0)
        except asyncio.CancelledError:
            return "stopped"

    with caplog.at_level(logging.ERROR, "asyncio"):
        for number in range(40):
            main = threading.get_ident()
            pressed = threading.Timer(
                0.005 + number / 10_000, signal.pthread_kill, (main, signal.SIGINT)
            )
            pressed.start()
            assert run_interruptible(work()) == "stopped"
            pressed.join()
    assert not caplog.records


def test_who_does_not_catch_it_is_interrupted() -> None:
    async def work() -> None:
        asyncio.get_running_loop().call_soon(interrupt)
        await asyncio.sleep(60)

    with pytest.raises(KeyboardInterrupt):
        run_interruptible(work())


def test_a_second_one_does_not_wait() -> None:
    cleaned_up = False

    async def work() -> None:
        nonlocal cleaned_up
        asyncio.get_running_loop().call_soon(interrupt)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            asyncio.get_running_loop().call_soon(interrupt)
            try:
                await asyncio.sleep(60)
            finally:
                cleaned_up = True

    with pytest.raises(KeyboardInterrupt):
        run_interruptible(work())
    assert cleaned_up


def test_a_cancellation_of_its_own_is_none() -> None:
    async def work() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        run_interruptible(work())


def test_one_that_is_ignored_stays_ignored() -> None:
    async def work() -> str:
        interrupt()
        await asyncio.sleep(0)
        return "went on"

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert run_interruptible(work()) == "went on"
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_afterwards_everything_is_as_before() -> None:
    before = signal.getsignal(signal.SIGINT)
    run_interruptible(asyncio.sleep(0))
    assert signal.getsignal(signal.SIGINT) is before
