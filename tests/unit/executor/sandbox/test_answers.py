"""An answer of the launcher, whatever becomes of the descriptors beside it."""

import json
import os
import socket
from collections.abc import Iterator

import pytest

from executor.sandbox.launcher.main import send_answer

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        yield ours, theirs


def test_descriptors_that_cannot_be_passed_are_told_of(pair: Pair) -> None:
    closed = os.open("/dev/null", os.O_RDONLY)
    os.close(closed)
    send_answer(pair[0], {"keys": ["pidfd"]}, [closed])
    answer, passed, _, _ = socket.recv_fds(pair[1], 4096, 1)
    assert "Bad file descriptor" in json.loads(answer)["error"]
    assert passed == []


def test_an_executor_that_is_gone_is_no_error(pair: Pair) -> None:
    pair[1].close()
    send_answer(pair[0], {"keys": []})
    assert pair[0].recv(1) == b""
