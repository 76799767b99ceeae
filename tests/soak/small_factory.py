"""One scenario with its retrofits decided: years, steps, loads, and what the parts of the second model add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.soak.drafts import Draft, numbers_of
from tests.soak.linear import Linear, Rows

MILLION = 1e6
PER_MW = 1e-3  # per kW to million per MW
ROOM = 20.0  # times the highest load: beyond every size that a fixed cost or a least size could be chosen at
TEMPERATURE = {"steam": 165.0, "hot_water": 85.0, "warm_water": 55.0}
SPILLING = (*TEMPERATURE, "cooling", "compressed_air")  # what may be dumped
Measures = dict[str, tuple[int, ...]]  # retrofit -> years, counted from the first, in which it is done


@dataclass
class Year:
    """What a year adds up to."""

    running: Linear = field(default_factory=Linear)
    scope1: Linear = field(default_factory=Linear)
    location: Linear = field(default_factory=Linear)  # scope 2
    heat: Linear = field(default_factory=Linear)  # scope 2 of heat
    grid: Linear = field(default_factory=Linear)  # MWh over the public grid
    claims: Linear = field(default_factory=Linear)  # MWh of it with a claim
    bought: Linear = field(default_factory=Linear)  # credits and removals [t]
    paper: Linear = field(default_factory=Linear)


@dataclass(frozen=True)
class Investment:
    year: int
    cost: Linear
    life: int
    payments: tuple[float, ...]


class Factory:
    """One scenario with its retrofits decided."""

    def __init__(self, draft: Draft, measures: Measures) -> None:
        self.tables, self.files, self.measures = draft.tables, draft.files, measures
        horizon = draft.tables["horizon"]
        self.first, self.count = horizon["first_year"], horizon["last_year"] - horizon["first_year"] + 1
        self.years = range(self.count)
        self.hours = horizon.get("step_minutes", 60) / 60
        self.length, times = horizon["period_steps"], horizon["period_weights"]
        self.times = np.repeat(np.array(times, float), self.length)
        self.weight = self.times * self.hours
        self.steps = range(len(self.times))
        months = horizon.get("period_months") or [0] * len(times)
        self.billing = [sorted(set(months)).index(months[t // self.length]) for t in self.steps]
        of = [sum(w for w, m in zip(times, months, strict=True) if m == month) for month in sorted(set(months))]
        self.months = [12 * w / sum(times) for w in of]
        self.price_year = draft.tables["scenario"].get("price_year", self.first)
        self.base_year = draft.tables.get("base_year", {}).get("year", self.first - 1)
        self.rows = Rows()
        self.of_year = [Year() for _ in self.years]
        self.investments: list[Investment] = []
        self.balance: dict[tuple[str, int, int], Linear] = {}
        self.surplus: dict[tuple[str, int, int], Linear] = {}
        self.made: dict[tuple[int, int], Linear] = {}  # electricity that may be sold
        self.loads = {name: self.load(table) for name, table in draft.tables["demands"].items()}
        grown = [
            max(load) * max(self.index(draft.tables["demands"][d], y) for y in self.years)
            for d, load in self.loads.items()
        ]
        self.room = ROOM * (sum(grown) + 0.1)
        self.relied: dict[int, Linear] = {}  # year -> whether it relies on paper
        self.either: list[tuple[Linear, Linear]] = []  # flows of one step of which only one may be

    def before(self, t: int) -> int:
        """The step before, the last of the period before its first."""
        return t - 1 if t % self.length else t + self.length - 1

    def table(self, kind: str) -> dict[str, dict[str, Any]]:
        return self.tables.get(kind, {})

    def trend(self, rate: float | None, y: int, since: int | None = None) -> float:
        return (1 + (rate or 0.0)) ** (self.first + y - (self.price_year if since is None else since))

    def window(self, keys: Mapping[str, Any]) -> list[int]:
        """Years in which a thing may begin."""
        least = max(0, keys.get("earliest_year", self.first) - self.first)
        return list(range(least, min(self.count - 1, keys.get("latest_year", 9999) - self.first) + 1))

    def path(self, given: Any, y: int) -> float:
        """A number, or a table by year: linear between, constant outside."""
        if not isinstance(given, Mapping):
            return float(given or 0.0)
        known = sorted((int(year), float(x)) for year, x in given.items())
        return float(np.interp(self.first + y, [k for k, _ in known], [x for _, x in known]))

    def series(self, keys: Mapping[str, Any]) -> list[float]:
        return numbers_of(keys, self.files)

    def load(self, keys: Mapping[str, Any]) -> np.ndarray:
        if "annual_mwh" in keys:
            shape = np.array(self.series(keys["profile"])) if "profile" in keys else np.ones(len(self.times))
            return shape * keys["annual_mwh"] / float(shape @ self.weight)
        per = {"kW": 1e-3, "kWh": 1e-3 / self.hours, "MWh": 1 / self.hours}.get(keys.get("unit", "MW"), 1.0)
        return np.array(self.series(keys)) * per

    def index(self, keys: Mapping[str, Any], y: int) -> float:
        """Load of a year relative to the base year."""
        since = self.first + y - self.base_year
        output = self.table("production").get(keys.get("follows", ""), {})
        return (1 + keys.get("growth_per_year", 0.0)) ** since * (1 + output.get("growth_per_year", 0.0)) ** since

    def use(self, carrier: str, y: int, t: int, flow: Mapping[int, float] | float, factor: float = 1.0) -> None:
        self.supply(carrier, y, t, flow, -factor)

    def supply(self, carrier: str, y: int, t: int, flow: Mapping[int, float] | float, factor: float = 1.0) -> None:
        self.balance.setdefault((carrier, y, t), Linear()).plus(flow, factor)


def there(keys: Mapping[str, Any], starts: tuple[int, ...], y: int) -> bool:
    """Whether a retrofit stands in a year."""
    return any(b <= y < b + keys["life_years"] for b in starts)
