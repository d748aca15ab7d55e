"""Non-blocking ends of pipes and sockets on the event loop, without transports on the hot path."""

import asyncio
import contextlib
import os
from collections.abc import Callable

_CHUNK_BYTES = 1 << 16


class Writer:
    """Writes bytes to a descriptor as fast as the other end reads, and then perhaps closes it.

    The other end may vanish at any time: what it did not read is dropped, as a shell's pipe does.
    The descriptor is owned by this object.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, descriptor: int) -> None:
        self._loop = loop
        self._descriptor: int | None = descriptor
        self._buffer = bytearray()
        self._close_when_empty = False
        self._waiting = False
        self._drained = asyncio.Event()
        self._drained.set()
        os.set_blocking(descriptor, False)

    def write(self, data: bytes) -> None:
        """Queue ``data``; most of it usually leaves at once."""
        if self._descriptor is None or self._close_when_empty:
            return
        self._buffer += data
        self._flush()

    async def drain(self) -> None:
        """Wait until everything queued was taken or the other end is gone."""
        await self._drained.wait()

    def finish(self) -> None:
        """Close the descriptor once everything queued has been taken."""
        self._close_when_empty = True
        self._flush()

    def close(self) -> None:
        """Close the descriptor now and drop what is queued."""
        if self._descriptor is None:
            return
        if self._waiting:
            self._loop.remove_writer(self._descriptor)
            self._waiting = False
        os.close(self._descriptor)
        self._descriptor = None
        self._buffer.clear()
        self._drained.set()

    def _flush(self) -> None:
        if self._descriptor is None:
            return
        try:
            while self._buffer:
                with memoryview(self._buffer) as view:
                    written = os.write(self._descriptor, view[: 1 << 20])
                del self._buffer[:written]
        except BlockingIOError:
            self._drained.clear()
            if not self._waiting:
                self._loop.add_writer(self._descriptor, self._flush)
                self._waiting = True
            return
        except OSError:
            self.close()  # EPIPE: nobody reads any more
            return
        if self._waiting:
            self._loop.remove_writer(self._descriptor)
            self._waiting = False
        self._drained.set()
        if self._close_when_empty:
            self.close()


class Reader:
    """Hands on what can be read from a descriptor, and its end. Owns the descriptor.

    Args:
        loop: the running loop.
        descriptor: a pipe's or socket's end.
        on_data: called with each piece.
        on_end: called once, at end-of-file, after the descriptor is closed.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        descriptor: int,
        on_data: Callable[[bytes], None],
        on_end: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._descriptor: int | None = descriptor
        self._on_data = on_data
        self._on_end = on_end
        os.set_blocking(descriptor, False)
        loop.add_reader(descriptor, self._read)

    def close(self) -> None:
        """Stop reading and close; ``on_end`` is not called."""
        if self._descriptor is None:
            return
        self._loop.remove_reader(self._descriptor)
        with contextlib.suppress(OSError):
            os.close(self._descriptor)
        self._descriptor = None

    def _read(self) -> None:
        if self._descriptor is None:
            return
        try:
            data = os.read(self._descriptor, _CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError:  # ECONNRESET: the sandbox died with frames of ours unread
            data = b""
        if data:
            self._on_data(data)
        else:
            self.close()
            self._on_end()
