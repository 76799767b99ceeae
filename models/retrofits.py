"""Efficiency measures: done or not, from a start year; savings on one end use multiply exactly.

    installed[r,y] = Σ_{y−life < b ≤ y} start[r,b]                             (expression)
    installed[r,y] ≤ 1                                                        installed_once
    left[d,0,y] = 1; left[d,p,y] is what the measures of a path p leave of the load, one after the other
    done[r,d,p,y] = installed[r,y]·left[d,p,y], for a binary and a share in [lowest, 1] exactly:
        done ≤ installed                                                       done_only_if
        done ≤ left − lowest·(1 − installed)                                   done_within_left
        done ≥ lowest·installed                                                done_at_least_lowest
        done ≥ left − (1 − installed)                                          done_if_so
    begun[r,d,p,y] = first[r,y]·left[d,p,y]                                    begun_only_if, begun_within_left,
        (only where the first year is partial; the same four rows)             begun_at_least_lowest, begun_if_so
    first[r,y] = start[r,y], but 0 where it renews what was started a life before: that goes on until the new one works
        first ≤ start[r,y]                                                     first_if_started
        first ≤ 1 − start[r,y−life]                                            no_first_if_renewed
        first ≥ start[r,y] − start[r,y−life]                                   first_unless_renewed
    treated[r,d,p,y] = done − (1 − first_year_share)·begun                     (expression)
    left[d,p then r,y] = left[d,p,y] − saving[r,d]·treated[r,d,p,y]            left_after_measure
    remaining_share[d,y] = left[d,p,y], p all measures that save on d          remaining_is_left_by_all
    treated_share[r,d,y] = treated[r,d,p,y], p all of these but r              treated_share_is_left_by_others
    installed[r,y] ≤ installed[q,y]        for q in requires[r]                required_is_installed
                     (adopted[q,y] where q is a management item)
    installed[r,y] + installed[q,y] ≤ 1    for q in excludes[r]                exclusive_measures

The demands read `remaining_share[d,y]`, what is left of the end use after every measure, and `treated_share[r,d,y]`
where a measure uses or frees another carrier: what it works on is the load that all other measures leave, so the order of
the measures decides nothing. Paths that begin alike share their columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pyomo.environ import Binary, Block, ConcreteModel, Constraint, Expression, Var

from models.problem import Problem, Retrofit
from models.terms import Investment, Terms, block

Link = tuple[str, str, int]  # a measure, an end use, the path before it


@dataclass
class Paths:
    """The orders in which measures are taken on one end use; path 0 is no measure."""

    demand: str
    before: dict[int, tuple[int, str]] = field(default_factory=dict)  # path -> path before its last measure, measure
    lowest: dict[int, float] = field(default_factory=lambda: {0: 1.0})  # path -> least share of the load it leaves

    def through(self, measures: list[Retrofit]) -> int:
        """The path through several measures; what it has in common with a known one is shared.

        >>> from types import SimpleNamespace as Measure
        >>> a, b = Measure(name="a", savings={"air": 0.2}), Measure(name="b", savings={"air": 0.5})
        >>> paths = Paths("air")
        >>> paths.through([a, b]), paths.through([a]), paths.through([b]), paths.lowest[2]
        (2, 1, 3, 0.4)
        """
        path, known = 0, {step: path for path, step in self.before.items()}
        for r in measures:
            step = path, r.name
            if step not in known:
                known[step] = len(self.lowest)
                self.lowest[known[step]] = self.lowest[path] * (1.0 - r.savings[self.demand])
                self.before[known[step]] = step
            path = known[step]
        return path


def savers(problem: Problem, demand: str) -> list[Retrofit]:
    """Measures that save of an end use; those whose side use on it asks what the others leave come last."""
    found = [r for r in problem.retrofits if r.savings.get(demand, 0.0) > 0]
    return sorted(found, key=lambda r: any(d == demand for d, _, _ in r.side_use))


def side_users(problem: Problem, demand: str) -> list[Retrofit]:
    """Measures that use or free another carrier for each MWh of an end use."""
    return [r for r in problem.retrofits if any(d == demand for d, _, _ in r.side_use)]


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
    years, named = problem.years, {r.name: r for r in problem.retrofits}
    paths = {d.name: Paths(d.name) for d in problem.demands}
    saving = {d: rs for d in paths if (rs := savers(problem, d))}
    everyone = {d: paths[d].through(rs) for d, rs in saving.items()}
    own: dict[tuple[str, str], Link] = {}
    for d, known in paths.items():
        for r in side_users(problem, d):
            own[r.name, d] = r.name, d, known.through([q for q in saving.get(d, []) if q is not r])
    steps = {(r, d, p): after for d, known in paths.items() for after, (p, r) in known.before.items()}
    links = list(dict.fromkeys([*steps, *own.values()]))
    _add_products(b, problem, links, paths)

    def left_after(b: Block, r: str, d: str, p: int, y: int) -> object:
        after = steps[r, d, p]
        share = named[r].savings[d]
        return b.left[d, after, y] == _left(b, d, p, y) - share * b.treated[r, d, p, y]

    b.left_after_measure = Constraint([(*link, y) for link in steps for y in years], rule=left_after)
    b.remaining_share = Var([(d, y) for d in everyone for y in years], bounds=(0, 1))
    b.remaining_is_left_by_all = Constraint(
        list(b.remaining_share), rule=lambda b, d, y: b.remaining_share[d, y] == b.left[d, everyone[d], y]
    )
    b.treated_share = Var([(*pair, y) for pair in own for y in years], bounds=(0, 1))
    b.treated_share_is_left_by_others = Constraint(
        list(b.treated_share), rule=lambda b, r, d, y: b.treated_share[r, d, y] == b.treated[(*own[r, d], y)]
    )


def _left(b: Block, d: str, p: int, y: int) -> object:
    return b.left[d, p, y] if p else 1.0


def _add_products(b: Block, problem: Problem, links: list[Link], paths: dict[str, Paths]) -> None:
    """What each measure works on at each place of a path: exact, as one factor is binary."""
    years, named = problem.years, {r.name: r for r in problem.retrofits}
    index = [(*link, y) for link in links for y in years]
    partial = [(r, d, p, y) for r, d, p, y in index if named[r].first_year_share < 1 and (r, y) in b.start]
    first = _first_years(b, problem)
    b.left = Var(
        [(d, p, y) for d, known in paths.items() for p in known.before for y in years],
        bounds=lambda _, d, p, y: (paths[d].lowest[p], 1),
    )
    b.done = Var(index, bounds=(0, 1))
    b.begun = Var(partial, bounds=(0, 1))

    def mccormick(name: str, product: Var, factor: object, keys: list) -> None:
        """product = factor·left, exact for a binary factor and a share left in [lowest, 1]."""

        def least(d: str, p: int) -> float:
            return paths[d].lowest[p]

        setattr(b, f"{name}_only_if", Constraint(keys, rule=lambda _, r, d, p, y: product[r, d, p, y] <= factor(r, y)))
        setattr(
            b,
            f"{name}_within_left",
            Constraint(
                keys,
                rule=lambda b, r, d, p, y: product[r, d, p, y] <= _left(b, d, p, y) - least(d, p) * (1 - factor(r, y)),
            ),
        )
        setattr(
            b,
            f"{name}_at_least_lowest",
            Constraint(keys, rule=lambda _, r, d, p, y: product[r, d, p, y] >= least(d, p) * factor(r, y)),
        )
        setattr(
            b,
            f"{name}_if_so",
            Constraint(keys, rule=lambda b, r, d, p, y: product[r, d, p, y] >= _left(b, d, p, y) - (1 - factor(r, y))),
        )

    mccormick("done", b.done, lambda r, y: b.installed[r, y], index)
    mccormick("begun", b.begun, lambda r, y: first[r, y], partial)

    def treated(b: Block, r: str, d: str, p: int, y: int) -> object:
        lost = (1 - named[r].first_year_share) * b.begun[r, d, p, y] if (r, d, p, y) in b.begun else 0.0
        return b.done[r, d, p, y] - lost

    b.treated = Expression(index, rule=treated)


def _first_years(b: Block, problem: Problem) -> dict[tuple[str, int], object]:
    """Whether a year is the first of a measure, and no renewal, where its first year is partial."""
    lives = {r.name: r.life_years for r in problem.retrofits if r.first_year_share < 1}
    started = [(r, y) for r, y in b.start if r in lives]
    b.first = Var([(r, y) for r, y in started if (r, y - lives[r]) in b.start], bounds=(0, 1))
    keys = list(b.first)
    b.first_if_started = Constraint(keys, rule=lambda b, r, y: b.first[r, y] <= b.start[r, y])
    b.no_first_if_renewed = Constraint(keys, rule=lambda b, r, y: b.first[r, y] <= 1 - b.start[r, y - lives[r]])
    b.first_unless_renewed = Constraint(
        keys, rule=lambda b, r, y: b.first[r, y] >= b.start[r, y] - b.start[r, y - lives[r]]
    )
    return {key: b.first[key] if key in b.first else b.start[key] for key in started}


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
