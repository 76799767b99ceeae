"""A bare machine: tests that drive a missing program are skipped and named in one line, and fail where programs are required."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.programs import PACKAGES, closing_line

ROOT = Path(__file__).parents[1]
DRIVING = "tests/test_report_browser.py"


def bare(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Pytest where no program is found but Python."""
    kept = {name: value for name, value in os.environ.items() if name != "PLAN_TEST_PROGRAMS"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=ROOT,
        env={**kept, "PATH": str(Path(sys.executable).parent), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_suite_is_collected_without_programs() -> None:
    done = bare("--collect-only")
    assert done.returncode == 0, done.stdout[-2000:]


def test_what_is_skipped_is_counted_and_named_in_one_line() -> None:
    done = bare(DRIVING, "-x")
    assert done.returncode == 0, done.stdout[-2000:]
    said = [line for line in done.stdout.splitlines() if "apt-get install" in line]
    assert len(said) == 1
    assert "tests skipped without chromium, chromedriver: apt-get install chromium chromium-driver" in said[0]
    assert int(said[0].split()[0]) > 1


def test_a_missing_program_fails_where_all_are_required() -> None:
    done = bare(DRIVING, "-x", PLAN_TEST_PROGRAMS="required")
    assert done.returncode == 1
    assert "needs chromium and chromedriver" in done.stdout


def test_the_closing_line_counts_tests_and_names_each_program_once() -> None:
    reasons = ["Skipped: needs openssl: apt-get install openssl", "Skipped: something else"]
    assert closing_line(reasons) == "1 tests skipped without openssl: apt-get install openssl"
    assert closing_line(reasons[1:]) == ""
    assert set(PACKAGES) == {"chromium", "chromedriver", "soffice", "openssl", "a Chinese font"}
