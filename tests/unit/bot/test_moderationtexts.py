"""What blocked members read, and everybody in maintenance: whole sentences, whatever somebody else put in."""

import math

import pytest

from bot import listtexts, moderationtexts
from bot.store import Block
from executor import Load


@pytest.mark.parametrize(
    ("message", "words"),
    [
        pytest.param("back at 8", "for now: back at 8. Try again", id="without-an-end"),
        pytest.param("Back at 8.", "for now: Back at 8. Try again", id="a-full-stop"),
        pytest.param("Really!", "for now: Really! Try again", id="an-exclamation-mark"),
        pytest.param("8時に戻る", "for now: 8時に戻る\u3002 Try again", id="japanese"),
        pytest.param("", "run nothing for now. Try again", id="nothing"),
        pytest.param(" ", "run nothing for now. Try again", id="a-blank"),
        pytest.param("back at 8 ", "for now: back at 8. Try again", id="a-blank-at-the-end"),
    ],
)
def test_the_owners_message_ends_before_ours_goes_on(message: str, words: str) -> None:
    assert words in moderationtexts.in_maintenance(message)


@pytest.mark.parametrize(
    ("user_id", "guild_id", "words"),
    [
        pytest.param(1, None, "You cannot run programs anywhere. Reason: spam. Ask the bot's owner", id="a-person"),
        pytest.param(None, 2, "Nobody can run programs on this server. Reason: spam. Ask the bot's owner", id="a-server"),
        pytest.param(1, 2, "You cannot run programs on this server. Reason: spam. Ask a moderator", id="a-member"),
    ],
)  # fmt: skip
def test_a_block_says_whom_it_is_about_and_whom_to_ask(
    user_id: int | None, guild_id: int | None, words: str
) -> None:
    block = Block(user_id=user_id, guild_id=guild_id, by_id=3, at=0, reason="spam")
    assert moderationtexts.blocked(block).startswith(words)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        pytest.param("mining", ": mining. For ever.", id="without-an-end"),
        pytest.param("Mining!", ": Mining! For ever.", id="with-an-end"),
        pytest.param("", "<t:0:R>. For ever.", id="none"),
    ],
)
def test_a_reason_in_the_list_ends_before_the_line_goes_on(reason: str, words: str) -> None:
    line = listtexts.block_line(Block(user_id=1, guild_id=2, by_id=3, at=0, reason=reason))
    assert line.endswith(words)


@pytest.mark.parametrize(
    ("expires_at", "reason", "words"),
    [
        pytest.param(None, "", "<@1>", id="for-ever"),
        pytest.param(None, "spam", "<@1> (spam)", id="with-a-reason"),
        pytest.param(9.0, "", "<@1>. Until <t:9:f>.", id="for-a-while"),
        pytest.param(9.0, "spam", "<@1> (spam). Until <t:9:f>.", id="both"),
    ],
)
def test_the_log_says_of_a_block_whom_why_and_until_when(
    expires_at: float | None, reason: str, words: str
) -> None:
    assert moderationtexts.block_detail("<@1>", expires_at, reason) == words


@pytest.mark.parametrize(
    ("days", "words"), [(1, "1 day, "), (0.5, "0.5 days, "), (7, "7 days, ")], ids=str
)
def test_how_long_something_is_kept_is_said_in_english(days: float, words: str) -> None:
    assert f": {words}for moderators" in moderationtexts.privacy_about(0, days)


LOAD = Load(waiting_jobs=0, running_jobs=0, ready_sandboxes=1, kept_builds=0, kept_build_bytes=0)


def health(*seconds: float) -> list[str]:
    shards = [(number, one, 7) for number, one in enumerate(seconds)]
    said = moderationtexts.health(LOAD, languages=8, servers=9, memory_bytes=10, shards=shards)
    return said.splitlines()


@pytest.mark.parametrize("unknown", [math.inf, math.nan])
def test_a_shard_without_a_heartbeat_yet_is_not_connected(unknown: float) -> None:
    said = health(0.25, unknown, 0.5)
    assert "shards: 3; slowest heartbeat: 500 ms" in said[2]
    assert said[4:] == [
        "Shard 0: 250 ms, servers: 7",
        "Shard 1: not connected, servers: 7",
        "Shard 2: 500 ms, servers: 7",
    ]
    assert "slowest heartbeat: not connected" in health(unknown)[2]
    assert "shards: 0; slowest heartbeat: not connected" in health()[2]


def test_of_many_shards_all_are_counted_and_the_worst_are_listed() -> None:
    said = health(*[number / 1000 for number in range(1, 1200)], math.inf)
    assert "shards: 1,200; slowest heartbeat: 1.2 s" in said[2]
    assert said[4] == "Shard 1160: 1.16 s, servers: 7"
    assert said[-2:] == ["Shard 1199: not connected, servers: 7", "Not listed: 1,160"]
    assert len(said) == 4 + 40 + 1
