"""What `plan validate` says of a scenario without faults: what is in it, its loads, the model against the bills, warnings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from planner.assembly.assemble import Assembly, assemble
from planner.assembly.base_year import Billed, Paid, base_year_check, base_year_cost_check
from planner.assembly.loads import Load, loads_of
from planner.reading.read import Reading, read_scenario
from planner.scenario import Scenario

OPTIONS = ("retrofits", "converters", "stores", "contracts", "instruments", "management")


@dataclass(frozen=True)
class Report:
    """The answer of a validation that found no fault."""

    scenario: Scenario
    warnings: tuple[str, ...]
    loads: tuple[Load, ...]
    bills: tuple[Billed, ...]
    costs: tuple[Paid, ...]

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
            *map(str, self.loads),
            *bills,
            *costs,
            f"no faults, {len(self.warnings)} warning(s)" if self.warnings else "no faults",
        ]


def validate(path: str | Path) -> Report:
    """Reads a scenario and all its files, makes its problem, and holds its energy against the bills of the base year.

    What passes here is never refused when it is solved.

    Raises:
        ScenarioFaults: everything that is wrong with it.
    """
    reading = read_scenario(path)
    assembly = _every_step(reading)
    bills, costs = base_year_check(assembly), base_year_cost_check(assembly)
    apart = [*(bill.warning for bill in bills), *(paid.warning for paid in costs)]
    warnings = (*map(str, reading.warnings), *assembly.warnings, *filter(None, apart))
    return Report(reading.scenario, warnings, loads_of(assembly.problem), bills, costs)


def _every_step(reading: Reading) -> Assembly:
    """The problem at every step, without picking typical days, which takes longer and refuses nothing more."""
    solver = reading.scenario.solver
    if solver.resolution != "given":
        solver = solver.model_copy(update={"resolution": "full"})
    scenario = reading.scenario.model_copy(update={"solver": solver})
    return assemble(replace(reading, scenario=scenario))
