"""What is tried, how often in a run without a time, and the time limit of one trial."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from planner.assembly.assemble import assemble
from planner.engine.press import press
from planner.reading.read import read_scenario
from tests.soak import kills, mutations, scenarios, second_solver, variants
from tests.soak.draws import drawn
from tests.soak.trial import Trial


@dataclass(frozen=True)
class Hazard:
    trial: Trial
    count: int  # trials in a run without --minutes
    weight: float  # share of the minutes
    limit_s: float  # of one trial; beyond it, it hangs


def warm() -> None:
    """Loads whatever a trial needs, so that each begins at once; solves nothing, for a solver that ran cannot be forked."""
    second_solver.load()
    with tempfile.TemporaryDirectory() as folder:
        press(assemble(read_scenario(drawn(np.random.default_rng(0)).write(Path(folder)))).problem)


HAZARDS = {
    "scenarios": Hazard(scenarios.trial, 2000, 4.0, 120.0),
    "variants": Hazard(variants.trial, 1000, 4.0, 120.0),
    "mutations": Hazard(mutations.trial, 1000, 3.0, 120.0),
    "kills": Hazard(kills.trial, 200, 2.0, 300.0),
}
