import time
from importlib.resources import files

import pytest

from bot.demo.permissions import Permission, permissions_in
from bot.demo.sessions import REPLAY_EVENTS, Session
from bot.demo.state import Overwrite, Snowflakes, Upload, iso
from bot.demo.world import ATTACHMENT_BYTES_KEPT, Draft, World


def test_ids_grow_even_while_the_clock_stands_still() -> None:
    ids = Snowflakes(lambda: 1_800_000_000.0)
    made = [ids.next() for _ in range(5000)]
    assert made == sorted(set(made))
    assert 17 <= len(str(made[0])) <= 20


def test_an_id_tells_its_time() -> None:
    made = Snowflakes(lambda: 1_800_000_000.5).next()
    assert (made >> 22) / 1000 + 1_420_070_400 == 1_800_000_000.5
    assert iso(1_800_000_000.5) == "2027-01-15T08:00:00.500000+00:00"


@pytest.mark.parametrize(
    ("name", "permission", "expected"),
    [
        pytest.param("ada", Permission.ADMINISTRATOR, True, id="owner"),
        pytest.param("ben", Permission.MANAGE_MESSAGES, True, id="moderator"),
        pytest.param("ben", Permission.ADMINISTRATOR, False, id="moderator-is-no-admin"),
        pytest.param("cleo", Permission.SEND_MESSAGES, True, id="member"),
        pytest.param("cleo", Permission.MANAGE_MESSAGES, False, id="member-moderates-nothing"),
    ],
)
def test_seeded_people_have_sensible_permissions(
    name: str, permission: Permission, expected: bool
) -> None:
    world = World(time.time)
    code = world.guilds[0].channels["code"]
    assert bool(permissions_in(code, world.users[name]) & permission) is expected


def test_a_members_overwrite_beats_the_everyone_one() -> None:
    world = World(time.time)
    guild = world.guilds[0]
    code, cleo = guild.channels["code"], world.users["cleo"]
    send = Permission.SEND_MESSAGES
    code.overwrites.append(Overwrite(id=guild.id, kind=0, deny=send))
    assert not permissions_in(code, cleo) & send
    assert permissions_in(code, world.users["ada"]) & send
    code.overwrites.append(Overwrite(id=cleo.id, kind=1, allow=send))
    assert permissions_in(code, cleo) & send


def test_strangers_have_no_permissions() -> None:
    world = World(time.time)
    dm, second = world.dm(world.users["ben"]), world.guilds[1].channels["general"]
    assert permissions_in(dm, world.users["cleo"]) == 0
    assert permissions_in(second, world.users["cleo"]) == 0


def test_file_names_and_types_are_those_of_discord() -> None:
    world = World(time.time)
    code = world.guilds[0].channels["code"]
    uploads = [
        Upload(filename="my file(1).py", content=b""),
        Upload(filename="message.txt", content=b"", content_type=""),
        Upload(filename="../../etc/passwd", content=b""),
    ]
    made = world.attach(code, uploads)
    assert [one.filename for one in made] == ["my_file_1_.py", "message.txt", ".._.._etc_passwd"]
    assert [one.content_type for one in made] == ["text/x-python", None, None]


def test_old_files_make_room() -> None:
    world = World(time.time)
    code = world.guilds[0].channels["code"]
    big = bytes(ATTACHMENT_BYTES_KEPT // 2)
    for _ in range(3):
        world.create_message(code, world.bot, Draft(uploads=[Upload(filename="big", content=big)]))
    assert len(world.attachments) == 2


def test_old_messages_make_room() -> None:
    world = World(time.time)
    code = world.guilds[0].channels["code"]
    for _ in range(1001):
        world.create_message(code, world.bot, Draft(content="x"))
    assert len(code.messages) == len(world.messages) == 1000


def session_with(events: int) -> Session:
    session = Session(id="s", intents=0, shard=(0, 1))
    for number in range(events):
        session.push("EVENT", {"number": number})
    return session


def test_a_session_replays_what_came_after() -> None:
    session = session_with(5)
    assert [seq for seq, _ in session.after(3)] == [4, 5]
    assert session.after(5) == []
    assert session.can_replay(0)
    assert not session.can_replay(6)


def test_a_session_that_forgot_cannot_be_resumed() -> None:
    session = session_with(REPLAY_EVENTS + 2)
    assert not session.can_replay(1)
    assert session.can_replay(2)
    assert session.after(2)[0][0] == 3


def test_every_file_that_the_page_names_is_in_the_package() -> None:
    page = files("bot.demo").joinpath("page")
    names = {entry.name for entry in page.iterdir()}
    html = page.joinpath("index.html").read_text()
    assert {"index.html", "style.css", "app.js", "icon.svg"} <= names
    for name in ("style.css", "app.js", "icon.svg"):
        assert f"/page/{name}" in html
    for script in (name for name in names if name.endswith(".js")):
        text = page.joinpath(script).read_text()
        imported = {
            line.split('"./')[1].rstrip('";') for line in text.splitlines() if ' from "./' in line
        }
        assert imported <= names
        assert "innerHTML" not in text
