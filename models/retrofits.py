"""Efficiency measures: done or not, from a start year; savings on one end use multiply exactly.

    installed[r,y] = Σ_{y−life < b ≤ y} start[r,b]                             (expression)
    installed[r,y] ≤ 1                                                        installed_once
    remaining[d,0,y] = 1
    done[r,d,y] = installed[r,y]·remaining before r, for a binary and a share in [lowest, 1] exactly:
        done ≤ installed                                                       done_only_if
        done ≤ remaining before − lowest·(1 − installed)                       done_within_remaining
        done ≥ lowest·installed                                                done_at_least_lowest
        done ≥ remaining before − (1 − installed)                              done_if_so
    begun[r,d,y] = start[r,y]·remaining before r                               begun_only_if, begun_within_remaining,
        (only where the first year is partial; the same four rows)             begun_at_least_lowest, begun_if_so
    treated_share[r,d,y] = done − (1 − first_year_share)·begun                 treated_share_is_active_part
    remaining after r = remaining before r − saving[r,d]·treated_share[r,d,y]  remaining_after_measure
    remaining_share[d,y] = remaining after the last measure on d               remaining_is_last
    installed[r,y] ≤ installed[q,y]        for q in requires[r]                required_is_installed
                     (adopted[q,y] where q is a management item)
    installed[r,y] + installed[q,y] ≤ 1    for q in excludes[r]                exclusive_measures

The demands read `remaining_share[d,y]`, what is left of the end use after the last measure, and
`treated_share[r,d,y]` where a measure uses or frees another carrier.
"""

from __future__ import annotations

from pyomo.environ import Binary, Block, ConcreteModel, Constraint, Expression, Var

from models.problem import Problem, Retrofit
from models.terms import Investment, Terms, block


def chain(problem: Problem, demand: str) -> list[Retrofit]:
    """Measures that act on an end use, by saving or by side use, in the problem's order."""
    return [r for r in problem.retrofits if demand in r.savings or any(d == demand for d, _, _ in r.side_use)]


def least_remaining(measures: list[Retrofit], demand: str) -> float:
    """Share of the end use left when every measure is done; the lower bound of the remaining share.

    >>> least_remaining([], "motors")
    1.0
    """
    left = 1.0
    for r in measures:
        left *= 1.0 - r.savings.get(demand, 0.0)
    return left


def add_retrofits(m: ConcreteModel, problem: Problem) -> Terms:
    """Binaries and exact overlap of all measures; capex, yearly cost and embodied tonnes."""
    b, years = block(m, "retrofits"), problem.years
    named = {r.name: r for r in problem.retrofits}
    b.start = Var([(r.name, y) for r in problem.retrofits for y in r.start_years], domain=Binary)

    def installed(b: Block, r: str, y: int) -> object:
        return sum(b.start[r, q] for q in named[r].start_years if q <= y < q + named[r].life_years)

    b.installed = Expression([(r, y) for r in named for y in years], rule=installed)
    doubled = [
        (r, y) for r, y in b.installed if sum(q <= y < q + named[r].life_years for q in named[r].start_years) > 1
    ]
    b.installed_once = Constraint(doubled, rule=lambda b, r, y: b.installed[r, y] <= 1)
    b.required_is_installed = Constraint(
        [(r, q, y) for r in named for q in named[r].requires for y in years],
        rule=lambda b, r, q, y: _row(
            b.installed[r, y] - (b.installed[q, y] if q in named else m.management.adopted[q, y]), 0
        ),
    )
    b.exclusive_measures = Constraint(
        [(r, q, y) for r in named for q in named[r].excludes if q in named for y in years],
        rule=lambda b, r, q, y: _row(b.installed[r, y] + b.installed[q, y], 1),
    )
    _add_overlap(b, problem)
    return _terms(b, problem)


def _row(expression: object, limit: float) -> object:
    """`expression <= limit`, or no row where the expression holds no variable."""
    return Constraint.Skip if isinstance(expression, int | float) else expression <= limit


def _add_overlap(b: Block, problem: Problem) -> None:
    years, chains = problem.years, {d.name: chain(problem, d.name) for d in problem.demands}
    links = {(r.name, d): (r, k) for d, rs in chains.items() for k, r in enumerate(rs)}
    lowest = {(r, d): least_remaining(chains[d][:k], d) for (r, d), (_, k) in links.items()}
    after = {(r, d): lowest[r, d] * (1 - links[r, d][0].savings.get(d, 0.0)) for r, d in links}
    index = [(r, d, y) for r, d in links for y in years]
    partial = [(r, d, y) for r, d, y in index if links[r, d][0].first_year_share < 1 and (r, y) in b.start]
    treated = [d for d, rs in chains.items() if rs]
    b.done = Var(index, bounds=(0, 1))
    b.begun = Var(partial, bounds=(0, 1))
    b.treated_share = Var(index, bounds=(0, 1))
    b.remaining_after = Var(index, bounds=lambda _, r, d, y: (after[r, d], 1))
    b.remaining_share = Var([(d, y) for d in treated for y in years], bounds=(0, 1))

    def before(r: str, d: str, y: int) -> object:
        k = links[r, d][1]
        return b.remaining_after[chains[d][k - 1].name, d, y] if k else 1.0

    def mccormick(name: str, product: Var, factor: object, keys: list) -> None:
        """product = factor·before, exact for a binary factor and before in [lowest, 1]."""
        setattr(b, f"{name}_only_if", Constraint(keys, rule=lambda _, r, d, y: product[r, d, y] <= factor(r, y)))
        setattr(
            b,
            f"{name}_within_remaining",
            Constraint(
                keys,
                rule=lambda _, r, d, y: product[r, d, y] <= before(r, d, y) - lowest[r, d] * (1 - factor(r, y)),
            ),
        )
        setattr(
            b,
            f"{name}_at_least_lowest",
            Constraint(keys, rule=lambda _, r, d, y: product[r, d, y] >= lowest[r, d] * factor(r, y)),
        )
        setattr(
            b,
            f"{name}_if_so",
            Constraint(keys, rule=lambda _, r, d, y: product[r, d, y] >= before(r, d, y) - (1 - factor(r, y))),
        )

    mccormick("done", b.done, lambda r, y: b.installed[r, y], index)
    mccormick("begun", b.begun, lambda r, y: b.start[r, y], partial)

    def treated_part(b: Block, r: str, d: str, y: int) -> object:
        lost = (1 - links[r, d][0].first_year_share) * b.begun[r, d, y] if (r, d, y) in b.begun else 0.0
        return b.treated_share[r, d, y] == b.done[r, d, y] - lost

    b.treated_share_is_active_part = Constraint(index, rule=treated_part)
    b.remaining_after_measure = Constraint(
        index,
        rule=lambda b, r, d, y: (
            b.remaining_after[r, d, y]
            == before(r, d, y) - links[r, d][0].savings.get(d, 0.0) * b.treated_share[r, d, y]
        ),
    )
    b.remaining_is_last = Constraint(
        list(b.remaining_share),
        rule=lambda b, d, y: b.remaining_share[d, y] == b.remaining_after[chains[d][-1].name, d, y],
    )


def _terms(b: Block, problem: Problem) -> Terms:
    terms, first = Terms(), problem.years[0]
    for r in problem.retrofits:
        for y in r.start_years:
            cost = float(r.capex[y - first]) * b.start[r.name, y]
            terms.investments.append(Investment(r.name, y, cost, r.life_years, r.payment_shares))
            if r.embodied_tco2e:
                terms.scope3_tco2e[y].append(r.embodied_tco2e * b.start[r.name, y])
        for n, y in enumerate(problem.years):
            if r.opex_fixed[n]:
                terms.running[y].append(float(r.opex_fixed[n]) * b.installed[r.name, y])
    return terms
