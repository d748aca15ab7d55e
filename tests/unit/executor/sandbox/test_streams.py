import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from executor.sandbox.streams import Reader, Writer

BIG = bytes(range(256)) * (1 << 14)  # 4 MiB, much more than any pipe holds


@pytest.fixture(autouse=True)
async def no_descriptor_leaks() -> AsyncGenerator[None, None]:
    before = descriptors()
    yield
    assert descriptors() == before


def descriptors() -> set[str]:
    found = set()
    for path in Path("/proc/self/fd").iterdir():
        try:
            found.add(f"{path.name} {path.readlink()}")
        except OSError:
            continue  # the one that lists this folder
    return found


class Received:
    """Collects what a Reader hands on."""

    def __init__(self, descriptor: int) -> None:
        self.pieces: list[bytes] = []
        self.ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        self.reader = Reader(loop, descriptor, self.pieces.append, self.ended.set)

    async def whole(self) -> bytes:
        async with asyncio.timeout(30):
            await self.ended.wait()
        return b"".join(self.pieces)


def writer(descriptor: int) -> Writer:
    return Writer(asyncio.get_running_loop(), descriptor)


async def read_slowly(descriptor: int, size: int) -> bytes:
    """Read ``size`` bytes in pieces, giving the loop a turn between them."""
    os.set_blocking(descriptor, False)
    data = b""
    async with asyncio.timeout(30):
        while len(data) < size:
            await asyncio.sleep(0)
            with contextlib.suppress(BlockingIOError):
                data += os.read(descriptor, 100_000)
    return data


async def test_what_is_written_arrives_in_order() -> None:
    end, start = os.pipe()
    received, sender = Received(end), writer(start)
    for piece in (b"one ", b"", b"two ", BIG, b" three"):
        sender.write(piece)
    sender.finish()
    assert await received.whole() == b"one two " + BIG + b" three"


async def test_a_slow_reader_gets_everything_and_drain_waits_for_it() -> None:
    end, start = os.pipe()
    sender = writer(start)
    sender.write(BIG)
    async with asyncio.TaskGroup() as group:
        draining = group.create_task(sender.drain())
        await asyncio.sleep(0)
        assert not draining.done()
        assert await read_slowly(end, len(BIG)) == BIG
    sender.write(b"more")
    assert os.read(end, 10) == b"more"
    sender.close()
    assert os.read(end, 1) == b""
    os.close(end)


async def test_drain_returns_at_once_when_everything_was_taken() -> None:
    end, start = os.pipe()
    sender = writer(start)
    await sender.drain()
    sender.write(b"little")
    await sender.drain()
    sender.close()
    os.close(end)


async def test_finish_closes_only_after_the_rest_was_taken() -> None:
    end, start = os.pipe()
    sender = writer(start)
    sender.write(BIG)
    sender.finish()
    sender.write(b"too late")
    assert await read_slowly(end, len(BIG)) == BIG
    await sender.drain()
    assert os.read(end, 1) == b""
    os.close(end)


async def test_finish_closes_at_once_when_nothing_is_queued() -> None:
    end, start = os.pipe()
    sender = writer(start)
    sender.finish()
    assert os.read(end, 1) == b""
    sender.finish()
    sender.close()
    os.close(end)


async def test_close_drops_what_is_queued_and_frees_who_waits() -> None:
    end, start = os.pipe()
    sender = writer(start)
    sender.write(BIG)
    async with asyncio.TaskGroup() as group, asyncio.timeout(30):
        group.create_task(sender.drain())
        await asyncio.sleep(0)
        sender.close()
    sender.close()
    os.close(end)


@pytest.mark.parametrize("is_full", [False, True], ids=["at-once", "while-it-waits"])
async def test_what_nobody_reads_any_more_is_dropped(is_full: bool) -> None:
    end, start = os.pipe()
    sender = writer(start)
    if is_full:
        sender.write(BIG)
    os.close(end)
    sender.write(b"nobody hears this")
    async with asyncio.timeout(30):
        await sender.drain()
    sender.write(b"nor this")
    sender.finish()


async def test_the_end_is_told_once_after_the_descriptor_is_closed() -> None:
    end, start = os.pipe()
    received = Received(end)
    os.write(start, b"last words")
    os.close(start)
    assert await received.whole() == b"last words"
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(end)
    received.reader.close()


async def test_a_closed_reader_tells_nothing_more() -> None:
    end, start = os.pipe()
    received = Received(end)
    os.write(start, b"unheard")
    received.reader.close()
    received.reader.close()
    os.close(start)
    await asyncio.sleep(0.01)
    assert (received.pieces, received.ended.is_set()) == ([], False)


async def test_a_socket_that_is_reset_is_at_its_end() -> None:
    ours, theirs = socket.socketpair()
    received = Received(ours.detach())
    os.write(received.reader._descriptor or -1, b"never read")
    theirs.close()  # with data unread: the other end sees ECONNRESET
    assert await received.whole() == b""


async def test_a_reader_may_be_closed_by_what_it_hands_on() -> None:
    end, start = os.pipe()
    loop = asyncio.get_running_loop()
    pieces: list[bytes] = []
    ended = asyncio.Event()

    def stop(data: bytes) -> None:
        pieces.append(data)
        reader.close()

    reader = Reader(loop, end, stop, ended.set)
    os.write(start, b"first")
    await asyncio.sleep(0.01)
    os.close(start)
    await asyncio.sleep(0.01)
    assert (pieces, ended.is_set()) == ([b"first"], False)
