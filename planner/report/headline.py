"""The answer in one screen: stars, cost, payback, peak cash, money by year, and what is to be decided now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate
from typing import Any

from planner.report.blocks import Table
from planner.report.case import ALL, Case, by_year
from planner.report.roadmap import ROUTINE, month, works_from
from planner.report.words import MONEY, number, share
from planner.results.folder import Row
from planner.results.quick_look import quick_look

MOST_DECISIONS = 6
SOON = timedelta(days=92)


@dataclass(frozen=True)
class Tile:
    """One number with what it is and what it hangs on."""

    name: str
    value: str
    notes: Sequence[str]
    stars: int | None = None
    unit: str = ""


@dataclass(frozen=True)
class Headline:
    """The first screen."""

    tiles: Sequence[Tile]
    by_year: Table | None
    decisions: Table | None
    explanation: Sequence[str]


def headline(case: Case) -> Headline:
    """The first screen of a plan, or why there is none."""
    if "net_present_cost" not in case.summary:
        lines = case.summary.get("explanation") or [case.summary.get("termination", "")]
        return Headline((), None, None, [str(line) for line in lines])
    tiles = [
        *_rating(case),
        _cost(case),
        _payback(case),
        _investment(case),
        _peak(case),
        _reduction(case),
        _tonnes(case),
    ]
    return Headline(tiles, money_by_year(case), decide_now(case), ())


def _rating(case: Case) -> list[Tile]:
    words, stars = case.words, case.summary.get("stars") or {}
    if not stars:
        return []
    year = str(case.target_year)
    last = last_held(stars, year, stars[year])
    when = words("in_year", year=year) if last == int(year) else words("held", first=year, last=last)
    notes = [when]
    low, high = (case.summary.get("stars_range") or {}).get(year, (stars[year], stars[year]))
    if low != high:
        notes.append(words("range", low=low, high=high))
    first = min(stars)
    if first != year:
        notes.append(words("today", year=first, stars=words.stars(stars[first])))
    tiles = [Tile(words("rating"), words.stars(stars[year]), notes, stars[year])]
    if durable := case.summary.get("durable_stars"):
        least = min(durable[str(held)] for held in range(int(year), last + 1))
        notes = [words("durable_held", first=year, last=last)]
        tiles.append(Tile(words("durable"), words.stars(least), notes, least))
    return tiles


def last_held(stars: Mapping[str, int], year: str, count: int) -> int:
    """Last of the years from `year` on that have at least `count` stars without a break."""
    last = int(year)
    while stars.get(str(last + 1), -1) >= count:
        last += 1
    return last


def _plans(case: Case, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (case.summary.get("naive") or {}).get(name) or {}
    return found


def _cost(case: Case) -> Tile:
    words, cost = case.words, case.summary["net_present_cost"]
    notes = []
    if usual := _plans(case, "business_as_usual").get("net_present_cost"):
        above = cost - usual
        key = "above_usual" if above >= 0 else "below_usual"
        notes.append(words(key, amount=words.amount(abs(above)), share=share(abs(above / usual), 1)))
    elif not case.is_compared:
        notes.append(words("not_compared"))
    if (penalties := case.summary.get("penalties") or 0.0) >= MONEY / 2:
        notes.append(words("penalties", amount=words.amount(penalties)))
    if caveat := quick_look(case.summary, words.code):
        notes.append(caveat)
    return Tile(words("cost"), number(cost / MONEY), notes, unit=words.unit)


def _payback(case: Case) -> Tile:
    words, plan = case.words, _plans(case, "optimum")
    if not case.is_compared:
        return Tile(words("payback"), "–", [words("not_compared")])
    if not plan:
        return Tile(words("payback"), "–", [words("payback_unknown")])
    years, rate = plan.get("payback_years"), plan.get("irr")
    value = words("never") if years is None else words("years", n=number(years, 1))
    return Tile(words("payback"), value, [words("no_irr") if rate is None else words("irr", share=share(rate, 1))])


def _investment(case: Case) -> Tile:
    words = case.words
    paid = by_year(case.rows("cash"), case.years, lambda row: row.metric == "capex")
    early = sum(amount for year, amount in zip(case.years, paid, strict=True) if year <= case.target_year)
    notes = [words("invest_by", amount=words.amount(early), year=case.target_year)]
    return Tile(words("invest"), number(sum(paid) / MONEY), notes, unit=words.unit)


def balance(case: Case) -> list[float]:
    """What the plan has saved so far against business as usual, undiscounted, salvage aside; empty without it."""
    if not case.usual:
        return []
    paid = by_year(case.rows("cash"), case.years, _is_paid)
    usual = by_year(case.usual, case.years, _is_paid)
    return list(accumulate(before - after for before, after in zip(usual, paid, strict=True)))


def _is_paid(row: Row) -> bool:
    return row.item != ALL and row.metric != "salvage"


def _peak(case: Case) -> Tile:
    words, saved = case.words, balance(case)
    if not saved:
        return Tile(words("peak"), "–", [words("peak_unknown" if case.is_compared else "not_compared")])
    lowest = min(saved)
    if lowest >= 0:
        return Tile(words("peak"), "0", [words("peak_none")], unit=words.unit)
    note = words("peak_in", year=case.years[saved.index(lowest)])
    return Tile(words("peak"), number(-lowest / MONEY), [note], unit=words.unit)


def _reduction(case: Case) -> Tile:
    words, year = case.words, case.target_year
    reduced = (case.summary.get("own_reduction_share") or {}).get(str(year))
    paper = (case.summary.get("paper_share") or {}).get(str(year))
    against = "not_defined" if reduced is None else "reduction_in"
    notes = [words(against, year=year, base=words("base_year")), words("paper_note", share=share(paper))]
    return Tile(words("reduction"), share(reduced), notes)


def _tonnes(case: Case) -> Tile:
    words, tonnes = case.words, case.summary["emissions_tco2e"]
    first, year = case.years[0], case.target_year
    before, after = (tonnes[str(one)]["gross_location"] for one in (first, year))
    note = words("emissions_note", first=first, before=number(before))
    return Tile(words("emissions_tile", year=year), number(after), [note])


def money_by_year(case: Case) -> Table:
    """Investment and running cost beside the running cost of business as usual; years stand side by side."""
    words, cash = case.words, case.rows("cash")

    def line(key: str, values: Sequence[float]) -> list[str]:
        return [words(key), *(number(value / MONEY) for value in values), number(sum(values) / MONEY)]

    rows = [
        line("invest", by_year(cash, case.years, lambda row: row.metric == "capex")),
        line("running", by_year(cash, case.years, is_running)),
    ]
    if case.usual:
        rows.append(line("usual_running", by_year(case.usual, case.years, _is_paid)))
    headings = ["", *(f"!{year}" for year in case.years), f"!{words('sum')}"]
    return Table(words("by_year", unit=words.unit), headings, rows)


def is_running(row: Row) -> bool:
    """Whether a payment is running cost: neither investment nor salvage."""
    return row.item != ALL and row.metric not in ("capex", "salvage")


def decide_now(case: Case) -> Table | None:
    """What is due within three months of the roadmap's day, or else is due first; dearest first."""
    words = case.words
    if case.roadmap is None:
        return None
    main = [a for a in case.roadmap.actions if a.verb not in ROUTINE and not a.minor]
    dated = [(a.decide_by, a) for a in main if a.decide_by is not None]
    if not dated:
        return None
    until = max(min(day for day, _ in dated), case.roadmap.today + SOON)
    now = sorted((a for day, a in dated if day <= until), key=lambda a: -(a.one_off or 0.0))
    rows = [
        [
            month(a.decide_by),
            words.pick(a.text_en, a.text_zh),
            number((a.one_off or 0.0) / MONEY),
            works_from(case, a),
            words.pick(a.owner_en, a.owner_zh),
        ]
        for a in now
    ]
    headings = [words("decide_by"), words("action"), f"!{words('invest')}", words("works_from"), words("owner")]
    shown = rows[:MOST_DECISIONS]
    if rest := now[MOST_DECISIONS:]:
        over = number(sum(a.one_off or 0.0 for a in rest) / MONEY)
        shown = [*shown, ["", words("and_more", n=len(rest)), over, "", ""]]
    return Table(words("decide"), headings, shown)
