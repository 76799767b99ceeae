"""Futures: what may come after the year in which it shows."""

from __future__ import annotations

from planner.scenario.base import Labelled, NonNegative, Table, calendar_year, key, share


class Future(Labelled):
    """One future: multipliers of the scenario's own numbers from futures_rules.revealed on."""

    name: str = key(
        "what it is called",
        ...,
        pattern=r"^[A-Za-z][A-Za-z0-9_]*$",
        form="a name of letters, digits and _ that begins with a letter",
    )
    weight: float = key("how likely it is, relative to the others", 1.0, unit="relative", gt=0, le=1000)
    prices: dict[str, NonNegative] = key(
        "price multiplier by market (what is bought and sold), contract (signed from then on) or instrument",
        factory=dict,
        unit="of the scenario's",
        plausible=(0.1, 20),
    )
    grid_factor: float = key(
        "multiplier of the grid factor and of the uncovered factor",
        1.0,
        unit="of the scenario's",
        plausible=(0.2, 2),
        ge=0,
    )
    output: float = key(
        "multiplier of every load and of the restated base year",
        1.0,
        unit="of the scenario's",
        plausible=(0.3, 2),
        ge=0,
    )
    removal_only: bool = key("credits and short-lived removals are no longer for sale", False)


class FuturesRules(Table):
    """When the futures part and what is asked of a plan for all of them; used by `plan futures`."""

    revealed: int | None = calendar_year(
        "year from which the future is known: investments decided before it are shared, later ones may differ"
    )
    hold_probability: float = share("probability with which the stars must be held", 1.0)
    cvar_share: float = key("share of the worst outcomes whose mean cost is shown", 0.2, unit="share", gt=0, le=1)
