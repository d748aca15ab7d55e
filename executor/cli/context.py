"""What every command is told by the group it belongs to."""

from dataclasses import dataclass
from pathlib import Path

import click


@dataclass(slots=True)
class CliContext:
    """``config_path`` is what ``--config FILE`` named, `None` without it."""

    config_path: Path | None = None


# A command outside of any group, as in a test, gets a fresh one.
pass_context = click.make_pass_decorator(CliContext, ensure=True)
