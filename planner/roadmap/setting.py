"""Who does each thing, how long it takes and to which implementation step it belongs; and what else a roadmap needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

from planner import library
from planner.assembly.lead_times import MONTHS, Kind, months_of, months_of_kind
from planner.library import Entry
from planner.library.rating_table import Item
from planner.scenario import Scenario
from planner.scenario.base import Preset

if TYPE_CHECKING:
    from planner.assembly.assemble import Assembly

KINDS: tuple[Kind, ...] = ("converters", "stores", "retrofits", "management", "contracts", "instruments")
Basis = Literal["scenario", "preset", "kind"]


@dataclass(frozen=True)
class Lead:
    """Of one thing. `basis` says whose months they are; the least certain of the three."""

    chapter: str
    owner_en: str
    owner_zh: str
    permit_months: int
    lead_time_months: int
    build_months: int
    commissioning_month: int = 1
    after: tuple[str, ...] = ()  # management items that come before it
    basis: Basis = "kind"

    @property
    def months(self) -> int:
        """From the decision until it works."""
        return self.permit_months + self.lead_time_months + self.build_months


@dataclass(frozen=True)
class Certification:
    """Months after the end of a data year, one after the other."""

    inventory_months: int
    verification_months: int
    issue_lag_months: int


@dataclass(frozen=True)
class Setting:
    """What a roadmap needs beside the plan: names, the day from which it counts, lead times."""

    name: str
    currency: str
    today: date
    certification: Certification
    title: str = ""
    title_zh: str = ""
    labels: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # name -> English, Chinese
    leads: Mapping[tuple[Kind, str], Lead] = field(default_factory=dict)

    def lead(self, kind: Kind, name: str) -> Lead:
        """Lead of a thing; of its kind where nothing more is known."""
        return self.leads.get((kind, name)) or lead_of_kind(kind)

    def label(self, name: str) -> tuple[str, str]:
        """English and Chinese; the name itself where there is no label."""
        plain = name.replace("_", " ")
        return self.labels.get(name, (plain, plain))


def setting_of(assembly: Assembly) -> Setting:
    """The setting of a scenario."""
    scenario = assembly.scenario
    head, horizon = scenario.scenario, scenario.horizon
    items = {} if assembly.rated is None else assembly.rated.table.items
    lag = None if scenario.rating is None else scenario.rating.issue_lag_months
    return Setting(
        name=head.name,
        currency=head.currency,
        today=horizon.today or date(horizon.first_year, 1, 1),
        certification=certification(lag),
        title=head.title or head.name,
        title_zh=head.title_zh or head.title or head.name,
        labels=assembly.labels,
        leads=_leads(scenario, items, {used.key for used in assembly.used}),
    )


def certification(issue_lag_months: int | None = None) -> Certification:
    """The library's months, with the scenario's own issue lag.

    >>> certification(5)
    Certification(inventory_months=2, verification_months=2, issue_lag_months=5)
    """
    about = library.entry("lead_times", "rating").about
    lag = about["issue_lag_months"] if issue_lag_months is None else issue_lag_months
    return Certification(about["inventory_months"], about["verification_months"], lag)


def lead_of_kind(kind: Kind) -> Lead:
    """The library's default for a kind."""
    about = library.entry("lead_times", kind).about
    return Lead(about["chapter"], about["owner_en"], about["owner_zh"], *months_of_kind(kind))


def _leads(scenario: Scenario, items: Mapping[str, Item], inherited: set[str]) -> dict[tuple[Kind, str], Lead]:
    found = {}
    for kind in KINDS:
        for name, table in getattr(scenario, kind).items():
            entry = library.load(kind).get(table.preset or name)
            found[kind, name] = _lead(kind, name, table, entry, items.get(name), inherited)
    return found


def _lead(kind: Kind, name: str, table: Preset, entry: Entry | None, item: Item | None, inherited: set[str]) -> Lead:
    default, about = lead_of_kind(kind), {} if entry is None else entry.about
    owners: tuple[str, str] = (default.owner_en, default.owner_zh)
    if kind == "management" and item is not None:
        owners = (item.owner_en, item.owner_zh)
    bases: list[Basis] = [_basis(f"{kind}.{name}.{key}", getattr(table, key), inherited) for key in MONTHS]
    return Lead(
        table.chapter or about.get("chapter", default.chapter),
        table.owner or owners[0],
        table.owner_zh or table.owner or owners[1],
        *months_of(kind, table),
        commissioning_month=getattr(table, "commissioning_month", None) or 1,
        after=tuple(about.get("after", ())),
        basis=max(bases, key=["scenario", "preset", "kind"].index),
    )


def _basis(key: str, value: int | None, inherited: set[str]) -> Basis:
    if value is None:
        return "kind"
    return "preset" if key in inherited else "scenario"
