"""What `codecage languages` does: lists what is here, or runs every check program."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from executor.catalog import Catalog, Language
from executor.cli.interrupts import run_interruptible
from executor.cli.messages import say
from executor.cli.outcome import EXIT_INTERRUPTED, EXIT_NOT_RUN, ending
from executor.cli.tables import table_of
from executor.config import ExecutorConfig, load_config
from executor.errors import ExecutorError
from executor.factory import Launched, before_the_loop, open_executor
from executor.interfaces import Executor
from executor.models import Job, Result, Runtime, SourceFile, Status
from executor.versions import load_catalog


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How a language's check program went; ``problem`` of `None` means as it should."""

    name: str
    version: str
    seconds: float
    problem: str | None


def list_languages(names: Sequence[str], config_path: Path | None, *, as_json: bool) -> int:
    """Print the languages called ``names``, or all; return the exit status."""
    try:
        config = load_config(config_path).executor
        catalog = run_interruptible(_catalog(config))
        chosen = _chosen(catalog, names)
    except ExecutorError as error:
        say(str(error))
        return EXIT_NOT_RUN
    missing = [x.runtime() for x in catalog.missing if not names or x.spec.name in names]
    runtimes = sorted([*(x.runtime() for x in chosen), *missing], key=lambda x: x.name)
    if as_json:
        click.echo(json.dumps([runtime_document(x) for x in runtimes]))
    else:
        reasons = {x.spec.name: x.reason for x in catalog.missing}
        Console().print(_languages_table(runtimes, reasons))
    return 0


def check_languages(names: Sequence[str], config_path: Path | None, *, as_json: bool) -> int:
    """Run the check programs of ``names``, or of all; return the exit status, 1 if one fails."""
    try:
        config = load_config(config_path).executor
        launched = before_the_loop(config)
        checked = run_interruptible(_check(config, launched, names))
    except ExecutorError as error:
        say(str(error))
        return EXIT_NOT_RUN
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    if as_json:
        click.echo(json.dumps([_checked_document(x) for x in checked]))
    else:
        Console().print(_checked_table(checked))
    return 1 if any(x.problem for x in checked) else 0


def runtime_document(runtime: Runtime) -> dict[str, object]:
    """Return a language as ``codecage languages --json`` prints it."""
    return {
        "name": runtime.name,
        "version": runtime.version if runtime.installed else None,
        "aliases": list(runtime.aliases),
        "runtime": runtime.runtime,
        "installed": runtime.installed,
        "source": runtime.source if runtime.installed else None,
    }


async def run_checks(
    executor: Executor, languages: Sequence[Language], on_next: Callable[[str], None]
) -> list[Checked]:
    """Run each language's check program, one after the other; ``on_next`` hears each name."""
    checked = []
    for language in languages:
        on_next(language.name)
        began = time.monotonic()
        try:
            run = await executor.start(_check_job(language))
            problem = problem_of(await run.result(), language)
        except ExecutorError as error:
            problem = str(error)
        checked.append(
            Checked(
                name=language.name,
                version=language.version,
                seconds=time.monotonic() - began,
                problem=problem,
            )
        )
    return checked


def problem_of(result: Result, language: Language) -> str | None:
    """Return in one line what is wrong with a check program's result, or `None`."""
    if result.status is not Status.OK:
        words = (
            result.steps[-1].stderr.decode("utf-8", "replace").split("\n") if result.steps else []
        )
        first = next((line for line in words if line.strip()), "")
        return f"{ending(result)}: {first}" if first else str(ending(result))
    printed = result.steps[-1].stdout
    if printed != language.spec.check.stdout.encode():
        return f"printed {printed[:200]!r} instead of {language.spec.check.stdout!r}"
    return None


async def _catalog(config: ExecutorConfig) -> Catalog:
    return await load_catalog(config.languages_dir, cache_file=config.data_dir / "versions.json")


async def _languages(config: ExecutorConfig, names: Sequence[str]) -> Sequence[Language]:
    catalog = await _catalog(config)
    return [catalog.find(name) for name in names] or catalog.languages


async def _check(config: ExecutorConfig, launched: Launched, names: Sequence[str]) -> list[Checked]:
    try:
        languages = await _languages(config, names)
    except BaseException:
        launched.process.end()
        raise
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.completed}/{task.total} {task.description}"),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    only = {language.name for language in languages}
    async with open_executor(
        config, launched=launched, languages=only, keep_ready=False, own_programs=True
    ) as executor:
        with progress:
            task = progress.add_task("", total=len(languages))

            def on_next(name: str) -> None:
                done = [language.name for language in languages].index(name)
                progress.update(task, description=name, completed=done)

            return await run_checks(executor, languages, on_next)


def _chosen(catalog: Catalog, names: Sequence[str]) -> Sequence[Language]:
    """Return the languages called ``names``, or all; one that is missing is left out of a list.

    Raises:
        UnknownLanguageError: nobody has heard of one of them.
    """
    if not names:
        return catalog.languages
    absent = {x.spec.name for x in catalog.missing}
    return [catalog.find(name) for name in names if name not in absent]


def _check_job(language: Language) -> Job:
    check = language.spec.check
    return Job(
        id=f"check-{language.name}",
        language=language.name,
        version=language.version,
        files=(SourceFile(path=language.spec.entry, content=check.code.encode()),),
        stdin=check.stdin.encode(),
        args=check.args,
        owner="check",
    )


def _languages_table(runtimes: Sequence[Runtime], reasons: dict[str, str]) -> Table:
    table = table_of("language", "version", "runtime", "aliases")
    for runtime in runtimes:
        version = runtime.version if runtime.installed else reasons[runtime.name]
        row = (runtime.name, version, runtime.runtime, ", ".join(runtime.aliases))
        table.add_row(*map(Text, row), style=None if runtime.installed else "dim")
    return table


def _checked_table(checked: Sequence[Checked]) -> Table:
    table = table_of("language", "version", "seconds", "result")
    for one in checked:
        row = (one.name, one.version, f"{one.seconds:.2f}", one.problem or "ok")
        table.add_row(*map(Text, row), style="red" if one.problem else None)
    return table


def _checked_document(checked: Checked) -> dict[str, object]:
    return {
        "name": checked.name,
        "version": checked.version,
        "ok": checked.problem is None,
        "seconds": round(checked.seconds, 3),
        "detail": checked.problem or "",
    }
