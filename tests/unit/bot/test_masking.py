"""What no answer may carry. The tokens here are made up."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.filetypes import Kind, kind_of
from bot.masking import Masked, mask, mask_file, mask_text
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


ENCODINGS = ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_rules_hold_for_files_in_any_encoding(encoding: str) -> None:
    content = f"a discord.gg/abc é\n{BOT_TOKEN}\n☃ ".encode(encoding)
    masked = mask_file(content, Showing())
    assert masked.data.decode(encoding) == "a [invite hidden] é\n[token hidden]\n☃ "
    assert masked.hidden == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("é ".encode("latin-1"), b"\n", id="latin-1"),
        pytest.param(b"\0", b"\0\0", id="nul"),
        pytest.param(b"\xff\xfe\0", b"\xff", id="half-a-character"),
        pytest.param(b"SQLite format 3\0", b"\0\1", id="a-format-we-do-not-know"),
        pytest.param("é".encode("cp1252") + "漢字".encode("shift-jis"), b" ", id="shift-jis"),
        pytest.param(b"GIF89a is older than PNG, ", b"", id="begins-like-a-picture"),
        pytest.param(b"%PDF-\n", b"", id="begins-like-a-pdf"),
        pytest.param(b"RIFF....WEBP ", b"", id="begins-like-a-webp"),
        pytest.param(b"PK\3\4 ", b"", id="begins-like-an-archive"),
        pytest.param(b"\x7fELF\2\1 ", b"", id="begins-like-a-program"),
    ],
)
def test_what_else_is_in_a_file_hides_no_token_and_stays(before: bytes, after: bytes) -> None:
    content = before + BOT_TOKEN.encode() + after
    assert mask_file(content, Showing()) == Masked(before + b"[token hidden]" + after, 1)


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(b"\x89PNG\r\n\x1a\n\0", id="picture"),
        pytest.param(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", id="pdf"),
        pytest.param(b"PK\3\4\x14\0", id="archive"),
        pytest.param(b"\x7fELF\2\1\0", id="program"),
    ],
)
def test_formats_that_masking_would_damage_stay_as_they_are(start: bytes) -> None:
    content = start + f" discord.gg/abc {BOT_TOKEN}".encode()
    assert mask_file(content, STRICT) == Masked(content)


BYTES = st.binary(max_size=60) | st.text(max_size=20).map(lambda text: text.encode("utf-16-le"))


@given(BYTES, BYTES, st.sampled_from(["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]))
def test_a_token_among_any_bytes_gets_through_in_no_encoding(
    before: bytes, after: bytes, encoding: str
) -> None:
    space = " ".encode(encoding)
    token = space + BOT_TOKEN.encode(encoding) + space
    assume(kind_of(before + token + after) is not Kind.FORMAT)
    masked = mask_file(before + token + after, Showing())
    assert BOT_TOKEN.encode(encoding) not in masked.data
    assert masked.hidden == 1


@given(st.binary() | st.text().map(lambda text: text.encode("utf-32-le")))
def test_a_file_without_any_of_it_stays_as_it_is(content: bytes) -> None:
    harmless = re.sub(rb"[.:/_-]", b" ", content)
    assert mask_file(harmless, STRICT) == Masked(harmless)
