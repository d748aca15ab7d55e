"""Runs what is collected below this folder in a virtual machine, each case in its unit.

The host collects, boots and reports. For every unit the guest collects again and runs; its reports
come back as they are made. Only there do fixtures and test functions run.
"""

import os
from collections.abc import Callable, Sequence

import pytest

from tests.vm import image, machine, worlds

_PER_CASE_SECONDS = 300.0


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give every case the units it names with the marker `worlds`, `worlds.MAIN` without one."""
    if "world" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("worlds")
        chosen = marker.args if marker else worlds.MAIN
        metafunc.parametrize("world", chosen, ids=str, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = worlds.here()
    for item in items:
        if _is_ours(item):
            item.add_marker("vm")
    if here is not None:
        items[:] = [item for item in items if _world(item) is here]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run our items in the guest; leave the others to pytest."""
    if worlds.here() is not None or session.config.option.collectonly:
        return None
    ours = [item for item in session.items if _is_ours(item)]
    if not ours:
        return None
    session.items[:] = [item for item in session.items if not _is_ours(item)]
    try:
        with machine.boot(image.ensure(_say(session))) as guest:
            _check_python(guest)
            for world in worlds.ALL:
                Replay(session, [item for item in ours if _world(item) is world]).run(guest, world)
    except image.BuildError as error:
        pytest.exit(str(error), returncode=3)
    return None if session.items else True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if worlds.here() is not None and _config:
        document = _config[0].hook.pytest_report_to_serializable(config=_config[0], report=report)
        os.write(1, worlds.pack(document).encode())


class Replay:
    """Reports the guest's results as if they were made here."""

    def __init__(self, session: pytest.Session, items: Sequence[pytest.Item]) -> None:
        self._session = session
        self._waiting = {item.nodeid: item for item in items}
        self._noise: list[str] = []

    def run(self, guest: machine.Machine, world: worlds.World) -> None:
        """Run the cases of one unit."""
        if not self._waiting or self._session.shouldfail or self._session.shouldstop:
            return
        nodes = list(self._waiting)
        try:
            status, _ = guest.run(
                worlds.command(world, nodes),
                seconds=60 + _PER_CASE_SECONDS * len(nodes),
                on_line=self._take,
            )
            fate = f"pytest in the guest ended with status {status} before this case"
        except machine.MachineError as error:
            fate = str(error)
        for item in list(self._waiting.values()):
            self._fail(item, "\n".join([fate, *self._noise[-50:]]))

    def _take(self, line: str) -> None:
        document = worlds.unpack(line)
        if document is None:
            self._noise.append(line)
            return
        config = self._session.config
        report = config.hook.pytest_report_from_serializable(config=config, data=document)
        item = self._waiting[report.nodeid]
        if report.when == "setup":
            item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        item.ihook.pytest_runtest_logreport(report=report)
        if report.when == "teardown":
            item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
            del self._waiting[report.nodeid]

    def _fail(self, item: pytest.Item, reason: str) -> None:
        report = pytest.TestReport(
            nodeid=item.nodeid, location=item.location, keywords={}, outcome="failed",
            longrepr=reason, when="call",
        )  # fmt: skip
        item.ihook.pytest_runtest_logreport(report=report)


_config: list[pytest.Config] = []


def pytest_configure(config: pytest.Config) -> None:
    _config.append(config)


def _is_ours(item: pytest.Item) -> bool:
    return item.path.is_relative_to(machine.CHECKOUT / "tests" / "vm")


def _world(item: pytest.Item) -> worlds.World | None:
    call = getattr(item, "callspec", None)
    world = call.params.get("world") if call else None
    return world if isinstance(world, worlds.World) else None


def _check_python(guest: machine.Machine) -> None:
    source = "import sys; print(*sys.version_info[:2], sep='.')"
    _, found = guest.run(["/usr/bin/python3", "-c", source], seconds=60)
    if found != worlds.PYTHON:
        raise image.BuildError(
            f".venv has Python {worlds.PYTHON}, the virtual machine {found}: make .venv anew with the "
            "system's python3 (remove it and run ./codecage test --version)"
        )


def _say(session: pytest.Session) -> Callable[[str], None]:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    return reporter.write_line if reporter else lambda _: None
