import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.mentions import find_mentions, pinged_users
from bot.demo.state import Json
from bot.demo.world import World

WORLD = World(time.time)
BEN, ADA = WORLD.users["ben"], WORLD.users["ada"]
CODE = WORLD.guilds[0].channels["code"]
MODERATOR = WORLD.guilds[0].roles["moderator"]
NONE: Json = {"parse": []}


@pytest.mark.parametrize(
    ("text", "allowed", "users"),
    [
        pytest.param("<@{ben}>", None, ["ben"], id="everything-is-parsed-by-default"),
        pytest.param("<@!{ben}> <@{ben}>", None, ["ben"], id="old-spelling-and-once-only"),
        pytest.param("<@{ben}>", NONE, [], id="nothing-allowed"),
        pytest.param("<@{ben}> <@{ada}>", {"users": ["{ben}"]}, ["ben"], id="listed-only"),
        pytest.param("`<@{ben}>`", None, [], id="inline-code"),
        pytest.param("```\n<@{ben}>\n```", None, [], id="code-block"),
        pytest.param("```\ncode\n``` <@{ben}>", None, ["ben"], id="after-a-code-block"),
        pytest.param("<@123456789012345678>", None, [], id="nobody-here"),
    ],
)
def test_user_mentions(text: str, allowed: Json | None, users: list[str]) -> None:
    ids = {"ben": BEN.id, "ada": ADA.id}
    if allowed is not None and "users" in allowed:
        allowed = {"users": [one.format(**ids) for one in allowed["users"]]}
    found = find_mentions(text.format(**ids), CODE, ADA, allowed)
    assert list(found.user_ids) == [WORLD.users[name].id for name in users]


def test_everyone_needs_the_permission() -> None:
    assert find_mentions("@everyone", CODE, ADA, None).everyone
    assert not find_mentions("@everyone", CODE, WORLD.bot, None).everyone


def test_a_role_pings_its_members() -> None:
    found = find_mentions(f"<@&{MODERATOR.id}>", CODE, ADA, None)
    assert found.role_ids == (MODERATOR.id,)
    assert pinged_users(found, CODE, None) == {BEN.id}


def test_an_interactions_response_parses_users_only() -> None:
    text = f"<@{BEN.id}> <@&{MODERATOR.id}> @everyone"
    found = find_mentions(text, CODE, ADA, None, interaction=True)
    assert (found.user_ids, found.role_ids, found.everyone) == ((BEN.id,), (), False)
    assert not found.replied_user


def test_an_answer_pings_whom_it_answers_unless_it_is_told_not_to() -> None:
    assert pinged_users(find_mentions("x", CODE, WORLD.bot, None), CODE, BEN) == {BEN.id}
    assert pinged_users(find_mentions("x", CODE, WORLD.bot, NONE), CODE, BEN) == frozenset()


PARTS = ["@", "<", ">", "&", "`", "everyone", str(BEN.id), str(MODERATOR.id), "\n"]


@given(st.lists(st.sampled_from(PARTS)).map("".join))
def test_with_nothing_allowed_no_text_pings(text: str) -> None:
    assert pinged_users(find_mentions(text, CODE, ADA, NONE), CODE, BEN) == frozenset()
