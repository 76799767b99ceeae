"""Progress on stderr, and stopping on Ctrl-C with the plan in hand."""

from __future__ import annotations

import math
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
LEAST_SECONDS_APART = 1.0


class Progress:
    """Says what is being done and for how long; silent when quiet is asked for, or when stderr is not a terminal unless
    someone is said to be listening.
    """

    def __init__(self, quiet: bool, listened_to: bool = False) -> None:
        self.speaks = not quiet and (listened_to or sys.stderr.isatty())
        self.begun = time.monotonic()
        self.seconds: dict[str, float] = {}
        self.reported = -math.inf  # when a report was last shown

    def say(self, words: str) -> None:
        """One line with the time since the start."""
        if self.speaks:
            print(f"{time.monotonic() - self.begun:6.1f} s  {words}", file=sys.stderr, flush=True)

    def report(self, words: str, lower_bound: float, cost: float) -> None:
        """How far a solve is: the bound that no plan can beat, the plan in hand and the gap; one line a second at most."""
        if time.monotonic() - self.reported < LEAST_SECONDS_APART:
            return
        self.reported = time.monotonic()
        if math.isfinite(cost) and math.isfinite(lower_bound):
            gap = max(0.0, cost - lower_bound) / max(abs(cost), 1e-9)
            self.say(f"{words}: {cost:,.2f} million, none below {lower_bound:,.2f}, gap {gap:.2%}")
        elif math.isfinite(lower_bound):
            self.say(f"{words}: none yet, none below {lower_bound:,.2f} million")

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
