"""A pytest plugin for tests that were written for real hardware: the emulated machine is slow."""

import pytest

_TIMES = 10


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker in list(item.iter_markers("timeout")):
            item.add_marker(pytest.mark.timeout(_TIMES * marker.args[0]), append=False)
