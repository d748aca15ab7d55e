"""Sizes of messages and uploads: what Discord refuses, and what just fits."""

from collections.abc import AsyncGenerator

import pytest

from bot.demo.state import Json
from tests.discord.standin_api import Api, FakeClock, button, connected_api, form, option, row


@pytest.fixture
async def api() -> AsyncGenerator[Api, None]:
    async with connected_api(FakeClock()) as api:
        yield api


V2 = 1 << 15


@pytest.mark.parametrize(
    ("body", "place"),
    [
        pytest.param({"content": "x" * 2001}, "content", id="content"),
        pytest.param({"embeds": [{"title": "x" * 257}]}, "embeds.0.title", id="title"),
        pytest.param(
            {"embeds": [{"description": "x" * 4097}]}, "embeds.0.description", id="description"
        ),
        pytest.param(
            {"embeds": [{"footer": {"text": "x" * 2049}}]}, "embeds.0.footer.text", id="footer"
        ),
        pytest.param(
            {"embeds": [{"author": {"name": "x" * 257}}]}, "embeds.0.author.name", id="author"
        ),
        pytest.param(
            {"embeds": [{"fields": [{"name": "x", "value": "y"}] * 26}]},
            "embeds.0.fields",
            id="fields",
        ),
        pytest.param(
            {"embeds": [{"fields": [{"name": "x" * 257, "value": "y"}]}]},
            "embeds.0.fields.0.name",
            id="field-name",
        ),
        pytest.param(
            {"embeds": [{"fields": [{"name": "x", "value": "y" * 1025}]}]},
            "embeds.0.fields.0.value",
            id="field-value",
        ),
        pytest.param(
            {"embeds": [{"fields": [{"name": "x", "value": " "}]}]},
            "embeds.0.fields.0.value",
            id="field-empty",
        ),
        pytest.param({"embeds": [{"title": "x"}] * 11}, "embeds", id="eleven-embeds"),
        pytest.param({"embeds": [{"description": "x" * 3001}] * 2}, "embeds", id="6000-together"),
        pytest.param({"embeds": [{"title": "x", "color": 1 << 24}]}, "embeds.0.color", id="colour"),
        pytest.param({"content": "x", "nonce": "n" * 26}, "nonce", id="nonce"),
        pytest.param(
            {"content": "x", "components": [row(button())] + [row(button(n)) for n in range(1, 6)]},
            "components",
            id="six-rows",
        ),
        pytest.param(
            {"content": "x", "components": [row(*map(button, range(6)))]},
            "components.0.components",
            id="six-buttons",
        ),
        pytest.param(
            {"content": "x", "components": [row(button(label="x" * 81))]},
            "components.0.components.0.label",
            id="button-label",
        ),
        pytest.param(
            {"content": "x", "components": [row(button(custom_id="x" * 101))]},
            "components.0.components.0.custom_id",
            id="custom-id",
        ),
        pytest.param(
            {"content": "x", "components": [row({"type": 2, "style": 1, "label": "x"})]},
            "components.0.components.0.custom_id",
            id="no-custom-id",
        ),
        pytest.param(
            {"content": "x", "components": [row(button(), button())]},
            "components",
            id="custom-id-twice",
        ),
        pytest.param(
            {
                "content": "x",
                "components": [
                    row({"type": 3, "custom_id": "s", "options": [*map(option, range(26))]})
                ],
            },
            "components.0.components.0.options",
            id="26-options",
        ),
        pytest.param(
            {"content": "x", "components": [{"type": 10, "content": "x"}]},
            "components.0.type",
            id="v2-without-its-flag",
        ),
        pytest.param(
            {"content": "x", "flags": V2, "components": [{"type": 10, "content": "x"}]},
            "content",
            id="content-with-v2",
        ),
        pytest.param(
            {"flags": V2, "components": [{"type": 10, "content": "x" * 2001}] * 2},
            "components",
            id="v2-text-together",
        ),
        pytest.param(
            {"flags": V2, "components": [{"type": 10, "content": "x"}] * 41},
            "components",
            id="41-v2-components",
        ),
        pytest.param(
            {"flags": V2, "components": [{"type": 13, "file": {"url": "attachment://gone"}}]},
            "components.0.file.url",
            id="file-that-is-not-attached",
        ),
        pytest.param(
            {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
            "allowed_mentions",
            id="parse-and-list",
        ),
        pytest.param(
            {"content": "x", "allowed_mentions": {"parse": ["nobody"]}},
            "allowed_mentions.parse.0",
            id="parse-unknown",
        ),
        pytest.param(
            {"content": "x", "message_reference": {"message_id": "1"}},
            "message_reference",
            id="answer-to-nothing",
        ),
    ],
)
async def test_a_message_that_discord_refuses_is_refused(api: Api, body: Json, place: str) -> None:
    status, answer = await api.call("POST", api.messages, body)
    assert (status, answer["code"]) == (400, 50035)
    node = answer["errors"]
    for step in place.split("."):
        node = node[step]
    assert node["_errors"][0]["message"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"content": "x" * 2000 + " " * 50}, id="content-is-trimmed-first"),
        pytest.param({"embeds": [{"description": "x" * 4096, "title": "y" * 256}]}, id="embed"),
        pytest.param({"embeds": [{"description": "x" * 3000}] * 2}, id="6000-together"),
        pytest.param({"content": "😀" * 2000}, id="characters-not-bytes"),
        pytest.param(
            {
                "content": "x",
                "components": [row(*map(button, range(n, n + 5))) for n in (0, 5, 10)],
            },
            id="fifteen-buttons",
        ),
        pytest.param({"flags": V2, "components": [{"type": 10, "content": "x" * 4000}]}, id="v2"),
    ],
)
async def test_what_just_fits_is_taken(api: Api, body: Json) -> None:
    status, answer = await api.call("POST", api.messages, body)
    assert (status, answer.get("errors")) == (200, None)


@pytest.mark.parametrize(
    "body", [{}, {"content": " \n"}, {"embeds": []}], ids=["nothing", "blank", "no-embeds"]
)
async def test_an_empty_message_is_50006(api: Api, body: Json) -> None:
    assert (await api.call("POST", api.messages, body))[1]["code"] == 50006


@pytest.mark.parametrize(
    ("files", "status", "code"),
    [
        pytest.param([b"x" * (10 * 1024 * 1024)], 200, None, id="10-MiB"),
        pytest.param([b"x" * (10 * 1024 * 1024 + 1)], 413, 40005, id="one-byte-more"),
        pytest.param([b"x" * (9 * 1024 * 1024)] * 3, 413, 40005, id="27-MiB-together"),
        pytest.param([b"x"] * 10, 200, None, id="ten-files"),
        pytest.param([b"x"] * 11, 400, 30015, id="eleven-files"),
    ],
)
async def test_uploads_are_limited(
    api: Api, files: list[bytes], status: int, code: int | None
) -> None:
    answer = await api.call("POST", api.messages, data=form(files, content="x"))
    assert (answer[0], answer[1].get("code")) == (status, code)


async def test_an_edit_keeps_the_files_it_lists_and_adds_new_ones(api: Api) -> None:
    _, sent = await api.call("POST", api.messages, data=form([b"a", b"b"], content="x"))
    kept = [{"id": sent["attachments"][1]["id"]}, {"id": "0", "filename": "new.txt"}]
    path = f"{api.messages}/{sent['id']}"
    _, edited = await api.call("PATCH", path, data=form([b"c"], attachments=kept))
    assert [one["filename"] for one in edited["attachments"]] == ["f1.txt", "new.txt"]
    status, answer = await api.call("PATCH", path, {"content": "", "attachments": []})
    assert (status, answer["code"]) == (400, 50006)
