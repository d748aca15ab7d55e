"""Decides who may do what, from the facts of a request. Pure but for the key file.

On loopback no key is needed. Loopback means the address we listen on, not the peer's: behind a
proxy every peer is local. A web page in a browser on this machine is local too, which is why Host
must name loopback (against DNS rebinding) and a foreign Origin may not write.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Literal, Protocol
from urllib.parse import urlsplit

from executor.http.piston import Caller
from executor.http.problems import HttpError
from executor.keys import Key, Right

# A key without a bound of its own; the queue's capacity bounds everybody.
_MANY = 1000


class Door(Enum):
    """What a route needs of whoever uses it."""

    OPEN = auto()  # nothing at all
    RUN = auto()
    METRICS = auto()
    PACKAGES = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The facts of a request that say who is there. ``writes`` is true of a WebSocket, too."""

    host: str
    writes: bool
    origin: str | None = None
    authorization: str | None = None
    is_forwarded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who is there; ``key`` of `None` is somebody who needs none."""

    key: Key | None = None
    caller: Caller = field(default_factory=lambda: Caller(running=_MANY))

    @property
    def name(self) -> str:
        """What logs call them."""
        return "" if self.key is None else self.key.name


class Keys(Protocol):
    """Knows keys by their secret."""

    def find(self, secret: str) -> Key | None:
        """Return the key that ``secret`` is, or `None`."""
        ...


class Gate:
    """Lets requests in, or not.

    Args:
        on_loopback: whether every address we listen on is loopback.
        auth: ``none`` needs no key anywhere, except for what needs a right.
        cors: origins of web pages that may use the API; ``*`` is any.
        keys: the keys there are.
    """

    def __init__(
        self,
        *,
        on_loopback: bool,
        auth: Literal["keys", "none"],
        cors: Sequence[str],
        keys: Keys,
    ) -> None:
        self._on_loopback = on_loopback
        self._auth = auth
        self._cors = frozenset(origin.rstrip("/") for origin in cors)
        self._keys = keys

    def admit(self, visit: Visit, door: Door) -> Visitor:
        """Return who is there.

        Raises:
            HttpError: they may not: 401 without a key that is needed, 403 otherwise.
        """
        if visit.writes and visit.origin is not None and not self._is_known(visit):
            raise HttpError(
                403,
                "Web pages of this origin may not use the API; the operator allows it with"
                " http.cors.",
            )
        if door is Door.OPEN:
            return Visitor()
        key = self._key(visit)
        if key is not None:
            _check_right(key, door)
            return _with_key(key)
        if not self._needs_no_key(visit, door):
            raise HttpError(
                401,
                "This needs an API key that is known here, sent as: Authorization: Bearer KEY",
                {"WWW-Authenticate": "Bearer"},
            )
        if self._on_loopback and not is_loopback_host(visit.host):
            raise HttpError(
                403, "Without a key the Host header must name this machine, such as localhost."
            )
        return Visitor()

    @property
    def answers_pages(self) -> bool:
        """Whether any web page of another origin may use the API."""
        return bool(self._cors)

    def allowed_origin(self, origin: str | None) -> str | None:
        """Return what to answer a web page of ``origin`` about its right to read, or `None`."""
        if origin is None:
            return None
        return origin if "*" in self._cors or origin in self._cors else None

    def _is_known(self, visit: Visit) -> bool:
        if self.allowed_origin(visit.origin) is not None:
            return True
        return urlsplit(visit.origin or "").netloc.lower() == visit.host.lower() != ""

    def _key(self, visit: Visit) -> Key | None:
        if visit.authorization is None:
            return None
        scheme, _, rest = visit.authorization.strip().partition(" ")
        secret = rest.strip() if scheme.lower() == "bearer" and rest else visit.authorization
        return self._keys.find(secret.strip())

    def _needs_no_key(self, visit: Visit, door: Door) -> bool:
        if door is Door.PACKAGES:
            return False
        is_local = self._on_loopback and not visit.is_forwarded
        if door is Door.METRICS:
            return is_local
        return is_local or self._auth == "none"


def is_loopback_host(host: str) -> bool:
    """Say whether a Host header, port or not, names this machine itself."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name == "localhost" or is_loopback_address(name)


def is_loopback_address(address: str) -> bool:
    """Say whether ``address`` is one of loopback's."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _check_right(key: Key, door: Door) -> None:
    needed = {Door.METRICS: Right.METRICS, Door.PACKAGES: Right.PACKAGES}.get(door)
    if needed is not None and needed not in key.rights:
        raise HttpError(
            403, f"This key lacks the right {needed.value!r}; one with it is made with --right."
        )


def _with_key(key: Key) -> Visitor:
    caller = Caller(owner=f"key:{key.name}", running=key.running or _MANY, most=key.limits)
    return Visitor(key=key, caller=caller)
