"""The whole way: a message on the stand-in, the real bot, a real sandbox, and the answer."""

import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.demo import StandIn, Upload
from executor import Executor
from executor.config import load_config
from executor.factory import open_executor
from tests.discord.bot_client import HI, WAIT_SECONDS, Bot, is_placeholder

pytestmark = pytest.mark.sandbox


@pytest.fixture
async def executor(tmp_path: Path) -> AsyncGenerator[Executor, None]:
    config = load_config(environ={**os.environ, "CODECAGE_DATA_DIR": str(tmp_path)}).executor
    async with open_executor(config, languages={"python", "bash"}) as executor:
        yield executor


async def test_a_message_becomes_what_a_sandboxed_program_printed(bot: Bot) -> None:
    reply = await bot.answer_to(HI)
    assert reply.embeds[0]["title"] == "✅ Finished"
    assert reply.embeds[0]["description"] == "```\nhi\n```"


async def test_arguments_input_and_a_further_file_reach_the_program(bot: Bot) -> None:
    reply = await bot.answer_to(
        "python\none two\n"
        "```py\nimport sys, util\nprint(util.X, sys.argv[1:], input())\n```\n"
        "```util.py\nX = 5\n```\n"
        "from stdin"
    )
    assert reply.embeds[0]["description"] == "```\n5 ['one two'] from stdin\n```"


@pytest.mark.parametrize(
    ("program", "title"),
    [
        pytest.param("import sys; sys.exit(3)", "❌ Exited with code 3", id="exit-code"),
        pytest.param(
            "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
            "❌ Crashed (SIGSEGV)",
            id="signal",
        ),
        pytest.param(
            "x = bytearray(2 * 1024**3)", "⛔ It used more than 256 MiB of memory", id="memory"
        ),
        pytest.param("while True: print('x' * 1000)", "⛔ It printed more than 1 MiB", id="output"),
    ],
)
async def test_the_title_tells_how_it_ended(bot: Bot, program: str, title: str) -> None:
    reply = await bot.answer_to(f"```py\n{program}\n```")
    assert reply.embeds[0]["title"] == title


async def test_a_file_that_the_program_made_is_attached(bot: Bot, standin: StandIn) -> None:
    program = "open('plot.csv', 'w').write('1,2')"
    upload = Upload(filename="make.py", content=program.encode())
    used = await standin.slash(bot.ben, bot.code, "run", {"file": upload})
    reply = await standin.wait_for_response(used)
    await standin.wait_for_edit(reply, lambda found: not is_placeholder(found), WAIT_SECONDS)
    assert [(f.filename, f.content) for f in reply.attachments] == [("plot.csv", b"1,2")]


async def test_an_unknown_language_names_the_nearest_real_one(bot: Bot) -> None:
    reply = await bot.answer_to("```pyhton\nx\n```")
    assert "Did you mean `python`?" in reply.embeds[0]["description"]
