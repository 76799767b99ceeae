"""A comparison as tables of text, for the terminal and the page alike. Money in units of 10,000."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from planner.comparing.compared import Comparison
from planner.comparing.outcome import EQUAL, NOT_COMPARED, UNDECIDED, Amount, Treatment
from planner.comparing.phrases import phrase
from planner.terminal import MONEY, number, size_words
from planner.words import Lang, Names, money_unit

NONE = "–"


@dataclass(frozen=True)
class Told:
    """A table: headings that start with ! are columns of numbers."""

    key: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(found: Comparison, lang: Lang) -> list[Told]:
    """Every table that has a row."""
    letters = tuple(case.letter for case in found.cases)
    numbers = tuple(f"!{letter}" for letter in letters)
    against = tuple(phrase("against", lang, letter=letter) for letter in letters[1:])
    unit = money_unit(str(found.cases[0].summary.get("currency", "")), lang)
    heads = tuple(phrase(key, lang) for key in ("scenario", "status", "gap"))
    candidates = [
        Told("plans", phrase("plans", lang), (phrase("plan", lang), *heads), tuple(_plans(found, lang))),
        Told(
            "cost",
            phrase("cost", lang, unit=unit),
            (phrase("what", lang), *numbers, *against),
            tuple(_amounts(found.costs, lang, MONEY)),
        ),
        Told("stars", phrase("stars", lang), (phrase("what", lang), *numbers), tuple(_stars(found.stars, lang))),
        Told(
            "tonnes",
            phrase("tonnes", lang),
            (phrase("what", lang), *numbers, *against),
            tuple(_amounts(found.tonnes, lang, 1.0)),
        ),
        Told("decisions", phrase("decisions", lang), (phrase("thing", lang), *letters), tuple(_decisions(found, lang))),
        Told(
            "inputs",
            phrase("inputs", lang),
            (phrase("input", lang), *letters),
            tuple((one.key, *one.values) for one in found.inputs),
        ),
    ]
    return [told for told in candidates if told.rows]


def _plans(found: Comparison, lang: Lang) -> Iterator[tuple[str, ...]]:
    for case in found.cases:
        gap = case.summary.get("gap")
        status = phrase(f"status.{case.summary['status']}", lang)
        yield case.letter, case.name, status, NONE if gap is None else f"{gap:.2%}"


def _amounts(amounts: Sequence[Amount], lang: Lang, divisor: float) -> Iterator[tuple[str, ...]]:
    for one in amounts:
        name, _, span = one.metric.partition(".")
        words = phrase(name, lang)
        values = (NONE if value is None else number(value / divisor, 0) for value in one.values)
        signs = (_sign(one, n, sign, lang, divisor) for n, sign in enumerate(one.signs, start=1))
        yield (phrase(span, lang, name=words) if span else words, *values, *signs)


def _sign(one: Amount, n: int, sign: str, lang: Lang, divisor: float) -> str:
    first, other = one.values[0], one.values[n]
    if first is None or other is None or sign == NOT_COMPARED:
        return NONE
    if sign == EQUAL:
        return phrase(EQUAL, lang)
    difference = (other - first) / divisor
    amount = f"{'+' if difference >= 0 else '−'}{number(abs(difference), 0)}"
    return f"{amount} {phrase(sign, lang)}" if sign == UNDECIDED else amount


def _stars(amounts: Sequence[Amount], lang: Lang) -> Iterator[tuple[str, ...]]:
    """Years that follow one another with the same stars stand in one row."""
    spans: list[tuple[str, list[str], tuple[float | None, ...]]] = []
    for one in amounts:
        name, _, year = one.metric.partition(".")
        if spans and spans[-1][0] == name and spans[-1][2] == one.values and int(spans[-1][1][-1]) + 1 == int(year):
            spans[-1][1].append(year)
        else:
            spans.append((name, [year], one.values))
    for name, years, values in spans:
        words = phrase("modelled_stars" if name == "stars" else name, lang)
        when = years[0] if len(years) == 1 else f"{years[0]}–{years[-1]}"
        yield f"{words} {when}", *(NONE if value is None else f"{value:.0f}" for value in values)


def _decisions(found: Comparison, lang: Lang) -> Iterator[tuple[str, ...]]:
    names = [Names.of(case.results.folder, case.summary.get("labels") or {}) for case in found.cases]
    for one in found.decisions:
        known = next((given for given in names if one.item in given.given), names[0])
        yield (
            f"{phrase(one.verb, lang)}: {known.name(one.item, lang)}",
            *(_decided(plan, lang) for plan in one.plans),
        )


def _decided(plan: Treatment | None, lang: Lang) -> str:
    if plan is None:
        return NONE
    years = str(plan.first_year) if plan.count == 1 else f"{plan.first_year}–{plan.last_year}"
    often = f" ({phrase('times', lang, count=plan.count)})" if plan.count > 1 else ""
    sizes = ", ".join(size_words(size, size, unit) for unit, size in plan.sizes.items())
    return f"{years}{often}{': ' if sizes else ''}{sizes}"
