"""A server's settings go out and come back as a file at the chat page; a member beside meets what holds."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser

from tests.discord.page_people import BASH, BEN, CLEO, Person, at_the_page, people_marks

pytestmark = people_marks

Both = tuple[Person, Person]
MISTAKEN = "log_channel: null\nlanguages:\n  everywhere: {only: [pyhton]}\n"


@pytest_asyncio.fixture(loop_scope="module")
async def both(browser: Browser, tmp_path: Path) -> AsyncGenerator[Both, None]:
    async with at_the_page(browser, tmp_path, BEN, CLEO) as (ben, cleo):
        yield ben, cleo


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text)
    return path


async def test_settings_are_downloaded_changed_and_taken_back(both: Both, tmp_path: Path) -> None:
    ben, cleo = both
    await ben.settings()
    await ben.go("Log & import/export")
    await ben.press("Export")
    link = ben.page.get_by_role("link", name="settings.yaml")
    saved = await ben.download(link)
    assert "everywhere: all" in saved.read_text()
    changed = saved.read_text().replace("everywhere: all", "everywhere: {only: [python]}")
    taken = await ben.use("settings", file=written(tmp_path, changed))
    await taken.get_by_text("languages.everywhere: all → only python").wait_for()
    await ben.page.screenshot(path=tmp_path / "taken.png")
    assert "bash is switched off here" in await (await cleo.ask(BASH)).inner_text()
    assert await cleo.page.get_by_role("link", name="settings.yaml").count() == 0


async def test_a_file_that_does_not_fit_is_refused_whole(both: Both, tmp_path: Path) -> None:
    ben, cleo = both
    refused = await ben.use("settings", file=written(tmp_path, MISTAKEN))
    await refused.get_by_role("heading", name="Nothing was changed").wait_for()
    words = await refused.inner_text()
    assert "line 3: languages.everywhere.only.0: no language here is called 'pyhton'." in words
    assert "Did you mean python?" in words
    await ben.page.screenshot(path=tmp_path / "refused.png")
    assert "Finished" in await (await cleo.ask(BASH)).inner_text()
    await ben.settings()
    assert "Everywhere • all" in await ben.panel.inner_text()


async def test_a_file_that_locks_moderators_out_counts_after_a_yes(
    both: Both, tmp_path: Path
) -> None:
    ben, cleo = both
    await ben.use("settings", file=written(tmp_path, "channels: {only: []}"))
    await ben.panel.get_by_text("No channel would be left").wait_for()
    shown = await ben.download(ben.panel.get_by_role("link", name="settings.yaml"))
    assert "only: []" in shown.read_text()
    assert "Finished" in await (await cleo.ask()).inner_text()
    await ben.press("Leave it as it is")
    await ben.panel.get_by_role("button", name="Export").wait_for()
    assert "Finished" in await (await cleo.ask()).inner_text()
    await ben.use("settings", file=written(tmp_path, "channels: {only: []}"))
    await ben.press("Do it all the same")
    await ben.panel.get_by_text("channels: all → only nothing").wait_for()
    assert "Finished" not in await (await cleo.ask()).inner_text()
    await ben.press("Reset everything")
    await ben.press("Do it all the same")
    await ben.panel.get_by_text("channels: only nothing → all").wait_for()
    assert "Finished" in await (await cleo.ask()).inner_text()


async def test_a_file_put_into_the_box_goes_to_the_command(both: Both, tmp_path: Path) -> None:
    ben, _ = both
    file = written(tmp_path, "output: {lines: 7}")
    await ben.open_form("settings")
    await ben.page.locator("#attach").set_input_files(file)
    chosen = ben.page.locator("#option-file")
    assert await chosen.evaluate("field => field.files[0].name") == file.name
    await ben.page.locator("#attach").set_input_files(file)
    notice = ben.page.get_by_role("alert").first
    assert "/settings has no option left for “mine.yaml”." in await notice.inner_text()
    await ben.page.get_by_role("button", name="Send").click()
    await ben.panel.get_by_text("output.lines: 40 → 7").wait_for()
