"""The planning problem as plain data: what a factory has, may do, pays, emits and must reach.

A `Problem` is frozen and complete. `planner.assembly.assemble` makes one from a scenario; a notebook or a test may build one by
hand. Nothing here knows a file or a solver.

Units: power [MW], energy [MWh], emissions [t CO2e], time [h] or [years]. Money is real, in **millions** of the scenario's
currency and of its price year: 2.8 per MW is 2,800 CNY/kW; 0.0006 per MWh is 0.6 CNY/kWh.

Shapes: Y = number of years, T = number of steps of the representative year, B = number of billing periods. A field marked
`(Y,)` has one value per plan year, `(T,)` one per step. Arrays are float64 and read-only by convention.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]

ELECTRICITY = "electricity"
CO2 = "co2"


def _none() -> Mapping[str, float]:
    return {}


@dataclass(frozen=True)
class Steps:
    """The representative year: T steps of equal length, each occurring `times_per_year` times.

    A full year is 8760 steps that occur once; typical days are D * 24 steps whose `times_per_year` is the number of days
    each stands for. `before[t]` is the step that precedes t for stored energy and for starts (cyclic within its day, or
    chronological). `billing[t]` is the billing period of t, and `months_per_billing[b]` the number of months it stands for.
    """

    hours: float  # length of a step [h]
    times_per_year: Array  # (T,)
    before: IntArray  # (T,)
    billing: IntArray  # (T,) 0..B-1
    months_per_billing: Array  # (B,) sums to 12
    period: IntArray  # (T,) index of the representative day or given period, for display
    labels: tuple[str, ...] = ()  # one per period

    @property
    def count(self) -> int:
        """T, the number of steps."""
        return len(self.times_per_year)

    @property
    def hours_per_year(self) -> Array:
        """(T,) hours of the year that each step stands for."""
        return self.times_per_year * self.hours


@dataclass(frozen=True)
class Carrier:
    """An energy carrier with a balance in every step. `temperature_c` orders heat carriers; others leave it None."""

    name: str
    dumping: bool = False  # surplus may be thrown away free of charge
    temperature_c: float | None = None
    is_heat: bool = False


@dataclass(frozen=True)
class Demand:
    """Final use of a carrier by one end use: `load_mw[t] * index[y]`, scaled by the retrofits that act on it."""

    name: str
    carrier: str
    load_mw: Array  # (T,) in the base year
    index: Array  # (Y,) production and growth relative to the base year
    base_index: float = 1.0  # the same of the base year itself: 0 for a line that is new


@dataclass(frozen=True)
class Retrofit:
    """An efficiency measure, done or not, from a start year.

    `savings[d]` is the share of demand d's remaining load that it saves; measures on one demand multiply. `side_use` adds,
    per MWh of the load that all other measures leave, `ratio` MWh of another carrier (negative frees it).
    """

    name: str
    savings: Mapping[str, float]  # demand -> share 0..1
    capex: Array  # (Y,) by start year [million]
    life_years: int
    opex_fixed: Array  # (Y,) per year while installed [million/year]
    start_years: tuple[int, ...]  # calendar years in which it may start
    side_use: tuple[tuple[str, str, float], ...] = ()  # (demand, carrier, MWh per MWh)
    first_year_share: float = 1.0  # share of the first year in which it works, unless it is renewed: then all of it
    requires: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    embodied_tco2e: float = 0.0
    payment_shares: tuple[float, ...] = (1.0,)  # the last share falls in the start year, earlier ones before it


@dataclass(frozen=True)
class Segment:
    """One affine piece of a capex curve: capex = fixed + per_unit * size for min <= size <= max, if chosen."""

    min_size: float
    max_size: float  # infinite: no limit
    capex_fixed: float = 0.0  # [million]
    capex_per_unit: float = 0.0  # [million per MW or MWh]


@dataclass(frozen=True)
class Sizing:
    """How much of something may be built, when, and for how much.

    One segment from zero without fixed cost is a plain continuous size. Several segments are economies of scale,
    one with min > 0 is semi-continuous. `package` makes the size a whole number of packages. Capex in year y is the
    segment's, times `capex_index[y]`, less `subsidy_per_unit[y]` times the size. `share_by_age[a]` is the working
    share of a size in its a-th year (commissioning month, degradation); it is zero from the end of life on, but that what is
    built again in that year goes on while the new one is made. `existing_share[y]` is the working share of what stands.
    """

    segments: tuple[Segment, ...]
    build_years: tuple[int, ...]
    capex_index: Array  # (Y,) learning
    share_by_age: Array  # (A,) A = life in years
    max_total: float  # largest total in any year, existing included [MW or MWh]; infinite: no limit
    opex_fixed: Array  # (Y,) per MW or MWh and year [million]
    existing: Array  # (Y,) size that already stands, after planned retirement
    retire_from: int | None = None  # year from which existing stock may be retired and its fixed cost saved
    package: float | None = None
    embodied_tco2e_per_unit: float = 0.0
    payment_shares: tuple[float, ...] = (1.0,)
    existing_share: Array | float = 1.0  # (Y,) what of the existing size still works, after degradation
    subsidy_per_unit: Array | float = 0.0  # (Y,) paid for each MW or MWh built [million], at most what it costs

    @property
    def life_years(self) -> int:
        """A, the number of years that a build works."""
        return len(self.share_by_age)

    @property
    def renewed_share(self) -> float:
        """What a thing at the end of its life adds to the first year of one built in its place, as a share of its size."""
        oldest = float(self.share_by_age[-1]) if self.life_years > 1 else 1.0
        return (1.0 - float(self.share_by_age[0])) * oldest

    def retirable(self, years: tuple[int, ...]) -> tuple[int, ...]:
        """Those of the years in which existing stock may be retired early."""
        since = self.retire_from
        return () if since is None or not self.existing.any() else tuple(y for y in years if y >= since)


@dataclass(frozen=True)
class Converter:
    """Turns carriers into carriers in fixed or hourly proportions; without inputs it is a generator.

    All ratios are MWh per MWh of *activity*; the size limits the activity: activity[t] <= availability[t] * size.
    """

    name: str
    sizing: Sizing
    inputs: Mapping[str, float | Array]  # carrier -> ratio or (T,) ratios
    outputs: Mapping[str, float | Array]
    availability: Array | float = 1.0  # (T,) share of size
    opex_variable: Array | float = 0.0  # (Y,) [million/MWh activity], fees positive, subsidies negative
    renewable: bool = False  # its electricity may be claimed as renewable
    electrified_heat: bool = False  # its electricity replaces fuel: no free own reduction
    direct_tco2e_per_mwh: float = 0.0  # process emissions of the activity itself, scope 1
    captured_tco2e_per_mwh: float = 0.0  # on-site removal or capture
    capture_limit_share: float = 0.9  # of scope 1, for it and all that reach no further
    min_load_share: float = 0.0  # > 0 needs `package`: whole units are on or off
    start_cost: float = 0.0  # [million per unit start]
    groups: Mapping[str, float] = field(default_factory=_none)  # group -> use per MW (roof m2/MW, connection MW/MW)
    has_least_load: bool = False  # though this problem leaves it out, see `at_any_load`

    @property
    def made_at_will(self) -> bool:
        """Whether it makes one product from something, at any load, so that none of it need be dumped."""
        one_product = bool(self.inputs) and len(self.outputs) == 1 and CO2 not in self.outputs
        return one_product and self.min_load_share == 0 and not self.has_least_load


@dataclass(frozen=True)
class Store:
    """Keeps a carrier: power and energy are sized apart, within `min_hours` to `max_hours` of each other."""

    name: str
    carrier: str
    power: Sizing  # [MW]
    energy: Sizing  # [MWh]
    charge_efficiency: float
    discharge_efficiency: float
    loss_share_per_hour: float = 0.0
    min_hours: float = 0.0
    max_hours: float = float("inf")
    cycles_per_year: float | None = None  # discharged MWh per year <= cycles * energy size
    opex_variable: float = 0.0  # [million/MWh discharged]
    may_export: bool = (
        False  # its discharge may be sold where a sale earns no more than a purchase; else only generation
    )
    groups: Mapping[str, float] = field(default_factory=_none)  # use per MWh of energy size
    one_way: bool = (
        False  # each step either charges or discharges, by a yes/no decision: only where doing both would pay
    )


@dataclass(frozen=True)
class Market:
    """Purchase and sale of a carrier across the fence: grid, gas, biomass, district steam, a neighbour's waste heat.

    Energy price of step t in year y is `price[t] * price_index[y]`. `demand_charge[y]` is per MW and month of the billed
    demand. `demand_rule`: "none"; "peak": the period's highest import, at least `ratchet_share` of the year's highest;
    "contract": a yearly contract demand is chosen, excess over `contract_tolerance` times it costs `contract_excess_factor`
    times the charge, and it may not be below `contract_min_mw`.
    """

    name: str
    carrier: str
    price: Array  # (T,) [million/MWh]
    price_index: Array  # (Y,)
    max_import_mw: float  # infinite: no limit
    export_price: Array | None = None  # (T,) [million/MWh]; None: no sale
    max_export_mw: float = 0.0  # infinite: no limit
    max_import_mwh_per_year: float | None = None
    useful_import_mwh_per_year: float | None = None  # no limit, but no plan buys more: for the M of the ledger
    fixed_cost: Array | float = 0.0  # (Y,) [million/year]
    demand_rule: Literal["none", "peak", "contract"] = "none"
    demand_charge: Array | float = 0.0  # (Y,) [million/MW-month]
    ratchet_share: float = 0.0
    contract_tolerance: float = 1.05
    contract_excess_factor: float = 2.0
    contract_min_mw: float = 0.0
    scope: Literal[1, 2] = 1  # fuels are scope 1, imported electricity, steam, heat, cooling scope 2
    emission_factor: Array | float = 0.0  # (Y,) [t/MWh], location-based for electricity
    base_emission_factor: float = 0.0  # of the base year, for own reduction
    upstream_factor: Array | float = 0.0  # (Y,) scope 3 [t/MWh]
    biogenic_factor: float = 0.0  # memo item [t/MWh]
    one_way: bool = False  # each step either buys or sells, by a yes/no decision: only where doing both would pay
    supplier_factor: Array | None = None  # (Y,) of electricity that is not the public grid's, market-based [t/MWh]
    unserved: bool = False  # nobody sells it: what business as usual cannot serve, counted and never emitted


ContractKind = Literal["as_produced", "baseload", "green_tariff", "virtual"]


@dataclass(frozen=True)
class Contract:
    """A supply contract for renewable electricity, signed in one of `start_years` and in force for `tenor_years`.

    "as_produced" and "baseload" deliver `profile[t] * volume` MW; their volume is in MW. "green_tariff" (attributes to what
    the grid delivers) and "virtual" (attributes alone, settled in money) have volumes in MWh per year. The price is paid
    for what is delivered, and at least for `take_or_pay_share` of the volume.
    """

    name: str
    kind: ContractKind
    price: Array  # (Y,) [million/MWh] all-in for deliveries, premium for green_tariff and virtual
    start_years: tuple[int, ...]
    tenor_years: int
    max_volume: float
    min_volume: float = 0.0
    profile: Array | float = 1.0  # (T,)
    sign_cost: float = 0.0  # [million]
    take_or_pay_share: float = 1.0
    bundled: bool = True  # the attributes come with it
    direct_line: bool = False  # not through the public grid: no grid factor, no demand charge
    index: Array | float = 1.0  # (Y,) multiplies the price of the signing year; price is indexed by signing year


@dataclass(frozen=True)
class Instrument:
    """A claim bought by the year: renewable certificates [MWh], credits [t] or removals [t]."""

    name: str
    kind: Literal["certificate", "credit", "removal"]
    price: Array  # (Y,) [million per MWh or t]
    max_per_year: Array  # (Y,) [MWh or t]; infinite: no limit
    durability_years: float = 0.0
    buffer_share: float = 0.0  # reversal buffer: this share of what is bought does not count
    delivery_share: float = 1.0  # expected share delivered


@dataclass(frozen=True)
class ManagementItem:
    """A system, procedure or status that the rating asks for. Its energy savings, if any, are a Retrofit that requires it."""

    name: str
    capex: Array  # (Y,) by start year [million]
    opex_fixed: Array  # (Y,) [million/year]
    start_years: tuple[int, ...]
    points: Mapping[str, float] = field(default_factory=_none)  # indicator -> points
    gate: str | None = None  # gate item id that this item satisfies
    already_met: bool = False


@dataclass(frozen=True)
class OtherEmissions:
    """A yearly source outside the energy balance: process carbon, refrigerant, SF6, wastewater, freight, goods, waste."""

    name: str
    scope: Literal[1, 3]
    tco2e: Array  # (Y,)
    base_tco2e: float = 0.0


@dataclass(frozen=True)
class EmissionCap:
    """Limit on a yearly or cumulative tonnage. `limit[y]` is NaN in years without one; cumulative uses only `total`."""

    name: str
    metric: Literal["gross_location", "gross_market", "scope1", "net"]
    limit: Array | None = None  # (Y,)
    total: float | None = None


Metric = Literal[
    "renewable_electricity_share",
    "neutralised_share",
    "removal_share_of_residual",
    "own_reduction_share",
    "onsite_renewable_share",
    "emissions_per_tce",
    "residual_share_of_base",
]


@dataclass(frozen=True)
class Gate:
    """metric >= threshold ("min") or <= threshold ("max"), written as numerator against threshold * denominator."""

    metric: Metric
    sense: Literal["min", "max"]
    threshold: float


@dataclass(frozen=True)
class Level:
    """A level of a standard: its stars, the least score and the gates that it needs."""

    stars: int
    min_score_share: float  # of the maximum score
    gates: tuple[Gate, ...]


@dataclass(frozen=True)
class MetricPoints:
    """Points for a metric: `points[j]` in total once the metric has reached `at_least[j]` (both ascending)."""

    metric: Metric
    at_least: tuple[float, ...]
    points: tuple[float, ...]


@dataclass(frozen=True)
class Indicator:
    """A first-level indicator. A gate gives no points but all `gate_items` must be met before any level is awarded."""

    name: str
    role: Literal["gate", "score"]
    max_points: float = 0.0
    questionnaire_points: float = 0.0  # points already earned by items met today
    metrics: tuple[MetricPoints, ...] = ()
    gate_items: tuple[str, ...] = ()  # not yet met; each needs a ManagementItem with this gate


@dataclass(frozen=True)
class Rating:
    """A rating standard as data: gates, scored indicators, levels from low to high."""

    standard: str
    boundary: str  # "I" or "II"
    scopes: tuple[int, ...]  # scopes inside the boundary
    levels: tuple[Level, ...]
    indicators: tuple[Indicator, ...]
    max_points: float


@dataclass(frozen=True)
class Durability:
    """What keeps stars from being bought on paper. Shares are of gross location-based emissions before purchases.

    The excess of paper tonnes over `paper_threshold_share` costs `penalty_per_tonne`, plus `penalty_step_per_tonne` for each of
    the `penalty_steps` years before that had an excess too. Durable stars ignore certificates, contracts shorter than
    `min_contract_years`, removals shorter-lived than `min_removal_durability_years`, and credits beyond `residual_share` of
    base-year gross emissions.
    """

    penalty_per_tonne: float = 0.0  # [million/t]
    penalty_step_per_tonne: float = 0.0
    penalty_steps: int = 3
    paper_threshold_share: float = 0.10
    own_reduction_floor: Array | None = None  # (Y,) least own-reduction share, NaN where none
    removal_share_path: Array | None = None  # (Y,) least share of removals among credits + removals, NaN where none
    residual_share: float = 0.10
    min_contract_years: int = 3
    min_removal_durability_years: float = 100.0


@dataclass(frozen=True)
class Target:
    """Stars required in each year (0: none), and durable stars required (0: reported only).

    A target that is not `firm` may be missed or given up, so that no bound in the model may rest on it.
    """

    stars: IntArray  # (Y,)
    durable_stars: IntArray  # (Y,)
    firm: bool = True


@dataclass(frozen=True)
class BaseYear:
    """The base-year inventory [t], location-based, and its restatement for the output of each plan year.

    Where it is not `known` (no plant stood that could have served the loads, and nothing was billed) it is zero, own reduction
    is not defined, and no gate or step on it, or on what is left of the base year, is met.
    """

    year: int
    gross_tco2e: float  # rated scopes
    restated_tco2e: Array  # (Y,) scopes 1 and 2, at base-year factors
    business_as_usual_tco2e: Array  # (Y,) gross location-based of business as usual at each year's factors
    known: bool = True


@dataclass(frozen=True)
class Finance:
    """Real discounting by year. Running cash of year y is discounted over `y - first_year + timing_offset` years (0 start,
    0.5 mid, 1 end); investments at the start of their year. Salvage is received at the end of the last year."""

    discount_rate: float  # real, per year
    timing_offset: float = 1.0
    salvage: Literal["straight_line", "annuity", "none"] = "straight_line"
    inflation: float = 0.0
    tax_rate: float = 0.0
    depreciation_years: int = 10
    capex_limit: Array | None = None  # (Y,) [million], NaN where none
    unserved_price: float | None = (
        None  # of what business as usual cannot serve [million/MWh]; None: no comparison with it
    )


@dataclass(frozen=True)
class Emissions:
    """How electricity is accounted. Factors [t/MWh] by year."""

    uncovered_factor: Array  # (Y,) for grid electricity without a claim, market-based
    carbon_price: Array  # (Y,) [million/t] on scope 1 above the free allowance
    free_allowance_tco2e: Array  # (Y,)
    other: tuple[OtherEmissions, ...] = ()
    caps: tuple[EmissionCap, ...] = ()
    energy_tce_per_mwh: Mapping[str, float] = field(default_factory=_none)  # market -> tce per MWh imported


DecisionTable = Literal[
    "retrofits.start",
    "management.adopt",
    "converters.build_mw",
    "stores.build_mw",
    "stores.build_mwh",
    "converters.retired_share",
    "stores.retired_share",
    "contracts.sign_volume",
    "instruments.quantity",
]


@dataclass(frozen=True)
class Decided:
    """A decision taken in advance: `least` <= its sum over `years` <= `most`, in the decision's own unit."""

    table: DecisionTable
    name: str
    years: tuple[int, ...]
    least: float = 0.0
    most: float = float("inf")


Measure = Literal["capex", "own_inventory", "gross_location", "paper", "grid_mwh", "points_short", "projects", "cost"]


@dataclass(frozen=True)
class Goal:
    """A limit on what a plan adds up to over `years`.

    Measures: `capex` [million], `own_inventory`, `gross_location` and `paper` [t], `grid_mwh` [MWh], `points_short` of the
    highest score; the number of `projects` and the `cost` with penalties [million] are of all years. As the aim of a
    problem it is minimised, at `price` [million per unit], and `most` is no limit.
    """

    measure: Measure
    most: float = float("inf")
    years: tuple[int, ...] = ()
    price: float = 0.0


@dataclass(frozen=True)
class Problem:
    """Everything the model needs. Order inside the tuples is the order of the results."""

    name: str
    years: tuple[int, ...]
    steps: Steps
    carriers: tuple[Carrier, ...]
    demands: tuple[Demand, ...]
    markets: tuple[Market, ...]
    finance: Finance
    emissions: Emissions
    base: BaseYear
    retrofits: tuple[Retrofit, ...] = ()
    converters: tuple[Converter, ...] = ()
    stores: tuple[Store, ...] = ()
    contracts: tuple[Contract, ...] = ()
    instruments: tuple[Instrument, ...] = ()
    management: tuple[ManagementItem, ...] = ()
    group_limits: Mapping[str, float] = field(default_factory=_none)
    grid_connection_mw: float | None = None  # limit of all electricity bought and delivered in a step, and of all sold
    letdowns: tuple[tuple[str, str], ...] = ()  # heat may flow from the first carrier to the second, cooler one
    rating: Rating | None = None
    durability: Durability = field(default_factory=Durability)
    target: Target | None = None
    decided: tuple[Decided, ...] = ()
    goals: tuple[Goal, ...] = ()
    aim: Goal | None = None  # minimised instead of cost

    @property
    def flowing_together(self) -> tuple[tuple[str, ...], ...]:
        """Carriers in groups: those between which heat may flow down, every other by itself; in their order."""
        group = {c.name: {c.name} for c in self.carriers}
        for hot, cool in self.letdowns:
            joined = group[hot] | group[cool]
            group |= dict.fromkeys(joined, joined)
        return tuple(dict.fromkeys(tuple(c.name for c in self.carriers if c.name in group[one]) for one in group))


def not_firm(problem: Problem) -> Problem:
    """The problem with a target that may be missed or given up."""
    return problem if problem.target is None else replace(problem, target=replace(problem.target, firm=False))


def at_any_load(problem: Problem) -> Problem:
    """The problem with units that run at any load and start for nothing; itself where there are none that run or stand."""
    if not any(v.min_load_share > 0 for v in problem.converters):
        return problem
    free = (replace(v, min_load_share=0.0, has_least_load=v.min_load_share > 0) for v in problem.converters)
    return replace(problem, converters=tuple(free))
