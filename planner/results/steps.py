"""What to do when, as few lines: one per year and thing, small enlargements and yearly purchases joined, with their number where
some years go without.

Read from the `decisions` table. A store's power and energy stand in one line. Builds below a twentieth of what is built of a
thing in all are joined into one line that says how many they are, and left out below half a percent together; so are
contracts that are signed again and again for much the same volume. Builds below a kilowatt are no steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from planner.results.folder import Row

SMALL_SHARE = 0.05
HAIR = 0.005  # share of the existing stock whose retirement is no step
NEGLIGIBLE_SHARE = 5e-3
LEAST_PROJECT = 1e-3  # a build below this [MW, MWh] is no project: it is accounted for, and not told as a step
OFTEN = 3  # signatures of one contract that make one line
ALIKE = 1.25  # largest over smallest volume up to which they do
BUILDS = ("build", "build_energy")
VERBS = {
    "start": "measure",
    "adopt": "set up",
    "build": "build",
    "build_energy": "build",
    "sign": "sign",
    "retire": "retire",
}
YEARLY = ("buy", "use")
BUILT = ("build", "enlarge")  # verbs of steps that have a size of their own


@dataclass(frozen=True)
class Step:
    """One line: `sizes` are (least, most, unit); `capex` in the scenario's currency."""

    first_year: int
    last_year: int
    verb: str
    item: str
    sizes: tuple[tuple[float, float, str], ...] = ()
    capex: float | None = None
    count: int = 1

    @property
    def years(self) -> str:
        """`2030` or `2030-2040`."""
        return str(self.first_year) if self.first_year == self.last_year else f"{self.first_year}-{self.last_year}"


def steps(decisions: Iterable[Row]) -> list[Step]:
    """Decisions in the order of their years, then what is bought by the year."""
    rows = [row for row in decisions if row.year is not None]
    capex = {(row.year, row.item): row.value for row in rows if row.metric == "capex"}
    decided = [row for row in rows if row.metric in VERBS and not (row.metric == "retire" and row.value < HAIR)]
    totals: dict[tuple[str, str], float] = {}
    for row in decided:
        totals[row.item, row.metric] = totals.get((row.item, row.metric), 0.0) + row.value
    groups: dict[tuple[int, str, str], list[Row]] = {}
    for row in decided:
        groups.setdefault((row.year or 0, row.item, VERBS[row.metric]), []).append(row)
    small = {key for key, group in groups.items() if all(_is_small(row, totals) for row in group)}
    signed = _signed_again(groups)
    found = [_step(key, group, capex) for key, group in groups.items() if key not in small and key[1:] not in signed]
    found += [signed[key] for key in signed]
    found += _enlargements({key: groups[key] for key in groups if key in small}, capex)
    found = [step for step in found if not _is_negligible(step, totals)]
    return sorted(found, key=lambda step: step.first_year) + list(_yearly(rows))


def _is_small(row: Row, totals: dict[tuple[str, str], float]) -> bool:
    return row.metric in BUILDS and row.value < SMALL_SHARE * totals[row.item, row.metric]


def _is_negligible(step: Step, totals: dict[tuple[str, str], float]) -> bool:
    built = {"MWh": "build_energy"}
    return step.verb in BUILT and all(
        value < max(LEAST_PROJECT, NEGLIGIBLE_SHARE * totals[step.item, built.get(unit, "build")])
        for _, value, unit in step.sizes
    )


def _signed_again(groups: dict[tuple[int, str, str], list[Row]]) -> dict[tuple[str, str], Step]:
    """Contracts signed often for much the same volume, each as one step."""
    rows: dict[str, list[Row]] = {}
    for (_, item, verb), group in groups.items():
        if verb == "sign":
            rows.setdefault(item, []).extend(group)
    joined = {}
    for item, signed in rows.items():
        least, most = min(row.value for row in signed), max(row.value for row in signed)
        if len(signed) >= OFTEN and most <= ALIKE * least:
            years = [row.year or 0 for row in signed]
            sizes = ((least, most, signed[0].unit),)
            joined[item, "sign"] = Step(min(years), max(years), "sign", item, sizes, count=len(signed))
    return joined


def _step(key: tuple[int, str, str], group: Sequence[Row], capex: dict[tuple[int | None, str], float]) -> Step:
    year, item, verb = key
    sizes = tuple((row.value, row.value, row.unit) for row in group if row.metric not in ("start", "adopt"))
    return Step(year, year, verb, item, sizes, None if verb == "retire" else capex.get((year, item)))


def _enlargements(
    small: dict[tuple[int, str, str], list[Row]], capex: dict[tuple[int | None, str], float]
) -> Iterator[Step]:
    for item in dict.fromkeys(item for _, item, _ in small):
        years = [year for year, other, _ in small if other == item]
        added: dict[str, float] = {}
        for (_, other, _), group in small.items():
            for row in group if other == item else ():
                added[row.unit] = added.get(row.unit, 0.0) + row.value
        sizes = tuple((value, value, unit) for unit, value in added.items())
        cost = sum(capex.get((year, item), 0.0) for year in years)
        yield Step(min(years), max(years), "enlarge", item, sizes, cost, len(years))


def _yearly(rows: Iterable[Row]) -> Iterator[Step]:
    bought: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.metric in YEARLY:
            bought.setdefault((row.item, row.metric), []).append(row)
    for (item, verb), group in bought.items():
        years, values = [row.year or 0 for row in group], [row.value for row in group]
        first, last, sizes = min(years), max(years), ((min(values), max(values), f"{group[0].unit}/year"),)
        rests = len(years) < last - first + 1
        yield Step(first, last, verb, item, sizes, count=len(years) if rests else 1)
