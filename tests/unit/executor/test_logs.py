import io
import json
import logging
from collections.abc import Iterator

import pytest

from executor.logs import configure_logging

LIBRARIES = ("discord", "aiohttp", "asyncio", "aiohttp.server", "aiohttp.websocket")


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    named = [logging.getLogger(name) for name in LIBRARIES]
    levels = [logger.level for logger in named]
    yield
    root.handlers[:], root.level = handlers, level
    for logger, own in zip(named, levels, strict=True):
        logger.setLevel(own)


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


def test_what_a_client_offers_as_sub_protocols_is_not_told_for_a_key_may_be_among_it() -> None:
    stream = io.StringIO()
    configure_logging("debug", "text", stream=stream)
    logging.getLogger("aiohttp.websocket").warning("Client protocols ['codecage.kye.secret']")
    logging.getLogger("aiohttp.websocket").error("broken")
    assert "secret" not in stream.getvalue()
    assert "broken" in stream.getvalue()
