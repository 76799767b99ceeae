"""The ledgers by year: electricity with its claims, and tonnes by source, their sums as formulas.

    used           = grid + direct + made on site - exported
    claimed (grid) = deliveries + green power trading + virtual + certificates
    claimed        = claimed on site + direct + claimed (grid)
    gross          = scope 1 - captured + scope 2 (+ scope 3 inside the boundary)
    net            = gross, market-based - credits - removals

The row under each sum is its difference to the planner's own ledger: zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from planner.accounting.ledger import EMISSION_SCOPES, annual
from planner.accounting.stock import series
from planner.results.record import Record
from planner.workbook.book import Book, Sheet, cell, span

Array = NDArray[np.float64]

FIRST = 2
GIVEN_MWH = (
    "grid_mwh",
    "supplied_mwh",
    "direct_mwh",
    "onsite_generation_mwh",
    "onsite_renewable_mwh",
    "exported_mwh",
)
CLAIMS_MWH = (
    "delivered_claims_mwh",
    "green_tariff_claims_mwh",
    "virtual_claims_mwh",
    "certificate_claims_mwh",
)


class Ledger:
    """A sheet of lines by year; each is known by its name."""

    def __init__(self, sheet: Sheet, unit: str, years: int) -> None:
        self.sheet, self.unit, self.years = sheet, unit, years
        self.rows: dict[str, int] = {}

    def at(self, name: str, n: int) -> str:
        """A cell of this sheet."""
        return cell(self.rows[name], FIRST + n)

    def line(
        self,
        name: str,
        label: str,
        values: Array,
        formula: Callable[[int], str] | None = None,
        *,
        style: str = "money",
        unit: str | None = None,
    ) -> None:
        """One line of numbers, or of formulas with what they come to."""
        sheet = self.sheet
        sheet.text(0, label, "bold" if style.endswith("total") else "text")
        sheet.text(1, self.unit if unit is None else unit, "unit")
        for n, value in enumerate(values):
            if formula is None:
                sheet.number(FIRST + n, value, style)
            else:
                sheet.formula(FIRST + n, formula(n), value, style)
        self.rows[name] = sheet.row
        sheet.row += 1

    def added(self, parts: Sequence[str], less: Sequence[str] = ()) -> Callable[[int], str]:
        """Sum of lines, less others."""
        return lambda n: "+".join(self.at(p, n) for p in parts) + "".join(f"-{self.at(p, n)}" for p in less)

    def check(self, name: str, solved: Array) -> None:
        """Difference of a sum to the planner's own ledger."""
        text = [f"ROUND({self.at(name, n)}-{float(solved[n])!r},3)" for n in range(self.years)]
        self.line(
            f"check {name}", self.sheet.book.say("check"), np.zeros(self.years), lambda n: text[n], style="factor"
        )


def write_electricity(book: Book, record: Record) -> None:
    """Electricity with its claims, and energy bought by market."""
    answer, tonnes = record.answer, record.answer.tonnes
    years = answer.problem.years
    sheet = book.sheet("electricity", [44, 9, *[11] * len(years)], f"{book.say('electricity')} [MWh]")
    sheet.heads([book.say("item"), book.say("unit")], years)
    sheet.freeze(sheet.row, FIRST)
    ledger = Ledger(sheet, "MWh", len(years))

    def given(name: str) -> None:
        ledger.line(name, book.say(name), getattr(tonnes, name))

    def summed(name: str, formula: Callable[[int], str], style: str = "money_total") -> None:
        ledger.line(name, book.say(name), getattr(tonnes, name), formula, style=style)

    for name in GIVEN_MWH:
        given(name)
    used = ledger.added(("grid_mwh", "direct_mwh", "onsite_generation_mwh"), ("exported_mwh",))
    summed("used_mwh", used)
    ledger.check("used_mwh", tonnes.used_mwh)
    summed(
        "surrendered_mwh",
        lambda n: f"MIN({ledger.at('exported_mwh', n)},{ledger.at('onsite_renewable_mwh', n)})",
        "money",
    )
    summed("onsite_claim_mwh", ledger.added(("onsite_renewable_mwh",), ("surrendered_mwh",)), "money")
    for name in CLAIMS_MWH:
        given(name)
    summed("grid_claims_mwh", ledger.added(CLAIMS_MWH))
    summed("claimed_mwh", ledger.added(("onsite_claim_mwh", "direct_mwh", "grid_claims_mwh")))
    ledger.check("claimed_mwh", tonnes.claimed_mwh)
    open_mwh = tonnes.grid_mwh - tonnes.supplied_mwh - tonnes.grid_claims_mwh
    formula = ledger.added(("grid_mwh",), ("supplied_mwh", "grid_claims_mwh"))
    ledger.line("open", book.say("claims_within_grid"), open_mwh, formula)
    given("hourly_matched_mwh")
    share = np.divide(tonnes.claimed_mwh, tonnes.used_mwh, out=np.zeros(len(years)), where=tonnes.used_mwh > 0)
    ledger.line(
        "share",
        book.say("renewable_share"),
        share,
        lambda n: f"IF({ledger.at('used_mwh', n)}>0,{ledger.at('claimed_mwh', n)}/{ledger.at('used_mwh', n)},0)",
        style="share",
        unit="",
    )
    sheet.section(book.say("bought_energy"), FIRST + len(years))
    for market in answer.problem.markets:
        bought = annual(answer.problem, series(answer.problem, answer.plan, "markets.import_mw", market.name))
        ledger.line(f"import {market.name}", record.label(market.name, book.lang), bought)


def write_tonnes(book: Book, record: Record) -> None:
    """Tonnes by scope and source, and what follows from them."""
    answer, tonnes = record.answer, record.answer.tonnes
    years, rating = answer.problem.years, answer.problem.rating
    sheet = book.sheet("tonnes", [58, 9, *[11] * len(years)], f"{book.say('emissions')} [t CO2e]")
    sheet.heads([book.say("item"), book.say("unit")], years)
    sheet.freeze(sheet.row, FIRST)
    ledger = Ledger(sheet, "t CO2e", len(years))
    for scope in EMISSION_SCOPES:
        _scope(ledger, record, scope)
    sheet.section(book.say("total"), FIRST + len(years))
    inside = ["scope1", "scope3"] if rating is not None and 3 in rating.scopes else ["scope1"]
    for basis in ("location", "market"):
        label = (
            f"{book.say(f'gross_{basis}')}, {book.say('boundary', name='I+II' if rating is None else rating.boundary)}"
        )
        formula = ledger.added((*inside, f"scope2_{basis}"), ("captured",))
        solved = getattr(tonnes, f"gross_{basis}_tco2e")
        ledger.line(f"gross_{basis}", label, solved, formula, style="money_total")
        ledger.check(f"gross_{basis}", solved)
    for name in ("credits", "removals"):
        ledger.line(name, book.say(name), getattr(tonnes, f"{name}_tco2e"))
    net = ledger.added(("gross_market",), ("credits", "removals"))
    left = np.round(tonnes.net_tco2e, 3)  # credits meet the tonnes to the solver's own tolerance
    ledger.line("net", book.say("net_tonnes"), left, lambda n: f"ROUND({net(n)},3)", style="money_total")
    ledger.line("restated", book.say("restated"), tonnes.restated_tco2e)
    ledger.line("own", book.say("own_inventory"), tonnes.own_inventory_tco2e)
    if record.answer.problem.base.known:
        _share(ledger, "own_reduction_share", tonnes.own_reduction_share, "restated", "own", remaining=True)
    ledger.line("paper", book.say("paper_tonnes"), tonnes.paper_tco2e)
    _share(ledger, "paper_share", tonnes.paper_share, "gross_location", "paper", remaining=False)


def _scope(ledger: Ledger, record: Record, scope: str) -> None:
    """The sum of a scope and its sources under it."""
    book = ledger.sheet.book
    sources = [s for s in record.answer.tonnes.sources if s.scope == scope]
    first = ledger.sheet.row + 1

    def summed(n: int) -> str:
        return f"SUM({span(first, FIRST + n, first + len(sources) - 1, FIRST + n)})" if sources else "0"

    total = sum((s.tco2e for s in sources), np.zeros(ledger.years))
    ledger.line(scope, book.say(scope), total, summed, style="money_total")
    for source in sources:
        ledger.line(f"{scope} {source.item}", f"    {record.label(source.item, book.lang)}", source.tco2e)


def _share(ledger: Ledger, word: str, values: Array, whole: str, part: str, *, remaining: bool) -> None:
    def formula(n: int) -> str:
        ratio = f"{ledger.at(part, n)}/{ledger.at(whole, n)}"
        return f"IF({ledger.at(whole, n)}=0,0,{f'1-{ratio}' if remaining else ratio})"

    ledger.line(word, ledger.sheet.book.say(word), values, formula, style="share", unit="")
