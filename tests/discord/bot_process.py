"""The bot as a process of its own."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import psutil

from bot.demo import StandIn

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0


class BotProcess:
    """``codecage bot`` as a process that can be killed as nothing else would."""

    def __init__(self, standin: StandIn, folder: Path) -> None:
        self._standin = standin
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it, and return when it has identified."""
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        before = self._standin.identify_count
        with (self._folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "bot.cli", "bot"),
                cwd=self._folder,
                env={
                    **inherited,
                    "PYTHONPATH": str(ROOT),
                    "CODECAGE_DATA_DIR": str(self._folder / "data"),
                    "CODECAGE_POLICY_COOLDOWN": "0s",
                    "CODECAGE_DISCORD_API_URL": self._standin.api_url,
                    "CODECAGE_DISCORD_GATEWAY_URL": self._standin.gateway_url,
                    "DISCORD_TOKEN": self._standin.token,
                },
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(START_SECONDS):
            while self._standin.identify_count == before:  # noqa: ASYNC110 - a count tells nobody
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """Kill it, if it runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
            await self._process.wait()

    def measured(self) -> dict[str, int]:
        """Return what it holds now."""
        assert self._process is not None
        process = psutil.Process(self._process.pid)
        return {
            # Connections to Discord are kept for a while, so that they can be used again.
            "descriptors": process.num_fds() - len(process.net_connections("tcp")),
            "threads": process.num_threads(),
            "rss_mib": process.memory_info().rss >> 20,
        }
