"""Keys of the HTTP API: made here, kept as hashes only, looked up while the API runs."""

import hashlib
import json
import os
import re
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from executor.errors import ConfigError
from executor.models import LimitsRequest

KEYS_FILE: Final = "keys.json"  # in the data folder

_PERIODS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0}
_RATE: Final = re.compile(r"(\d{1,9})/([smh])")


@dataclass(frozen=True, slots=True)
class Rate:
    """So many runs in so many seconds; all of them may come at once."""

    runs: int
    seconds: float

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """Return the rate that ``text`` names, such as ``5/s``, ``100/m`` or ``1000/h``.

        Raises:
            ValueError: it names none.
        """
        match = _RATE.fullmatch(text.strip())
        if match is None or int(match[1]) == 0:
            raise ValueError(f"{text!r} is not a rate; write for example 5/s, 100/m or 1000/h")
        return cls(int(match[1]), _PERIODS[match[2]])

    def __str__(self) -> str:
        unit = next(name for name, seconds in _PERIODS.items() if seconds == self.seconds)
        return f"{self.runs}/{unit}"


class Right(StrEnum):
    """What a key may do beside running programs."""

    METRICS = "metrics"
    PACKAGES = "packages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key as it is kept: ``digest`` stands for its secret, which nobody here knows any more.

    ``rate``, ``running`` and ``languages`` of `None` mean without a bound.
    """

    name: str
    digest: str
    created: str = ""
    rate: Rate | None = None
    running: int | None = None
    languages: frozenset[str] | None = None
    rights: frozenset[Right] = frozenset()
    limits: LimitsRequest = field(default_factory=LimitsRequest)


def new_secret() -> str:
    """Return a key to hand out: 256 random bits, with a prefix that secret scanners can know."""
    return f"codecage_{secrets.token_urlsafe(32)}"


def digest_of(secret: str) -> str:
    """Return what is kept of a key. It is random enough to need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def now() -> str:
    """Return this moment as it is kept with a key."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class KeyFile:
    """The keys in a file, read again when it changes.

    Args:
        path: the file; it need not be there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._keys: tuple[Key, ...] = ()
        self._by_digest: dict[str, Key] = {}

    def find(self, secret: str) -> Key | None:
        """Return the key that ``secret`` is, or `None`.

        Raises:
            ConfigError: the file cannot be read as what it should be.
        """
        self._refresh()
        return self._by_digest.get(digest_of(secret))

    def keys(self) -> Sequence[Key]:
        """Return all keys, sorted by name.

        Raises:
            ConfigError: the file cannot be read as what it should be.
        """
        self._refresh()
        return self._keys

    def add(self, key: Key) -> None:
        """Keep ``key``.

        Raises:
            ConfigError: there is one of that name, or the file cannot be read or written.
        """
        if any(other.name == key.name for other in self.keys()):
            raise ConfigError(
                f"There is a key {key.name!r} already; take another name, or first run:"
                f" codecage keys remove {key.name}"
            )
        self._write((*self._keys, key))

    def remove(self, name: str) -> None:
        """Forget the key called ``name``; from then on it opens nothing.

        Raises:
            ConfigError: there is none, or the file cannot be read or written.
        """
        left = tuple(key for key in self.keys() if key.name != name)
        if len(left) == len(self._keys):
            known = ", ".join(key.name for key in self._keys)
            raise ConfigError(f"There is no key {name!r}; there is {known or 'none at all'}.")
        self._write(left)

    def _refresh(self) -> None:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            self._take((), None)
            return
        except OSError as error:
            raise ConfigError(f"{self._path} cannot be read: {error.strerror}.") from error
        seen = (status.st_mtime_ns, status.st_ino)
        if seen != self._seen:
            self._take(_read(self._path), seen)

    def _take(self, keys: Sequence[Key], seen: tuple[int, int] | None) -> None:
        self._keys = tuple(sorted(keys, key=lambda key: key.name))
        self._by_digest = {key.digest: key for key in keys}
        self._seen = seen

    def _write(self, keys: Sequence[Key]) -> None:
        """Replace the file as a whole; it belongs to whoever owns the folder, and only to them."""
        document = {"keys": [_Entry.of(key).model_dump(exclude_none=True) for key in keys]}
        folder = self._path.parent
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=folder, prefix=".keys-")  # mode 0600
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(document, file, indent=1)
                owner = folder.stat()
                if os.geteuid() == 0:
                    os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            Path(name).replace(self._path)
        except OSError as error:
            raise ConfigError(f"{self._path} cannot be written: {error.strerror}.") from error
        self._seen = None


class _Limits(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    wall_seconds: float | None = None
    cpu_seconds: float | None = None
    memory_bytes: int | None = None


class _Entry(BaseModel):
    """A key in the file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    digest: str
    created: str = ""
    rate: str | None = None
    running: int | None = None
    languages: list[str] | None = None
    rights: list[str] = []
    limits: _Limits = _Limits()

    @classmethod
    def of(cls, key: Key) -> "_Entry":
        limits = key.limits
        return cls(
            name=key.name,
            digest=key.digest,
            created=key.created,
            rate=None if key.rate is None else str(key.rate),
            running=key.running,
            languages=None if key.languages is None else sorted(key.languages),
            rights=sorted(key.rights),
            limits=_Limits(
                wall_seconds=limits.wall_seconds,
                cpu_seconds=limits.cpu_seconds,
                memory_bytes=limits.memory_bytes,
            ),
        )

    def key(self) -> Key:
        return Key(
            name=self.name,
            digest=self.digest,
            created=self.created,
            rate=None if self.rate is None else Rate.parse(self.rate),
            running=self.running,
            languages=None if self.languages is None else frozenset(self.languages),
            rights=frozenset(Right(right) for right in self.rights),
            limits=LimitsRequest(**self.limits.model_dump()),
        )


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    keys: list[_Entry]


_MEND: Final = "put a copy in its place, or delete it and make new keys with codecage keys add"


def _read(path: Path) -> tuple[Key, ...]:
    try:
        document = _Document.model_validate_json(path.read_bytes())
        return tuple(entry.key() for entry in document.keys)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = "".join(f"{part}." for part in first["loc"]).removesuffix(".")
        found = f"{where}: {first['msg']}" if where else first["msg"]
        raise ConfigError(f"{path}: {found}; {_MEND}.") from error
    except ValueError as error:
        raise ConfigError(f"{path}: {error}; {_MEND}.") from error
