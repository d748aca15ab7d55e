"""What a server has, as far as its settings speak of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.languages import LanguageNames
from bot.models import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server as seen by its settings.

    ``channel_ids`` are channels and threads where people write, and ``parent_ids`` the channels
    that the threads hang on. ``everyone_id`` is the role that all members have;
    ``managing_role_ids`` are those that come with Manage Server. ``operator`` is what holds in any
    case.
    """

    guild_id: int
    names: LanguageNames
    channel_ids: frozenset[int]
    role_ids: frozenset[int]
    managing_role_ids: frozenset[int]
    operator: Rules
    parent_ids: Mapping[int, int] = field(default_factory=dict)

    @property
    def everyone_id(self) -> int:
        """Return the id of the role of all members, which is the server's own (Discord: roles)."""
        return self.guild_id

    def places(self) -> Iterator[tuple[int, ...]]:
        """Yield each channel, and each thread with the channel that it hangs on behind it."""
        for id_ in self.channel_ids:
            parent_id = self.parent_ids.get(id_)
            yield (id_,) if parent_id is None else (id_, parent_id)
