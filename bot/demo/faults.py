"""Trouble on purpose: the next call of a route fails, or a permission is refused."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from bot.demo.errors import ApiError
from bot.demo.permissions import Permission
from bot.demo.state import Channel, Overwrite, User


@dataclass(kw_only=True)
class _Fault:
    method: str
    pattern: str
    error: ApiError
    times: int


class Faults:
    """What goes wrong next. ``bot`` is whose permissions :meth:`refuse` takes."""

    def __init__(self, bot: User) -> None:
        self._bot = bot
        self._faults: list[_Fault] = []

    def fail_next(
        self,
        method: str,
        pattern: str,
        *,
        status: int,
        code: int = 0,
        message: str = "Fault on purpose",
        retry_after: float | None = None,
        times: int = 1,
        via: bool = True,
    ) -> None:
        """Let the next ``times`` calls of a route fail; ``pattern`` may use ``*`` and lies below the base.

        ``retry_after`` is in seconds. ``via=False`` leaves out the header by which clients tell
        Discord's own 429 from a ban in front of it.
        """
        if status == 429 and retry_after is None:
            retry_after = 0.05
        error = ApiError(status, code, message, retry_after_seconds=retry_after, via=via)
        self._faults.append(_Fault(method=method, pattern=pattern, error=error, times=times))

    def strike(self, method: str, path: str) -> None:
        """Let a call fail if it is the turn of one to fail.

        Raises:
            ApiError: as :meth:`fail_next` was told.
        """
        for fault in self._faults:
            if fault.method == method and fnmatchcase(path, fault.pattern):
                fault.times -= 1
                if fault.times == 0:
                    self._faults.remove(fault)
                raise fault.error

    def refuse(self, permission: Permission, channel: Channel) -> None:
        """Take a permission from the app in a channel, so that the API answers 403 there."""
        channel.overwrites.append(Overwrite(id=self._bot.id, kind=1, deny=permission))

    def allow_again(self, channel: Channel) -> None:
        """Give back every permission that was refused in a channel."""
        channel.overwrites = [o for o in channel.overwrites if o.id != self._bot.id]
