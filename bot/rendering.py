"""Turns how a run ended into what Discord shows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot import endings, settingtexts, sizes, texts
from bot.escaping import plain, safe_file_name
from bot.excerpts import Excerpt, cut, without_partial_character
from bot.filetypes import honest_name, is_of_type
from bot.masking import mask, mask_file, mask_text
from bot.models import Reply, ReplyFile, Showing, Tone
from bot.sizes import units
from executor import Result, Status, StepResult

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """All that may be shown of a run, whatever room there is. ``hidden`` is what was masked."""

    sections: list[_Section]
    files: list[ReplyFile]
    withheld: list[str]
    hidden: int


def render(result: Result, notes: Sequence[str] = (), showing: Showing | None = None) -> Reply:
    """Return the answer to a finished run.

    Args:
        result: how it ended.
        notes: sentences about how the message was read, harmless to show.
        showing: what of it may be shown, and how much.
    """
    showing = showing or Showing()
    title, tone = _title(result)
    footer = _footer(result)
    shown = _shown(result, showing)
    quoting = [mask_text(sentence, showing) for sentence in (*notes, *_remarks(result))]
    said = [*quoting, *_restrictions(shown, showing)]
    lines = showing.lines
    body = _body(shown, said, sizes.DESCRIPTION_UNITS, lines, showing.characters)
    head, foot = f"**{title}**\n", f"\n-# {footer}"
    room = _TEXT_UNITS - units(head) - units(foot)
    text_body = _body(shown, said, room, min(lines, _TEXT_LINES), showing.characters)
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
    words = endings.ending(result.steps[-1], result.job_id) if result.steps else texts.STOPPED
    return f"{_MARKS[tone]} {words}", tone


def _footer(result: Result) -> str:
    parts = [plain(f"{result.language} {result.version}".strip(), 100)]
    if result.steps:
        last = result.steps[-1]
        parts.append(endings.usage(last.usage))
        if result.cached:
            parts.append(endings.CACHED)
        elif last.name == "run" and len(result.steps) > 1:
            parts.append(endings.compiled_in(result.steps[0].usage.wall_seconds))
    return " · ".join(parts)


def _shown(result: Result, showing: Showing) -> _Shown:
    hidden = 0
    sections: list[_Section] = []
    for section in _sections(result):
        masked = mask(section.data, showing)
        hidden += masked.hidden
        sections.append(replace(section, data=masked.data))
    files: list[ReplyFile] = []
    withheld: list[str] = []
    taken = {section.file_name for section in sections}
    for artifact in result.artifacts:
        found = safe_file_name(mask_text(artifact.path, showing))
        name = safe_file_name(honest_name(found, artifact.content), taken)
        if not _may_attach(name, artifact.content, showing):
            withheld.append(name)
            continue
        taken.add(name)
        masked = mask_file(artifact.content, showing)
        hidden += masked.hidden
        files.append(ReplyFile(name=name, content=masked.data))
    return _Shown(sections=sections, files=files, withheld=withheld, hidden=hidden)


def _may_attach(name: str, content: bytes, showing: Showing) -> bool:
    types = showing.file_types
    return showing.files and (types is None or is_of_type(name, content, types))


def _restrictions(shown: _Shown, showing: Showing) -> list[str]:
    """Return what a member must know of what the server does not let through."""
    said: list[str] = []
    if shown.withheld and not showing.files:
        said.append(settingtexts.NO_FILES_HERE)
    elif shown.withheld:
        names, types = shown.withheld, sorted(showing.file_types or ())
        said.append(settingtexts.files_withheld(names[:3], len(names) - 3, types[:10]))
    if shown.hidden:
        said.append(settingtexts.hidden(shown.hidden))
    return said


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
        return [endings.NEVER_STARTED]
    last = result.steps[-1]
    remarks = [plain(note, 200) for note in last.notes[:_STEP_NOTES]]
    if last.status is Status.INTERNAL_ERROR:
        remarks.insert(0, texts.our_fault(result.job_id))
    elif last.status is Status.SIGNALLED and (meaning := endings.signal_means(last.signal)):
        remarks.insert(0, meaning)
    if not last.stdout and not last.stderr:
        remarks.insert(0, _silence(last))
    return remarks


def _silence(step: StepResult) -> str:
    return endings.PRINTED_NOTHING if step.status is Status.OK else endings.PRINTED_NOTHING_BEFORE


def _body(
    run: _Shown, notes: list[str], max_units: int, max_lines: int, max_output_units: int
) -> _Body:
    room = max_units - (_FILES_UNITS if run.files else _OUTPUTS_UNITS)
    said = _that_fit(notes, room - max_units // 2)
    room -= sum(units(note) + 1 for note in said)
    shown = _cut_fairly(run.sections, min(room, max_output_units), max_lines)
    hidden = [(section, excerpt) for section, excerpt in shown if not excerpt.complete]
    outputs = [ReplyFile(name=section.file_name, content=section.data) for section, _ in hidden]
    files, left_out = _attachments([*outputs, *run.files])
    if cut_names := tuple(s.file_name for s, excerpt in hidden if excerpt.left_out_bytes):
        left_out_note = [endings.attached(cut_names)]
    else:
        left_out_note = []
    if odd_names := tuple(s.file_name for s, excerpt in hidden if not excerpt.left_out_bytes):
        left_out_note.append(endings.not_utf8(odd_names))
    if left_out:
        left_out_note.append(endings.files_left_out(left_out[:3], len(left_out) - 3))
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
        return endings.only_line_breaks(label, excerpt.text.count("\n") + 1)
    return excerpt.block if alone and label == "stdout" else f"**{label}**\n{excerpt.block}"


def _attachments(files: list[ReplyFile]) -> tuple[tuple[ReplyFile, ...], tuple[str, ...]]:
    """Return what of ``files`` one message can carry, and the names of what it cannot."""
    kept: list[ReplyFile] = []
    left_out: list[str] = []
    size_bytes = 0
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
