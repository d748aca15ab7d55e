"""From a request to the one that runs, and from its result to the one that is shown. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot import advice
from bot.languages import LanguageNames
from bot.models import RunRequest
from bot.snippets import cfamily, classes, newer, ruby
from bot.snippets.echo import ECHO_FILE, echo_javascript, echo_python, without_frames
from bot.snippets.lines import LineMap, with_member_lines
from executor import OutputChunk, Result, Status, StepResult, Stream

# What is longer was not typed into a chat, and all of this runs on the event loop.
_SNIPPET_LENGTH = 8_000

_WRAPPERS: Mapping[str, Callable[[str], tuple[str, LineMap] | None]] = {
    "c": lambda source: cfamily.wrap(source, "c"),
    "c++": lambda source: cfamily.wrap(source, "c++"),
    "java": lambda source: classes.wrap(source, "java"),
    "csharp": lambda source: classes.wrap(source, "csharp"),
    "go": newer.wrap_go,
    "rust": newer.wrap_rust,
    "kotlin": newer.wrap_kotlin,
    "scala": newer.wrap_scala,
}

# Programs that are quoted whole, and what takes us out of their messages again.
_ECHOES: Mapping[str, tuple[Callable[[str], str | None], Callable[[bytes], bytes]]] = {
    "javascript": (echo_javascript, without_frames),
    "ruby": (ruby.echo_ruby, ruby.without_frames),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What runs instead of what a member wrote.

    ``lines`` is `None` where no line has moved, and ``mend`` where nothing else is to be mended
    in what the program's runtime says. ``echoes`` means that it may tell its last value.
    """

    request: RunRequest
    lines: LineMap | None = None
    mend: Callable[[bytes], bytes] | None = None
    echoes: bool = False

    def restore(self, result: Result) -> Result:
        """Return ``result`` as if the member's own text had run, with the echo where one belongs."""
        steps = result.steps
        if self.lines is not None:
            name, lines = self.request.files[0].path, self.lines
            steps = tuple(_with_lines(step, name, lines) for step in steps)
        if self.mend is not None:
            steps = tuple(_mended(step, self.mend, only_stderr=True) for step in steps)
        if not self.echoes:
            return replace(result, steps=steps)
        told = next((one for one in result.artifacts if one.path == ECHO_FILE), None)
        artifacts = tuple(one for one in result.artifacts if one is not told)
        if told and steps and steps[-1].status is Status.OK and not steps[-1].stdout:
            steps = (*steps[:-1], _with_echo(steps[-1], told.content))
        return replace(result, steps=steps, artifacts=artifacts)

    def live(self, stage: str, output: Sequence[OutputChunk]) -> bytes:
        """Return what a stage has printed so far, with the member's own lines as in `restore`."""
        shown = _joined(output)
        if self.lines is not None:
            mend = _member_lines(stage, self.request.files[0].path, self.lines)
            only_stderr = stage != "compile"
            shown = _mended_chunks(shown, mend, only_stderr=only_stderr)
        if self.mend is not None:
            shown = _mended_chunks(shown, self.mend, only_stderr=True)
        return b"".join(chunk.data for chunk in shown)


def prepare(request: RunRequest, names: LanguageNames) -> Prepared:
    """Return what to run for ``request``: itself, unless it is a snippet.

    A snippet in a compiled language that lacks a `main` gets one; one in Python, JavaScript or
    Ruby that ends in an expression tells its value. ``request.is_raw`` switches both off.
    """
    named = names.find(request.language)
    source = _text(request)
    if request.is_raw or named is None or source is None:
        return Prepared(request=request)
    is_python_3 = named.name == "python" and (request.version or named.version or "3")[0] == "3"
    if is_python_3 and (echoing := echo_python(source)):
        return Prepared(request=_with_source(request, echoing[0]), lines=echoing[1], echoes=True)
    if named.name in _ECHOES:
        echo, mend = _ECHOES[named.name]
        if program := echo(source):
            return Prepared(request=_with_source(request, program), mend=mend, echoes=True)
    wrapper = _WRAPPERS.get(named.name)
    if wrapper is None or _has_further_sources(request, named.name, names):
        return Prepared(request=request)
    try:
        wrapped = wrapper(source)
    except ValueError:  # its brackets or quotes do not match: the compiler will say so
        wrapped = None
    if wrapped is None:
        return Prepared(request=request)
    text, lines = wrapped
    noted = replace(request, notes=(*request.notes, advice.WRAPPED))
    return Prepared(request=_with_source(noted, text), lines=lines)


def _text(request: RunRequest) -> str | None:
    content = request.files[0].content
    if len(content) > _SNIPPET_LENGTH or b"\0" in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _has_further_sources(request: RunRequest, language: str, names: LanguageNames) -> bool:
    return any(names.by_file_name(file.path) == language for file in request.files[1:])


def _with_source(request: RunRequest, text: str) -> RunRequest:
    first, *others = request.files
    return replace(request, files=(replace(first, content=text.encode()), *others))


def _with_lines(step: StepResult, name: str, lines: LineMap) -> StepResult:
    # What a program itself prints to standard output is never touched.
    mend = _member_lines(step.name, name, lines)
    return _mended(step, mend, only_stderr=step.name != "compile")


def _member_lines(stage: str, name: str, lines: LineMap) -> Callable[[bytes], bytes]:
    return lambda data: with_member_lines(data, name, lines, gutter=stage == "compile")


def _mended(step: StepResult, mend: Callable[[bytes], bytes], *, only_stderr: bool) -> StepResult:
    return replace(
        step,
        stdout=step.stdout if only_stderr else mend(step.stdout),
        stderr=mend(step.stderr),
        output=tuple(_mended_chunks(_joined(step.output), mend, only_stderr=only_stderr)),
    )


def _mended_chunks(
    chunks: Sequence[OutputChunk], mend: Callable[[bytes], bytes], *, only_stderr: bool
) -> list[OutputChunk]:
    return [
        chunk
        if only_stderr and chunk.stream is Stream.STDOUT
        else replace(chunk, data=mend(chunk.data))
        for chunk in chunks
    ]


def _joined(chunks: Sequence[OutputChunk]) -> list[OutputChunk]:
    """Return the chunks with neighbours of one stream as one: a number may lie across two."""
    joined: list[OutputChunk] = []
    for chunk in chunks:
        if joined and joined[-1].stream is chunk.stream:
            joined[-1] = replace(chunk, data=joined[-1].data + chunk.data)
        else:
            joined.append(chunk)
    return joined


def _with_echo(step: StepResult, value: bytes) -> StepResult:
    said = value + b"\n"
    return replace(
        step,
        stdout=said,
        output=(*step.output, OutputChunk(Stream.STDOUT, said)),
        notes=(*step.notes, advice.ECHOED),
    )
