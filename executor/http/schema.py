"""The shapes of what goes in and out, as pydantic models: the API's description is made of them.

Requests are not parsed with them: Piston's own checks, texts and order are in `piston`. The tests
hold every answer to these models, so that the description is true.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from executor.models import Status


class In(BaseModel):
    """A request: what is not known is passed over."""

    model_config = ConfigDict(extra="ignore")


class Out(BaseModel):
    """An answer: it holds exactly this."""

    model_config = ConfigDict(extra="forbid")


class File(In):
    """A file of the program. The first one that is text is its entry."""

    name: str | None = Field(
        None, description="A relative path, with folders if need be.", examples=["main.py"]
    )
    content: str = Field(examples=['print("hi")'])
    encoding: str | None = Field(
        None, description="`utf8`, `base64` or `hex`; anything else is `utf8`.", examples=["utf8"]
    )


Milliseconds = Annotated[float | None, Field(description="-1, 0 and null: the configured most.")]
Bytes = Annotated[float | None, Field(description="-1, 0 and null: the configured most.")]


class ProgramRequest(In):
    """A program and its limits."""

    language: str = Field(min_length=1, description="A name or alias.", examples=["python"])
    version: str = Field(
        min_length=1,
        description="A version or range as npm has it; `*` is the newest.",
        examples=["*", "3.x", ">=3.9 <3.13"],
    )
    files: list[File] = Field(min_length=1, max_length=32)
    args: list[str | float] | None = None
    compile_timeout: Milliseconds = None
    run_timeout: Milliseconds = None
    compile_cpu_time: Milliseconds = None
    run_cpu_time: Milliseconds = None
    compile_memory_limit: Bytes = None
    run_memory_limit: Bytes = None


class ExecuteRequest(ProgramRequest):
    """A program to run."""

    stdin: str | None = Field(None, description="A line end is added where it has none.")


class Case(In):
    """One input of a batch."""

    name: str | None = None
    stdin: str | None = None
    args: list[str | float] | None = Field(None, description="Instead of the batch's.")
    expected: str | None = Field(None, description="Standard output; null checks nothing.")
    checker: Literal["exact", "tokens", "float"] = "tokens"
    tolerance: float = Field(1e-6, ge=0, description="Of the checker `float`.")


class BatchRequest(ProgramRequest):
    """A program to run with many inputs; it is compiled once."""

    cases: list[Case] = Field(min_length=1, max_length=100)
    checker: Literal["exact", "tokens", "float"] = "tokens"
    tolerance: float = Field(1e-6, ge=0)


class PackageRequest(In):
    """A package to install or remove."""

    language: str = Field(min_length=1)
    version: str = Field(min_length=1)


class ExecuteRequestV1(In):
    """A program to run, in version 1."""

    language: str = Field(min_length=1)
    source: str = Field(min_length=1)
    args: list[str | float] | None = None
    stdin: str | None = None


class Stage(Out):
    """How one step went: Piston's ten keys, then ours."""

    signal: str | None
    stdout: str
    stderr: str
    code: int | None
    output: str = Field(description="Both streams in their order of arrival.")
    memory: int | None = Field(description="The most it used, in bytes.")
    message: str | None = Field(description="One line that says why it did not end well.")
    status: Literal["RE", "SG", "TO", "OL", "EL", "XX"] | None = Field(
        description="Null when all is well."
    )
    cpu_time: int = Field(description="Milliseconds.")
    wall_time: int = Field(description="Milliseconds.")
    verdict: Status
    truncated: bool = Field(description="It printed more than it may; the first bytes are here.")
    stdout_bytes: int
    stderr_bytes: int
    total_bytes: int = Field(description="All it printed until it was stopped.")
    notes: list[str] = Field(description="Such as why files are missing.")


class Artifact(Out):
    """A file that the program made."""

    path: str
    size: int
    type: str
    content: str
    encoding: Literal["base64"]


class ExecuteResponse(Out):
    """How a program went."""

    compile: Stage | None = Field(None, description="Only of languages that are compiled.")
    run: Stage = Field(description="What did not compile is repeated here.")
    language: str
    version: str
    job_id: str
    verdict: Status
    cached: bool = Field(description="The compile step came out of the cache.")
    queue_seconds: float
    timings: dict[str, float] = Field(description="Seconds of each phase.")
    artifacts: list[Artifact]


class CaseResponse(Out):
    """How one input went."""

    name: str
    verdict: Literal["accepted", "wrong_answer"] | Status
    message: str | None
    run: Stage | None = None
    queue_seconds: float | None = None
    artifacts: list[Artifact] | None = None


class BatchResponse(Out):
    """How a batch went."""

    compile: Stage | None = None
    cases: list[CaseResponse]
    passed: int
    total: int
    language: str
    version: str
    job_id: str


class Runtime(Out):
    """A language that can run here."""

    language: str
    version: str
    aliases: list[str]
    runtime: str | None = None


class Package(Out):
    """A package that is or could be installed."""

    language: str
    language_version: str
    installed: bool


class PackageResponse(Out):
    """A package that was installed or removed."""

    language: str
    version: str


class VersionV1(Out):
    """A language that can run here, in version 1."""

    name: str
    aliases: list[str]
    version: str


class ExecuteResponseV1(Out):
    """How a program went, in version 1."""

    ran: bool
    language: str
    version: str
    output: str
    stdout: str
    stderr: str


class Health(Out):
    """Whether the API is well."""

    status: str
    languages: int | None = None


class Problem(Out):
    """Why a request was not served."""

    message: str
