"""Prints at the end what every law has looked at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.laws.effort import EFFORT
from tests.laws.tally import Tally


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    """Count under the name of the test; the counts reach the terminal also from xdist's workers."""
    counter = Tally(request.node.name.removeprefix("test_"))
    yield counter
    request.node.user_properties.append(("law", counter.write()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the effort and the counts of every law."""
    reports = [report for outcome in ("passed", "failed", "") for report in terminalreporter.stats.get(outcome, [])]
    lines = [value for report in reports for name, value in getattr(report, "user_properties", ()) if name == "law"]
    if lines:
        terminalreporter.section(f"laws ({EFFORT})")
        for line in dict.fromkeys(lines):
            terminalreporter.line(line)
