"""What `plan validate` says of a scenario without faults: what is in it, and the warnings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from planner.faults import Fault
from planner.reading import read_scenario
from planner.scenario import Scenario

OPTIONS = ("retrofits", "converters", "stores", "contracts", "instruments", "management")


@dataclass(frozen=True)
class Report:
    """The answer of a validation that found no fault."""

    scenario: Scenario
    warnings: tuple[Fault, ...]

    @property
    def lines(self) -> list[str]:
        """The report as lines for a terminal."""
        head, horizon = self.scenario.scenario, self.scenario.horizon
        counts = [f"{len(getattr(self.scenario, table))} {table}" for table in ("demands", "markets", *OPTIONS)]
        found = [f"warning: {warning}" for warning in self.warnings]
        ending = "no faults" + (f", {len(found)} warnings" if found else "")
        return [*found, f"{head.name}: {horizon.first_year}–{horizon.last_year}, {', '.join(counts)}", ending]


def validate(path: str | Path) -> Report:
    """Reads a scenario and all its files.

    Raises:
        ScenarioFaults: everything that is wrong with it.
    """
    reading = read_scenario(path)
    return Report(reading.scenario, reading.warnings)
