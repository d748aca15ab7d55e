"""Snippets on the whole way: a message on the stand-in, the real bot, real compilers in sandboxes."""

import os
import re
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from executor import Executor
from executor.config import load_config
from executor.factory import open_executor
from tests.discord.bot_client import Bot

pytestmark = pytest.mark.sandbox


@pytest.fixture
async def executor(tmp_path: Path) -> AsyncGenerator[Executor, None]:
    config = load_config(environ={**os.environ, "CODECAGE_DATA_DIR": str(tmp_path)}).executor
    languages = {"python", "c", "c++", "java", "javascript"}
    async with open_executor(config, languages=languages) as executor:
        missing = languages - {runtime.name for runtime in executor.runtimes()}
        if missing:
            pytest.skip(f"not installed here: {', '.join(sorted(missing))}")
        yield executor


def block(tag: str, *lines: str) -> str:
    program = "\n".join(lines)
    return f"```{tag}\n{program}\n```"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(block("c", "int sq(int x) { return x * x; }", 'printf("%d\\n", sq(3));'), "9", id="c"),
        pytest.param(
            block("cpp", "vector<int> v{3, 1, 2};", "sort(v.begin(), v.end());", "for (int x : v) cout << x;"),
            "123", id="c++",
        ),
        pytest.param(
            block("java", "record P(int x) {}", "int sq(int x) { return x * x; }", "System.out.println(new P(sq(4)));"),
            "P[x=16]", id="java",
        ),
    ],
)  # fmt: skip
async def test_a_snippet_without_a_main_runs_and_says_so(bot: Bot, text: str, shown: str) -> None:
    reply = await bot.answer_to(text)
    assert reply.embeds[0]["title"] == "✅ Finished"
    assert f"```\n{shown}\n```" in reply.embeds[0]["description"]
    assert "no `main`" in reply.embeds[0]["description"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param(block("c", "int x = 1;", "", 'x = "a" + y;'), r"main\.c:3:11: error.*\n +3 \| x = ", id="gcc"),
        pytest.param(block("cpp", "int x = 1;", "cout << z;"), r"main\.cpp:2:9: error.*\n +2 \| cout", id="g++"),
        pytest.param(block("java", "int x = 1;", "", "String s = x;"), r"Main\.java:3: error", id="javac"),
        pytest.param(block("c", "int x = 0;", "assert(x);"), r"main\.c:2: main: Assertion", id="assert"),
        pytest.param(block("java", "int x = 0;", "int y = 1 / x;"), r"Main\.main\(Main\.java:2\)", id="java"),
        pytest.param(block("py", "x = 0", "", "1 / x"), r'main\.py", line 3, in <module>\n +1 / x', id="python"),
        pytest.param(block("js", "const x = 1;", "", "x.y.z"), r"main\.js:3\nx\.y\.z", id="node"),
    ],
)  # fmt: skip
async def test_messages_name_the_members_own_lines(bot: Bot, text: str, place: str) -> None:
    reply = await bot.answer_to(text)
    assert re.search(place, reply.embeds[0]["description"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(block("py", "x = 'é'", "x * 2"), "'éé'", id="python"),
        pytest.param(block("js", "const x = [1, 2];", "x.map(y => `${y}`)"), "[ '1', '2' ]", id="node"),
        pytest.param(block("js", "require.main === module"), "true", id="node-knows-its-main-module"),
    ],
)  # fmt: skip
async def test_a_program_that_prints_nothing_tells_its_last_value(
    bot: Bot, text: str, shown: str
) -> None:
    reply = await bot.answer_to(text)
    assert f"```\n{shown}\n```" in reply.embeds[0]["description"]
    assert "last expression" in reply.embeds[0]["description"]
    assert reply.attachments == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(block("py", "print(1)", "2"), "```\n1\n```", id="something-was-printed"),
        pytest.param(block("py raw", "1 + 1"), "It printed nothing.", id="switched-off"),
        pytest.param(block("js", "function f() { return 1 }", "return f()"), "It printed nothing.", id="no-script"),
    ],
)  # fmt: skip
async def test_otherwise_nothing_is_told(bot: Bot, text: str, said: str) -> None:
    assert (await bot.answer_to(text)).embeds[0]["description"] == said


async def test_raw_leaves_a_snippet_without_its_main(bot: Bot) -> None:
    reply = await bot.answer_to(block("c raw", 'puts("hi");'))
    assert "Did not compile" in reply.embeds[0]["title"]
    assert "ran it inside" not in reply.embeds[0]["description"]
