"""Logging as the settings say: to standard error, as text for people or JSON for machines."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Literal, TextIO

_TEXT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class JsonFormatter(logging.Formatter):
    """One JSON object per line: time (RFC 3339, UTC), level, logger, message and, if any, error.

    What a caller gives as ``extra={"facts": {…}}`` is added, such as a job's id.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return ``record`` as one line."""
        line: dict[str, object] = {
            **getattr(record, "facts", {}),
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure_logging(
    level: Literal["debug", "info", "warning", "error"],
    line_format: Literal["text", "json"],
    *,
    stream: TextIO | None = None,
) -> None:
    """Log from ``level`` on to ``stream`` (standard error), instead of where it went before.

    Called by commands only: importing a package of ours never configures anything.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if line_format == "json" else logging.Formatter(_TEXT))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Their debug logs hold whole messages of members.
    for chatty in ("discord", "aiohttp", "asyncio"):
        logging.getLogger(chatty).setLevel(max(logging.INFO, logging.getLogger().level))
    # It logs a trace for every malformed request; what fails in our own routes we log ourselves.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    # It warns of sub-protocols that are not known here, among which may be a mistyped key.
    logging.getLogger("aiohttp.websocket").setLevel(logging.ERROR)
