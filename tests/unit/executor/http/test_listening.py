import pytest

from executor.errors import ConfigError
from executor.http.listening import address_of, bind


async def test_a_port_is_taken_from_the_moment_it_is_bound() -> None:
    (first,) = await bind("127.0.0.1", 0, stall_seconds=10)
    with first, pytest.raises(ConfigError, match="cannot listen on"):
        await bind("127.0.0.1", address_of(first).port, stall_seconds=10)
