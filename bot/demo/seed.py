"""The servers and people that are there without any configuration."""

from collections.abc import Iterator

from bot.demo.permissions import ALL_PERMISSIONS, BOT_PERMISSIONS, MEMBER_PERMISSIONS
from bot.demo.state import Channel, Guild, Member, Role, Snowflakes, User


def make_users(ids: Snowflakes) -> dict[str, User]:
    """Return the people by name: ada owns the servers, ben moderates, cleo and dan are members."""
    people = (("ada", "Ada", "en-US"), ("ben", "Ben", "en-GB"), ("cleo", "Cleo", "fr"))
    users = {
        name: User(id=ids.next(), name=name, display_name=shown, locale=locale)
        for name, shown, locale in people
    }
    users["dan"] = User(id=ids.next(), name="dan", display_name="Dan", locale="de")
    return users


def make_bot(ids: Snowflakes) -> User:
    """Return the app's own account."""
    return User(id=ids.next(), name="codecage", display_name="codecage", is_bot=True)


def make_guilds(ids: Snowflakes, users: dict[str, User], bot: User) -> list[Guild]:
    """Return the demo server, with three channels, and a second, smaller one."""
    demo = _guild(ids, "Codecage demo", ids.next(), users, bot)
    for name, topic in (
        ("general", "Anything goes"),
        ("code", "Programs and what they print"),
        ("bots", "Try commands without disturbing anybody"),
    ):
        _channel(ids, demo, name, topic)
    # A guild's shard is (id >> 22) % shards: neighbours, so that two shards have one each.
    few = {name: users[name] for name in ("ada", "ben")}
    second = _guild(ids, "Second server", demo.id + (1 << 22), few, bot)
    _channel(ids, second, "general", "A server with its own settings")
    return [demo, second]


def make_elsewhere(ids: Snowflakes, users: dict[str, User]) -> Guild:
    """Return a server without the app, where people use it as an app of their own."""
    guild = _guild(ids, "Server without codecage", ids.next(), users, None)
    _channel(ids, guild, "general", "The app is no member here, but people have it with them")
    return guild


def make_group(ids: Snowflakes, users: dict[str, User]) -> Channel:
    """Return a group of people, where they use the app as one of their own."""
    people = [users[name] for name in ("ada", "ben", "cleo")]
    return Channel(
        id=ids.next(),
        name=", ".join(one.display_name for one in people),
        recipients=people,
    )


def make_joined(
    ids: Snowflakes, users: dict[str, User], bot: User, *, has_system_channel: bool
) -> Guild:
    """Return a server that has just invited the app."""
    guild = _guild(ids, "A server that invites codecage", ids.next(), users, bot)
    _channel(ids, guild, "general", "Where newcomers are greeted")
    if has_system_channel:
        guild.system_channel = guild.channels["general"]
    return guild


def make_many(
    ids: Snowflakes, users: dict[str, User], bot: User, count: int, *, channels: int, roles: int
) -> Iterator[Guild]:
    """Yield ``count`` servers of the usual size that have the app, spread over all shards."""
    first = ids.next()
    few = {name: users[name] for name in ("ada", "ben")}
    for number in range(count):
        guild = _guild(ids, f"Server {number}", first + (number << 22), few, bot)
        for one in range(roles):
            name = f"role {one}"
            guild.roles[name] = Role(id=ids.next(), name=name, permissions=MEMBER_PERMISSIONS)
        for one in range(channels):
            _channel(ids, guild, f"channel-{one}", f"What is said about subject {one}")
        yield guild


def _guild(
    ids: Snowflakes, name: str, guild_id: int, users: dict[str, User], bot: User | None
) -> Guild:
    guild = Guild(id=guild_id, name=name, owner_id=users["ada"].id)
    guild.roles = {
        "@everyone": Role(id=guild_id, name="@everyone", permissions=MEMBER_PERMISSIONS),
        "moderator": Role(
            id=ids.next(), name="moderator", permissions=ALL_PERMISSIONS & ~8, position=2
        ),
        "member": Role(id=ids.next(), name="member", permissions=0, position=1, color=0x57A773),
    }
    for user in users.values():
        role = guild.roles["moderator" if user.name == "ben" else "member"]
        guild.members[user.id] = Member(user=user, roles=[role])
    if bot is not None:
        role = Role(id=ids.next(), name="codecage", permissions=BOT_PERMISSIONS, position=3)
        guild.roles["codecage"] = role
        guild.members[bot.id] = Member(user=bot, roles=[role])
    return guild


def _channel(ids: Snowflakes, guild: Guild, name: str, topic: str) -> None:
    guild.channels[name] = Channel(id=ids.next(), name=name, guild=guild, topic=topic)
