"""The form of the roadmap, and of `roadmap.json`: its schema is published by `plan schema --of roadmap`."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from planner.assembly.lead_times import Kind
from planner.roadmap.setting import Basis

Verb = Literal["adopt", "build", "enlarge", "retrofit", "set_up", "sign", "renew", "buy", "retire", "certify"]


class Part(BaseModel):
    """A part of the roadmap."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Chapter(Part):
    """One of the seven steps in which a zero-carbon factory is implemented."""

    id: str
    number: int
    en: str
    zh: str


class Words(Part):
    """A remark in both languages."""

    en: str
    zh: str


class Action(Part):
    """One thing to do."""

    id: str = Field(description="kind.item.verb.year; the same in every roadmap of the scenario")
    kind: Kind
    item: str = Field(description="name in the scenario")
    verb: Verb
    chapter: str = Field(description="id of one of the chapters")
    text_en: str = Field(description="verb and subject")
    text_zh: str
    subject_en: str = Field(description="what it is about, without the verb")
    subject_zh: str
    year: int = Field(description="plan year from which it counts; of a claim or a rating its data year")
    decide_by: date | None = Field(None, description="last day to decide, so that permits and tenders can begin")
    order_by: date | None = Field(None, description="order, sign, or engage the verifier")
    build_from: date | None = Field(None, description="work on site, or on the inventory, begins")
    commission_by: date | None = Field(
        None,
        description="works; a contract is in force, a claim is held, old plant is out of service, data are verified",
    )
    certify_by: date | None = Field(None, description="a claim is retired in its registry; the certificate is issued")
    ends_on: date | None = Field(None, description="first day after its life or term, where that is inside the plan")
    renew_by: date | None = Field(None, description="order of what follows it, where the plan has a successor")
    late_days: int = Field(0, ge=0, description="days by which decide_by lies before today; 0: in time")
    possible_from: date | None = Field(None, description="of a late action: works from, if decided today")
    size: float | None = None
    unit: str = ""
    energy_mwh: float | None = Field(None, description="energy size of a store, beside its power")
    owner_en: str
    owner_zh: str
    one_off: float | None = Field(None, description="investment, or cost of signing, in the roadmap's currency")
    payments: dict[int, float] = Field(default_factory=dict, description="when one_off is paid, by year")
    yearly: float | None = Field(
        None, description="fixed cost of a full year; of a contract at its full volume; of a claim its cost in the year"
    )
    claimed_tonnes: float | None = Field(
        None, description="t CO2e that a claim counts for; empty for all else, see `years`"
    )
    serves_year: int | None = Field(None, description="first year with a target that it helps to reach")
    serves_stars: int | None = Field(None, description="modelled stars of that year")
    needs: list[str] = Field(default_factory=list, description="ids of what must be done before")
    minor: bool = Field(
        False,
        description="less than a twentieth of what is built of the item in all, or stood; or a thousandth of all investment",
    )
    permit_months: int = 0
    lead_time_months: int = 0
    build_months: int = 0
    months_from: Basis = Field("kind", description="whose months: the scenario's, the preset's, the kind's default")

    @property
    def done(self) -> date:
        """When it is complete."""
        return self.certify_by or self.commission_by or self.order_by or self.decide_by or date(self.year, 1, 1)


class PlanYear(Part):
    """What all actions together make of a year. Tonnes [t CO2e], money in the roadmap's currency."""

    year: int
    stars: int | None
    durable_stars: int | None
    gross_location_tco2e: float
    gross_market_tco2e: float
    net_tco2e: float
    change_tco2e: float = Field(description="gross, location-based, against the year before; the first: the base year")
    own_reduction_share: float | None = Field(description="None where the base year is not known")
    investment: float
    running_cost: float


class LeftOut(Part):
    """Builds below a thousandth of what is built of the item, and their investment."""

    actions: int
    one_off: float


class Roadmap(Part):
    """What to do when."""

    format: Literal[1] = 1
    scenario: str
    title: str
    title_zh: str
    currency: str
    today: date
    target_stars: int | None = None
    target_year: int | None = None
    target_until: int | None = None
    chapters: list[Chapter]
    notes: list[Words]
    actions: list[Action]
    years: list[PlanYear]
    left_out: LeftOut
