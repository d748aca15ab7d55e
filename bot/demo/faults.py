"""Trouble on purpose: the next call of a route fails, or a permission is refused."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from bot.demo.errors import ApiError
from bot.demo.permissions import Permission
from bot.demo.state import Channel, Overwrite, User


@dataclass(kw_only=True)
class Fault:
    """What happens to the next calls of a route.

    With ``is_done`` they do their work all the same, and only their answers are lost. ``error`` of
    `None` is no answer at all: the connection ends.
    """

    method: str
    pattern: str
    error: ApiError | None
    is_done: bool
    times: int


class Faults:
    """What goes wrong next. ``bot`` is whose permissions :meth:`refuse` takes."""

    def __init__(self, bot: User) -> None:
        self._bot = bot
        self._faults: list[Fault] = []

    def fail_next(
        self,
        method: str,
        pattern: str,
        *,
        status: int,
        code: int = 0,
        message: str = "Fault on purpose",
        retry_after: float | None = None,
        is_global: bool = False,
        is_done: bool = False,
        times: int = 1,
        via: bool = True,
    ) -> None:
        """Let the next ``times`` calls of a route fail; ``pattern`` may use ``*`` and lies below the base.

        ``retry_after`` is in seconds, ``is_global`` a 429 of all calls together. ``is_done`` lets the
        calls do their work first, as behind a gateway that gave up waiting. ``via=False`` leaves out
        the header by which clients tell Discord's own 429 from a ban in front of it.
        """
        if status == 429 and retry_after is None:
            retry_after = 0.05
        error = ApiError(
            status, code, message, retry_after_seconds=retry_after, is_global=is_global, via=via
        )
        self._faults.append(
            Fault(method=method, pattern=pattern, error=error, is_done=is_done, times=times)
        )

    def hang_up_next(
        self, method: str, pattern: str, *, is_done: bool = False, times: int = 1
    ) -> None:
        """Let the next calls of a route end without any answer, after their work or before."""
        self._faults.append(
            Fault(method=method, pattern=pattern, error=None, is_done=is_done, times=times)
        )

    def due(self, method: str, path: str) -> Fault | None:
        """Return what happens to this call; `None` if nothing does."""
        for fault in self._faults:
            if fault.method == method and fnmatchcase(path, fault.pattern):
                fault.times -= 1
                if fault.times == 0:
                    self._faults.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Let everything go well again, but for permissions."""
        self._faults.clear()

    def refuse(self, permission: Permission, channel: Channel) -> None:
        """Take a permission from the app in a channel, so that the API answers 403 there."""
        channel.overwrites.append(Overwrite(id=self._bot.id, kind=1, deny=permission))

    def allow_again(self, channel: Channel) -> None:
        """Give back every permission that was refused in a channel."""
        channel.overwrites = [o for o in channel.overwrites if o.id != self._bot.id]
