"""Which message was answered, so that none is answered twice. Bounded, in memory."""

from collections import OrderedDict

_CAPACITY = 10_000


class History:
    """Remembers the latest messages. Discord may deliver one again after a connection was resumed."""

    def __init__(self, capacity: int = _CAPACITY) -> None:
        self._capacity = capacity
        self._claimed: OrderedDict[int, None] = OrderedDict()
        self._changed: OrderedDict[int, float] = OrderedDict()

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

    def is_newest(self, message_id: int, changed_at: float) -> bool:
        """Return whether no later state of the message was seen; this one is remembered.

        Args:
            message_id: which message.
            changed_at: when it was written or edited, in seconds since 1970, by Discord's clock.
        """
        if self._changed.get(message_id, changed_at) > changed_at:
            return False
        self._changed[message_id] = changed_at
        self._changed.move_to_end(message_id)
        if len(self._changed) > self._capacity:
            self._changed.popitem(last=False)
        return True
