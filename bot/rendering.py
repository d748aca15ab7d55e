"""Turns how a run ended into what Discord shows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot import sizes, texts
from bot.escaping import plain, safe_file_name
from bot.excerpts import Excerpt, cut, without_partial_character
from bot.filetypes import honest_name
from bot.models import Reply, ReplyFile, Tone
from bot.sizes import units
from executor import Artifact, Result, Status, StepResult

_LINES = 40
_TEXT_LINES = 20
# Left free in a plain answer, so that a sentence about a missing permission can follow.
_TEXT_UNITS = sizes.TEXT_UNITS - 400
_FENCE_UNITS = 40  # a label, two fences and the line breaks around them
# Left free for the sentences that say what is attached, and what of the program's files is not.
_OUTPUTS_UNITS = 240
_FILES_UNITS = 560
_STEP_NOTES = 3

_MARKS = {
    Tone.OK: "✅",
    Tone.FAILED: "❌",
    Tone.LIMIT: "⛔",
    Tone.STOPPED: "⏹️",
    Tone.RUNNING: "⏳",
    Tone.REFUSED: "💬",
    Tone.INFO: "📖",
    Tone.OURS: "⚠️",
}
_TONES = {
    Status.OK: Tone.OK,
    Status.COMPILE_ERROR: Tone.FAILED,
    Status.RUNTIME_ERROR: Tone.FAILED,
    Status.SIGNALLED: Tone.FAILED,
    Status.CANCELLED: Tone.STOPPED,
    Status.INTERNAL_ERROR: Tone.OURS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    """One stream of output: what it is called above its block and as a file."""

    label: str
    file_name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """A description and the files that hold what it could not show."""

    description: str
    files: tuple[ReplyFile, ...]


def render(result: Result, notes: Sequence[str] = ()) -> Reply:
    """Return the answer to a finished run.

    Args:
        result: how it ended.
        notes: sentences about how the message was read, harmless to show.
    """
    title, tone = _title(result)
    footer = _footer(result)
    sections = _sections(result)
    said = [*notes, *_remarks(result)]
    body = _body(result, sections, said, sizes.DESCRIPTION_UNITS, _LINES)
    head, foot = f"**{title}**\n", f"\n-# {footer}"
    room = _TEXT_UNITS - units(head) - units(foot)
    text_body = _body(result, sections, said, room, _TEXT_LINES)
    return Reply(
        title=title,
        description=body.description,
        footer=footer,
        tone=tone,
        files=body.files,
        text=f"{head}{text_body.description}{foot}",
        text_files=text_body.files,
    )


def say(title: str, description: str, tone: Tone) -> Reply:
    """Return an answer in words alone; what is too long loses its last lines."""
    title = f"{_MARKS[tone]} {title}"
    head = f"**{title}**\n"
    return Reply(
        title=title,
        description=_whole_lines(description, sizes.DESCRIPTION_UNITS),
        tone=tone,
        text=head + _whole_lines(description, _TEXT_UNITS - units(head)),
    )


def refuse(reason: str) -> Reply:
    """Return the answer to what may not or cannot run."""
    return say(texts.NOT_RUN, reason, Tone.REFUSED)


def our_fault(job_id: str) -> Reply:
    """Return the answer to an error of ours; the number finds it in the log."""
    return say(texts.OUR_FAULT, texts.our_fault(job_id), Tone.OURS)


def _title(result: Result) -> tuple[str, Tone]:
    tone = _TONES.get(result.status, Tone.LIMIT)
    words = texts.ending(result.steps[-1], result.job_id) if result.steps else texts.STOPPED
    return f"{_MARKS[tone]} {words}", tone


def _footer(result: Result) -> str:
    parts = [plain(f"{result.language} {result.version}".strip(), 100)]
    if result.steps:
        last = result.steps[-1]
        parts.append(texts.usage(last.usage))
        if result.cached:
            parts.append(texts.CACHED)
        elif last.name == "run" and len(result.steps) > 1:
            parts.append(texts.compiled_in(result.steps[0].usage.wall_seconds))
    return " · ".join(parts)


def _sections(result: Result) -> list[_Section]:
    sections: list[_Section] = []
    for step in result.steps:
        if step.name == "compile":
            messages = b"".join(chunk.data for chunk in step.output)
            parts = [("compiler", "compiler.txt", messages)]
        else:
            parts = [("stdout", "stdout.txt", step.stdout), ("stderr", "stderr.txt", step.stderr)]
        for label, file_name, data in parts:
            whole = without_partial_character(data) if step.truncated else data
            if whole:
                sections.append(_Section(label=label, file_name=file_name, data=whole))
    return sections


def _remarks(result: Result) -> list[str]:
    if not result.steps:
        return [texts.NEVER_STARTED]
    last = result.steps[-1]
    remarks = [plain(note, 200) for note in last.notes[:_STEP_NOTES]]
    if last.status is Status.INTERNAL_ERROR:
        remarks.insert(0, texts.our_fault(result.job_id))
    elif last.status is Status.SIGNALLED and (meaning := texts.signal_means(last.signal)):
        remarks.insert(0, meaning)
    if not last.stdout and not last.stderr:
        remarks.insert(0, _silence(last))
    return remarks


def _silence(step: StepResult) -> str:
    return texts.PRINTED_NOTHING if step.status is Status.OK else texts.PRINTED_NOTHING_BEFORE


def _body(
    result: Result, sections: list[_Section], notes: list[str], max_units: int, max_lines: int
) -> _Body:
    room = max_units - (_FILES_UNITS if result.artifacts else _OUTPUTS_UNITS)
    said = _that_fit(notes, room - max_units // 2)
    room -= sum(units(note) + 1 for note in said)
    shown = _cut_fairly(sections, room, max_lines)
    hidden = [(section, excerpt) for section, excerpt in shown if not excerpt.complete]
    outputs = [ReplyFile(name=section.file_name, content=section.data) for section, _ in hidden]
    files, left_out = _attachments(outputs, result.artifacts)
    if cut_names := tuple(s.file_name for s, excerpt in hidden if excerpt.left_out_bytes):
        left_out_note = [texts.attached(cut_names)]
    else:
        left_out_note = []
    if odd_names := tuple(s.file_name for s, excerpt in hidden if not excerpt.left_out_bytes):
        left_out_note.append(texts.not_utf8(odd_names))
    if left_out:
        left_out_note.append(texts.files_left_out(left_out[:3], len(left_out) - 3))
    blocks = [_block(section.label, excerpt, alone=len(shown) == 1) for section, excerpt in shown]
    return _Body(description="\n".join([*said, *blocks, *left_out_note]), files=files)


def _that_fit(notes: list[str], max_units: int) -> list[str]:
    said: list[str] = []
    for note in notes:
        max_units -= units(note) + 1
        if max_units < 0:
            break
        said.append(note)
    return said


def _cut_fairly(
    sections: list[_Section], room: int, max_lines: int
) -> list[tuple[_Section, Excerpt]]:
    """Share the room out: what a short section leaves goes to the longer ones."""
    excerpts: dict[str, Excerpt] = {}
    waiting = sorted(sections, key=lambda section: len(section.data))
    while waiting:
        section = waiting.pop(0)
        parts = len(waiting) + 1
        excerpt = cut(
            section.data,
            max_lines=max(max_lines // parts, 3),
            max_units=room // parts - _FENCE_UNITS,
        )
        excerpts[section.file_name] = excerpt
        room -= units(excerpt.text) + _FENCE_UNITS
        max_lines -= excerpt.text.count("\n") + 1
    return [(section, excerpts[section.file_name]) for section in sections]


def _block(label: str, excerpt: Excerpt, *, alone: bool) -> str:
    if not excerpt.text.strip("\n"):
        # Discord draws no block without a character in it.
        return texts.only_line_breaks(label, excerpt.text.count("\n") + 1)
    return excerpt.block if alone and label == "stdout" else f"**{label}**\n{excerpt.block}"


def _attachments(
    outputs: list[ReplyFile], artifacts: Sequence[Artifact]
) -> tuple[tuple[ReplyFile, ...], tuple[str, ...]]:
    """Return what one message can carry, output first, and the names of what it cannot."""
    kept: list[ReplyFile] = []
    left_out: list[str] = []
    taken = {file.name for file in outputs}
    size_bytes = 0
    files = list(outputs)
    for artifact in artifacts:
        honest = honest_name(safe_file_name(artifact.path), artifact.content)
        name = safe_file_name(honest, taken)
        taken.add(name)
        files.append(ReplyFile(name=name, content=artifact.content))
    for file in files:
        fits = (
            len(kept) < sizes.FILES_PER_MESSAGE
            and len(file.content) <= sizes.FILE_BYTES
            and size_bytes + len(file.content) <= sizes.UPLOAD_BYTES
        )
        if fits:
            kept.append(file)
            size_bytes += len(file.content)
        else:
            left_out.append(file.name)
    return tuple(kept), tuple(left_out)


def _whole_lines(text: str, max_units: int) -> str:
    if units(text) <= max_units:
        return text
    return sizes.head(text, max_units - 2).rpartition("\n")[0] + "\n…"
