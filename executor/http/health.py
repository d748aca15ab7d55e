"""Whether the API lives, and whether it can take work: for supervisors and load balancers."""

from aiohttp import web

from executor.http.jobs import Jobs
from executor.http.problems import json_response


class HealthRoutes:
    """`/healthz` and `/readyz`.

    Args:
        jobs: knows whether jobs can be taken.
    """

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    async def alive(self, request: web.Request) -> web.Response:
        """Say that we answer."""
        del request
        return json_response({"status": "ok"})

    async def ready(self, request: web.Request) -> web.Response:
        """Say whether work should be sent here."""
        del request
        if self._jobs.is_draining:
            return json_response({"status": "stopping"}, status=503)
        if not self._jobs.offered:
            return json_response({"status": "no language can run here"}, status=503)
        return json_response({"status": "ok", "languages": len(self._jobs.offered)})
