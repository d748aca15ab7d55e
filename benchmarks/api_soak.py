"""Soaks the HTTP API on this machine and prints figures as JSON.

    .venv/bin/python -m benchmarks.api_soak [REQUESTS] [CLIENTS]

Of twenty requests eighteen are honest (Python, Bash, C), one is hostile and one client breaks off.
The same mix as in tests/api/test_soak.py, which also proves that nothing is left behind.
"""

import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from executor.config import load_config
from executor.factory import open_executor
from executor.http import open_api
from executor.metrics import Metrics, open_metered
from tests.api.soak import Outcome, plan, soak


async def measure(requests: int, clients: int, folder: Path) -> Outcome:
    """Run the whole of it against the default settings."""
    config = load_config(environ={"CODECAGE_DATA_DIR": str(folder)})
    config = replace(config, executor=replace(config.executor, data_dir=folder))
    async with open_executor(config.executor) as executor:
        metrics = Metrics(executor.load)
        async with (
            open_metered(executor, metrics) as metered,
            open_api(metered, config, metrics, port=0) as address,
        ):
            return await soak(address.url, plan(requests, seed=1), clients)


def main() -> None:
    """Measure and print."""
    given = [int(argument) for argument in sys.argv[1:3]]
    requests, clients = [*given, *(5000, 64)[len(given) :]]
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(measure(requests, clients, Path(folder)))
    cuts = statistics.quantiles(outcome.honest_seconds, n=100)
    print(
        json.dumps(
            {
                "date": datetime.now(UTC).date().isoformat(),
                "machine": f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}",
                "load_before": round(load_before, 1),
                "requests": requests,
                "clients": clients,
                "seconds": round(outcome.seconds, 1),
                "requests_per_second": round(requests / outcome.seconds, 1),
                "counts": dict(outcome.counts),
                "verdicts": dict(outcome.verdicts),
                "wrong": len(outcome.wrong),
                "honest_seconds": {
                    "median": round(cuts[49], 3),
                    "p90": round(cuts[89], 3),
                    "p99": round(cuts[98], 3),
                },
            },
            indent=1,
        )
    )
    if outcome.wrong:
        sys.exit("\n".join(outcome.wrong[:20]))


if __name__ == "__main__":
    main()
