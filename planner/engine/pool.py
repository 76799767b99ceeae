"""The pool: warm blocks, their cuts and operations, and the plans found, for problems that operate the same site.

What a block can do depends on the site's physics and series, not on targets, prices of claims, caps, investments or how many years
the plan has. So problems that differ only there share their blocks: every cut of one is a cut of the other, and every operation of
one can be mixed by the other. A problem whose blocks differ gets a crew of its own, and the pool is then for that one. The
decisions of plans stay, since they may be tried anywhere.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from planner.engine.block import Block
from planner.engine.bridge import Options
from planner.engine.crew import Crew, Remote
from planner.engine.inner import Shown
from planner.engine.master import Pooled
from planner.engine.matrix import Float, Key
from planner.engine.own_limits import OwnLimits

MOST_KEPT = 16  # starts that the next solve may begin with
PLANS_KEPT = 8  # whose operations the next solve may mix
Decisions = Mapping[str, Mapping[Key, float]]
Quantity = tuple[str, str]
Place = tuple[int, int, int]  # year index, group, cut


@dataclass(frozen=True)
class Start:
    """Where a solve may begin: decisions, and what a plan with them would pay for another unit of each sum of its operation."""

    decisions: Decisions
    prices: Mapping[Quantity, Float] = field(default_factory=dict)  # (component, item) -> (Y,) [million per unit]


class Pool:
    """Re-used by one solve after the other; close it, or use it in a `with` block, to end its workers."""

    def __init__(self) -> None:
        self._mark = ""
        self._crew: Crew | None = None
        self._started: list[Remote] = []  # workers ahead of their blocks
        self.own_limits = OwnLimits()  # as wide as plans have asked for
        self.cuts: list[list[Pooled]] = []
        self.shown: dict[tuple[int, int], list[Shown]] = {}  # (year index, block) -> operations of the last plans
        self.lasting: deque[set[tuple[int, int]]] = deque(maxlen=PLANS_KEPT)  # (block, mark) of each plan's operations
        self.holding: list[Place] = []  # cuts that held up the last relaxation
        self.ruling: list[Place] = []  # and those that ruled over whole decisions
        self.deep = False  # whether exact blocks have bounded a relaxation
        self.starts: deque[Start] = deque(
            maxlen=MOST_KEPT
        )  # the newest last; decisions that have no plan yet among them

    def start(self, workers: int) -> None:
        """Starts the processes that a first crew will need: they load while its blocks are pressed."""
        if self._crew is None and not self._started:
            self._started = [Remote() for _ in range(workers - 1)]

    def crew(self, blocks: Sequence[Block], options: Options, groups: int) -> Crew:
        """The crew for these blocks: the one at hand if it holds the same and is whole, otherwise a new one without cuts."""
        mark = fingerprint(blocks, options, groups)
        if self._crew is None or self._crew.broken or mark != self._mark:
            started, self._started = self._started, []
            self.close()
            self._mark, self._crew = mark, Crew(blocks, options, options.workers, started)
            self.cuts = [[] for _ in range(groups)]
        return self._crew

    @property
    def warm(self) -> bool:
        """Whether an earlier solve has left cuts."""
        return any(self.cuts)

    def close(self) -> None:
        """Ends the workers and forgets cuts and operations."""
        if self._crew is not None:
            self._crew.close()
        for remote in self._started:
            remote.close()
        self._started = []
        self._crew, self.cuts, self.shown, self.holding, self.ruling = None, [], {}, [], []
        self.lasting.clear()
        self._mark, self.deep = "", False

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def fingerprint(blocks: Sequence[Block], options: Options, groups: int) -> str:
    """Equal for blocks that can do the same, held by as many workers."""
    found = hashlib.sha256(repr((groups, options.workers, options.threads, options.seed)).encode())
    for block in blocks:
        m = block.matrix
        found.update(repr((block.ports, block.quantities, m.rows.shape, block.part.kinds is None)).encode())
        for rows in (m.rows, block.bound_ports, block.least, block.most):
            for array in (rows.data, rows.indices, rows.indptr):
                found.update(array.tobytes())
        for array in (m.lower, m.upper, m.row_lower, m.row_upper, block.bounded, block.bound_base, block.slack_hours):
            found.update(array.tobytes())
    return found.hexdigest()
