"""What is tried, how often in a run without a time, and the time limit of one trial."""

from __future__ import annotations

from dataclasses import dataclass

from tests.soak import kills, mutations, scenarios, variants
from tests.soak.trial import Trial


@dataclass(frozen=True)
class Hazard:
    trial: Trial
    count: int  # trials in a run without --minutes
    weight: float  # share of the minutes
    limit_s: float  # of one trial; beyond it, it hangs


HAZARDS = {
    "scenarios": Hazard(scenarios.trial, 2000, 4.0, 120.0),
    "variants": Hazard(variants.trial, 1000, 4.0, 120.0),
    "mutations": Hazard(mutations.trial, 1000, 3.0, 120.0),
    "kills": Hazard(kills.trial, 200, 2.0, 300.0),
}
