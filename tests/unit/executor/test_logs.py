import io
import json
import logging
from collections.abc import Iterator

import pytest

from executor.logs import configure_logging


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def test_text_is_one_readable_line() -> None:
    stream = io.StringIO()
    configure_logging("info", "text", stream=stream)
    logging.getLogger("bot.service").info("job %s: %s", "a1", "ok")
    logging.getLogger("bot.service").debug("hidden")
    assert stream.getvalue().endswith(" INFO    bot.service: job a1: ok\n")
    assert stream.getvalue().count("\n") == 1


def test_json_is_one_object_per_line_with_the_error_in_it() -> None:
    stream = io.StringIO()
    configure_logging("warning", "json", stream=stream)
    error = ValueError("broken\nin two lines")
    logging.getLogger("bot").error("it's\nbad", exc_info=error)
    (line,) = stream.getvalue().splitlines()
    found = json.loads(line)
    assert (found["level"], found["logger"], found["message"]) == ("error", "bot", "it's\nbad")
    assert "ValueError: broken" in found["error"]
    assert found["time"].endswith("+00:00")


def test_debug_leaves_out_what_libraries_say_about_messages() -> None:
    stream = io.StringIO()
    configure_logging("debug", "text", stream=stream)
    logging.getLogger("discord.gateway").debug("a whole message")
    logging.getLogger("bot").debug("ours")
    assert "a whole message" not in stream.getvalue()
    assert "ours" in stream.getvalue()
