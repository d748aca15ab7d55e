"""The playground in a real browser, with real sandboxes behind it."""

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from executor.config import HttpConfig
from executor.keys import Key
from executor.models import Output, StageFinished, StageStarted, Stream
from tests.api.conftest import Api, OpenFaked
from tests.discord.browser import CHROMIUM, opened
from tests.results import result, step

pytestmark = [
    pytest.mark.full,
    pytest.mark.sandbox,
    pytest.mark.timeout(120),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium"),
]


async def write(page: Page, code: str, language: str = "python") -> None:
    option = page.locator("#language option", has_text=language).first
    await page.select_option("#language", await option.get_attribute("value"))
    await page.focus("#code .cm-content")
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.press("Delete")
    await page.keyboard.insert_text(code)
    assert await written(page) == code


async def written(page: Page) -> str:
    """Return the program in the editor."""
    return "\n".join(await page.locator("#code .cm-line").all_text_contents())


async def colours(page: Page) -> set[str]:
    """Return the colours of the program's words."""
    found: list[str] = await page.locator("#code .cm-line span").evaluate_all(
        "spans => spans.map(span => getComputedStyle(span).color)"
    )
    return set(found)


async def test_a_program_is_written_run_and_talked_to_by_keyboard(
    real: Api, tmp_path: Path
) -> None:
    async with opened(f"{real.url}/", tmp_path) as page:
        await expect(page.locator("#language")).to_contain_text("python")
        await page.focus("#code .cm-content")
        await page.keyboard.press("ControlOrMeta+z")  # there is nothing to undo yet
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#output")).to_contain_text("Who are you?")
        await page.fill("#line", "Ada")
        await page.keyboard.press("Enter")
        await expect(page.locator("#output")).to_contain_text("Hello Ada")
        await expect(page.locator("#output .f2")).to_have_text("Hello Ada")
        await expect(page.locator("#ending")).to_contain_text("Finished")


async def test_tab_indents_and_escape_lets_go(real: Api, tmp_path: Path) -> None:
    async with opened(f"{real.url}/", tmp_path) as page:
        await expect(page.locator("#language")).to_contain_text("python")
        await write(page, "")
        await page.keyboard.press("Tab")
        await page.keyboard.type("x = [1")
        assert await written(page) == "    x = [1]"
        await page.keyboard.press("Shift+Tab")
        assert await written(page) == "x = [1]"
        assert await page.evaluate("document.activeElement.id") == "code"
        await page.keyboard.press("Escape")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.id") != "code"


async def test_errors_pictures_and_files_are_shown(real: Api, tmp_path: Path) -> None:
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    source = f"import base64\nopen('dot.png', 'wb').write(base64.b64decode('{pixel}'))\nopen('a.txt', 'w').write('x')\nprint('<b>no markup</b>')\n1 / 0"
    async with opened(f"{real.url}/", tmp_path) as page:
        await expect(page.locator("#language")).to_contain_text("python")
        await write(page, source)
        await page.click("#run")
        await expect(page.locator("#ending.bad")).to_contain_text("Exited with error status 1")
        reason = page.locator("#output .stderr", has_text="ZeroDivisionError")
        await expect(reason).to_be_visible()
        await expect(page.locator("#output")).to_contain_text("<b>no markup</b>")
        assert await page.evaluate("document.querySelector('#made img').naturalWidth") == 1
        await expect(page.locator("#made")).to_contain_text("a.txt (1 bytes)")


async def test_input_arguments_files_and_limits_are_sent(real: Api, tmp_path: Path) -> None:
    source = "import sys, lib\nprint(input(), sys.argv[1:], lib.x)\nimport time; time.sleep(9)"
    async with opened(f"{real.url}/", tmp_path) as page:
        await expect(page.locator("#language")).to_contain_text("python")
        await write(page, source)
        await page.click("#more summary")
        await page.fill("#stdin", "typed")
        await page.fill("#args", "a b\nc")
        await page.click("#add-file")
        await page.keyboard.type("lib.py")
        await page.fill(".file textarea", "x = 7")
        await page.fill("#time", "1")
        await page.click("#run")
        await expect(page.locator("#output")).to_contain_text("typed ['a b', 'c'] 7")
        await expect(page.locator("#ending.bad")).to_contain_text("Ran too long")


async def test_a_program_can_be_stopped(real: Api, tmp_path: Path) -> None:
    async with opened(f"{real.url}/", tmp_path) as page:
        await expect(page.locator("#language")).to_contain_text("python")
        await write(page, "import time; print('on', flush=True); time.sleep(9)")
        await page.click("#run")
        await expect(page.locator("#output")).to_contain_text("on")
        await page.click("#stop")
        await expect(page.locator("#ending")).to_contain_text("Stopped")
        await expect(page.locator("#run")).to_be_enabled()


async def test_a_link_holds_the_program(real: Api, tmp_path: Path) -> None:
    async with opened(f"{real.url}/", tmp_path / "one") as page:
        await expect(page.locator("#language")).to_contain_text("python")
        await write(page, "print('shared ☃')\n", "bash")
        await page.click("#more summary")
        await page.fill("#args", "a")
        await page.click("#share")
        await expect(page.locator("#notice")).to_contain_text("link")
        link = page.url
    assert "#" in link
    async with opened(link, tmp_path / "two", within=f"{real.url}/") as page:
        # The editor draws what it has measured, so that a line may come later.
        await expect(page.locator("#code .cm-line")).to_have_text(["print('shared ☃')", ""])
        await expect(page.locator("#args")).to_have_value("a")
        chosen = await page.input_value("#language")
    assert chosen.startswith('["bash"')


async def test_the_program_is_highlighted_as_its_language(real: Api, tmp_path: Path) -> None:
    async with opened(f"{real.url}/", tmp_path) as page:
        await expect(page.locator("#language")).to_contain_text("python")
        await write(page, "def hello(): return 'hi' # 42")
        await expect(page.locator("#code .cm-line span").first).to_have_text("def")
        as_python = await colours(page)
        assert len(as_python) >= 4
        for language in ("bash", "c", "java", "javascript", "perl"):
            for option in await page.locator("#language option", has_text=f"{language} ").all():
                await page.select_option("#language", await option.get_attribute("value"))
                await write(page, "x y z 'text' \"text\" 42 if for # a // comment")
                assert len(await colours(page)) >= 2, language


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360], ids=["desk", "phone"])
@pytest.mark.parametrize("path", ["/", "/docs"])
async def test_everybody_can_use_it(
    real: Api, tmp_path: Path, path: str, width: int, scheme: str
) -> None:
    async with opened(f"{real.url}{path}", tmp_path, width=width, scheme=scheme) as page:
        if path == "/":
            await expect(page.locator("#language")).to_contain_text("python")
            source = "class A: # a note\nx = 'hi'\nprint(A, x, None, 3)\n1 / 0"
            await write(page, source.replace("\nx", "\n  x", 1))
            await page.click("#run")
            await expect(page.locator("#ending.bad")).to_contain_text("Exited")
            await page.focus("#code .cm-content")
            await page.keyboard.press("ControlOrMeta+f")
            await expect(page.locator("#code .cm-search")).to_be_visible()
            await page.click("#more summary")
            await page.click("#add-file")
        found = await Axe().run(page)
        assert found.response["violations"] == [], found.generate_report()
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_where_a_key_is_needed_the_page_asks_for_it(
    open_faked: OpenFaked, tmp_path: Path
) -> None:
    async with open_faked(config=HttpConfig(host="0.0.0.0", port=0)) as faked:  # noqa: S104
        faked.api.keys.add("my-key", Key(name="me", digest=""))
        async with opened(
            f"{faked.api.url}/", tmp_path, expected=("401", "valid credentials")
        ) as page:
            await page.fill("#key", "my key")
            await page.keyboard.press("Tab")
            await expect(page.locator("#notice")).to_contain_text("needs an API key")
            await page.fill("#key", "my-key")
            await page.keyboard.press("Tab")
            await expect(page.locator("#language")).to_contain_text("python")
            await write(page, 'print("hi")')
            faked.executor.is_holding = True
            await page.click("#run")
            run = await faked.executor.started()
            for event in (StageStarted("run"), Output(Stream.STDOUT, b"And you? ")):
                run.emit(event)
            await expect(page.locator("#output")).to_have_text("And you? ")
            await page.fill("#line", "me")
            await page.keyboard.press("Enter")
            await expect(page.locator("#output")).to_have_text("And you? me\n")
            run.emit(StageFinished(step(b"")))
            run.finish(result(step(b""), job_id=run.job_id))
            await expect(page.locator("#ending")).to_contain_text("Finished")
            assert run.typed == b"me\n"
            faked.api.keys.keys.clear()
            await page.click("#run")
            await expect(page.locator("#ending.bad")).to_contain_text("needs an API key")
