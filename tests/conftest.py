"""The closing line of a run: what was skipped for want of programs, and how to install them."""

from __future__ import annotations

import pytest

from tests.programs import closing_line


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line after all others."""
    skipped = terminalreporter.getreports("skipped")
    said = closing_line([report.longrepr[2] for report in skipped if isinstance(report.longrepr, tuple)])
    if said:
        terminalreporter.write_line(said)
