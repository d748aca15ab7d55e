"""Version 1 of the Piston API, for clients that were never changed."""

from typing import Any

import pytest

from tests.api.conftest import Faked

V1: dict[str, Any] = {"language": "python3", "source": 'print("hi")'}


@pytest.mark.parametrize("prefix", ["/api/v1", "/api/v1/piston"])
async def test_clients_of_version_1_are_back(faked: Faked, prefix: str) -> None:
    body = {**V1, "args": ["a"], "stdin": "x"}
    status, document = await faked.api.post(f"{prefix}/execute", body)
    assert status == 200
    assert document == {
        "ran": True,
        "language": "python",
        "version": "3.13.5",
        "output": "hi\n",
        "stdout": "hi\n",
        "stderr": "",
    }
    assert faked.executor.jobs[-1].args == ("a",)
    _, versions = await faked.api.get(f"{prefix}/versions")
    assert isinstance(versions, list)
    assert {"name": "c", "aliases": ["gcc"], "version": "12.2.0"} in versions


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"language": None}, "No language supplied"),
        ({"language": 3}, "Supplied language is not a string"),
        ({"language": "cobol"}, "Supplied language is not supported by Piston"),
        ({"source": ""}, "No source supplied"),
        ({"source": ["x"]}, "Supplied source is not a string"),
        ({"args": "x"}, "Supplied args is not an array"),
        ({"stdin": 3}, "Supplied stdin is not a string"),
    ],
)
async def test_version_1_refuses_in_its_own_words(
    faked: Faked, changes: dict[str, Any], text: str
) -> None:
    assert await faked.api.post("/api/v1/execute", {**V1, **changes}) == (400, {"message": text})
