"""Reads what a member filled in, a slash command's options or an editor's fields, into a request. Pure."""

import shlex
from dataclasses import dataclass, replace

from bot import texts
from bot.escaping import safe_file_name
from bot.languages import LanguageNames, example
from bot.models import ParseProblem, RunRequest
from bot.parsing import parse
from executor import SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What was filled in; empty text is nothing. ``file`` is an attachment with its own name."""

    language: str = ""
    code: str = ""
    stdin: str = ""
    args: str = ""
    file: SourceFile | None = None


def read_fields(fields: Fields, names: LanguageNames) -> RunRequest | ParseProblem:
    """Return what ``fields`` ask to run.

    Code may be bare or a message with blocks, as `parse` reads it; what has a field of its own
    wins. Without code the file is the program, with code it lies beside it.
    """
    if "```" in fields.code:
        request = parse(fields.code, names)
    elif fields.code.strip() or fields.file:
        request = _from_program(fields, names)
    else:
        request = ParseProblem(message=f"{texts.EMPTY_FIELD}\n\n{example(names)}")
    if isinstance(request, ParseProblem):
        return request
    if fields.language.strip():
        language, version = _chosen(fields.language, names)
        request = replace(request, language=language, version=version, guessed=False)
    if fields.code.strip() and fields.file:
        beside = replace(fields.file, path=safe_file_name(fields.file.path))
        request = replace(request, files=(*request.files, beside))
    if fields.stdin:
        stdin = fields.stdin if fields.stdin.endswith("\n") else f"{fields.stdin}\n"
        request = replace(request, stdin=stdin.encode("utf-8", "replace"))
    if fields.args.strip():
        request = replace(request, args=split_arguments(fields.args))
    return request


def split_arguments(text: str) -> tuple[str, ...]:
    """Return the arguments in ``text``: one per line if it has several, else as a shell splits them."""
    lines = [line.strip() for line in text.strip().split("\n")]
    if len(lines) > 1:
        return tuple(line for line in lines if line)
    try:
        return tuple(shlex.split(lines[0]))
    except ValueError:  # a quote without its partner, as in "don't"
        return tuple(lines[0].split())


def _from_program(fields: Fields, names: LanguageNames) -> RunRequest | ParseProblem:
    """Return a request for bare code, or for a file that is the program itself."""
    if fields.code.strip() or fields.file is None:
        content = fields.code.encode("utf-8", "replace")
        file_name, by_name = None, None
    else:
        content = fields.file.content
        file_name = safe_file_name(fields.file.path)
        by_name = names.by_file_name(file_name)
    chosen, version = _chosen(fields.language, names)
    guess = names.guess(content.decode("utf-8", "replace")) if not (chosen or by_name) else None
    language = chosen or by_name or guess
    if not language:
        return ParseProblem(message=texts.NO_LANGUAGE_CHOSEN)
    named = names.find(language)
    # A file keeps its name where the language knows it: Java looks for the class of that name.
    keeps_name = file_name and named and by_name == named.name
    path = file_name if file_name and keeps_name else names.entry(language)
    return RunRequest(
        language=language,
        version=version,
        files=(SourceFile(path=path, content=content),),
        guessed=guess is not None,
    )


def _chosen(language: str, names: LanguageNames) -> tuple[str, str | None]:
    """Return the language and version that somebody typed into one field."""
    typed = language.strip()
    if (named := names.find_line(typed)) and named.version:
        return typed.split()[0] if " " in typed else named.name, named.version
    return typed, None
