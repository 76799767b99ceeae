"""Sizes by vintage: what may be built when, in which pieces, and what stands in each year.

    build[v,b] = Σ_j piece[v,b,j]                                             build_is_sum_of_pieces
    min[j]·chosen[v,b,j] ≤ piece[v,b,j] ≤ max[j]·chosen[v,b,j]                piece_above_minimum, piece_within_segment
    Σ_j chosen[v,b,j] ≤ 1                                                     one_segment_chosen
    build[v,b] = package[v]·packages[v,b]                                     build_in_packages
    working[v,y] = existing[v,y]·existing_share[v,y]·(1 − retired_share[v,y]) + Σ_b share_by_age[v,y−b]·build[v,b]
                   + renewed_share[v]·renewed[v,y]                            working_size
    renewed[v,y] ≤ build[v,y]     renewed[v,y] ≤ build[v,y−life]              renewed_within_new, renewed_within_old
    existing[v,y]·(1 − retired_share[v,y]) + Σ_{b alive in y} build[v,b] ≤ max(max_total[v], existing[v,y])    total_within_limit
    retired_share[v,y] ≥ retired_share[v,y−1]                                 retirement_is_final

What is built where an equal size ends its life is a renewal: in the months before the new one works, the old one does.
A size that has one segment from zero without fixed cost needs no piece: capex = per_unit·build. Economies of scale, a
least size and a fixed cost are segments. The same rows serve converters [MW] and stores [MW and MWh].
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pyomo.environ import Binary, Block, Constraint, Expression, NonNegativeIntegers, NonNegativeReals, Var

from models.problem import Problem, Sizing
from models.terms import Investment, Terms


def is_plain(z: Sizing) -> bool:
    """One segment from zero without fixed cost: needs no binary, packages apart."""
    return len(z.segments) == 1 and z.segments[0].min_size == 0 and z.segments[0].capex_fixed == 0


def buildable(z: Sizing, size: float = np.inf) -> float:
    """Largest single build that the limits allow."""
    largest = max((s.max_size for s in z.segments), default=0.0)
    return max(0.0, min(largest, z.max_total, size))


def add_retirement(b: Block, sizings: Mapping[str, Sizing], years: tuple[int, ...]) -> None:
    """Early retirement of existing stock as a share, shared by the power and the energy of a store."""
    free = {v: z.retirable(years) for v, z in sizings.items()}
    b.retired_share = Var([(v, y) for v in free for y in free[v]], bounds=(0, 1))
    b.retirement_is_final = Constraint(
        [(v, y) for v in free for y in free[v][1:]],
        rule=lambda b, v, y: b.retired_share[v, y] >= b.retired_share[v, y - 1],
    )


def standing(b: Block, z: Sizing, v: str, n: int, y: int) -> object:
    """Existing size that is not retired in year y, the n-th of the plan."""
    kept = 1 - b.retired_share[v, y] if (v, y) in b.retired_share else 1.0
    return z.existing[n] * kept


def add_sizes(b: Block, problem: Problem, sizings: Mapping[str, Sizing], unit: str) -> Terms:
    """Variables and rows of sizes measured in `unit` ("mw" or "mwh"); returns capex, fixed running cost, embodied tonnes."""
    years, first = problem.years, problem.years[0]
    builds = [(v, y) for v, z in sizings.items() for y in z.build_years if buildable(z) > 0]
    build = Var(builds, domain=NonNegativeReals, bounds=lambda _, v, y: (0, buildable(sizings[v])))
    setattr(b, f"build_{unit}", build)
    working = Var(
        [(v, y) for v in sizings for y in years],
        domain=NonNegativeReals,
        bounds=lambda _, v, y: (0, max(sizings[v].max_total, sizings[v].existing.max(initial=0.0))),
    )
    setattr(b, f"working_{unit}", working)
    renewed = _add_renewals(b, sizings, build, unit)
    alive = {(v, y): [q for w, q in builds if w == v and q <= y < q + sizings[v].life_years] for v, y in working}

    def working_size(b: Block, v: str, y: int) -> object:
        z = sizings[v]
        new = sum(z.share_by_age[y - q] * build[v, q] for q in alive[v, y])
        goes_on = z.renewed_share * renewed[v, y] if (v, y) in renewed else 0.0
        degraded = float(np.broadcast_to(z.existing_share, len(years))[y - first])
        return working[v, y] == degraded * standing(b, z, v, y - first, y) + new + goes_on

    def nameplate(b: Block, v: str, y: int) -> object:
        return standing(b, sizings[v], v, y - first, y) + sum(build[v, q] for q in alive[v, y])

    setattr(b, f"working_size_{unit}", Constraint(list(working), rule=working_size))
    setattr(b, f"nameplate_{unit}", Expression(list(working), rule=nameplate))
    limited = [(v, y) for v, y in working if len(alive[v, y]) and np.isfinite(sizings[v].max_total)]
    setattr(
        b,
        f"total_within_limit_{unit}",
        Constraint(
            limited,
            rule=lambda b, v, y: nameplate(b, v, y) <= max(sizings[v].max_total, float(sizings[v].existing[y - first])),
        ),
    )
    _add_segments(b, sizings, build, unit)
    return _terms(b, problem, sizings, builds, unit)


def _add_renewals(b: Block, sizings: Mapping[str, Sizing], build: Var, unit: str) -> Var:
    """What of a build takes the place of one that ends then, where the new one works for a part of the year only."""
    renewals = [(v, y) for v, y in build if sizings[v].renewed_share > 0 and (v, y - sizings[v].life_years) in build]
    renewed = Var(renewals, domain=NonNegativeReals)
    setattr(b, f"renewed_{unit}", renewed)
    setattr(b, f"renewed_within_new_{unit}", Constraint(renewals, rule=lambda _, v, y: renewed[v, y] <= build[v, y]))
    setattr(
        b,
        f"renewed_within_old_{unit}",
        Constraint(renewals, rule=lambda _, v, y: renewed[v, y] <= build[v, y - sizings[v].life_years]),
    )
    return renewed


def _add_segments(b: Block, sizings: Mapping[str, Sizing], build: Var, unit: str) -> None:
    """Pieces, chosen segments and packages of the sizes that need them."""
    keys = [(v, y, j) for v, y in build if not is_plain(sizings[v]) for j in range(len(sizings[v].segments))]
    chosen = Var(keys, domain=Binary)
    piece = Var(keys, domain=NonNegativeReals)
    setattr(b, f"chosen_{unit}", chosen)
    setattr(b, f"piece_{unit}", piece)
    pairs = sorted({(v, y) for v, y, _ in keys})
    packaged = [(v, y) for v, y in build if sizings[v].package]
    packages = Var(packaged, domain=NonNegativeIntegers)
    setattr(b, f"packages_{unit}", packages)

    def pieces(v: str, y: int) -> range:
        return range(len(sizings[v].segments))

    rows = {
        "build_is_sum_of_pieces": (pairs, lambda _, v, y: build[v, y] == sum(piece[v, y, j] for j in pieces(v, y))),
        "one_segment_chosen": (pairs, lambda _, v, y: sum(chosen[v, y, j] for j in pieces(v, y)) <= 1),
        "piece_above_minimum": (
            [k for k in keys if sizings[k[0]].segments[k[2]].min_size > 0],
            lambda _, v, y, j: piece[v, y, j] >= sizings[v].segments[j].min_size * chosen[v, y, j],
        ),
        "piece_within_segment": (
            keys,
            lambda _, v, y, j: (
                piece[v, y, j] <= buildable(sizings[v], sizings[v].segments[j].max_size) * chosen[v, y, j]
            ),
        ),
        "build_in_packages": (packaged, lambda _, v, y: build[v, y] == sizings[v].package * packages[v, y]),
    }
    for name, (index, rule) in rows.items():
        setattr(b, f"{name}_{unit}", Constraint(index, rule=rule))


def capex(b: Block, z: Sizing, v: str, y: int, n: int, unit: str) -> object:
    """Capex of the build of year y [million]: the chosen segment's line, times the year's index, less the subsidy."""
    if is_plain(z):
        cost = z.segments[0].capex_per_unit * getattr(b, f"build_{unit}")[v, y]
    else:
        chosen, piece = getattr(b, f"chosen_{unit}"), getattr(b, f"piece_{unit}")
        cost = sum(
            s.capex_fixed * chosen[v, y, j] + s.capex_per_unit * piece[v, y, j] for j, s in enumerate(z.segments)
        )
    subsidy = z.subsidy_per_unit if isinstance(z.subsidy_per_unit, float) else float(z.subsidy_per_unit[n])
    return z.capex_index[n] * cost - (subsidy * getattr(b, f"build_{unit}")[v, y] if subsidy else 0.0)


def _terms(b: Block, problem: Problem, sizings: Mapping[str, Sizing], builds: list, unit: str) -> Terms:
    terms, first = Terms(), problem.years[0]
    build, nameplate = getattr(b, f"build_{unit}"), getattr(b, f"nameplate_{unit}")
    for v, y in builds:
        z = sizings[v]
        cost = capex(b, z, v, y, y - first, unit)
        terms.investments.append(Investment(v, y, cost, z.life_years, z.payment_shares))
        if z.embodied_tco2e_per_unit:
            terms.scope3_tco2e[y].append(z.embodied_tco2e_per_unit * build[v, y])
    for v, y in nameplate:
        if sizings[v].opex_fixed[y - first]:
            terms.running[y].append(sizings[v].opex_fixed[y - first] * nameplate[v, y])
    return terms
