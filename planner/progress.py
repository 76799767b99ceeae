"""Progress on stderr, and stopping on Ctrl-C with the plan in hand."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Progress:
    """Says what is being done and for how long; silent when stderr is not a terminal or quiet is asked for."""

    def __init__(self, quiet: bool) -> None:
        self.speaks = not quiet and sys.stderr.isatty()
        self.begun = time.monotonic()
        self.seconds: dict[str, float] = {}

    def say(self, words: str) -> None:
        """One line with the time since the start."""
        if self.speaks:
            print(f"{time.monotonic() - self.begun:6.1f} s  {words}", file=sys.stderr, flush=True)

    @contextmanager
    def phase(self, name: str, words: str = "") -> Iterator[None]:
        """Announce a phase and note its seconds under `name`."""
        self.say(words or name.replace("_", " "))
        begun = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - begun


@contextmanager
def stopping(flag: threading.Event) -> Iterator[None]:
    """Ctrl-C and SIGTERM set the flag, so that the solver stops with what it holds; a second Ctrl-C ends at once."""

    def stop(number: int, frame: FrameType | None) -> None:
        if flag.is_set():
            raise KeyboardInterrupt
        flag.set()
        print("stopping; the plan in hand will be written (once more: stop at once)", file=sys.stderr, flush=True)

    flag.clear()
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
