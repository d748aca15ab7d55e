"""The real process, killed with SIGKILL and started again, on the stand-in and with real sandboxes."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.demo import Interaction, Message, Permission, StandIn
from tests.discord.bot_client import HI, WAIT_SECONDS, is_placeholder
from tests.discord.controls import controls_of
from tests.discord.standin_api import FakeClock

ROOT = Path(__file__).resolve().parents[2]
NEW = '```py\nprint("new")\n```'
SLOW = "```py\nimport time\nprint('begun', flush=True)\ntime.sleep(9)\n```"

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(120)]


@asynccontextmanager
async def bot_process(
    standin: StandIn, folder: Path
) -> AsyncGenerator[asyncio.subprocess.Process, None]:
    """Run ``codecage bot`` against the stand-in; on leaving, kill it as nothing else would."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    started = standin.identify_count
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "bot.cli", "bot"),
        cwd=folder,
        env={
            **inherited,
            "PYTHONPATH": str(ROOT),
            "CODECAGE_DATA_DIR": str(folder / "data"),
            "CODECAGE_POLICY_COOLDOWN": "0s",
            "CODECAGE_DISCORD_API_URL": standin.api_url,
            "CODECAGE_DISCORD_GATEWAY_URL": standin.gateway_url,
            "DISCORD_TOKEN": standin.token,
        },
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        while standin.identify_count == started:
            await standin.wait_until_connected(WAIT_SECONDS)
            await asyncio.sleep(0.02)
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()


async def ask(standin: StandIn, text: str) -> tuple[Message, Message]:
    """Mention the bot and return the message and its reply, which may be a placeholder."""
    channel, ben = standin.guilds[0].channels["code"], standin.users["ben"]
    asked = await standin.say(channel, ben, f"{standin.mention} {text}")
    reply = await standin.wait_for_message(lambda m: m.reply_to is asked, WAIT_SECONDS)
    return asked, reply


async def shows(standin: StandIn, message: Message, words: str) -> None:
    await standin.wait_for_edit(
        message,
        lambda m: words in f"{m.embeds[0].get('description')}" and not is_placeholder(m),
        WAIT_SECONDS,
    )


async def test_after_a_kill_edits_and_buttons_work_and_nothing_is_answered_twice(
    standin: StandIn, tmp_path: Path
) -> None:
    ben, channel = standin.users["ben"], standin.guilds[0].channels["code"]
    async with bot_process(standin, tmp_path):
        asked, reply = await ask(standin, HI)
        await shows(standin, reply, "hi")
        used = await standin.slash(ben, channel, "run", {"code": 'print("kept")'})
        by_command = await standin.wait_for_response(used, WAIT_SECONDS)
        await shows(standin, by_command, "kept")
        deleted, gone = await ask(standin, HI)
        _, running = await ask(standin, SLOW)
        assert is_placeholder(running)
        await asyncio.sleep(0.5)  # until it is written down what that is
    async with bot_process(standin, tmp_path):
        await standin.edit(asked, f"{standin.mention} {NEW}")
        await shows(standin, reply, "new")
        for message in (reply, by_command):
            for label in ("Edit", "Input"):
                pressed = await standin.click(ben, message, controls_of(message)[label])
                modal = await standin.wait_for_modal(pressed, WAIT_SECONDS)
                revisions = message.revisions
                await standin.submit_modal(ben, modal, {})
                await standin.wait_for_edit(
                    message,
                    lambda m, before=revisions: m.revisions > before and not is_placeholder(m),  # type: ignore[misc]
                    WAIT_SECONDS,
                )
            revisions = message.revisions  # the answer may be there before we wait for it
            await standin.click(ben, message, controls_of(message)["Run again"])
            await standin.wait_for_edit(
                message,
                lambda m, before=revisions: m.revisions > before and not is_placeholder(m),  # type: ignore[misc]
                WAIT_SECONDS,
            )
        await shows(standin, by_command, "kept")
        await shows(standin, running, "restarted")
        assert list(controls_of(running)) == ["Run again", "Edit", "Delete"]
        await standin.delete(deleted)
        await standin.wait_for_delete(gone, WAIT_SECONDS)
        await standin.click(ben, by_command, controls_of(by_command)["Delete"])
        await standin.wait_for_delete(by_command, WAIT_SECONDS)
    assert len(standin.transcript.matching("POST", "/messages")) == 3


GUESSED = "```\nfor n in range(3):\n    print(n)\n```"
LONG = "```py\nfor n in range(500): print('line', n)\n```"
ASKS = "input('Name? ')"


async def press(standin: StandIn, message: Message, label: str) -> Interaction:
    return await standin.click(standin.users["ben"], message, controls_of(message)[label])


async def test_a_day_and_a_kill_later_edits_menus_windows_and_output_are_as_before(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    clock.now = time.time() - 86_400
    async with StandIn(clock=clock, rate_limits=False) as standin:
        ben, channel = standin.users["ben"], standin.guilds[0].channels["code"]
        standin.faults.refuse(Permission.ATTACH_FILES, channel)
        async with bot_process(standin, tmp_path):
            asked, reply = await ask(standin, HI)
            await shows(standin, reply, "hi")
            _, guessed = await ask(standin, GUESSED)
            await shows(standin, guessed, "looks like python")
            _, typo = await ask(standin, "```pyhton\nprint('mended')\n```")
            _, long = await ask(standin, LONG)
            await shows(standin, long, "left out")
            used = await standin.slash(
                ben, channel, "run", {"language": "py", "code": ASKS, "interactive": True}
            )
            asking = await standin.wait_for_response(used, WAIT_SECONDS)
            await standin.wait_for_edit(asking, lambda m: "Input" in controls_of(m), WAIT_SECONDS)
            opened = await standin.context_menu(ben, asked, "Edit & run")
            editor = await standin.wait_for_modal(opened, WAIT_SECONDS)
            opened = await press(standin, asking, "Input")
            typing = await standin.wait_for_modal(opened, WAIT_SECONDS)
            await asyncio.sleep(0.5)  # until all is written down
        clock.now = time.time()
        async with bot_process(standin, tmp_path):
            await standin.edit(asked, f"{standin.mention} {NEW}")
            await shows(standin, reply, "new")
            menu = controls_of(guessed)["Run it as another language"]
            await standin.select(ben, guessed, menu, ["bash"])
            await shows(standin, guessed, "syntax error")
            await press(standin, typo, "Run as python")
            await shows(standin, typo, "mended")
            told = await standin.wait_for_response(
                await press(standin, long, "Full output"), WAIT_SECONDS
            )
            assert told.is_ephemeral
            assert told.attachments[0].content.endswith(b"line 499\n")
            ran = await standin.submit_modal(ben, editor, {"code": "print('from the window')"})
            await shows(
                standin, await standin.wait_for_response(ran, WAIT_SECONDS), "from the window"
            )
            lost = await standin.submit_modal(ben, typing, {"text": "Ben"})
            words = await standin.wait_for_response(lost, WAIT_SECONDS)
            assert "does not run any more" in words.embeds[0]["description"]
            assert "restarted" in asking.embeds[0]["description"]
        assert len(standin.transcript.matching("POST", "/messages")) == 4
