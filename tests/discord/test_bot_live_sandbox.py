"""Live output, stopping, typing, waiting and re-running, with real sandboxes."""

import asyncio
import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.demo import StandIn, Upload
from executor import Executor
from executor.config import load_config
from executor.factory import open_executor
from tests.discord.bot_client import HI, WAIT_SECONDS, Bot, is_placeholder, running_bot
from tests.discord.controls import controls_of

pytestmark = pytest.mark.sandbox

TICKS = """
import time
for n in range(200):
    print("tick", n, flush=True)
    time.sleep(0.05)
"""
TALK = """
name = input("Name? ")
print("Hello", name)
rest = 0
try:
    while True:
        input()
        rest += 1
except EOFError:
    print("then", rest, "lines")
"""


@pytest.fixture
async def executor(tmp_path: Path) -> AsyncGenerator[Executor, None]:
    config = load_config(environ={**os.environ, "CODECAGE_DATA_DIR": str(tmp_path)}).executor
    async with open_executor(config, languages={"python", "bash"}) as executor:
        yield executor


async def test_output_is_seen_while_it_runs_and_stop_ends_it(bot: Bot, standin: StandIn) -> None:
    asked = await bot.ask(f"```py\n{TICKS}\n```")
    reply = await standin.wait_for_message(
        lambda m: m.reply_to is asked and "tick 2" in m.embeds[0].get("description", ""),
        WAIT_SECONDS,
    )
    assert is_placeholder(reply)
    await standin.click(bot.ben, reply, controls_of(reply)["Stop"])
    await standin.wait_for_edit(reply, lambda m: not is_placeholder(m), WAIT_SECONDS)
    assert "Stopped" in reply.embeds[0]["title"]
    assert "tick 2\n" in reply.embeds[0]["description"]


async def test_one_can_talk_to_a_program(bot: Bot, standin: StandIn) -> None:
    used = await standin.slash(
        bot.cleo, bot.code, "run", {"language": "py", "code": TALK, "interactive": True}
    )
    reply = await standin.wait_for_response(used, WAIT_SECONDS)
    await standin.wait_for_edit(
        reply, lambda m: "Name?" in m.embeds[0].get("description", ""), WAIT_SECONDS
    )
    for text, is_all in (("Cleo", False), ("a\nb", True)):
        pressed = await standin.click(bot.cleo, reply, controls_of(reply)["Input"])
        modal = await standin.wait_for_modal(pressed)
        await standin.submit_modal(bot.cleo, modal, {"text": text, "box": is_all})
    await standin.wait_for_edit(reply, lambda m: not is_placeholder(m), WAIT_SECONDS)
    assert reply.embeds[0]["title"] == "✅ Finished"
    assert reply.embeds[0]["description"] == "```\nName? Hello Cleo\nthen 2 lines\n```"


async def test_the_time_limit_waits_for_a_person(standin: StandIn, tmp_path: Path) -> None:
    environ = {
        **os.environ,
        "CODECAGE_DATA_DIR": str(tmp_path),
        "CODECAGE_EXECUTOR_LIMITS_RUN_WALL": "500ms",
    }
    config = load_config(environ=environ).executor
    async with (
        open_executor(config, languages={"python"}) as executor,
        running_bot(standin, executor) as bot,
    ):
        used = await standin.slash(
            bot.cleo, bot.code, "run", {"language": "py", "code": TALK, "interactive": True}
        )
        reply = await standin.wait_for_response(used, WAIT_SECONDS)
        await asyncio.sleep(2)
        assert is_placeholder(reply)
        pressed = await standin.click(bot.cleo, reply, controls_of(reply)["Input"])
        modal = await standin.wait_for_modal(pressed)
        await standin.submit_modal(bot.cleo, modal, {"text": "Cleo", "box": True})
        await standin.wait_for_edit(reply, lambda m: not is_placeholder(m), WAIT_SECONDS)
    assert "Hello Cleo" in reply.embeds[0]["description"]


async def test_a_member_s_second_program_waits_for_the_first_and_others_do_not(
    bot: Bot, standin: StandIn
) -> None:
    first = await bot.ask("```py\nimport time\ntime.sleep(3)\nprint(1)\n```")
    await asyncio.sleep(0.2)
    second = await bot.ask(HI)
    reply = await standin.wait_for_message(lambda m: m.reply_to is second, WAIT_SECONDS)
    assert "next in the queue" in reply.embeds[0]["description"]
    assert list(controls_of(reply)) == ["Cancel"]
    await bot.answer_to(HI, user=bot.cleo)
    assert is_placeholder(reply)
    await standin.wait_for_edit(reply, lambda m: not is_placeholder(m), WAIT_SECONDS)
    assert reply.embeds[0]["description"] == "```\nhi\n```"
    await standin.wait_for_message(
        lambda m: m.reply_to is first and not is_placeholder(m), WAIT_SECONDS
    )


async def test_attached_files_run_together_and_an_edit_runs_again(
    bot: Bot, standin: StandIn
) -> None:
    files = (
        Upload(filename="main.py", content=b"import sys, util\nprint(util.X, sys.argv[1:])"),
        Upload(filename="util.py", content=b"X = 5"),
    )
    asked = await standin.say(bot.code, bot.ben, f"{standin.mention}\none", attachments=files)
    reply = await standin.wait_for_message(
        lambda m: m.reply_to is asked and not is_placeholder(m), WAIT_SECONDS
    )
    assert reply.embeds[0]["description"] == "```\n5 ['one']\n```"
    await standin.edit(asked, f"{standin.mention}\ntwo")
    await standin.wait_for_edit(
        reply, lambda m: "['two']" in m.embeds[0].get("description", ""), WAIT_SECONDS
    )


async def test_every_button_works_on_a_real_run(bot: Bot, standin: StandIn) -> None:
    reply = await bot.answer_to("```py\nprint(input())\n```\n1")
    pressed = await standin.click(bot.ben, reply, controls_of(reply)["Input"])
    modal = await standin.wait_for_modal(pressed)
    await standin.submit_modal(bot.ben, modal, {"text": "2"})
    await standin.wait_for_edit(
        reply,
        lambda m: m.embeds[0].get("description") == "```\n2\n```" and not is_placeholder(m),
        WAIT_SECONDS,
    )
    pressed = await standin.click(bot.ben, reply, controls_of(reply)["Edit"])
    modal = await standin.wait_for_modal(pressed)
    await standin.submit_modal(bot.ben, modal, {"code": "print(input() * 3)"})
    await standin.wait_for_edit(
        reply, lambda m: "222" in m.embeds[0].get("description", ""), WAIT_SECONDS
    )
