"""Which message was answered, so that none is answered twice. Bounded, in memory."""

from collections import OrderedDict

_CAPACITY = 10_000


class History:
    """Remembers the latest messages. Discord may deliver one again after a connection was resumed."""

    def __init__(self, capacity: int = _CAPACITY) -> None:
        self._capacity = capacity
        self._claimed: OrderedDict[int, None] = OrderedDict()

    def claim(self, message_id: int) -> bool:
        """Return whether this is the first time somebody sets out to answer the message."""
        if message_id in self._claimed:
            return False
        self._claimed[message_id] = None
        if len(self._claimed) > self._capacity:
            self._claimed.popitem(last=False)
        return True

    def release(self, message_id: int) -> None:
        """Take a claim back: nobody answered the message after all."""
        self._claimed.pop(message_id, None)
