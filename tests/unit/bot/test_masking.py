"""What no answer may carry. The tokens here are made up."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.masking import mask, mask_file, mask_text
from bot.models import Showing

STRICT = Showing(invites=False, links=False)
OPEN = Showing(invites=True, links=True)
BOT_TOKEN = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"  # noqa: S105
WEBHOOK = "discord.com/api/webhooks/123456789012345678/aBc-dEf_123"

SECRETS = [
    pytest.param(BOT_TOKEN, "[token hidden]", id="discord-token"),
    pytest.param("mfa." + "aB3" * 28, "[token hidden]", id="discord-user-token"),
    pytest.param(WEBHOOK, "[webhook hidden]", id="webhook"),
    pytest.param("DiscordApp.com/api/v10/webhooks/1/x", "[webhook hidden]", id="older-webhook"),
    pytest.param("hooks.slack.com/services/T0/B0/x1", "[webhook hidden]", id="slack-webhook"),
    pytest.param("ghp_" + "a1B2" * 9, "[token hidden]", id="github"),
    pytest.param("github_pat_" + "a1_B" * 9, "[token hidden]", id="github-fine-grained"),
    pytest.param("glpat-" + "a1-B" * 5, "[token hidden]", id="gitlab"),
    pytest.param("AKIA" + "A1B2" * 4, "[token hidden]", id="aws"),
    pytest.param("AIza" + "a1-_B" * 7, "[token hidden]", id="google"),
    pytest.param("xoxb-" + "1a" * 10, "[token hidden]", id="slack"),
    pytest.param("sk-proj-" + "a1B2" * 10, "[token hidden]", id="openai"),
    pytest.param("sk_live_" + "a1B2" * 6, "[token hidden]", id="stripe"),
    pytest.param("npm_" + "a1B2" * 9, "[token hidden]", id="npm"),
    pytest.param("hf_" + "aBcD" * 8, "[token hidden]", id="hugging-face"),
    pytest.param("123456789:" + "a1-_B" * 7, "[token hidden]", id="telegram"),
]
CHOSEN = [
    pytest.param("discord.gg/abc-1", "[invite hidden]", id="invite"),
    pytest.param("DISCORD.GG/abc", "[invite hidden]", id="shouted-invite"),
    pytest.param("discord.com/invite/abc", "[invite hidden]", id="long-invite"),
    pytest.param("https://example.org/a?b#c", "[link hidden]", id="link"),
    pytest.param("www.example.org/a", "[link hidden]", id="link-without-scheme"),
]


@pytest.mark.parametrize(("secret", "shown"), SECRETS)
def test_tokens_and_webhooks_are_hidden_wherever_they_stand(secret: str, shown: str) -> None:
    for text in ("{}", 'key = "{}"', "a {} b\n", "{}\n{}", "https://{}"):
        for showing in (OPEN, STRICT):
            hidden = mask_text(text.format(secret, secret), showing)
            assert secret not in hidden
        assert mask_text(text.format(secret, secret), OPEN) == text.format(shown, shown)


@pytest.mark.parametrize(("found", "shown"), CHOSEN)
def test_invites_and_links_are_the_servers_choice(found: str, shown: str) -> None:
    assert mask_text(f"go to {found} now", STRICT) == f"go to {shown} now"
    assert mask_text(f"go to {found} now", OPEN) == f"go to {found} now"


def test_links_may_be_shown_where_invites_may_not() -> None:
    text = "https://example.org and https://discord.gg/abc"
    hidden = mask_text(text, Showing(invites=False, links=True))
    assert hidden == "https://example.org and https://[invite hidden]"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("3.141592.653589", id="number"),
        pytest.param("task-" + "a" * 40, id="a-word-that-ends-like-a-key"),
        pytest.param("the discord. gg", id="sentence"),
        pytest.param("12:34:56 started", id="time"),
        pytest.param("a.b.c.d", id="dots"),
        pytest.param("risk-averse", id="hyphen"),
        pytest.param("std::vector<int>", id="colons"),
        pytest.param("d41d8cd98f00b204e9800998ecf8427e", id="hash"),
    ],
)
def test_what_only_looks_alike_stays(text: str) -> None:
    assert mask_text(text, STRICT) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(
            "x discord.gg/\x1b[0mabc y\x1b[31mz",
            "x [invite hidden]\x1b[0m y\x1b[31mz",
            id="colour-inside",
        ),
        pytest.param(
            "disc\x1b[1mord.gg/ab\x1b[0mc d", "[invite hidden]\x1b[1m\x1b[0m d", id="two-inside"
        ),
        pytest.param(
            "\x1b[31mdiscord.gg/abc\x1b[0m", "\x1b[31m[invite hidden]\x1b[0m", id="around"
        ),
        pytest.param(
            "\x1b]0;title\x07a discord.gg/x b https://e.org/\x1b[mc",
            "\x1b]0;title\x07a [invite hidden] b [link hidden]\x1b[m",
            id="several",
        ),
        pytest.param(
            "\x1b]title\ndisc\x1b[2Kord.gg/abc",
            "\x1b]title\n[invite hidden]\x1b[2K",
            id="a-string-ends-with-its-line",
        ),
        pytest.param("\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m", id="nothing-to-hide"),
    ],
)
def test_escape_sequences_hide_nothing(text: str, shown: str) -> None:
    assert mask_text(text, STRICT) == shown


def test_what_is_hidden_is_counted() -> None:
    masked = mask(f"{BOT_TOKEN}\ndiscord.gg/a discord.gg/b\n".encode(), Showing())
    assert (masked.data, masked.hidden) == (
        b"[token hidden]\n[invite hidden] [invite hidden]\n",
        3,
    )


FRAGMENTS = st.sampled_from(
    [BOT_TOKEN, WEBHOOK, "discord.gg/", "abc", "https://", "www.", " ", "\n", "\x1b[31m", "\x1b[",
     "é", "\x1b]", "\x07", "ghp_", "a1B2" * 9, ".", "/", "-", "[", "]"]
)  # fmt: skip
TEXTS = st.lists(FRAGMENTS, max_size=12).map("".join) | st.text()


@given(TEXTS)
def test_nothing_is_left_that_would_be_hidden(text: str) -> None:
    once = mask(text.encode("utf-8", "replace"), STRICT)
    bare = re.sub(rb"\x1b\[[0-9;]*m", b"", once.data)
    assert BOT_TOKEN.encode() not in bare
    assert WEBHOOK.encode() not in bare
    assert re.search(rb"discord\.gg/\w", bare) is None
    assert mask(once.data, STRICT).data == once.data


@given(st.binary())
def test_bytes_without_any_of_it_stay_as_they_are(data: bytes) -> None:
    harmless = re.sub(rb"[.:/_-]", b" ", data)
    assert mask(harmless, STRICT).data == harmless


def test_the_rules_hold_for_files_that_are_text() -> None:
    assert mask_file(b"discord.gg/abc", Showing()).data == b"[invite hidden]"
    wide = mask_file("discord.gg/abc é".encode("utf-16"), Showing())
    assert wide.data.decode("utf-16") == "[invite hidden] é"
    picture = b"\x89PNG\r\n\x1a\n\0discord.gg/abc"
    assert mask_file(picture, Showing()).data == picture
    assert mask_file(b"\xff\xfe\0", Showing()).data == b"\xff\xfe\0"
