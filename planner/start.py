"""The `plan` command: from its first moment an interrupt ends it with 130 and no trace."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

INTERRUPTED = 130


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(INTERRUPTED)


def main() -> None:
    """Run the command line."""
    signal.signal(signal.SIGINT, _end)
    from planner.lifeline import ENDS_WITH, end_with

    if ENDS_WITH in os.environ:
        end_with(int(os.environ.pop(ENDS_WITH)))
    from planner.cli import main as commands

    commands()
