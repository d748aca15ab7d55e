"""What `codecage bench` does: measure with a spinner, then print a table or JSON."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.status import Status
from rich.table import Table

from executor.bench import Measurement, Sample, measure
from executor.cli.interrupts import run_interruptible
from executor.cli.messages import say
from executor.cli.outcome import EXIT_NOT_RUN
from executor.config import ExecutorConfig, load_config
from executor.errors import ExecutorError
from executor.factory import Launched, before_the_loop, open_executor


def run_bench(
    config_path: Path | None, *, as_json: bool, runs: int, more: Measurement | None
) -> int:
    """Measure and print; return the exit status."""
    try:
        config = load_config(config_path).executor
        launched = before_the_loop(config)
        with Console(stderr=True).status("measuring…") as status:
            samples = run_interruptible(_measure(config, launched, runs, more, status))
    except ExecutorError as error:
        say(str(error))
        return EXIT_NOT_RUN
    if as_json:
        click.echo(json.dumps({"machine": _machine(), "samples": [document(s) for s in samples]}))
    else:
        console = Console(highlight=False)
        console.print(table(samples))
        console.print(_machine(), soft_wrap=True)
    return 0


async def _measure(
    config: ExecutorConfig, launched: Launched, runs: int, more: Measurement | None, status: Status
) -> list[Sample]:
    def progress(name: str) -> None:
        status.update(f"measuring {name}…")

    async with open_executor(
        config, launched=launched, languages=("python", "bash"), own_programs=True
    ) as executor:
        samples = await measure(executor, runs=runs, progress=progress)
        if more is not None:
            samples += await more(executor, runs=runs, progress=progress)
    return samples


def table(samples: Sequence[Sample]) -> Table:
    """Return the samples for a person."""
    rows = Table()
    for title in ("what", "n", "codecage", "beside it", "ratio"):
        rows.add_column(title, justify="left" if title == "what" else "right")
    for sample in samples:
        rows.add_row(
            f"{sample.name}\n[dim]beside: {sample.baseline_name}[/dim]",
            str(sample.n),
            _figures(sample.ours, sample.unit),
            _figures(sample.baseline, sample.unit),
            f"{sample.ratio:.2f}",
        )
    return rows


def _figures(values: tuple[float, float, float], unit: str) -> str:
    low, middle, high = values
    return f"{middle:.2f} {unit}\n[dim]{low:.2f} to {high:.2f}[/dim]"


def document(sample: Sample) -> dict[str, object]:
    """Return a sample for a program, times in its unit."""
    keys = ("p10", "median", "p90")
    return {
        "name": sample.name,
        "n": sample.n,
        "unit": sample.unit,
        "ours": dict(zip(keys, sample.ours, strict=True)),
        "baseline": dict(zip(keys, sample.baseline, strict=True)),
        "baseline_name": sample.baseline_name,
        "ratio": sample.ratio,
    }


def _machine() -> str:
    day = datetime.now(UTC).date().isoformat()
    load = os.getloadavg()[0]
    return (
        f"{day}, Linux {platform.release()} on {platform.machine()}, {os.cpu_count()} cores, "
        f"load {load:.1f}; medians, 10th to 90th percentile below"
    )
