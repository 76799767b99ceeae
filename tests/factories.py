"""Tiny hand-made problems and plans: one to three years, one to four steps, round numbers.

    site = Site(years=(2025, 2026), hours=(1000, 500))
    problem = site.problem(converters=(site.converter("pv", capex_per_mw=3.0, renewable=True),))
    plan = site.plan({"converters.build_mw": {("pv", 2025): 2.0}}, {"markets.import_mw": {"grid": [8.0, 10.0]}})

Defaults: one flat electric load of 10 MW, one grid at 0.0006 million/MWh and 0.5 t/MWh (uncovered 0.8), no discounting,
no salvage, no tax, no carbon price. Scalars spread over years and steps. Any dataclass field may be given by keyword.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.problem import (
    ELECTRICITY,
    BaseYear,
    Carrier,
    Contract,
    Converter,
    Demand,
    Emissions,
    Finance,
    Indicator,
    Instrument,
    Level,
    ManagementItem,
    Market,
    Problem,
    Rating,
    Retrofit,
    Segment,
    Sizing,
    Steps,
    Store,
    Target,
)
from planner.plan import Plan, SolverFacts

Numbers = float | Sequence[float] | NDArray[np.float64]


@dataclass(frozen=True)
class Site:
    """Years and steps of a toy factory; its methods make the parts of a `Problem` in matching shapes.

    `hours[t]` is how many hours of the year step t stands for (each step lasts one hour). Steps that stand for equally
    many form one typical day and follow one another in a circle. The default is one billing period of twelve months.
    """

    years: tuple[int, ...] = (2025,)
    hours: tuple[float, ...] = (1000.0,)
    billing: tuple[int, ...] | None = None

    def yearly(self, value: Numbers) -> NDArray[np.float64]:
        """(Y,) from a scalar or one value per year."""
        return np.broadcast_to(np.asarray(value, float), (len(self.years),)).copy()

    def stepwise(self, value: Numbers) -> NDArray[np.float64]:
        """(T,) from a scalar or one value per step."""
        return np.broadcast_to(np.asarray(value, float), (len(self.hours),)).copy()

    @property
    def steps(self) -> Steps:
        count = len(self.hours)
        billing = np.array(self.billing or (0,) * count, dtype=np.int64)
        periods = int(billing.max()) + 1
        days, period = np.unique(self.hours, return_inverse=True)
        before = np.empty(count, dtype=np.int64)
        for day in range(len(days)):
            of_day = np.flatnonzero(period == day)
            before[of_day] = np.roll(of_day, 1)
        return Steps(
            hours=1.0,
            times_per_year=np.array(self.hours, float),
            before=before,
            billing=billing,
            months_per_billing=np.full(periods, 12.0 / periods),
            period=period.astype(np.int64),
            labels=tuple(f"{weight:g} times" for weight in days),
        )

    def demand(
        self, name: str = "motors", load: Numbers = 10.0, carrier: str = ELECTRICITY, index: Numbers = 1.0
    ) -> Demand:
        return Demand(name, carrier, self.stepwise(load), self.yearly(index))

    def market(self, name: str, carrier: str, price: Numbers = 0.0, **fields: Any) -> Market:
        values: dict[str, Any] = {"price_index": 1.0, "max_import_mw": 100.0} | fields
        for key in ("price_index", "fixed_cost", "demand_charge", "emission_factor", "upstream_factor"):
            if key in values:
                values[key] = self.yearly(values[key])
        if values.get("export_price") is not None:
            values["export_price"] = self.stepwise(values["export_price"])
            values.setdefault("max_export_mw", 100.0)
        return Market(name=name, carrier=carrier, price=self.stepwise(price), **values)

    def grid(self, price: Numbers = 0.0006, **fields: Any) -> Market:
        """Grid market: scope 2, 0.5 t/MWh now and in the base year."""
        values: dict[str, Any] = {"scope": 2, "emission_factor": 0.5, "base_emission_factor": 0.5} | fields
        return self.market("grid", ELECTRICITY, price, **values)

    def gas(self, price: Numbers = 0.0003, **fields: Any) -> Market:
        """Gas market: scope 1, 0.2 t/MWh now and in the base year."""
        values: dict[str, Any] = {"scope": 1, "emission_factor": 0.2, "base_emission_factor": 0.2} | fields
        return self.market("gas", "gas", price, **values)

    def sizing(self, capex_per_unit: float = 0.0, max_total: float = 100.0, life: int = 20, **fields: Any) -> Sizing:
        """Continuous size from zero, built in any year; `capex_fixed`, `min_size` make it semi-continuous."""
        segment = Segment(fields.pop("min_size", 0.0), max_total, fields.pop("capex_fixed", 0.0), capex_per_unit)
        values: dict[str, Any] = {
            "segments": (segment,),
            "build_years": self.years,
            "capex_index": 1.0,
            "share_by_age": np.ones(life),
            "max_total": max_total,
            "opex_fixed": 0.0,
            "existing": 0.0,
        } | fields
        for key in ("capex_index", "opex_fixed", "existing"):
            values[key] = self.yearly(values[key])
        values["share_by_age"] = np.asarray(values["share_by_age"], float)
        return Sizing(**values)

    def converter(self, name: str, sizing: Sizing | None = None, capex_per_mw: float = 0.0, **fields: Any) -> Converter:
        """Generator of electricity unless `inputs` and `outputs` say otherwise."""
        values: dict[str, Any] = {"inputs": {}, "outputs": {ELECTRICITY: 1.0}} | fields
        if "availability" in values:
            values["availability"] = self.stepwise(values["availability"])
        if "opex_variable" in values:
            values["opex_variable"] = self.yearly(values["opex_variable"])
        return Converter(name=name, sizing=sizing or self.sizing(capex_per_mw), **values)

    def store(self, name: str = "battery", carrier: str = ELECTRICITY, **fields: Any) -> Store:
        """Lossless store with free power and energy sizes unless told otherwise."""
        values: dict[str, Any] = {
            "power": self.sizing(),
            "energy": self.sizing(),
            "charge_efficiency": 1.0,
            "discharge_efficiency": 1.0,
        } | fields
        return Store(name=name, carrier=carrier, **values)

    def retrofit(self, name: str, savings: Mapping[str, float], capex: Numbers = 0.0, **fields: Any) -> Retrofit:
        values: dict[str, Any] = {"life_years": 20, "opex_fixed": 0.0, "start_years": self.years} | fields
        values["opex_fixed"] = self.yearly(values["opex_fixed"])
        return Retrofit(name=name, savings=savings, capex=self.yearly(capex), **values)

    def contract(
        self, name: str = "ppa", kind: str = "as_produced", price: Numbers = 0.0005, **fields: Any
    ) -> Contract:
        values: dict[str, Any] = {"start_years": self.years, "tenor_years": 10, "max_volume": 1e6} | fields
        if "index" in values:
            values["index"] = self.yearly(values["index"])
        if "profile" in values:
            values["profile"] = self.stepwise(values["profile"])
        kinds: Any = kind
        return Contract(name=name, kind=kinds, price=self.yearly(price), **values)

    def instrument(self, name: str, kind: str, price: Numbers = 0.0, limit: Numbers = 1e6, **fields: Any) -> Instrument:
        kinds: Any = kind
        return Instrument(name, kinds, self.yearly(price), self.yearly(limit), **fields)

    def management(self, name: str, capex: Numbers = 0.0, opex: Numbers = 0.0, **fields: Any) -> ManagementItem:
        values: dict[str, Any] = {"start_years": self.years} | fields
        return ManagementItem(name, self.yearly(capex), self.yearly(opex), **values)

    def finance(self, discount_rate: float = 0.0, **fields: Any) -> Finance:
        values: dict[str, Any] = {"salvage": "none"} | fields
        if values.get("capex_limit") is not None:
            values["capex_limit"] = self.yearly(values["capex_limit"])
        return Finance(discount_rate=discount_rate, **values)

    def emissions(self, uncovered: Numbers = 0.8, carbon_price: Numbers = 0.0, **fields: Any) -> Emissions:
        allowance = self.yearly(fields.pop("free_allowance", 0.0))
        return Emissions(self.yearly(uncovered), self.yearly(carbon_price), allowance, **fields)

    def base(self, gross: float = 5000.0, restated: Numbers | None = None) -> BaseYear:
        """Base year before the first year; restated like gross unless given."""
        restatement = self.yearly(gross if restated is None else restated)
        return BaseYear(self.years[0] - 1, gross, restatement, self.yearly(gross))

    def target(self, stars: Numbers = 0, durable_stars: Numbers = 0) -> Target:
        return Target(self.yearly(stars).astype(np.int64), self.yearly(durable_stars).astype(np.int64))

    def problem(self, **fields: Any) -> Problem:
        """A flat 10 MW electric load on the grid, and whatever is given by keyword."""
        values: dict[str, Any] = {
            "name": "toy",
            "years": self.years,
            "steps": self.steps,
            "demands": (self.demand(),),
            "markets": (self.grid(),),
            "finance": self.finance(),
            "emissions": self.emissions(),
            "base": self.base(),
        } | fields
        values.setdefault("carriers", carriers_of(values))
        return Problem(**values)

    def plan(
        self,
        decisions: Mapping[str, Mapping[tuple[str | int, ...], float]] | None = None,
        operation: Mapping[str, Mapping[str, Any]] | None = None,
        objective: float = 0.0,
    ) -> Plan:
        """A plan whose operation is spread to (Y, T) from scalars, (T,) or (Y, 1)."""
        shape = (len(self.years), len(self.hours))
        spread = {
            name: {item: np.broadcast_to(np.asarray(value, float), shape).copy() for item, value in items.items()}
            for name, items in (operation or {}).items()
        }
        return Plan(decisions or {}, spread, SolverFacts("optimal", "solved by hand", objective, objective, 0.0))


def carriers_of(parts: Mapping[str, Any]) -> tuple[Carrier, ...]:
    """Every carrier that the parts of a problem name, in order of appearance; none may be dumped."""
    names: dict[str, None] = {ELECTRICITY: None}
    for demand in parts.get("demands", ()):
        names[demand.carrier] = None
    for market in parts.get("markets", ()):
        names[market.carrier] = None
    for converter in parts.get("converters", ()):
        names.update(dict.fromkeys([*converter.inputs, *converter.outputs]))
    for store in parts.get("stores", ()):
        names[store.carrier] = None
    return tuple(Carrier(name, is_heat=name in ("steam", "hot_water")) for name in names)


def rating(
    *levels: Level, indicators: tuple[Indicator, ...] = (), max_points: float = 100.0, scopes: tuple[int, ...] = (1, 2)
) -> Rating:
    """A rating standard made of the given levels."""
    return Rating("toy", "I", scopes, levels, indicators, max_points)
