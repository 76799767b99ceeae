"""What `plan validate` says of a scenario without faults: what is in it, the model against the bills, the warnings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from planner.reading.read import Reading, read_scenario
from planner.scenario import Scenario

if TYPE_CHECKING:
    from planner.assembly.base_year import Billed, Paid

OPTIONS = ("retrofits", "converters", "stores", "contracts", "instruments", "management")


@dataclass(frozen=True)
class Report:
    """The answer of a validation that found no fault."""

    scenario: Scenario
    warnings: tuple[str, ...]
    bills: tuple[Billed, ...]
    costs: tuple[Paid, ...] = ()

    @property
    def lines(self) -> list[str]:
        """The report as lines for a terminal."""
        head, horizon = self.scenario.scenario, self.scenario.horizon
        counts = [f"{len(getattr(self.scenario, table))} {table}" for table in ("demands", "markets", *OPTIONS)]
        bills = [
            f"base year, {bill.market}: model {bill.modelled_mwh:,.0f} MWh, billed {bill.billed_mwh:,.0f} MWh"
            for bill in self.bills
        ]
        costs = [
            f"base year, {paid.market}: model {paid.modelled:,.0f} {paid.currency}, billed {paid.billed:,.0f}"
            for paid in self.costs
        ]
        return [
            *(f"warning: {warning}" for warning in self.warnings),
            f"{head.name}: {horizon.first_year}–{horizon.last_year}, {', '.join(counts)}",
            *bills,
            *costs,
            f"no faults, {len(self.warnings)} warning(s)" if self.warnings else "no faults",
        ]


def validate(path: str | Path) -> Report:
    """Reads a scenario and all its files, and holds its energy against the bills of the base year, if it has any.

    Raises:
        ScenarioFaults: everything that is wrong with it.
    """
    reading = read_scenario(path)
    known = reading.scenario.base_year
    bills, costs = _against_bills(reading) if known.billed or known.cost else ((), ())
    apart = [*(bill.warning for bill in bills), *(paid.warning for paid in costs)]
    return Report(reading.scenario, (*map(str, reading.warnings), *filter(None, apart)), bills, costs)


def _against_bills(reading: Reading) -> tuple[tuple[Billed, ...], tuple[Paid, ...]]:
    """The base year at every step, without picking typical days."""
    from planner.assembly.assemble import assemble
    from planner.assembly.base_year import base_year_check, base_year_cost_check

    solver = reading.scenario.solver
    if solver.resolution != "given":
        solver = solver.model_copy(update={"resolution": "full"})
    scenario = reading.scenario.model_copy(update={"solver": solver})
    assembly = assemble(replace(reading, scenario=scenario))
    return base_year_check(assembly), base_year_cost_check(assembly)
