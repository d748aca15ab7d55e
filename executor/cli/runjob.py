"""What `codecage run` does: make a job of the options, run it, and say how it went."""

import json
import os
import stat
import sys
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import click

from executor.catalog import names_of
from executor.cli.artifacts import Saved, save_artifacts
from executor.cli.follow import ReaderGoneError, follow, write_through
from executor.cli.interrupts import run_interruptible
from executor.cli.messages import list_files, say
from executor.cli.options import RunOptions
from executor.cli.outcome import (
    EXIT_INTERRUPTED,
    EXIT_NOT_RUN,
    ending,
    error_document,
    exit_status,
    result_document,
)
from executor.cli.sources import find_language, read_input, read_most, read_source, unreadable
from executor.cli.streams import drop_output
from executor.config import ExecutorConfig, load_config
from executor.errors import ExecutorError
from executor.factory import Launched, before_the_loop, open_executor
from executor.languagefile import LanguageSpec
from executor.models import Artifact, Job, LimitsRequest, Result, SourceFile
from executor.paths import MAX_SOURCE_BYTES, MAX_STDIN_BYTES
from executor.units import human_duration, human_size
from executor.versions import load_catalog, packaged_languages, read_language_files

_EXIT_PIPE: Final = 128 + 13  # as a shell shows a program that SIGPIPE ended


@dataclass(frozen=True, slots=True)
class Prepared:
    """A job, the descriptor that feeds it, and the one language to load; `None` means all."""

    job: Job
    input_fd: int | None
    language: str | None


def run_and_report(options: RunOptions, config_path: Path | None) -> int:
    """Run the program that ``options`` name and return what to exit with.

    Raises:
        click.UsageError: a file cannot be read, or the language is not clear.
    """
    try:
        config = load_config(config_path).executor
        prepared = prepare(options, config)
        # Files for root's own folders are written by root: only then we stay it.
        gives_up = options.output_dir is None and prepared.language is not None
        launched = before_the_loop(config) if gives_up else None
        result = run_interruptible(_run(options, config, prepared, launched))
    except ExecutorError as error:
        if options.as_json:
            _print_json(error_document(error))
        else:
            say(f"could not run it: {error}")
        return EXIT_NOT_RUN
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except ReaderGoneError:
        return _EXIT_PIPE
    try:
        report(options, result)
    except BrokenPipeError:
        drop_output()
        return _EXIT_PIPE
    return exit_status(result)


def prepare(options: RunOptions, config: ExecutorConfig) -> Prepared:
    """Make a job of ``options``; reads the files they name.

    Raises:
        click.UsageError: a file cannot be read, or the language is not clear.
        ConfigError: a language file does not fit.
    """
    specs = read_language_files(config.languages_dir or packaged_languages())
    names = names_of(specs)
    main = _read_main(options.file)
    asked = options.language or find_language(options.file, main.content, specs, names)
    if asked is None:
        raise click.UsageError(
            f"The language of {options.file} is not clear; say it, for example: "
            f"codecage run -l python {options.file}"
        )
    known = names.get(asked.lower())
    if options.file == "-":
        main = replace(main, path=_entry_of(known, specs))
    stdin, input_fd = _input_of(options)
    job = Job(
        id=uuid.uuid4().hex,
        language=asked,
        version=options.version,
        files=(main, *(_read_extra(path) for path in options.extra_files)),
        stdin=stdin,
        args=options.args,
        run_limits=LimitsRequest(
            wall_seconds=options.wall_seconds, memory_bytes=options.memory_bytes
        ),
        owner="cli",
        interactive=input_fd is not None,
    )
    return Prepared(job, input_fd, known)


async def _run(
    options: RunOptions, config: ExecutorConfig, prepared: Prepared, launched: Launched | None
) -> Result:
    if prepared.language is None:
        # Nobody knows this name; whoever knows them all says so, without any sandbox.
        catalog = await load_catalog(
            config.languages_dir, cache_file=config.data_dir / "versions.json"
        )
        catalog.find(prepared.job.language, prepared.job.version)
    only = None if prepared.language is None else {prepared.language}
    async with open_executor(
        config, launched=launched, languages=only, keep_ready=False, own_programs=True
    ) as executor:
        return await follow(
            executor,
            prepared.job,
            write=None if options.as_json else write_through,
            input_fd=prepared.input_fd,
        )


def report(options: RunOptions, result: Result) -> None:
    """Print what is left to say: all of it as JSON, or notes and files on standard error."""
    if options.as_json:
        _print_json(result_document(result))
    else:
        _say_ending(options, result)
    saved = _save(options.output_dir, result.artifacts)
    if options.as_json:
        return
    if saved:
        list_files(saved, options.output_dir)


def _say_ending(options: RunOptions, result: Result) -> None:
    why = ending(result)
    if why is not None:
        say(why)
    for step in result.steps:
        for note in step.notes:
            say(note)
    if why is None or not result.steps:
        return
    limits = result.steps[-1].limits
    if options.wall_seconds and options.wall_seconds > limits.wall_seconds:
        say(f"--time can only lower the limit, which is {human_duration(limits.wall_seconds)} here")
    if options.memory_bytes and options.memory_bytes > limits.memory_bytes:
        say(f"--memory can only lower the limit, which is {human_size(limits.memory_bytes)} here")


def _save(folder: Path | None, artifacts: tuple[Artifact, ...]) -> list[Saved]:
    if folder is None or not artifacts:
        return [Saved(artifact.path, len(artifact.content)) for artifact in artifacts]
    try:
        return save_artifacts(folder, artifacts)
    except OSError as error:
        why = f"{folder} cannot be written: {error.strerror}"
        return [Saved(artifact.path, len(artifact.content), why) for artifact in artifacts]


def _print_json(document: dict[str, object]) -> None:
    # ASCII: whatever our standard output's encoding is, and whatever a file's name holds.
    click.echo(json.dumps(document))


def _read_main(path: str) -> SourceFile:
    if path == "-":
        return SourceFile(path="-", content=read_most(sys.stdin.buffer, MAX_SOURCE_BYTES + 1))
    try:
        return read_source(path)
    except OSError as error:
        raise click.UsageError(unreadable(path, error)) from error


def _read_extra(path: str) -> SourceFile:
    try:
        return read_source(path)
    except OSError as error:
        raise click.UsageError(f"--file {unreadable(path, error)}") from error


def _entry_of(name: str | None, specs: tuple[LanguageSpec, ...]) -> str:
    return next((spec.entry for spec in specs if spec.name == name), "main")


def _input_of(options: RunOptions) -> tuple[bytes, int | None]:
    """Return the program's standard input, or the descriptor it comes from while it runs."""
    if options.stdin not in {None, "-"}:
        try:
            return read_input(str(options.stdin)), None
        except OSError as error:
            why = unreadable(str(options.stdin), error)
            raise click.UsageError(f"--stdin {why}") from error
    if options.file == "-":
        return b"", None
    try:
        mode = os.fstat(0).st_mode
    except OSError:  # we were started without a standard input
        return b"", None
    if stat.S_ISREG(mode):
        with os.fdopen(0, "rb", closefd=False) as file:
            return read_most(file, MAX_STDIN_BYTES + 1), None
    # A background job that reads its terminal would be stopped by the shell.
    if os.isatty(0) and os.tcgetpgrp(0) != os.getpgrp():
        return b"", None
    return b"", 0
