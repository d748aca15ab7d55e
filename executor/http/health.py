"""Whether the API lives, whether it can take work, and what it has done: for machines that watch."""

from aiohttp import web

from executor.http.jobs import Jobs
from executor.http.problems import json_response
from executor.metrics import Metrics


class HealthRoutes:
    """`/healthz`, `/readyz` and `/metrics`.

    Args:
        jobs: knows whether jobs can be taken.
        metrics: what has been counted.
    """

    def __init__(self, jobs: Jobs, metrics: Metrics) -> None:
        self._jobs = jobs
        self._metrics = metrics

    async def alive(self, request: web.Request) -> web.Response:
        """Say that we answer."""
        del request
        return json_response({"status": "ok"})

    async def ready(self, request: web.Request) -> web.Response:
        """Say whether work should be sent here."""
        del request
        if self._jobs.is_draining:
            return json_response({"status": "stopping"}, status=503)
        if self._jobs.is_lost:
            return json_response({"status": "no sandbox can be made any more"}, status=503)
        if not self._jobs.offered:
            return json_response({"status": "no language can run here"}, status=503)
        if self._jobs.is_full:
            return json_response({"status": "the queue is full"}, status=503)
        return json_response({"status": "ok", "languages": len(self._jobs.offered)})

    async def metrics(self, request: web.Request) -> web.Response:
        """Answer Prometheus."""
        text, content_type = self._metrics.text(request.headers.get("Accept", ""))
        return web.Response(body=text, headers={"Content-Type": content_type})
