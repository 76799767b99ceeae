"""Programs that some tests drive. Without one its tests are skipped, counted and named; where all are required, they fail."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from matplotlib import font_manager

from planner.figures.style import CHINESE_FILES

FONT = "a Chinese font"
PACKAGES = {  # what tests drive: Debian's packages
    "chromium": "chromium",
    "chromedriver": "chromium-driver",
    "soffice": "libreoffice-calc-nogui",
    "openssl": "openssl",
    FONT: "fontconfig fonts-wqy-microhei",
}
REQUIRED = "PLAN_TEST_PROGRAMS"  # environment: "required", and a missing one is an error
NEEDS = "needs "
INSTALL = ": apt-get install "


def needed(*programs: str) -> None:
    """Skip the test that runs where one of these is missing; fail it where they are required."""
    absent = [name for name in programs if not _is_there(name)]
    if not absent:
        return
    words = f"{NEEDS}{' and '.join(absent)}{INSTALL}{' '.join(PACKAGES[name] for name in absent)}"
    if os.environ.get(REQUIRED) == "required":
        pytest.fail(words)
    pytest.skip(words)  # counted and told in the closing line


def _is_there(name: str) -> bool:
    if name == FONT:
        return any(Path(path).name.startswith(CHINESE_FILES) for path in font_manager.findSystemFonts())
    return shutil.which(name) is not None


def closing_line(reasons: list[str]) -> str:
    """What was skipped for want of programs, and how to install them; empty where nothing was."""
    short = [reason.split(NEEDS, 1)[1].split(INSTALL) for reason in reasons if NEEDS in reason and INSTALL in reason]
    if not short:
        return ""
    programs = dict.fromkeys(name for names, _ in short for name in names.split(" and "))
    packages = " ".join(PACKAGES[name] for name in programs)
    return f"{len(short)} tests skipped without {', '.join(programs)}{INSTALL}{packages}"
