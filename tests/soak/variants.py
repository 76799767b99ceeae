"""Hazard: an answer that depends on what is no input. Variants of a random scenario whose cost is known from its own.

Order and names of tables, a load in two parts, steps cut in half and periods doubled change nothing; money in another unit
scales the cost; an option of size zero changes nothing; a looser limit or one more option never costs more.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from tests.soak.drafts import Draft, csv_text, numbers_of
from tests.soak.draws import Random, drawn
from tests.soak.planned import SOLVED, Solved, solved
from tests.soak.scenarios import INFEASIBLE, tolerance
from tests.soak.trial import Outcome

HAZARD = 1
EACH = 2  # variants of one scenario
SERIES_IN = ("demands", "markets")
SHAPES_IN = ("demands", "converters", "contracts")
MONEY = re.compile(
    r"capex(_per|_fixed|$)|opex_(per|fixed_per|variable)|^price|price_per|cost|subsidy_per|charge_per|penalty_|^annual_capex|^carbon_price$"
)
NO_MONEY = re.compile(r"trend|price_year")
Variant = Callable[
    [Draft, Random], tuple[Draft, float] | None
]  # the variant and the factor of its cost; None: none here


def permuted(draft: Draft, random: Random) -> tuple[Draft, float]:
    """Tables and the things in them in another order."""
    tables: dict[str, Any] = {}
    for name in random.permutation(list(draft.tables)):
        table = draft.tables[str(name)]
        keys = list(table)
        if str(name) in ("demands", "markets", "converters", "stores", "retrofits", "contracts", "instruments"):
            keys = [str(key) for key in random.permutation(keys)]
        tables[str(name)] = {key: table[key] for key in keys}
    return Draft(tables, draft.files), 1.0


def renamed(draft: Draft, random: Random) -> tuple[Draft, float]:
    """Other names for plant, loads, measures and markets; every reference follows."""
    named = {n for kind in RENAMED for n in draft.tables.get(kind, {})}
    new = {name: f"{'zxab'[k % 4]}_{name}" for k, name in enumerate(sorted(named))}

    def follow(item: Any, at: str = "") -> Any:
        if isinstance(item, dict):
            swap = at in (*RENAMED, "savings")
            return {new[k] if swap and k in new else k: follow(v, k) for k, v in item.items()}
        if isinstance(item, list):
            return [follow(v, at) for v in item]
        return new.get(item, item) if at in ("requires", "excludes", "follows") else item

    return Draft({kind: follow(table, kind) for kind, table in draft.tables.items()}, draft.files), 1.0


RENAMED = ("demands", "markets", "converters", "stores", "retrofits", "contracts", "instruments", "production")


def load_in_two(draft: Draft, random: Random) -> tuple[Draft, float] | None:
    """One load as two, 30 % and 70 %, treated by the same measures."""
    two = draft.copy()
    name = str(random.choice(list(two.tables["demands"])))
    keys = two.tables["demands"][name]
    if "annual_mwh" in keys or any("side_use" in r for r in two.tables.get("retrofits", {}).values()):
        return None
    series = numbers_of(keys, two.files)
    plain = {k: v for k, v in keys.items() if k not in ("file", "column", "values")}
    for part, share in (("", 0.3), ("_rest", 0.7)):
        two.tables["demands"][name + part] = {**plain, "values": [x * share for x in series]}
    for measure in two.tables.get("retrofits", {}).values():
        if name in measure["savings"]:
            measure["savings"][f"{name}_rest"] = measure["savings"][name]
    return two, 1.0


def every_series(draft: Draft, change: Callable[[list[float]], list[float]]) -> None:
    """Changes all series of a draft, in the tables and in files."""
    for name, text in draft.files.items():
        heading = text.splitlines()[0]
        draft.files[name] = csv_text(heading, change([float(x) for x in text.splitlines()[1:]]))
    tables = [t for kind in SERIES_IN for t in draft.tables.get(kind, {}).values()]
    shaped = (t.get("profile") for kind in SHAPES_IN for t in draft.tables.get(kind, {}).values())
    for keys in chain(tables, (p for p in shaped if isinstance(p, dict))):
        if "values" in keys:
            keys["values"] = change(keys["values"])


def halved_steps(draft: Draft, random: Random) -> tuple[Draft, float] | None:
    """Steps of half the length, each number twice; stores may then do more, so sites with one are left out."""
    horizon = draft.tables["horizon"]
    if horizon["step_minutes"] != 60 or "stores" in draft.tables or _starts(draft) or len(_steps(draft)) > 24:
        return None
    half = draft.copy()
    half.tables["horizon"] |= {"step_minutes": 30, "period_steps": 2 * horizon["period_steps"]}
    every_series(half, lambda series: [x for x in series for _ in range(2)])
    return half, 1.0


def _starts(draft: Draft) -> bool:
    return any("min_load_share" in v for v in draft.tables.get("converters", {}).values())


def _steps(draft: Draft) -> range:
    horizon = draft.tables["horizon"]
    return range(horizon["period_steps"] * len(horizon["period_weights"]))


def doubled_periods(draft: Draft, random: Random) -> tuple[Draft, float] | None:
    """Each period twice, half as often."""
    horizon = draft.tables["horizon"]
    if len(_steps(draft)) > 24:
        return None
    double = draft.copy()
    double.tables["horizon"]["period_weights"] = [w / 2 for w in horizon["period_weights"] for _ in range(2)]
    if "period_months" in horizon:
        double.tables["horizon"]["period_months"] = [m for m in horizon["period_months"] for _ in range(2)]
    length = horizon["period_steps"]

    def twice(series: list[float]) -> list[float]:
        periods = [series[k : k + length] for k in range(0, len(series), length)]
        return [x for period in periods for x in (*period, *period)]

    every_series(double, twice)
    return double, 1.0


def scaled_money(draft: Draft, random: Random) -> tuple[Draft, float]:
    """All money in a unit of another size."""
    factor = float(random.choice([0.1, 7.5, 20.0]))
    other = draft.copy()
    other.tables["scenario"]["currency"] = "XTS"
    rules = other.tables["durability"]
    rules["penalty_per_t"] = rules.get("penalty_per_t", 600.0)
    rules["penalty_step_per_t"] = rules.get("penalty_step_per_t", 300.0)

    def scale(table: dict[str, Any]) -> None:
        for key, item in table.items():
            if isinstance(item, dict) and not MONEY.search(key):
                scale(item)
            elif MONEY.search(key) and not NO_MONEY.search(key) and not isinstance(item, dict | str):
                table[key] = item * factor

    scale(other.tables)
    for keys in other.tables["markets"].values():
        if "values" in keys:
            keys["values"] = [x * factor for x in keys["values"]]
        elif "file" in keys:
            text = other.files[keys["file"]].splitlines()
            other.files[keys["file"]] = csv_text(text[0], [float(x) * factor for x in text[1:]])
    return other, factor


def nothing_more(draft: Draft, random: Random) -> tuple[Draft, float]:
    """Options that can have no size."""
    more = draft.copy()
    plant = {"outputs": {"electricity": 1.0}, "life_years": 20, "capex_per_kw": 1.0, "max_mw": 0.0}
    more.tables.setdefault("converters", {})["nothing"] = plant
    if random.random() < 0.5:
        paper = {"kind": "credit", "price": 1.0, "max_per_year": 0.0}
        more.tables.setdefault("instruments", {})["no_credit"] = paper
    return more, 1.0


def looser(draft: Draft, random: Random) -> tuple[Draft, float] | None:
    """One limit half as large again: never dearer."""
    more = draft.copy()
    limits = [
        (cap, k) for cap in more.tables["emissions"].get("caps", ()) for k in ("limit_t", "cumulative_t") if k in cap
    ]
    limits += [
        (t, k)
        for kind in ("converters", "instruments")
        for t in more.tables.get(kind, {}).values()
        for k in ("max_mw", "max_per_year")
        if k in t and t.get("existing_mw") is None
    ]
    limits += [(keys, "max_mw") for keys in more.tables["markets"].values() if "max_mw" in keys]
    if not limits:
        return None
    table, key = limits[int(random.integers(len(limits)))]
    table[key] = 1.5 * table[key]
    return more, -1.0


def one_more(draft: Draft, random: Random) -> tuple[Draft, float]:
    """One more option: never dearer."""
    more = draft.copy()
    sun = {"outputs": {"electricity": 1.0}, "life_years": 20, "capex_per_kw": float(random.uniform(200, 4000))}
    sun |= {
        "max_mw": 2.0,
        "renewable": True,
        "profile": {"values": [float(x) for x in random.random(len(_steps(draft)))]},
    }
    more.tables.setdefault("converters", {})["one_more"] = sun
    return more, -1.0


VARIANTS: dict[str, Variant] = {
    "order of tables": permuted,
    "names": renamed,
    "a load in two": load_in_two,
    "steps halved": halved_steps,
    "periods doubled": doubled_periods,
    "money scaled": scaled_money,
    "an option of size zero": nothing_more,
    "a looser limit": looser,
    "one more option": one_more,
}


def trial(seed: int, number: int, folder: Path) -> Outcome:
    """Two variants of one scenario."""
    random = np.random.default_rng([seed, HAZARD, number])
    draft = drawn(random)
    names = [str(name) for name in random.permutation(list(VARIANTS))]
    found = {name: made for name in names if (made := VARIANTS[name](draft, random)) is not None}
    own = solved(draft.write(folder / "own"), folder / "own" / "results")
    wrong, counts = [], {}
    for name, (variant, factor) in list(found.items())[:EACH]:
        place = folder / name.replace(" ", "_")
        other = solved(variant.write(place), place / "results")
        wrong += [f"{name}: {text}" for text in told(own, other, factor)]
        counts[name] = 1
    return Outcome(len(counts), tuple(wrong), counts)


def told(own: Solved, other: Solved, factor: float) -> list[str]:
    """What is wrong with the cost of a variant; a negative factor says never dearer."""
    if other.internal or own.internal:
        return [f"says what no user should read: {other.internal or own.internal}"]
    if own.code == INFEASIBLE:
        return [] if factor < 0 or other.code == INFEASIBLE else [f"out of reach, as a variant exit {other.code}"]
    if own.code not in SOLVED or other.code not in SOLVED:
        return [f"exit {own.code}, as a variant {other.code}: {other.said[-200:]}"]
    if 4 in (own.code, other.code):
        return []
    difference = other.objective - abs(factor) * own.objective
    if difference > tolerance(other.objective) or (factor > 0 and -difference > tolerance(other.objective)):
        return [f"{own.objective:.10g}, as a variant {other.objective:.10g}, factor {factor:g}"]
    return []
