"""What is shown of a program's output, as a manager sets it at the chat page and a member beside reads it."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Locator

from executor import Artifact, Output, StageStarted, Stream
from tests.discord.page_people import BEN, CLEO, PIXEL, Person, at_the_page, people_marks
from tests.results import result, step

pytestmark = people_marks

Both = tuple[Person, Person]
TOKEN = "ghp_" + "a1B2" * 9
WEBHOOK = "https://discord.com/api/webhooks/1000000000000000001/" + "aB3-" * 16
MADE = (
    Artifact(path="plot.png", content=PIXEL),
    Artifact(path="table.csv", content=b"1,2\n"),
)


@pytest_asyncio.fixture(loop_scope="module")
async def both(browser: Browser, tmp_path: Path) -> AsyncGenerator[Both, None]:
    async with at_the_page(browser, tmp_path, BEN, CLEO) as (ben, cleo):
        yield ben, cleo


def prints(person: Person, text: str, *made: Artifact) -> None:
    """Let every program print this, and make these files."""
    person.executor.answer = lambda job: result(step(text.encode()), job_id=job.id, artifacts=made)


async def files(answer: Locator) -> list[str]:
    """Return the names of what is attached."""
    return await answer.locator("xpath=..").locator("figcaption a").all_inner_texts()


async def test_a_member_sees_only_the_files_that_the_server_shows(
    both: Both, tmp_path: Path
) -> None:
    ben, cleo = both
    prints(cleo, "drawn\n", *MADE, Artifact(path="page.png", content=b"<b>hi</b>"))
    answer = await cleo.ask()
    assert await files(answer) == ["plot.png", "table.csv", "page.png.txt"]
    await ben.settings()
    await ben.go("Output")
    await ben.fill("Size and file types", {"Types of files that are attached": ".PNG, pdf"})
    await ben.reads("File types • pdf, png")
    answer = await cleo.ask()
    assert await files(answer) == ["plot.png"]
    words = await answer.inner_text()
    assert "This server shows only files of type pdf, png, so these are left out:" in words
    assert "table.csv" in words
    await cleo.page.screenshot(path=tmp_path / "types.png")
    await ben.pick("Choose what is on", "Live output", "Links")
    await ben.reads("Files • off")
    answer = await cleo.ask()
    assert await files(answer) == []
    assert "This server does not show the files that programs make." in await answer.inner_text()


async def test_a_member_sees_as_many_lines_as_the_server_wants_and_all_in_a_file(
    both: Both, tmp_path: Path
) -> None:
    ben, cleo = both
    prints(cleo, "".join(f"line {number}\n" for number in range(30)))
    answer = await cleo.ask()
    assert "line 29" in await answer.inner_text()
    assert await files(answer) == []
    await ben.settings()
    await ben.go("Output")
    sizes = {"Lines shown in a message": "5", "Characters shown in a message": "600"}
    await ben.fill("Size and file types", sizes)
    await ben.reads("In a message • 5 lines, 600 characters")
    await ben.page.screenshot(path=tmp_path / "output.png")
    answer = await cleo.ask()
    assert (await answer.inner_text()).count("line ") < 7
    await cleo.page.screenshot(path=tmp_path / "short.png")
    saved = await cleo.download(cleo.page.get_by_role("link", name="stdout.txt"))
    assert len(saved.read_text().splitlines()) == 30


async def test_a_member_watches_a_program_where_the_server_shows_live_output(
    both: Both, tmp_path: Path
) -> None:
    ben, cleo = both
    cleo.executor.is_holding = True

    async def begun(count: int) -> Locator:
        answer = await cleo.begin()
        run = await cleo.executor.started(count)
        run.emit(StageStarted("run"))
        run.emit(Output(Stream.STDOUT, b"progress\n"))
        return answer

    watched = await begun(1)
    await watched.get_by_text("progress").wait_for()
    assert "⏳" in await watched.inner_text()
    await cleo.page.screenshot(path=tmp_path / "live.png")
    await ben.settings()
    await ben.go("Output")
    await ben.pick("Choose what is on", "Files", "Links")
    await ben.reads("Live output • off")
    unwatched = await begun(2)
    await asyncio.sleep(2)
    words = await unwatched.inner_text()
    assert "⏳" in words
    assert "progress" not in words
    for run in cleo.executor.runs:
        run.finish(result(step(b"progress\n"), job_id=run.job.id))
    await unwatched.get_by_text("progress").wait_for()


async def test_invites_and_links_are_shown_as_the_server_wants(both: Both, tmp_path: Path) -> None:
    ben, cleo = both
    prints(cleo, "discord.gg/abc https://example.org/a\n")
    assert "[invite hidden] https://example.org/a" in await (await cleo.ask()).inner_text()
    await ben.settings()
    await ben.go("Output")
    await ben.pick("Choose what is on", "Files", "Live output", "Invites")
    await ben.reads("Links • off")
    await ben.page.screenshot(path=tmp_path / "switches.png")
    answer = await cleo.ask()
    assert "discord.gg/abc [link hidden]" in await answer.inner_text()
    assert await answer.locator("a").count() == 0


async def test_tokens_and_webhooks_are_seen_by_nobody(both: Both, tmp_path: Path) -> None:
    ben, cleo = both
    secrets = f"{TOKEN} {WEBHOOK}\n"
    prints(cleo, secrets, Artifact(path=f"{TOKEN}.txt", content=secrets.encode()))
    await ben.settings()
    await ben.go("Output")
    await ben.pick("Choose what is on", "Files", "Live output", "Invites", "Links")
    await ben.reads("Invites • on")
    answer = await cleo.ask()
    words = await answer.inner_text()
    assert "[token hidden] https://[webhook hidden]" in words
    assert "hidden: tokens always" in words
    await cleo.page.screenshot(path=tmp_path / "masked.png")
    saved = await cleo.download(cleo.page.get_by_role("link", name="token_hidden_.txt"))
    assert saved.read_text() == "[token hidden] https://[webhook hidden]\n"
    await ben.page.locator("#messages pre", has_text="[token hidden]").wait_for()
    for person in both:
        page = await person.page.content()
        assert TOKEN not in page
        assert WEBHOOK not in page
