"""Which language somebody reads. Discord tells that of who uses a command, not of who writes a message."""

from collections import OrderedDict

_CAPACITY = 20_000


class Tongues:
    """Remembers the languages of the latest members. Bounded, in memory."""

    def __init__(self, capacity: int = _CAPACITY) -> None:
        self._capacity = capacity
        self._known: OrderedDict[int, str] = OrderedDict()

    def note(self, user_id: int, locale: str) -> None:
        """Remember a member's Discord locale, such as ``pt-BR``."""
        self._known[user_id] = locale
        self._known.move_to_end(user_id)
        if len(self._known) > self._capacity:
            self._known.popitem(last=False)

    def of(self, user_id: int, otherwise: str | None) -> str | None:
        """Return a member's locale; ``otherwise`` if nobody knows, such as the server's."""
        return self._known.get(user_id, otherwise)
