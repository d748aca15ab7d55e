"""Reads what a member filled in, a slash command's options or an editor's fields, into a request. Pure."""

import shlex
from dataclasses import dataclass, replace

from bot import sizes, texts
from bot.escaping import safe_file_name
from bot.inputs import as_language, as_utf8, source_problem, with_beside
from bot.languages import LanguageNames, example, with_example, without_raw
from bot.models import ParseProblem, RunRequest
from bot.parsing import parse
from executor import SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What was filled in; empty text is nothing. ``file`` is an attachment with its own name.

    ``more_files`` lie beside the program in any case.
    """

    language: str = ""
    code: str = ""
    stdin: str = ""
    args: str = ""
    file: SourceFile | None = None
    more_files: tuple[SourceFile, ...] = ()
    interactive: bool = False


def read_fields(fields: Fields, names: LanguageNames) -> RunRequest | ParseProblem:
    """Return what ``fields`` ask to run.

    Code may be bare or a message with blocks, as `parse` reads it; what has a field of its own
    wins. Without code the file is the program, with code it lies beside it. The language may be
    followed by a version and by the word ``raw``.
    """
    words, is_raw = without_raw(fields.language.split())
    found = _read(replace(fields, language=" ".join(words)), names)
    if not is_raw:
        return found
    if isinstance(found, RunRequest):
        return replace(found, is_raw=True)
    return replace(found, request=found.request and replace(found.request, is_raw=True))


def _read(fields: Fields, names: LanguageNames) -> RunRequest | ParseProblem:
    if "```" in fields.code:
        request = parse(fields.code, names)
    elif fields.code.strip() or fields.file:
        request = _from_program(fields, names)
    else:
        request = ParseProblem(message=f"{texts.EMPTY_FIELD}\n\n{example(names)}")
    if isinstance(request, ParseProblem):
        if request.request is None:
            return request
        if not fields.language.strip():
            return replace(request, request=_with_rest(request.request, fields))
        request = request.request
    if fields.language.strip():
        request = as_language(request, *_chosen(fields.language, names), names)
    return _with_rest(request, fields)


def _with_rest(request: RunRequest, fields: Fields) -> RunRequest:
    """Return ``request`` with what was filled in beside the program."""
    request = replace(request, interactive=fields.interactive)
    beside = fields.more_files
    if fields.code.strip() and fields.file:
        beside = (fields.file, *beside)
    request = with_beside(request, beside)
    if fields.stdin:
        request = with_stdin(request, fields.stdin, interactive=fields.interactive)
    if fields.args.strip():
        request = replace(request, args=split_arguments(fields.args))
    return request


def with_stdin(request: RunRequest, text: str, *, interactive: bool) -> RunRequest:
    """Return ``request`` with ``text`` as its standard input, whole lines."""
    stdin = text if not text or text.endswith("\n") else f"{text}\n"
    return replace(request, stdin=stdin.encode("utf-8", "replace"), interactive=interactive)


def fields_of(request: RunRequest) -> Fields | None:
    """Return what an editor shows of ``request``; `None` if its program does not fit in there."""
    code = _shown(request.files[0].content)
    if code is None:
        return None
    language = " ".join(
        filter(None, (request.language, request.version, "raw" if request.is_raw else ""))
    )
    return Fields(
        language=language,
        code=code,
        stdin=_shown(request.stdin) or "",
        args="\n".join(request.args) if len(request.args) > 1 else shlex.join(request.args),
    )


def shows_whole(filled: Fields, request: RunRequest, names: LanguageNames) -> bool:
    """Return whether what stands in an editor is the whole ``request``, so that nothing else is needed."""
    found = read_fields(filled, names)
    again = found.request if isinstance(found, ParseProblem) else found
    return again is not None and (again.files, again.stdin) == (request.files, request.stdin)


def read_edited(
    request: RunRequest, fields: Fields, names: LanguageNames
) -> RunRequest | ParseProblem:
    """Return ``request`` as somebody changed it in an editor that showed `fields_of` it.

    What the editor did not show stays: further files, input that is too long, the program's name.
    """
    edited = read_fields(fields, names)
    if isinstance(edited, ParseProblem):
        return edited
    first, *others = edited.files
    was, now = names.find(request.language), names.find(edited.language)
    if was is not None and now is not None and was.name == now.name:
        first = replace(first, path=request.files[0].path)
    keeps_stdin = not fields.stdin and _shown(request.stdin) is None
    return replace(
        edited,
        files=(first, *others, *request.files[1:]),
        stdin=request.stdin if keeps_stdin else edited.stdin,
        interactive=request.interactive,
    )


def _shown(content: bytes) -> str | None:
    """Return ``content`` as a field shows it; `None` if it is too long or no text."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return text if sizes.units(text) <= sizes.MODAL_TEXT_UNITS and "\0" not in text else None


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
        if problem := source_problem(fields.file):
            return ParseProblem(message=with_example(problem, names))
        content = as_utf8(fields.file.content)
        file_name = safe_file_name(fields.file.path)
        by_name = names.by_file_name(file_name)
    chosen, version = _chosen(fields.language, names)
    guess = names.guess(content.decode("utf-8", "replace")) if not (chosen or by_name) else None
    language = chosen or by_name or guess or ""
    named = names.find(language)
    # A file keeps its name where the language knows it: Java looks for the class of that name.
    keeps_name = file_name and named and by_name == named.name
    path = file_name if file_name and keeps_name else names.entry(language)
    request = RunRequest(
        language=language,
        version=version,
        files=(SourceFile(path=path, content=content),),
        guessed=guess is not None,
    )
    return request if language else ParseProblem(message=texts.NO_LANGUAGE_CHOSEN, request=request)


def _chosen(language: str, names: LanguageNames) -> tuple[str, str | None]:
    """Return the language and version that somebody typed into one field."""
    typed = language.strip()
    if (named := names.find_line(typed)) and named.version:
        return typed.split()[0] if " " in typed else named.name, named.version
    return typed, None
