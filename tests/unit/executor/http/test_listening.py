import pytest

from executor.errors import ConfigError
from executor.http.listening import address_of, bind


async def test_a_port_is_taken_from_the_moment_it_is_bound() -> None:
    (first,) = await bind("127.0.0.1", 0, stall_seconds=10)
    with first, pytest.raises(ConfigError, match="another process has it; choose another"):
        await bind("127.0.0.1", address_of(first).port, stall_seconds=10)


@pytest.mark.parametrize(
    ("host", "words"),
    [
        pytest.param("192.0.2.1", "this machine has no such address", id="of-another-machine"),
        pytest.param("nowhere.invalid", "write an address of this machine", id="unknown-name"),
        pytest.param("a" * 64, "that is no name of a machine", id="no-name"),
    ],
)
async def test_an_address_that_is_not_ours_is_said_with_one_that_is(host: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        await bind(host, 0, stall_seconds=10)
