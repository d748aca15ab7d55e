"""Reads a message with everything that belongs to it: its files and the message it answers. Pure."""

import codecs
from dataclasses import dataclass, replace

from bot import labels
from bot.blocks import find_blocks
from bot.escaping import quote, safe_file_name
from bot.languages import LanguageNames, example, with_example
from bot.models import ParseProblem, RunRequest
from bot.parsing import parse, read_before
from executor import SourceFile

_STDIN_NAMES = frozenset({"stdin", "stdin.txt"})
# What clients call a pasted text that is too long for a message.
_PASTED = "message.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A message to the bot, its mention or prefix gone. ``files`` are its attachments.

    ``quoted`` is the message that it answers or that a menu was used on. ``problem`` is one
    sentence about what could not be read.
    """

    text: str = ""
    files: tuple[SourceFile, ...] = ()
    quoted: "Quoted | None" = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """Somebody's message that was not meant for the bot: of its text only the blocks count."""

    text: str = ""
    files: tuple[SourceFile, ...] = ()


def read_written(written: Written, names: LanguageNames) -> RunRequest | ParseProblem:
    """Return what a message asks to run.

    Its own blocks and files come first; without any, those of the quoted message are the program,
    and the message's own lines are language and arguments. Where there is a block, files lie
    beside it; otherwise the first that can be a program is the program. A file called ``stdin``
    or ``stdin.txt`` is standard input.
    """
    if written.problem is not None:
        return ParseProblem(message=with_example(written.problem, names))
    text, files = written.text, written.files
    if written.quoted is not None and not files and not find_blocks(text, names):
        blocks = _blocks_alone(written.quoted.text, names)
        files = written.quoted.files
        if not blocks and not files:
            problem = f"{labels.QUOTED_WITHOUT_CODE}\n\n{example(names)}"
            return ParseProblem(message=problem)
        text = f"{text}\n{blocks}"
    text, files = _pasted_message(text, files, names)
    stdin = [file.content for file in files if file.path.casefold() in _STDIN_NAMES]
    files = tuple(file for file in files if file.path.casefold() not in _STDIN_NAMES)
    if files and not find_blocks(text, names):
        request = _from_files(text, files, names)
    else:
        request = parse(text, names)
        if isinstance(request, RunRequest):
            request = with_beside(request, files)
    if isinstance(request, RunRequest) and stdin:
        request = replace(request, stdin=b"".join(stdin))
    return request


def source_problem(file: SourceFile) -> str | None:
    """Return the sentence that says why ``file`` can be no program; `None` if it can."""
    name = quote(file.path)
    if not file.content.strip():
        return labels.empty_file(name)
    content = as_utf8(file.content)
    if b"\0" in content:
        return labels.binary_file(name)
    try:
        content.decode()
    except UnicodeDecodeError:
        return labels.not_utf8_file(name)
    return None


def as_utf8(content: bytes) -> bytes:
    """Return text in UTF-8 without a byte order mark, where a mark says what it is in."""
    if content.startswith(codecs.BOM_UTF8):
        return content.removeprefix(codecs.BOM_UTF8)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return content.decode("utf-16").encode()
        except UnicodeError:
            return content
    return content


def as_language(
    request: RunRequest, language: str, version: str | None, names: LanguageNames
) -> RunRequest:
    """Return the same request in another language; a file that was named by us is named anew."""
    first, *others = request.files
    if first.path == names.entry(request.language):
        first = replace(first, path=names.entry(language))
    return replace(
        request, language=language, version=version, files=(first, *others), guessed=False
    )


def with_usual_language(
    found: RunRequest | ParseProblem, usual: str | None, names: LanguageNames
) -> RunRequest | ParseProblem:
    """Return ``found`` in the language that is usual, if nobody named one.

    What is usual comes before a guess from the code, but not before a program's own first line.
    """
    request = found.request if isinstance(found, ParseProblem) else found
    if usual is None or request is None or (request.language and not request.guessed):
        return found
    if request.files[0].content.startswith(b"#!") and request.language:
        return found
    return replace(as_language(request, usual, None, names), guessed=True, is_usual=True)


def _blocks_alone(text: str, names: LanguageNames) -> str:
    return "\n".join(text[block.start : block.end] for block in find_blocks(text, names))


def _pasted_message(
    text: str, files: tuple[SourceFile, ...], names: LanguageNames
) -> tuple[str, tuple[SourceFile, ...]]:
    """Return text and files with a long message that the client made a file of as text again."""
    for file in files:
        content = as_utf8(file.content)
        if file.path == _PASTED and b"```" in content and not find_blocks(text, names):
            others = tuple(one for one in files if one is not file)
            return f"{text}\n{content.decode('utf-8', 'replace')}", others
    return text, files


def with_beside(request: RunRequest, files: tuple[SourceFile, ...]) -> RunRequest:
    """Return ``request`` with further files in its folder, under names that are free and safe."""
    taken = {file.path for file in request.files}
    beside: list[SourceFile] = []
    for file in files:
        name = safe_file_name(file.path, taken)
        taken.add(name)
        beside.append(replace(file, path=name))
    return replace(request, files=(*request.files, *beside))


def _from_files(
    text: str, files: tuple[SourceFile, ...], names: LanguageNames
) -> RunRequest | ParseProblem:
    """Return a request for attached source files; the text says language and arguments."""
    before = read_before(text, names)
    wanted = names.find(before.language) if before.language else None
    main = _main_file(files, wanted.name if wanted else None, names)
    if problem := source_problem(main):
        return ParseProblem(message=with_example(problem, names))
    content = as_utf8(main.content)
    by_name = names.by_file_name(main.path)
    guess = None
    if wanted is None and by_name is None:
        guess = names.guess(content.decode("utf-8", "replace"))
    language = before.language or by_name or guess or ""
    # A file keeps its name where the language knows it: Java looks for the class of that name.
    keeps_name = by_name is not None and (wanted is None or wanted.name == by_name)
    path = safe_file_name(main.path) if keeps_name else names.entry(language)
    request = RunRequest(
        language=language,
        version=before.version,
        files=(SourceFile(path=path, content=content),),
        args=before.args,
        is_raw=before.is_raw,
        guessed=guess is not None,
    )
    found = with_beside(request, tuple(file for file in files if file is not main))
    if language:
        return found
    return ParseProblem(message=labels.FILE_IN_NO_LANGUAGE, request=found)


def _main_file(
    files: tuple[SourceFile, ...], wanted: str | None, names: LanguageNames
) -> SourceFile:
    """Return the program among several files: in the wanted language, or in any, or any text."""
    for file in files:
        language = names.by_file_name(file.path)
        if language is not None and wanted in {None, language}:
            return file
    return next((file for file in files if source_problem(file) is None), files[0])
