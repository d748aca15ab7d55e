"""Describes the API as an OpenAPI 3.1 document, made of the models in `schema`. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from executor.http import schema

Document = dict[str, Any]
Answer = type[BaseModel] | Sequence[type[BaseModel]] | str

_ERRORS: Final = {
    400: "Something in the request does not fit.",
    401: "An API key is needed.",
    403: "The key, the Host header or the page's origin does not allow it.",
    408: "The body came too slowly.",
    413: "The body is too large.",
    429: "The key's rate is used up; Retry-After says when to come back.",
    500: "Something broke on our side.",
    503: "The queue is full or the server stops; Retry-After says when to come back.",
}
_READ_ERRORS: Final = (401, 403, 500)
_WRITE_ERRORS: Final = (400, 401, 403, 408, 413, 500)
_RUN_ERRORS: Final = (*_WRITE_ERRORS, 429, 503)
_RETRIED: Final = {429, 503}
_PUBLIC: Final = "/api/v2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path. ``answer`` is a model, a list of one (``[model]``), or a media type."""

    method: str
    path: str
    summary: str
    tag: str
    answer: Answer
    body: type[BaseModel] | None = None
    errors: Sequence[int] = _READ_ERRORS
    text: str = ""
    status: int = 200

    @property
    def id(self) -> str:
        """A name for generated clients."""
        words = re.findall(r"\w+", self.path)
        return "_".join([self.method.lower(), *words])


OPERATIONS: Final = (
    Operation(
        method="GET",
        path=f"{_PUBLIC}/runtimes",
        summary="What can run here",
        tag="Piston API",
        answer=[schema.Runtime],
    ),
    Operation(
        method="POST",
        path=f"{_PUBLIC}/execute",
        summary="Run a program",
        tag="Piston API",
        answer=schema.ExecuteResponse,
        body=schema.ExecuteRequest,
        errors=_RUN_ERRORS,
        text="A program that fails is an answer with status 200; `run.verdict` says how it ended.",
    ),
    Operation(
        method="GET",
        path=f"{_PUBLIC}/connect",
        summary="Run a program over a WebSocket",
        tag="Piston API",
        answer="",
        errors=(400, *_READ_ERRORS),
        status=101,
        text=(
            "The first message is `init`, with the fields of execute. Then: `data`, `signal`, `eof`"
            " and `cancel` from the client; `runtime`, `queued`, `stage`, `data`, `exit`, `result`"
            " and `error` from the server. A page in a browser offers the sub-protocols `codecage`"
            " and `codecage.key.KEY` instead of sending Authorization."
        ),
    ),
    Operation(
        method="GET",
        path=f"{_PUBLIC}/packages",
        summary="What is or could be installed",
        tag="Piston API",
        answer=[schema.Package],
    ),
    Operation(
        method="POST",
        path=f"{_PUBLIC}/packages",
        summary="Install a package",
        tag="Piston API",
        answer=schema.PackageResponse,
        body=schema.PackageRequest,
        errors=(*_WRITE_ERRORS, 404),
        text="Needs a key with the right `packages`.",
    ),
    Operation(
        method="DELETE",
        path=f"{_PUBLIC}/packages",
        summary="Remove a package",
        tag="Piston API",
        answer=schema.PackageResponse,
        body=schema.PackageRequest,
        errors=(*_WRITE_ERRORS, 404),
        text="Needs a key with the right `packages`.",
    ),
    Operation(
        method="POST",
        path=f"{_PUBLIC}/batch",
        summary="Run a program with many inputs",
        tag="More",
        answer=schema.BatchResponse,
        body=schema.BatchRequest,
        errors=_RUN_ERRORS,
        text="It is compiled once. Each case with `expected` gets a verdict.",
    ),
    Operation(
        method="GET",
        path="/api/v1/versions",
        summary="What can run here, in version 1",
        tag="Piston API, version 1",
        answer=[schema.VersionV1],
    ),
    Operation(
        method="POST",
        path="/api/v1/execute",
        summary="Run a program, in version 1",
        tag="Piston API, version 1",
        answer=schema.ExecuteResponseV1,
        body=schema.ExecuteRequestV1,
        errors=_RUN_ERRORS,
    ),
    Operation(
        method="GET",
        path="/healthz",
        summary="Whether the API lives",
        tag="For machines that watch",
        answer=schema.Health,
        errors=(500,),
    ),
    Operation(
        method="GET",
        path="/readyz",
        summary="Whether the API can take work",
        tag="For machines that watch",
        answer=schema.Health,
        errors=(500,),
        text="503 when it cannot: it stops, the queue is full, or no language can run here.",
    ),
    Operation(
        method="GET",
        path="/metrics",
        summary="Figures for Prometheus",
        tag="For machines that watch",
        answer="text/plain",
        text="Elsewhere than on loopback it needs a key with the right `metrics`.",
    ),
    Operation(
        method="GET",
        path="/openapi.json",
        summary="This description, for programs",
        tag="For machines that watch",
        answer="application/json",
        errors=(500,),
    ),
    Operation(
        method="GET",
        path="/docs",
        summary="This description, for people",
        tag="For machines that watch",
        answer="text/html",
        errors=(500,),
    ),
)


def openapi(*, needs_key: bool) -> Document:
    """Return the OpenAPI 3.1 document.

    Args:
        needs_key: whether requests without a key are refused.
    """
    paths: Document = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    document: Document = {
        "openapi": "3.1.0",
        "info": {
            "title": "codecage",
            "version": "2",
            "description": (
                "Runs untrusted programs in a sandbox. It speaks the Piston API: everything below"
                " `/api/v2` is there below `/api/v2/piston` as well, a slash at the end changes"
                " nothing, and JSON is read whatever its Content-Type."
            ),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }
    if needs_key:
        document["security"] = [{"key": []}]
    return document


def models_of(operation: Operation) -> list[type[BaseModel]]:
    """Return the models that an operation speaks of, its body's first."""
    models = [operation.body] if operation.body is not None else []
    if isinstance(operation.answer, type):
        models.append(operation.answer)
    elif not isinstance(operation.answer, str):
        models.extend(operation.answer)
    return models


def _described(operation: Operation) -> Document:
    described: Document = {
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "responses": {str(operation.status): _answer(operation)},
    }
    if operation.text:
        described["description"] = operation.text
    if operation.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _reference(operation.body)}},
        }
    for status in operation.errors:
        described["responses"][str(status)] = _problem(status)
    if operation.path == "/readyz":
        described["responses"]["503"] = _content("It cannot.", _reference(schema.Health))
    return described


def _answer(operation: Operation) -> Document:
    answer = operation.answer
    if isinstance(answer, type):
        return _content("The answer.", _reference(answer))
    if isinstance(answer, str):
        if not answer:
            return {"description": "A WebSocket."}
        shape = {"type": "string"} if answer.startswith("text/") else {"type": "object"}
        return {"description": "The answer.", "content": {answer: {"schema": shape}}}
    return _content("The answer.", {"type": "array", "items": _reference(answer[0])})


def _problem(status: int) -> Document:
    problem = _content(_ERRORS.get(status, "There is none."), _reference(schema.Problem))
    if status in _RETRIED:
        problem["headers"] = {
            "Retry-After": {
                "description": "Seconds.",
                "required": True,
                "schema": {"type": "integer", "minimum": 1},
            }
        }
    return problem


def _content(description: str, shape: Document) -> Document:
    return {"description": description, "content": {"application/json": {"schema": shape}}}


def _reference(model: type[BaseModel]) -> Document:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _schemas() -> Document:
    models: list[type[BaseModel]] = [schema.Problem]
    for operation in OPERATIONS:
        models += models_of(operation)
    _, described = models_json_schema(
        [(model, "validation") for model in dict.fromkeys(models)],
        ref_template="#/components/schemas/{model}",
    )
    shapes: Document = described["$defs"]
    return shapes
