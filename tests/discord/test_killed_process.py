"""The real process, killed with SIGKILL and started again, on the stand-in and with real sandboxes."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.demo import Message, StandIn
from tests.discord.bot_client import HI, WAIT_SECONDS, is_placeholder
from tests.discord.controls import controls_of

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
            await standin.click(ben, message, controls_of(message)["Run again"])
            await standin.wait_for_edit(message, timeout_seconds=WAIT_SECONDS)
        await shows(standin, by_command, "kept")
        await standin.click(ben, running, controls_of(running)["Stop"])
        await shows(standin, running, "restarted")
        await standin.delete(deleted)
        await standin.wait_for_delete(gone, WAIT_SECONDS)
        await standin.click(ben, by_command, controls_of(by_command)["Delete"])
        await standin.wait_for_delete(by_command, WAIT_SECONDS)
    assert len(standin.transcript.matching("POST", "/messages")) == 3
