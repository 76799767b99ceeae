"""The figures that every output shows, each stated once; terminal, tables, report, workbook, dossier and roadmap take them from here.

Cash is undiscounted, in the scenario's currency; `usual` is business as usual, and what is compared with it is None where there is
none to compare with. Penalties are no cash: they are told beside every net present cost, and no other figure counts them.

    investment           instalments on what is built, retrofitted or set up, in the year of payment; those that would fall before
                         the first year are paid in it
    running_cost         all other cash but salvage value and the tax on it
    salvage              salvage value less the tax on it, at the end of the last year; negative
    total_cash           investment + running_cost + salvage
    usual_cash           total_cash of business as usual
    saving               usual_cash - total_cash
    cumulative_saving    saving of the first years up to the year
    electricity_used     grid_electricity + direct line + made on site - exported                              [MWh]
    grid_electricity     bought of all electricity markets + delivered by contracts over the grid              [MWh]
    hourly_matched       renewable electricity used in the step in which it was made, certificates aside       [MWh]

for each year and in all, and for the whole plan:

    net_present_cost, penalties             present values; their sum is the objective
    usual_net_present_cost, usual_penalties  the same of business as usual
    saved_net_present_cost                  usual_net_present_cost - net_present_cost
    peak_cash                               how far cumulative_saving falls below zero
    payback_years, irr, cost_per_tonne      as `planner.accounting.measures` has them
    avoided                                 location-based gross tonnes of business as usual less the plan's   [t]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.accounting.accounts import Accounts
from planner.accounting.ledger import Inventory
from planner.accounting.measures import cost_per_tonne, internal_rate_of_return, simple_payback

Array = NDArray[np.float64]
Books = tuple[Accounts, Inventory]

MILLION = 1e6
SALVAGE = ("salvage", "salvage_tax")
UNITS = {  # of what is no money
    "electricity_used": "MWh",
    "grid_electricity": "MWh",
    "hourly_matched": "MWh",
    "avoided": "t",
    "payback_years": "years",
    "irr": "1",
}
AGAINST = (
    *(
        "usual_net_present_cost",
        "usual_penalties",
        "saved_net_present_cost",
        "usual_cash",
        "saving",
        "cumulative_saving",
    ),
    *("peak_cash", "payback_years", "irr", "cost_per_tonne", "avoided"),
)  # known beside a business as usual only


@dataclass(frozen=True, eq=False)
class Headline:
    """Figures by name: by year (Y,), and one for the whole plan; `whole` has all of them, None where one is not known."""

    years: tuple[int, ...]
    yearly: Mapping[str, Array]
    whole: Mapping[str, float | None]

    @property
    def is_compared(self) -> bool:
        """Whether there is a business as usual to compare with."""
        return "usual_cash" in self.yearly


def headline(plan: Books, usual: Books | None) -> Headline:
    """Every figure of a plan, beside business as usual where it can be compared with it."""
    (money, tonnes), other = plan, None if usual is None else usual[0]
    yearly = cash_by_year(money)
    if other is not None:
        yearly["usual_cash"] = other.cash() * MILLION
        yearly["saving"] = yearly["usual_cash"] - yearly["total_cash"]
    yearly |= {
        "electricity_used": tonnes.used_mwh,
        "grid_electricity": tonnes.grid_mwh,
        "hourly_matched": tonnes.hourly_matched_mwh,
    }
    whole: dict[str, float | None] = {name: float(values.sum()) for name, values in yearly.items()}
    if other is not None:
        yearly["cumulative_saving"] = yearly["saving"].cumsum()
    whole |= {"net_present_cost": money.net_present_cost * MILLION, "penalties": money.penalties_present * MILLION}
    return Headline(money.years, yearly, whole | _against(plan, usual))


def cash_by_year(money: Accounts) -> dict[str, Array]:
    """(Y,) investment, running cost, salvage value less its tax, and their sum [currency]."""
    investment, salvage, total = (money.cash(*kinds) * MILLION for kinds in (("capex",), SALVAGE, ()))
    return {
        "investment": investment,
        "running_cost": total - investment - salvage,
        "salvage": salvage,
        "total_cash": total,
    }


def _against(plan: Books, usual: Books | None) -> dict[str, float | None]:
    """What comes of comparing with business as usual; None throughout where there is none."""
    if usual is None:
        return dict.fromkeys(AGAINST)
    (money, tonnes), (before, emitted) = plan, usual
    saved = (before.cash() - money.cash()).cumsum()
    per_tonne = cost_per_tonne(money, before, tonnes.gross_location_tco2e, emitted.gross_location_tco2e)
    return {
        "usual_net_present_cost": before.net_present_cost * MILLION,
        "usual_penalties": before.penalties_present * MILLION,
        "saved_net_present_cost": (before.net_present_cost - money.net_present_cost) * MILLION,
        "cumulative_saving": float(saved[-1]) * MILLION,
        "peak_cash": max(0.0, -float(saved.min())) * MILLION,
        "payback_years": simple_payback(money, before),
        "irr": internal_rate_of_return(money, before),
        "cost_per_tonne": None if per_tonne is None else per_tonne * MILLION,
        "avoided": float(np.sum(emitted.gross_location_tco2e - tonnes.gross_location_tco2e)),
    }
