"""What is measured: rows of a table, each one problem and its contestants, ours first."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from benchmarks.data import Case

EQUAL = 1e-4  # relative difference of objectives up to which two answers are the same
OURS = "ours"
AMPLE = 1.1  # of the time that decides a target: repeats of ours differ
LP_GAP, MILP_GAP, FACTORY_GAP = 1e-6, 1e-4, 1e-3
YEAR, FIVE, TEN, LONG = Case(), Case(years=5), Case(years=10), Case(years=25)


@dataclass(frozen=True)
class Contestant:
    """One program on one problem. `peer` names its module and its virtual environment; ours is the planner's own."""

    name: str
    peer: str = OURS
    task: str = "solve"
    way: str = ""
    workers: int = 2
    limit_s: float = 120.0
    gap: float = LP_GAP


@dataclass(frozen=True)
class Row:
    """A problem and who solves it. `target` is the wanted ratio of the others' time to ours, or None."""

    title: str
    case: Case
    contestants: tuple[Contestant, ...]
    targets: dict[str, float] = field(default_factory=dict)  # contestant -> times as fast as it, at least
    target_s: float | None = None
    target_mb: float | None = None
    checked_at: str = ""  # title of the row that proves equality where a contestant does not finish here
    repeats: int = 3


Mode = Literal["short", "decide", "full"]  # `decide` gives each peer as long as its target needs to be decided


def rows(mode: Mode) -> list[Row]:
    """The table."""
    return [*_common(mode), _handing_over(), *_factory(mode), _workers(mode == "full")]


def deciding(row: Row, c: Contestant, ours_s: float) -> Contestant:
    """A contestant with time enough to tell whether ours is as many times faster as wanted, if it took `ours_s`."""
    wanted = max((times for name, times in row.targets.items() if c.name.startswith(name)), default=0.0)
    return replace(c, limit_s=max(c.limit_s, AMPLE * wanted * ours_s))


def _raw(limit_s: float, ways: tuple[str, ...] = ("simplex", "ipx", "hipo")) -> tuple[Contestant, ...]:
    return tuple(Contestant(f"HiGHS {way}", "raw_highs", way=way, limit_s=limit_s) for way in ways)


def _common(mode: Mode) -> list[Row]:
    full = mode == "full"
    limit = 3600.0 if full else 25.0
    ours = Contestant(OURS, limit_s=3600.0 if full else 60.0)
    linopy = Contestant("linopy", "linopy_case", way="choose", limit_s=limit)
    pypsa = Contestant("PyPSA", "pypsa_case", way="choose", limit_s=limit)
    oemof = Contestant("oemof.solph", "oemof_case", way="choose", limit_s=limit)
    found = [
        Row(
            "common, 1 y",
            YEAR,
            (ours, *_raw(limit), linopy, pypsa, oemof),
            {"HiGHS": 1 / 0.35, "PyPSA": 5.0, "oemof.solph": 10.0},
        ),
        Row(
            "common, 5 y",
            FIVE,
            {
                "short": (ours, *_raw(limit, ("ipx", "hipo")), pypsa),
                "decide": (ours, *_raw(limit), pypsa),
                "full": (ours, *_raw(limit), linopy, pypsa),
            }[mode],
            {"HiGHS": 25.0, "PyPSA": 50.0},
            checked_at="common, 1 y",
            repeats=3 if full else 1,
        ),
        Row(
            "common, 1 y of 35,040 steps",
            Case(step_minutes=15),
            (ours, *_raw(limit, ("hipo",))),
            repeats=1,
        ),
    ]
    if full:
        for title, case in (("common, 10 y", TEN), ("common, 25 y", LONG)):
            found.append(Row(title, case, (ours, *_raw(limit), linopy, pypsa), checked_at="common, 1 y"))
    return found


def _handing_over() -> Row:
    build = (
        Contestant(OURS, task="build"),
        Contestant("linopy", "linopy_case", task="build"),
        Contestant("Pyomo rules", "pyomo_case", task="build", limit_s=180.0),
    )
    return Row("build and hand over, common, 10 y", TEN, build, {"linopy": 4.0, "Pyomo rules": 50.0})


def _factory(mode: Mode) -> list[Row]:
    full = mode == "full"
    one, ten, long = (Case("factory", years) for years in (1, 10, 25))
    ours, raw_limit = Contestant(OURS, gap=MILP_GAP, limit_s=600.0 if full else 60.0), 7200.0 if full else 60.0
    raw = Contestant("HiGHS MILP", "raw_highs", way="mip", gap=MILP_GAP, limit_s=raw_limit)
    coarser = Contestant(OURS, gap=FACTORY_GAP, limit_s=600.0 if full else 100.0)
    found = [
        Row("factory, 1 y, MILP", one, (ours, raw), {"HiGHS": 100.0}, checked_at="factory, 31 days, MILP"),
        Row("factory, 31 days, MILP", Case("factory", days=31), (ours, raw), repeats=1),
        Row("factory, 10 y, MILP, 0.1 %", ten, (coarser,), target_s=30.0, target_mb=1000.0, repeats=1),
    ]
    if mode != "short":
        found.append(Row("factory, 25 y, MILP, 0.1 %", long, (coarser,), target_s=80.0, target_mb=2000.0, repeats=1))
    return found


def _workers(full: bool) -> Row:
    case = Case("factory", 10 if full else 2)
    two, one = (Contestant(name, task="blocks", workers=k) for name, k in ((OURS, 2), ("one worker", 1)))
    return Row("blocks, two workers against one", case, (two, one), {"one worker": 1.6})
