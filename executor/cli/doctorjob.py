"""What `codecage doctor` does: examine, then print a table or JSON."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from executor.attacks import ATTACKS, Attack
from executor.cli.interrupts import run_interruptible
from executor.cli.messages import say
from executor.cli.outcome import EXIT_NOT_RUN
from executor.config import ExecutorConfig, load_config
from executor.doctor import Report, examine, no_sandbox
from executor.errors import BackendUnavailableError, ConfigError, ExecutorError
from executor.factory import before_the_loop

_MEANING = {
    "A": "everything holds",
    "B": "no cgroup: a run's memory and CPU are counted and ended 20 times a second",
    "C": "no /proc in sandboxes: some tools miss it",
    "D": "nothing is run here",
}
_MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red")}
_COLOURS = {"A": "green", "B": "yellow", "C": "yellow", "D": "red"}


def run_doctor(config_path: Path | None, *, as_json: bool, attack: bool = False) -> int:
    """Examine this machine and print what was found; return the exit status."""
    console = Console(highlight=False)
    try:
        config = load_config(config_path).executor
        report = _examine(config, ATTACKS if attack else ())
    except ExecutorError as error:
        say(str(error))
        return EXIT_NOT_RUN
    if as_json:
        click.echo(json.dumps(report.as_json()))
    else:
        show(report, console)
    return report.exit_code


def _examine(config: ExecutorConfig, attacks: Sequence[Attack]) -> Report:
    """Examine with the rights that the bot will have."""
    try:
        # An ordinary user has none to give up, and what doctor says of rights is about those we came with.
        launched = before_the_loop(config) if os.getuid() == 0 else None
    except (BackendUnavailableError, ConfigError) as error:
        return run_interruptible(no_sandbox(config, error))
    with Console(stderr=True).status("trying the sandbox…"):
        return run_interruptible(examine(config, launched=launched, attacks=attacks))


def show(report: Report, console: Console) -> None:
    """Print the report for a person: a table, then the fixes whole, so that they can be copied."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for check in report.checks:
        mark, colour = _MARKS[check.result]
        table.add_row(Text(mark, colour), Text(check.name), Text(check.detail, overflow="fold"))
    console.print(table)
    _show_attacks(report, console)
    for check in report.checks:
        if check.fix:
            console.print(
                Text.assemble("\n", (f"{check.name}: ", "bold"), check.fix), soft_wrap=True
            )
    meaning = _MEANING[report.level]
    if report.level == "D" and report.limits:
        meaning = "there is no sandbox; codecage run runs programs WITHOUT CONTAINMENT, up and serve run none"
    level = Text.assemble(
        "\n", (f"Isolation level {report.level}", f"bold {_COLOURS[report.level]}"), f": {meaning}",
    )  # fmt: skip
    if report.level != "D" and any(check.result == "fail" for check in report.checks):
        level.append("; but a limit is not enforced, see above", "red")
    if not all(attack.held for attack in report.attacks):
        level.append("; but an attack got through, see above: run nothing here", "red")
    console.print(level, soft_wrap=True)
    sys.stdout.flush()


def _show_attacks(report: Report, console: Console) -> None:
    """Print one line per attack, and why for those that got through or could not be tried."""
    for attack in report.attacks:
        mark, verdict, colour = ("✓", "held", "green") if attack.held else ("✗", "BREACH", "red")
        if attack.skipped:
            mark, verdict, colour = "!", "not tried", "yellow"
        line = Text.assemble((f"{mark} {verdict}", colour), "  attack: ", attack.name)
        if attack.skipped or not attack.held:
            line.append(f" ({attack.detail})")
        console.print(line, soft_wrap=True)
