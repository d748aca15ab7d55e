"""For every test."""

import os

import pytest
from hypothesis import settings

# How long an example takes says more about the machine's load than about the code.
settings.register_profile("codecage", deadline=None)
settings.load_profile("codecage")


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say so when more was skipped than CI knows of: MOST_SKIPS, in the environment."""
    if _too_many(terminalreporter):
        terminalreporter.write_line(
            f"more than {os.environ['MOST_SKIPS']} tests were skipped", red=True
        )


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail then: a machine on which much cannot be tried proves little."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and session.exitstatus == 0 and _too_many(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _too_many(reporter: pytest.TerminalReporter) -> bool:
    most = os.environ.get("MOST_SKIPS")
    return most is not None and len(reporter.stats.get("skipped", ())) > int(most)
