"""What `plan validate` says of a scenario without faults: what is in it, the model against the bills, the warnings."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from planner.reading import Reading, read_scenario
from planner.scenario import Scenario

if TYPE_CHECKING:
    from planner.base_year import Billed

OPTIONS = ("retrofits", "converters", "stores", "contracts", "instruments", "management")


@dataclass(frozen=True)
class Report:
    """The answer of a validation that found no fault."""

    scenario: Scenario
    warnings: tuple[str, ...]
    bills: tuple[Billed, ...]

    @property
    def lines(self) -> list[str]:
        """The report as lines for a terminal."""
        head, horizon = self.scenario.scenario, self.scenario.horizon
        counts = [f"{len(getattr(self.scenario, table))} {table}" for table in ("demands", "markets", *OPTIONS)]
        bills = [
            f"base year, {bill.market}: model {bill.modelled_mwh:,.0f} MWh, billed {bill.billed_mwh:,.0f} MWh"
            for bill in self.bills
        ]
        return [
            *(f"warning: {warning}" for warning in self.warnings),
            f"{head.name}: {horizon.first_year}–{horizon.last_year}, {', '.join(counts)}",
            *bills,
            f"no faults, {len(self.warnings)} warning(s)" if self.warnings else "no faults",
        ]


def validate(path: str | Path) -> Report:
    """Reads a scenario and all its files, and holds its energy against the bills of the base year, if it has any.

    Raises:
        ScenarioFaults: everything that is wrong with it.
    """
    with _uncollected():
        reading = read_scenario(path)
        bills = _against_bills(reading) if reading.scenario.base_year.billed else ()
    apart = [bill.warning for bill in bills if bill.warning is not None]
    return Report(reading.scenario, (*map(str, reading.warnings), *apart), bills)


def _against_bills(reading: Reading) -> tuple[Billed, ...]:
    """The base year at every step, without picking typical days."""
    from planner.assemble import assemble
    from planner.base_year import base_year_check

    solver = reading.scenario.solver
    if solver.resolution != "given":
        solver = solver.model_copy(update={"resolution": "full"})
    scenario = reading.scenario.model_copy(update={"solver": solver})
    return base_year_check(assemble(replace(reading, scenario=scenario)))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without garbage collection: a short run that keeps nearly all it makes, a fifth quicker so."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
