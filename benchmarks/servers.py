"""How long the bot takes until it is ready in many servers, and what memory; prints JSON.

    .venv/bin/python -m benchmarks.servers [SERVERS [RUNS]]

The servers are those of the stand-in for Discord: 20 channels and 13 roles each, as many shards as
Discord recommends, sessions five seconds apart. The baseline in the same run, by turns: an AutoShardedBot
of discord.py with the same intents and nothing else, which only connects.
"""

import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import discord
import yarl
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.demo import StandIn

ROOT = Path(__file__).resolve().parents[1]
READY_SECONDS = 300.0
# Memory is looked at when nothing happens any more, and a session needs 5 s after the one before.
QUIET_SECONDS = 6.0


def main() -> None:
    """Measure and print, or be the baseline."""
    if sys.argv[1:2] == ["bare"]:
        bare()
        return
    servers = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    load_before = os.getloadavg()[0]
    figures = asyncio.run(measured(servers, runs))
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}"
    head = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine,
        "load_before": round(load_before, 1),
        "python": platform.python_version(),
        "discord_py": discord.__version__,
    }
    print(json.dumps(head | figures, indent=1))


async def measured(servers: int, runs: int) -> dict[str, object]:
    """Return the figures of bot and baseline."""
    seen: dict[str, list[tuple[float, float, float]]] = {"bare": [], "codecage": []}
    async with StandIn(paces_identifies=True) as standin:
        standin.found_guilds(servers - len(standin.guilds))
        for _ in range(runs):
            for name, argv in (
                ("bare", ("-m", "benchmarks.servers", "bare")),
                ("codecage", ("-m", "bot.cli", "bot")),
            ):
                with tempfile.TemporaryDirectory() as folder:
                    seen[name].append(await once(standin, argv, Path(folder)))
        sessions = standin.identify_count
    return {
        "servers": servers,
        "shards": sessions // (2 * runs),
        **{name: spread(found) for name, found in seen.items()},
    }


async def once(standin: StandIn, argv: Sequence[str], folder: Path) -> tuple[float, float, float]:
    """Return the seconds until ready, and PSS and RSS in MiB afterwards, of one process."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", *argv),
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "CODECAGE_DATA_DIR": str(folder / "data"),
            "CODECAGE_DISCORD_API_URL": standin.api_url,
            "CODECAGE_DISCORD_GATEWAY_URL": standin.gateway_url,
            "DISCORD_TOKEN": standin.token,
        },
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(READY_SECONDS):
            await connected(process)
        seconds = time.perf_counter() - began
        await asyncio.sleep(QUIET_SECONDS)
        return seconds, memory_mib(process.pid, "Pss"), memory_mib(process.pid, "Rss")
    finally:
        process.terminate()
        await process.communicate()


async def connected(process: asyncio.subprocess.Process) -> None:
    """Return when the process says that it is ready.

    Raises:
        EOFError: it ended before that.
    """
    while process.stderr is not None and (line := await process.stderr.readline()):
        if b"connected as" in line:
            return
    raise EOFError("the bot ended")


def memory_mib(pid: int, kind: str) -> float:
    """Return what a process itself holds, without its children."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(f"{kind}:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"there is no {kind}")


def spread(found: list[tuple[float, float, float]]) -> dict[str, object]:
    """Return n, median, least and most of each figure."""
    names = ("seconds_until_ready", "pss_mib", "rss_mib")
    return {
        "n": len(found),
        **{
            name: {
                "median": round(statistics.median(values), 1),
                "min": round(min(values), 1),
                "max": round(max(values), 1),
            }
            for name, values in zip(names, zip(*found, strict=True), strict=True)
        },
    }


class Bare(commands.AutoShardedBot):
    """Connects, and says so."""

    async def on_ready(self) -> None:
        """Say it as the bot does."""
        print(f"connected as {self.user}", file=sys.stderr, flush=True)


def bare() -> None:
    """Be the baseline, on the stand-in that the environment names."""
    Route.BASE = os.environ["CODECAGE_DISCORD_API_URL"]
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["CODECAGE_DISCORD_GATEWAY_URL"])
    intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
    intents.message_content = True
    Bare(command_prefix="!", intents=intents).run(os.environ["DISCORD_TOKEN"], log_handler=None)


if __name__ == "__main__":
    main()
