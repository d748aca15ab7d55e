"""Binds addresses, and ends connections whose first request does not come in time.

The web server bounds idle connections only after a request; whoever connects and sends one byte a
minute would hold theirs for ever.
"""

import asyncio
import errno
import socket
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from executor.errors import ConfigError

_BACKLOG: Final = 1024


@dataclass(frozen=True, slots=True)
class Address:
    """Where the API listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address as a browser takes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


async def bind(host: str, port: int, *, stall_seconds: float) -> list[socket.socket]:
    """Return sockets that listen on every address that ``host`` means; none accepts yet.

    They listen at once because only that claims the port: two processes may bind the same one with
    SO_REUSEADDR, and the second to listen is refused. See socket(7).

    Args:
        host: a name or address.
        port: 0 is any free one.
        stall_seconds: the kernel ends a connection whose other end takes nothing for so long.

    Raises:
        ConfigError: there is no such address here, or the port is taken or not allowed.
    """
    sockets: list[socket.socket] = []
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, kind, protocol, _, address in dict.fromkeys(found):
            bound = socket.socket(family, kind, protocol)
            sockets.append(bound)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # Accepted connections inherit it. See tcp(7); Linux 5.11 counts closed windows, too.
            stall_ms = round(stall_seconds * 1000)
            bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, stall_ms)
            if family == socket.AF_INET6:
                bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            # With port 0 the second address takes the port that the first one was given.
            chosen = port or (sockets[0].getsockname()[1] if len(sockets) > 1 else 0)
            bound.bind((address[0], chosen, *address[2:]))
            bound.listen(_BACKLOG)
    except (OSError, UnicodeError) as error:
        for bound in sockets:
            bound.close()
        why = _reason(error)
        raise ConfigError(f"The HTTP API cannot listen on {host} port {port}: {why}.") from error
    return sockets


def _reason(error: OSError | UnicodeError) -> str:
    """Return why an address cannot be bound, and what to do about it."""
    if isinstance(error, UnicodeError):
        return "that is no name of a machine; write for example 127.0.0.1"
    if isinstance(error, socket.gaierror):
        return f"{error.strerror}; write an address of this machine, such as 127.0.0.1"
    match error.errno:
        case errno.EADDRINUSE:
            return "another process has it; choose another with --port or http.port, 0 for any free one"
        case errno.EADDRNOTAVAIL:
            return "this machine has no such address; write for example 127.0.0.1"
        case errno.EACCES:
            return "only root may take ports below 1024; choose another with --port or http.port"
        case _:
            return str(error.strerror or error)


def address_of(bound: socket.socket) -> Address:
    """Return where a bound socket is."""
    host, port, *_ = bound.getsockname()
    return Address(str(host), int(port))


class Heads:
    """Waits for the first request of each new connection.

    Args:
        seconds: how long it may take until its head is here.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._timers: dict[asyncio.BaseProtocol, asyncio.TimerHandle] = {}

    def connected(self, protocol: web.RequestHandler) -> None:
        """Begin to wait; called for every new connection."""
        loop = asyncio.get_running_loop()
        self._timers[protocol] = loop.call_later(self._seconds, self._give_up, protocol)

    def arrived(self, protocol: web.RequestHandler) -> None:
        """The connection has sent a request: aiohttp's own bounds hold from now on."""
        timer = self._timers.pop(protocol, None)
        if timer is not None:
            timer.cancel()

    def close(self) -> None:
        """Wait for nobody any more."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _give_up(self, protocol: web.RequestHandler) -> None:
        self._timers.pop(protocol, None)
        if protocol.transport is not None:
            protocol.transport.abort()


class ListeningSite(web.BaseSite):
    """A site of aiohttp's that tells `Heads` of every connection.

    Args:
        runner: what the site belongs to.
        bound: a bound socket, which the site owns.
        heads: is told.
    """

    def __init__(self, runner: web.AppRunner, bound: socket.socket, heads: Heads) -> None:
        super().__init__(runner, backlog=_BACKLOG)
        self._bound = bound
        self._heads = heads

    @property
    def name(self) -> str:
        """What aiohttp calls it."""
        return address_of(self._bound).url

    async def start(self) -> None:
        """Listen."""
        await super().start()
        handlers = self._runner.server
        if handlers is None:
            raise RuntimeError("the runner was not set up")

        def accept() -> asyncio.BaseProtocol:
            protocol = handlers()
            self._heads.connected(protocol)
            return protocol

        self._server = await asyncio.get_running_loop().create_server(
            accept, sock=self._bound, backlog=self._backlog
        )
