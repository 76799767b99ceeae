"""The answer in one screen: stars, cost, payback, peak cash, money by year, and what is to be decided now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from planner.report.blocks import Table
from planner.report.case import Case
from planner.report.roadmap import ROUTINE, month, works_from
from planner.report.words import MONEY, number, share
from planner.results.key_figures import key_figures
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


def _figure(case: Case, name: str) -> float | None:
    """A figure of the whole plan; None where it is not known."""
    return None if case.headline is None else case.headline.whole.get(name)


def _cost(case: Case) -> Tile:
    words, cost = case.words, case.summary["net_present_cost"]
    notes = []
    if usual := _figure(case, "usual_net_present_cost"):
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
    words = case.words
    if case.headline is None or not case.headline.is_compared:
        return Tile(
            words("payback"), "–", [words("not_compared" if not case.is_compared else "headline.not_comparable")]
        )
    years, rate = (_figure(case, name) for name in ("payback_years", "irr"))
    value = words("never") if years is None else words("years", n=number(years, 1))
    return Tile(words("payback"), value, [words("no_irr") if rate is None else words("irr", share=share(rate, 1))])


def _investment(case: Case) -> Tile:
    words = case.words
    if case.headline is None:
        return Tile(words("invest"), number(case.summary["capex"] / MONEY), [], unit=words.unit)
    paid = zip(case.years, case.headline.yearly["investment"], strict=True)
    early = sum(amount for year, amount in paid if year <= case.target_year)
    notes = [words("invest_by", amount=words.amount(early), year=case.target_year)]
    return Tile(words("invest"), number((_figure(case, "investment") or 0.0) / MONEY), notes, unit=words.unit)


def _peak(case: Case) -> Tile:
    words, found = case.words, case.headline
    if found is None or not found.is_compared:
        return Tile(words("peak"), "–", [words("not_compared" if not case.is_compared else "headline.not_comparable")])
    lowest = found.whole["peak_cash"] or 0.0
    if not lowest:
        return Tile(words("peak"), "0", [words("peak_none")], unit=words.unit)
    note = words("peak_in", year=found.years[int(found.yearly["cumulative_saving"].argmin())])
    return Tile(words("peak"), number(lowest / MONEY), [note], unit=words.unit)


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


def money_by_year(case: Case) -> Table | None:
    """Investment, running cost and salvage value beside all cash of business as usual; years stand side by side."""
    words, found = case.words, case.headline
    if found is None:
        return None
    keys = {"invest": "investment", "running": "running_cost", "headline.salvage": "salvage", "total": "total_cash"}
    keys |= {"business_as_usual": "usual_cash"} if found.is_compared else {}
    rows = []
    for word, name in keys.items():
        values = found.yearly[name]
        if name != "salvage" or values.any():
            cells = (number(value / MONEY) for value in (*values, values.sum()))
            rows.append([words(word), *cells])
    headings = ["", *(f"!{year}" for year in case.years), f"!{words('sum')}"]
    return Table(words("by_year", unit=words.unit), headings, rows)


def figures_table(case: Case) -> Table | None:
    """Every figure of the whole plan."""
    words = case.words
    if case.headline is None:
        return None
    lines = key_figures(case.headline, words.currency, words.code)
    rows = [[line.label, line.value, line.unit] for line in lines]
    return Table(words("headline"), [words("figure"), f"!{words('value')}", words("unit")], rows)


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
    headings = [words("decide_by"), words("action"), f"!{words('one_off')}", words("works_from"), words("owner")]
    shown = rows[:MOST_DECISIONS]
    if rest := now[MOST_DECISIONS:]:
        over = number(sum(a.one_off or 0.0 for a in rest) / MONEY)
        shown = [*shown, ["", words("and_more", n=len(rest)), over, "", ""]]
    return Table(words("decide"), headings, shown)
