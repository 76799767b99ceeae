"""A worker process: `python -m planner.engine.worker`, the other end of `crew`."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from contextlib import suppress
from typing import BinaryIO

from planner.engine.crew import Station
from planner.lifeline import end_with


def serve(messages: BinaryIO, answers: BinaryIO) -> None:
    """Answers messages until they end; the first holds the blocks."""
    with suppress(EOFError):
        station = Station(*pickle.load(messages))
        while True:
            pickle.dump(station.attempt(*pickle.load(messages)), answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(int(sys.argv[1]))
    private = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever else is printed goes where errors go
    serve(sys.stdin.buffer, private)
    os._exit(0)  # at once: nothing is left to write, and whoever closed the input waits
