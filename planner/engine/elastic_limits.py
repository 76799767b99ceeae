"""Which rows may slip or grow when a target is out of reach, what their limits mean, and in which units they are measured.

A gate's own row carries M of its star; here its limit is its threshold, and its slack is measured against the base year's
tonnes or megawatt-hours. Of several levels that ask for the same metric only the strictest counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array, csr_array, vstack

from models.contracts import PHYSICAL
from models.markets import grid_market
from models.problem import ELECTRICITY, Gate, Market, Problem
from planner.engine.matrix import Int, Key, Matrix, Pressed
from planner.engine.own_limits import Limit as LimitKey

MEANS = (
    "instruments.quantity_within_cap",
    "converters.total_within_limit_mw",
    "stores.total_within_limit_mw",
    "stores.total_within_limit_mwh",
    "groups.group_within_limit",
    "finance.capex_within_limit",
    "markets.import_within_year",
)
NO_KEY = ("", "", "")
_KEYS = {
    "instruments.quantity_within_cap": "max_per_year",
    "converters.total_within_limit_mw": "max_mw",
    "stores.total_within_limit_mw": "max_mw",
    "stores.total_within_limit_mwh": "max_mwh",
    "markets.max_import_mw": "max_mw",
    "markets.import_within_year": "max_mwh_per_year",
}
CONNECTION = "markets.imports_within_connection"
LIFTED = (
    "converters.build_mw",
    "converters.working_mw",
    "stores.build_mw",
    "stores.working_mw",
    "stores.build_mwh",
    "stores.working_mwh",
    "contracts.sign_volume",
    "contracts.volume",
)
LIFT = 20.0  # how many times a means may grow before it is no longer a suggestion
LARGEST_CONNECTION = 3.0  # the same for the connection of a market, which sizes M
IN_MWH = ("renewable_electricity_share", "onsite_renewable_share")


@dataclass(frozen=True)
class Limit:
    """A limit that may give way: its rows, its value in its own units, and what one unit of relative slack is."""

    name: str
    index: Key
    rows: Int
    limit: float
    scale: float
    least: bool  # at least the limit is asked for, else at most
    key: LimitKey = NO_KEY  # of the scenario, for what grows


def demands(problem: Problem, pressed: Pressed) -> tuple[Matrix, list[Limit]]:
    """What is asked of the plan, and the matrix without the rows that a stricter one of the same kind implies."""
    found = [
        *_yearly(problem, pressed),
        *_rated(problem, pressed, "rating"),
        *_rated(problem, pressed, "durable_rating"),
    ]
    strictest: dict[tuple[object, ...], Limit] = {}
    for kind, one in found:
        other = strictest.get(kind)
        if other is None or (one.limit >= other.limit) == one.least:
            strictest[kind] = one
    kept = list(strictest.values())
    lower, upper = pressed.matrix.row_lower.copy(), pressed.matrix.row_upper.copy()
    for _, one in found:
        if one not in kept:
            lower[one.rows], upper[one.rows] = -np.inf, np.inf
    return replace(pressed.matrix, row_lower=lower, row_upper=upper), kept


def _yearly(problem: Problem, pressed: Pressed) -> Iterator[tuple[tuple[object, ...], Limit]]:
    """Tonnes: floors, paths and caps."""
    tonnes, matrix = max(1.0, problem.base.gross_tco2e), pressed.matrix
    for name in (
        "durability.own_reduction_above_floor",
        "durability.removal_share_on_path",
        "ledger.cap_by_year",
        "ledger.cap_in_total",
    ):
        for index, row in pressed.plan_rows.get(name, {}).items():
            least = bool(np.isfinite(matrix.row_lower[row]))
            limit = float(matrix.row_lower[row] if least else matrix.row_upper[row])
            yield (name, index), Limit(name, index, np.array([row]), limit, tonnes, least)


def _rated(problem: Problem, pressed: Pressed, block: str) -> Iterator[tuple[tuple[object, ...], Limit]]:
    """Gates, scores and gate items of the levels up to the target."""
    if problem.rating is None or problem.target is None:
        return
    stars = problem.target.stars if block == "rating" else problem.target.durable_stars
    asked = dict(zip(problem.years, map(int, stars), strict=True))
    levels = {level.stars: level for level in problem.rating.levels}
    for name in ("gate_at_least", "gate_at_most", "score_reached", "gate_item_met"):
        for index, row in pressed.plan_rows.get(f"{block}.{name}", {}).items():
            year, level = int(index[0]), levels[int(index[1])]
            if level.stars > asked[year]:
                continue
            kind: tuple[object, ...] = (block, name, year)
            limit, scale = 1.0, 1.0
            if name == "score_reached":
                limit, scale = level.min_score_share * problem.rating.max_points, problem.rating.max_points
            elif name == "gate_item_met":
                kind = (*kind, index[2])
            else:
                gate = level.gates[int(index[2])]
                kind, limit, scale = (*kind, gate.metric), gate.threshold, _base_of(problem, gate)
            least = name != "gate_at_most"
            yield kind, Limit(f"{block}.{name}", index, np.array([row]), limit, scale, least)


def _base_of(problem: Problem, gate: Gate) -> float:
    """What a gate's row counts in the base year [MWh or t]."""
    return _electricity_mwh(problem) if gate.metric in IN_MWH else max(1.0, problem.base.gross_tco2e)


def _electricity_mwh(problem: Problem) -> float:
    hours = problem.steps.hours_per_year
    return max(1.0, sum(float(d.load_mw @ hours) for d in problem.demands if d.carrier == ELECTRICITY))


def with_larger_connections(problem: Problem) -> Problem:
    """The problem in which markets and the site may draw more power; `means` counts what exceeds their limits."""
    lifted = (replace(k, max_import_mw=LARGEST_CONNECTION * k.max_import_mw) for k in problem.markets)
    site = problem.grid_connection_mw
    return replace(
        problem, markets=tuple(lifted), grid_connection_mw=None if site is None else LARGEST_CONNECTION * site
    )


def means(
    problem: Problem, pressed: Pressed, own: Collection[LimitKey], given: Collection[LimitKey]
) -> tuple[Matrix, list[Limit]]:
    """The model in which sizes, volumes and connections may grow beyond their limits, and the `given` limits, which count growth.

    `pressed` is of the `problem` `with_larger_connections`. Bounds of our `own` stay; what is neither gives way.
    """
    matrix = pressed.matrix
    upper = matrix.upper.copy()
    for name in LIFTED:
        upper[list(pressed.plan_columns.get(name, {}).values())] *= LIFT
    found = [
        _grown(problem, name, index, np.array([row]))
        for name in MEANS
        for index, row in pressed.plan_rows.get(name, {}).items()
    ]
    closed = "instruments.quantity_within_cap"  # in years in which nothing is offered
    found = [one for one in found if one.name != closed or one.limit > 0]
    volumes = pressed.plan_columns.get("contracts.volume", {})
    extra = [("contracts.volume", i, [np.array([q])], float(matrix.upper[q])) for i, q in volumes.items()]
    extra += [
        ("markets.max_import_mw", (k.name, y), _drawn(problem, pressed, k, n), k.max_import_mw / LARGEST_CONNECTION)
        for k in problem.markets
        for n, y in enumerate(problem.years)
    ]
    if problem.grid_connection_mw is not None:
        site = problem.grid_connection_mw / LARGEST_CONNECTION
        extra += [(CONNECTION, (y,), _over_fence(problem, pressed, n), site) for n, y in enumerate(problem.years)]
    rows, first = [matrix.rows], matrix.rows.shape[0]
    for name, index, columns, limit in extra:
        height = len(columns[0])
        found.append(_grown(problem, name, index, np.arange(first, first + height), limit))
        first += height
        at = np.concatenate(columns), np.tile(np.arange(height), len(columns))
        rows.append(csr_array(coo_array((np.ones(len(at[0])), (at[1], at[0])), shape=(height, matrix.rows.shape[1]))))
    row_upper = np.concatenate([matrix.row_upper, *(np.full(len(e[2][0]), e[3]) for e in extra)])
    for one in found:
        if one.key not in given and one.key not in own:
            row_upper[one.rows] = np.inf
    lifted = replace(
        matrix,
        upper=upper,
        rows=csr_array(vstack(rows, format="csr")),
        row_lower=np.concatenate([matrix.row_lower, np.full(len(row_upper) - len(matrix.row_lower), -np.inf)]),
        row_upper=row_upper,
    )
    return lifted, [one for one in found if one.key in given and one.key not in own]


def _key(problem: Problem, name: str, index: Key) -> LimitKey:
    """Table, name and key of the scenario that a means stands for."""
    table, item = name.split(".", maxsplit=1)[0], str(index[0])
    if name == CONNECTION:
        return "site", "", "grid_connection_mw"
    if table == "finance":
        return "finance", "", "annual_capex_limit"
    if table == "groups":
        return "site", "", f"{item}_m2"
    if table == "contracts":
        delivered = next(c.kind in PHYSICAL for c in problem.contracts if c.name == item)
        return table, item, "max_mw" if delivered else "max_mwh_per_year"
    return table, item, _KEYS[name]


def _limit(problem: Problem, name: str, index: Key) -> float:
    """What a means is limited to as the problem says it: a row's right side lacks what already stands or counts."""
    item, n = str(index[0]), problem.years.index(int(index[-1]))
    if name == "finance.capex_within_limit":
        assert problem.finance.capex_limit is not None
        return float(problem.finance.capex_limit[n])
    if name == "groups.group_within_limit":
        return float(problem.group_limits[item])
    if name == "markets.import_within_year":
        return float(next(k.max_import_mwh_per_year or 0.0 for k in problem.markets if k.name == item))
    if name == "instruments.quantity_within_cap":
        return float(next(i.max_per_year[n] for i in problem.instruments if i.name == item))
    if name == "converters.total_within_limit_mw":
        z = next(v.sizing for v in problem.converters if v.name == item)
    else:
        q = next(q for q in problem.stores if q.name == item)
        z = q.power if name == "stores.total_within_limit_mw" else q.energy
    return max(z.max_total, float(z.existing[n]))


def _grown(problem: Problem, name: str, index: Key, rows: Int, limit: float | None = None) -> Limit:
    """A means. Its growth is measured against its limit, or against the site where the limit is small beside that."""
    item, site = str(index[0]), 1.0
    limit = _limit(problem, name, index) if limit is None else limit
    annual = {c.name for c in problem.contracts if c.kind in ("green_tariff", "virtual")}
    if name == "instruments.quantity_within_cap":
        claim = next(i.kind for i in problem.instruments if i.name == item)
        site = _electricity_mwh(problem) if claim == "certificate" else problem.base.gross_tco2e
    elif name == "markets.import_within_year" or item in annual:
        site = _electricity_mwh(problem)
    elif name.endswith("_mw") or name in ("contracts.volume", CONNECTION):
        site = max((float(d.load_mw.max()) for d in problem.demands), default=1.0)
    scale = max(1.0, abs(limit), site)
    return Limit(name, index, rows, limit, scale, least=False, key=_key(problem, name, index))


def _over_fence(problem: Problem, pressed: Pressed, n: int) -> list[Int]:
    """Columns of all electricity that comes over the fence in the n-th year, (T,) each."""
    electric = [k for k in problem.markets if k.carrier == ELECTRICITY]
    bought = [pressed.step_columns["markets.import_mw"][k.name][n] for k in electric]
    return bought + _delivered(problem, pressed, n)


def _drawn(problem: Problem, pressed: Pressed, k: Market, n: int) -> list[Int]:
    """Columns that share the connection of a market in the n-th year, (T,) each."""
    columns = [pressed.step_columns["markets.import_mw"][k.name][n]]
    return columns + (_delivered(problem, pressed, n) if k == grid_market(problem) else [])


def _delivered(problem: Problem, pressed: Pressed, n: int) -> list[Int]:
    lines = [c.name for c in problem.contracts if c.direct_line]
    delivered = pressed.step_columns.get("contracts.delivered_mw", {})
    return [of[n] for name, of in delivered.items() if name not in lines]
