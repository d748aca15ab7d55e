"""Reads requests of the Piston API, version 2: JSON in, `Request` out. Pure.

The texts of refusals and the order in which they are looked for are those of Piston 3.1.1, because
clients show and compare them. https://github.com/engineer-man/piston
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from executor.errors import InvalidJobError
from executor.http.encoding import decode_content, text_bytes
from executor.http.selection import Offer, select
from executor.models import Job, Limits, LimitsRequest, SourceFile, StageLimits
from executor.paths import MAX_FILES

_ASKED: Final = ("memory_limit", "timeout", "cpu_time")  # in the order in which they are checked
_STAGES: Final = ("compile", "run")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that was read: the job to start, and the runtime under its public version."""

    job: Job
    offer: Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whose job it becomes.

    ``running`` is how many of the owner's jobs may run at once. ``most`` lowers what a request may
    use, such as a key's own limits; it counts as the configured limit. ``traceparent`` is the span
    that the request belongs to, as it was sent.
    """

    owner: str = ""
    running: int | None = None
    most: LimitsRequest = field(default_factory=LimitsRequest)
    traceparent: str = ""


def read_request(
    body: object,
    offered: Sequence[Offer],
    caller: Caller,
    *,
    job_id: str,
    interactive: bool = False,
) -> Request:
    """Return what ``body``, parsed JSON, asks for.

    Args:
        body: the request's JSON document.
        offered: what can run here.
        caller: whose job it becomes.
        job_id: the id it gets.
        interactive: input comes while it runs; ``stdin`` is ignored, as Piston's socket does.

    Raises:
        InvalidJobError: something in it does not fit; the text is Piston's where it has one.
    """
    fields = body if isinstance(body, Mapping) else {}
    language = _text(fields, "language")
    version = _text(fields, "version")
    files = fields.get("files")
    if not isinstance(files, list):
        raise InvalidJobError("files is required as an array")
    for index, file in enumerate(files):
        if not isinstance(file, Mapping) or not isinstance(file.get("content"), str):
            raise InvalidJobError(f"files[{index}].content is required as a string")
    offer = select(offered, language, version)
    if offer is None:
        raise InvalidJobError(f"{language}-{version} runtime is unknown")
    sources = _sources(files, offer.runtime.entry)
    compile_limits, run_limits = _limits(fields, offer.runtime.limits, caller.most)
    job = Job(
        id=job_id,
        language=offer.runtime.name,
        version=offer.runtime.version,
        files=sources,
        stdin=b"" if interactive else _stdin(fields.get("stdin")),
        args=read_args(fields.get("args")),
        compile_limits=compile_limits,
        run_limits=run_limits,
        owner=caller.owner,
        owner_running=caller.running,
        interactive=interactive,
        traceparent=caller.traceparent,
    )
    return Request(job=job, offer=offer)


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidJobError(f"{name} is required as a string")
    return value


def _sources(files: Sequence[Mapping[str, object]], entry: str) -> tuple[SourceFile, ...]:
    """Return the files, the program's entry first: the first one that is given as text."""
    if len(files) > MAX_FILES:
        raise InvalidJobError(f"A job can have {MAX_FILES} files; this one has {len(files)}.")
    main = next((i for i, file in enumerate(files) if _encoding(file) == "utf8"), None)
    if main is None:
        raise InvalidJobError("files must include at least one utf8 encoded file")
    given = [_name(file, index) for index, file in enumerate(files)]
    names = [name or f"file{index}.code" for index, name in enumerate(given)]
    if not given[main] and entry and entry not in names:
        names[main] = entry  # tools know their own extension, and an interpreter waits for it
    sources = [
        SourceFile(path=name, content=decode_content(str(file["content"]), _encoding(file)))
        for name, file in zip(names, files, strict=True)
    ]
    return (sources[main], *sources[:main], *sources[main + 1 :])


def _encoding(file: Mapping[str, object]) -> str:
    encoding = file.get("encoding")
    return encoding if isinstance(encoding, str) and encoding in {"base64", "hex"} else "utf8"


def _name(file: Mapping[str, object], index: int) -> str:
    name = file.get("name") or ""
    if not isinstance(name, str):
        raise InvalidJobError(f"files[{index}].name must be a string")
    return name.removeprefix("./")


def _stdin(value: object) -> bytes:
    """Return standard input with the end of line that Piston adds, also to none at all."""
    if value is not None and not isinstance(value, str):
        raise InvalidJobError("stdin must be a string")
    data = text_bytes(value or "")
    return data if data.endswith(b"\n") else data + b"\n"


def read_args(value: object) -> tuple[str, ...]:
    """Return a program's arguments; numbers are taken as they would be written.

    Raises:
        InvalidJobError: they are none.
    """
    if value is None:
        return ()
    is_fitting = isinstance(value, list) and all(
        isinstance(x, str | int | float) and not isinstance(x, bool) for x in value
    )
    if not isinstance(value, list) or not is_fitting:
        raise InvalidJobError("args must be an array of strings")
    return tuple(text_bytes(str(x)).decode() for x in value)


def _limits(
    fields: Mapping[str, object], configured: StageLimits | None, most: LimitsRequest
) -> tuple[LimitsRequest, LimitsRequest]:
    """Return what to ask of the executor for the compile and the run step."""
    asked = {"compile": most, "run": most}
    for what in _ASKED:
        for stage in _STAGES:
            limits = getattr(configured, stage) if configured is not None else None
            highest = _highest(what, limits, most)
            value = _limit(fields.get(f"{stage}_{what}"), f"{stage}_{what}", highest)
            if value is not None:
                asked[stage] = _asking(asked[stage], what, value)
    return asked["compile"], asked["run"]


def _limit(value: object, name: str, highest: int | None) -> float | None:
    """Return the number that was asked for; `None` where the configured one holds."""
    # What JavaScript takes for false is "not given", and clients send -1 for "the most there is".
    if value is None or value is False or value == "" or value in (0, -1):
        return None
    if not isinstance(value, int | float) or value is True:
        raise InvalidJobError(f"If specified, {name} must be a number")
    if highest is not None and value > highest:
        raise InvalidJobError(f"{name} cannot exceed the configured limit of {highest}")
    if value < 0:
        raise InvalidJobError(f"{name} must be non-negative")
    return value


def _highest(what: str, limits: Limits | None, most: LimitsRequest) -> int | None:
    """Return the configured limit in the unit of the request: milliseconds or bytes."""
    if limits is None:
        return None
    if what == "memory_limit":
        return min(limits.memory_bytes, most.memory_bytes or limits.memory_bytes)
    if what == "timeout":
        return math.floor(min(limits.wall_seconds, most.wall_seconds or math.inf) * 1000)
    return math.floor(min(limits.cpu_seconds, most.cpu_seconds or math.inf) * 1000)


def _asking(limits: LimitsRequest, what: str, value: float) -> LimitsRequest:
    if what == "memory_limit":
        return replace(limits, memory_bytes=max(1, int(value)))
    if what == "timeout":
        return replace(limits, wall_seconds=value / 1000)
    return replace(limits, cpu_seconds=value / 1000)
