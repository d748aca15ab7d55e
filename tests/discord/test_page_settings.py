"""A manager and a member side by side at the chat page: each setting is seen from both sides.

The tests leave pictures in their temporary folder.
"""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser

from tests.discord.page_people import BASH, BEN, CLEO, Person, at_the_page, people_marks

pytestmark = people_marks

Both = tuple[Person, Person]


@pytest_asyncio.fixture(loop_scope="module")
async def both(browser: Browser, tmp_path: Path) -> AsyncGenerator[Both, None]:
    async with at_the_page(browser, tmp_path, BEN, CLEO) as (ben, cleo):
        yield ben, cleo


async def test_languages_are_chosen_and_hold_for_the_member(both: Both, tmp_path: Path) -> None:
    ben, cleo = both
    answer = await cleo.ask(BASH)
    assert "Finished" in await answer.inner_text()
    await ben.settings()
    await ben.pick("Choose languages", "python", "c")
    await ben.panel.get_by_text("only c, python").first.wait_for()
    await ben.page.screenshot(path=tmp_path / "languages.png")
    answer = await cleo.ask(BASH)
    assert "bash is switched off here" in await answer.inner_text()


async def test_the_member_is_not_offered_the_settings_and_does_not_see_the_panel(
    both: Both,
) -> None:
    ben, cleo = both
    await ben.settings()
    await cleo.page.get_by_label("Message", exact=True).fill("/")
    await cleo.page.get_by_role("option", name="/run").first.wait_for()
    assert await cleo.page.get_by_role("option", name="/settings").count() == 0
    assert await cleo.page.locator("#messages article").count() == 0


async def test_channels_and_roles_are_offered_by_name(both: Both, tmp_path: Path) -> None:
    ben, cleo = both
    await ben.settings()
    await ben.go("Channels & roles")
    await ben.pick("Choose channels", "#bots")
    await ben.panel.get_by_text("Channels • only #bots").wait_for()
    chosen = ben.panel.get_by_label("Choose channels").locator("option:checked")
    assert await chosen.all_inner_texts() == ["#bots"]
    await ben.page.screenshot(path=tmp_path / "places.png")
    answer = await cleo.ask(BASH)
    assert "send it in #bots" in await answer.inner_text()
    await ben.pick("Choose roles", "@member")
    await ben.panel.get_by_role("heading", name="Really?").wait_for()
    await ben.page.screenshot(path=tmp_path / "really.png")
    await ben.panel.get_by_role("button", name="Leave it as it is").click()
    await ben.panel.get_by_text("Roles • all").wait_for()


async def test_a_channel_and_a_role_have_lists_of_their_own(both: Both, tmp_path: Path) -> None:
    ben, cleo = both
    await ben.settings()
    await ben.press("For a channel…")
    await ben.choose("For which channel?", "#bots")
    await ben.reads("The menus below are about #bots")
    await ben.pick("Choose languages", "bash")
    await ben.reads("The menus below are about #bots: only bash.")
    await ben.page.screenshot(path=tmp_path / "channel.png")
    assert "Finished" in await (await cleo.ask()).inner_text()
    await cleo.visit("bots")
    assert "python is switched off here" in await (await cleo.ask()).inner_text()
    assert "Finished" in await (await cleo.ask(BASH)).inner_text()
    await ben.press("For a role…")
    await ben.choose("For which role?", "@member")
    await ben.reads("The menus below are about @member")
    await ben.choose("Which languages", "All but the chosen languages")
    await ben.reads("@member •")  # a list of its own, with nothing in it yet
    await ben.pick("Choose languages", "bash")
    await ben.reads("The menus below are about @member: except bash.")
    await ben.page.screenshot(path=tmp_path / "role.png")
    assert "switched off here" in await (await cleo.ask(BASH)).inner_text()
    await cleo.visit("code")
    assert "bash is switched off here" in await (await cleo.ask(BASH)).inner_text()
    await cleo.page.screenshot(path=tmp_path / "member.png")
    assert "Finished" in await (await ben.ask(BASH)).inner_text()


async def test_windows_switches_and_the_log_channel(both: Both, tmp_path: Path) -> None:
    ben, cleo = both
    told = cleo.page.locator("#messages article").filter(has_text="Settings changed")
    await ben.settings()
    await ben.go("Log & import/export")
    await ben.pick("Where changes are told", "#code")
    await told.filter(has_text="log_channel").wait_for()
    panel = ben.page.locator("#messages li").filter(has_text="Settings: Log")
    await panel.get_by_label("Go to another page").wait_for()
    assert "<t:" not in await panel.inner_text()
    assert await panel.locator("time.mention").count() == 1
    await ben.page.screenshot(path=tmp_path / "log.png")
    await ben.go("Output")
    await ben.pick("Choose what is on", "Files", "Live output")
    await told.filter(has_text="output.links: on → off").wait_for()
    await ben.fill("Size and file types", {"Lines shown in a message": "5"})
    await told.filter(has_text="output.lines: 40 → 5").wait_for()
    await cleo.page.screenshot(path=tmp_path / "told.png")
    assert await told.filter(has_text="@Ben changed:").count() == 3


async def test_everything_is_reset_after_a_yes(both: Both, tmp_path: Path) -> None:
    ben, cleo = both
    await ben.settings()
    await ben.pick("Choose languages", "python")
    await ben.reads("only python")
    await ben.go("Log & import/export")
    await ben.press("Reset everything")
    await ben.panel.get_by_role("heading", name="Really?").wait_for()
    await ben.reads("Every setting would be as it was")
    await ben.page.screenshot(path=tmp_path / "really.png")
    assert "bash is switched off here" in await (await cleo.ask(BASH)).inner_text()
    await ben.press("Leave it as it is")
    await ben.panel.get_by_role("button", name="Reset everything").wait_for()
    assert "bash is switched off here" in await (await cleo.ask(BASH)).inner_text()
    await ben.press("Reset everything")
    await ben.press("Do it all the same")
    await ben.reads("languages.everywhere: only python → all")
    assert "Finished" in await (await cleo.ask(BASH)).inner_text()


async def test_limits_are_typed_into_a_window(both: Both, tmp_path: Path) -> None:
    ben, cleo = both
    await ben.settings()
    await ben.go("Limits & quotas")
    await ben.panel.get_by_role("button", name="Change limits").click()
    window = ben.page.get_by_role("dialog", name="Change limits")
    await window.get_by_label("Wait between two runs").fill("soon")
    await window.get_by_role("button", name="Submit").click()
    await ben.page.get_by_text("'soon' is not a time").wait_for()
    await ben.page.screenshot(path=tmp_path / "refused.png")
    limits = ben.page.locator("#messages li").filter(has_text="Settings: Limits")
    await limits.get_by_role("button", name="Change limits").click()
    await window.get_by_label("Wait between two runs").fill("90s")
    await ben.page.screenshot(path=tmp_path / "limits.png")
    await window.get_by_role("button", name="Submit").click()
    await limits.get_by_text("1 min 30 s").wait_for()
    await cleo.ask(BASH)
    answer = await cleo.ask(BASH)
    assert "you can run the next program in" in await answer.inner_text()
