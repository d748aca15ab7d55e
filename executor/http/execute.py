"""The routes of the Piston API that read and run: runtimes, execute, packages; and its version 1."""

import asyncio
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from executor.errors import InvalidJobError
from executor.http.bodies import Bounds, read_json
from executor.http.jobs import Jobs
from executor.http.packages import (
    PackageError,
    PackageManager,
    UnknownPackageError,
    package_document,
    read_package,
)
from executor.http.problems import HttpError, json_response
from executor.http.replies import result_document, runtimes_document, server_timing
from executor.http.selection import Offer
from executor.http.visits import note, visitor_of
from executor.models import Result

_LARGE_BYTES: Final = 256 * 1024  # encoding more than this would hold up everybody else


class ExecuteRoutes:
    """`/runtimes` and `/execute`.

    Args:
        jobs: reads and runs what is sent.
        bounds: how large and slow a request may be.
    """

    def __init__(self, jobs: Jobs, bounds: Bounds) -> None:
        self._jobs = jobs
        self._bounds = bounds

    async def runtimes(self, request: web.Request) -> web.Response:
        """Answer ``GET /api/v2/runtimes``."""
        del request
        return json_response(runtimes_document(self._jobs.offered))

    async def execute(self, request: web.Request) -> web.Response:
        """Answer ``POST /api/v2/execute``."""
        visitor = visitor_of(request)
        self._jobs.charge(visitor)
        asked = self._jobs.read(await read_json(request, self._bounds), visitor)
        note(request, job_id=asked.job.id, language=asked.job.language)
        result = await self._jobs.run(asked.job)
        note(request, verdict=result.status.value)
        return await result_response(result, asked.offer)

    async def versions_v1(self, request: web.Request) -> web.Response:
        """Answer ``GET /api/v1/versions``."""
        del request
        return json_response(
            [
                {
                    "name": offer.runtime.name,
                    "aliases": list(offer.runtime.aliases),
                    "version": offer.version,
                }
                for offer in self._jobs.offered
            ]
        )

    async def execute_v1(self, request: web.Request) -> web.Response:
        """Answer ``POST /api/v1/execute``, which knows one file and no stages."""
        visitor = visitor_of(request)
        self._jobs.charge(visitor)
        body = _body_v2(await read_json(request, self._bounds))
        try:
            asked = self._jobs.read(body, visitor)
        except InvalidJobError as error:
            if str(error).endswith("runtime is unknown"):
                raise InvalidJobError("Supplied language is not supported by Piston") from None
            raise
        note(request, job_id=asked.job.id, language=asked.job.language)
        result = await self._jobs.run(asked.job)
        note(request, verdict=result.status.value)
        stage = result_document(result, asked.offer)["run"]
        told = stage if isinstance(stage, Mapping) else {}
        return json_response(
            {
                "ran": bool(result.steps) and result.steps[-1].name == "run",
                "language": result.language,
                "version": asked.offer.version,
                "output": told.get("output"),
                "stdout": told.get("stdout"),
                "stderr": told.get("stderr"),
            }
        )


class PackageRoutes:
    """`/packages`.

    Args:
        packages: lists and changes them.
        bounds: how large and slow a request may be.
    """

    def __init__(self, packages: PackageManager, bounds: Bounds) -> None:
        self._packages = packages
        self._bounds = bounds

    async def list_all(self, request: web.Request) -> web.Response:
        """Answer ``GET /api/v2/packages``."""
        del request
        return json_response([package_document(x) for x in await self._packages.packages()])

    async def install(self, request: web.Request) -> web.Response:
        """Answer ``POST /api/v2/packages``."""
        return await self._change(request, is_removal=False)

    async def remove(self, request: web.Request) -> web.Response:
        """Answer ``DELETE /api/v2/packages``."""
        return await self._change(request, is_removal=True)

    async def _change(self, request: web.Request, *, is_removal: bool) -> web.Response:
        language, version = read_package(await read_json(request, self._bounds))
        change = self._packages.remove if is_removal else self._packages.install
        try:
            package = await change(language, version)
        except UnknownPackageError as error:
            raise HttpError(404, str(error)) from error
        except PackageError as error:
            raise HttpError(500, str(error)) from error
        return json_response({"language": package.language, "version": package.version})


async def result_response(result: Result, offer: Offer) -> web.Response:
    """Return the answer to ``/execute``."""

    def build() -> web.Response:
        headers = {"Server-Timing": server_timing(result)}
        return json_response(result_document(result, offer), headers=headers)

    printed = sum(len(step.stdout) + len(step.stderr) for step in result.steps)
    made = sum(len(artifact.content) for artifact in result.artifacts)
    return await asyncio.to_thread(build) if printed + made > _LARGE_BYTES else build()


def _body_v2(body: object) -> dict[str, object]:
    """Return a request of version 1 as one of version 2.

    Raises:
        InvalidJobError: something in it does not fit; the texts are version 1's.
    """
    fields = body if isinstance(body, Mapping) else {}
    for name in ("language", "source"):
        value = fields.get(name)
        if not value and value != 0:
            raise InvalidJobError(f"No {name} supplied")
        if not isinstance(value, str):
            raise InvalidJobError(f"Supplied {name} is not a string")
    args, stdin = fields.get("args"), fields.get("stdin")
    if args is not None and not isinstance(args, list):
        raise InvalidJobError("Supplied args is not an array")
    if stdin is not None and not isinstance(stdin, str):
        raise InvalidJobError("Supplied stdin is not a string")
    return {
        "language": fields["language"],
        "version": "*",
        "files": [{"content": fields["source"]}],
        "args": args,
        "stdin": stdin,
    }
