"""A process that ends when the one that started it is gone, however that ended."""

from __future__ import annotations

import os
import threading
import time

PARENT_ENDED = 70
ENDS_WITH = "PLAN_ENDS_WITH"  # environment: process that a `plan` command may not outlive
SECONDS_APART = 0.2


def end_with(parent: int) -> None:
    """End this process, from a thread of its own, as soon as `parent` is not its parent."""
    threading.Thread(target=_watch, args=(parent,), name="lifeline", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(SECONDS_APART)
    os._exit(PARENT_ENDED)
