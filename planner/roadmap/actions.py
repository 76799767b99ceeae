"""What a plan decides, as actions with dates and money, before they wait for each other.

works from     first day of the commissioning month of the plan year
old plant      out of service on 1 January of the first year without it
contract       in force from 1 January of its first year
claim          held on 1 December of its data year, retired when the inventory is closed
rating         inventory, verification and certificate follow the end of the data year, one after the other
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np

from models.problem import Contract, Converter, Problem, Sizing, Store
from planner.accounting.investment import Investment, payments
from planner.accounting.ledger import is_delivered
from planner.accounting.stock import LEAST_SIZE, Size, Stock, by_year, capex_of, stock_of
from planner.answer import MILLION, Answer
from planner.assembly.lead_times import Kind, earlier
from planner.results.steps import LEAST_PROJECT
from planner.roadmap.form import Action, LeftOut, Verb
from planner.roadmap.setting import Lead, Setting, lead_of_kind
from planner.roadmap.words import Pair, amount, said, subject

SMALL_SHARE = 0.05  # of all that is built of a thing: a build below it is an enlargement; of what stands: what ends below it is minor
SMALL_COST_SHARE = 1e-3  # of all that the plan invests: a build below it is minor
NEGLIGIBLE_SHARE = 1e-3  # below it, none
HAIR = 0.005  # share of the existing stock whose end is no action


class _Author:
    """Writes actions of one plan."""

    def __init__(self, answer: Answer, setting: Setting) -> None:
        self.answer, self.setting = answer, setting
        self.problem: Problem = answer.problem
        self.stock: Stock = stock_of(answer.problem, answer.plan)
        self.left_out: list[float] = []

    def action(self, kind: Kind, item: str, verb: Verb, year: int, details: tuple[Pair, ...], **fields: Any) -> Action:
        """One action with its texts, owner and months; dates and the rest are in `fields`."""
        lead = self.setting.lead(kind, item)
        about = subject(self.setting.label(item), *details)
        en, zh = said(verb, about)
        return Action(
            id=f"{kind}.{item}.{verb}.{year}",
            kind=kind,
            item=item,
            verb=verb,
            year=year,
            **{
                "chapter": lead.chapter,
                "text_en": en,
                "text_zh": zh,
                "subject_en": about[0],
                "subject_zh": about[1],
                "owner_en": lead.owner_en,
                "owner_zh": lead.owner_zh,
                "permit_months": lead.permit_months,
                "lead_time_months": lead.lead_time_months,
                "build_months": lead.build_months,
                "months_from": lead.basis,
                **fields,
            },
        )

    def paid(self, item: str, year: int, cost: float, shares: tuple[float, ...]) -> dict[str, Any]:
        """one_off and its payments, for a cost in millions."""
        if not cost:
            return {}
        by_years = payments(self.problem, Investment(item, year, cost, None, shares))
        spread = {y: float(p) * MILLION for y, p in zip(self.problem.years, by_years, strict=True) if p}
        return {"one_off": cost * MILLION, "payments": spread}

    def ending(self, ends: int, follower: int | None, lead: Lead) -> dict[str, date]:
        """ends_on, if `ends` (first year without it) is inside the plan, and the order of what follows in that year."""
        found = {"ends_on": date(ends, 1, 1)} if ends <= self.problem.years[-1] else {}
        if follower is None:
            return found
        works = date(follower, lead.commissioning_month, 1)
        return {**found, "renew_by": dated(works, lead)["order_by"]}


def dated(works: date, lead: Lead) -> dict[str, date]:
    """The dates before something works, and that day."""
    build_from = earlier(works, lead.build_months)
    order_by = earlier(build_from, lead.lead_time_months)
    found = {"decide_by": earlier(order_by, lead.permit_months), "order_by": order_by, "commission_by": works}
    return {**found, "build_from": build_from} if lead.build_months else found


def _stated(what: Pair, about: Pair) -> dict[str, str]:
    """Texts of an action that is about no thing of the scenario."""
    texts = {"text_en": f"{what[0]}: {about[0]}", "text_zh": f"{what[1]}:{about[1]}"}
    return {**texts, "subject_en": texts["text_en"], "subject_zh": texts["text_zh"]}


def _money(millions: float) -> float | None:
    return millions * MILLION or None


def drafts(answer: Answer, setting: Setting) -> tuple[list[Action], LeftOut]:
    """Every decision of the plan, and the yearly rating in the years with a target; and what is too small to be one."""
    author = _Author(answer, setting)
    actions = [
        *_adopt_target(author),
        *_converters(author),
        *_stores(author),
        *_retrofits(author),
        *_management(author),
        *_contracts(author),
        *_instruments(author),
        *_certificates(author),
    ]
    return actions, LeftOut(actions=len(author.left_out), one_off=sum(author.left_out) * MILLION)


def target_years(problem: Problem) -> list[int]:
    """Years in which stars are required."""
    if problem.target is None:
        return []
    return [year for year, stars in zip(problem.years, problem.target.stars, strict=True) if stars]


def _adopt_target(author: _Author) -> Iterator[Action]:
    years, aim = target_years(author.problem), author.problem.target
    if not years or aim is None:
        return
    stars = int(aim.stars.max())
    about = f"{stars} stars by {years[0]}, held to {years[-1]}", f"{years[0]}年达到{stars}星,保持至{years[-1]}年"
    yield author.action(
        "rating",
        "target",
        "adopt",
        years[0],
        (),
        **_stated(("Adopt the target and this roadmap", "通过目标与本路线图"), about),
        owner_en="general manager",
        owner_zh="总经理",
        decide_by=author.setting.today,
        permit_months=0,
        lead_time_months=0,
    )


def _converters(author: _Author) -> Iterator[Action]:
    for v in author.problem.converters:
        size = author.stock.converters[v.name]
        yield from _builds(author, "converters", v, {"size": size})
        yield from _out_of_service(author, "converters", v.name, size)


def _stores(author: _Author) -> Iterator[Action]:
    for s in author.problem.stores:
        sized = {"size": author.stock.store_power[s.name], "energy_mwh": author.stock.store_energy[s.name]}
        yield from _builds(author, "stores", s, sized)
        yield from _out_of_service(author, "stores", s.name, sized["size"])


def _builds(author: _Author, kind: Kind, thing: Converter | Store, sized: dict[str, Size]) -> Iterator[Action]:
    lead = author.setting.lead(kind, thing.name)
    totals = {field: sum(size.builds.values()) for field, size in sized.items()}
    for year in author.problem.years:
        built = {field: size.builds.get(year, 0.0) for field, size in sized.items()}
        shares = [built[field] / totals[field] for field in sized if totals[field] > LEAST_SIZE]
        if max(built.values()) < LEAST_SIZE:
            continue
        costs = [_cost(author.problem, size.sizing, built[field], year) for field, size in sized.items()]
        if max(shares, default=0.0) < NEGLIGIBLE_SHARE or max(built.values()) < LEAST_PROJECT:
            author.left_out.append(sum(costs))
            continue
        power_size = sized["size"]
        power, ends = power_size.sizing, year + power_size.sizing.life_years
        addition = max(shares) < SMALL_SHARE
        n = author.problem.years.index(year)
        units = {"size": "MW", "energy_mwh": "MWh"}
        yield author.action(
            kind,
            thing.name,
            "enlarge" if addition else "build",
            year,
            tuple((amount(value, units[field]),) * 2 for field, value in built.items() if value > LEAST_SIZE),
            **dated(date(year, lead.commissioning_month, 1), lead),
            **author.ending(ends, ends if ends in power_size.builds else None, lead),
            **built,
            unit="MW",
            minor=addition or sum(costs) < SMALL_COST_SHARE * author.answer.money.capex(),
            **author.paid(thing.name, year, sum(costs), power.payment_shares),
            yearly=_money(sum(float(s.sizing.opex_fixed[n]) * built[f] for f, s in sized.items())),
        )


def _cost(problem: Problem, sizing: Sizing, size: float, year: int) -> float:
    return capex_of(sizing, size, problem.years.index(year))


def _out_of_service(author: _Author, kind: Kind, name: str, size: Size) -> Iterator[Action]:
    """Existing stock that ends, early or by plan; the first year compares with what stands before any retirement."""
    first = float(size.sizing.existing[0])
    standing = np.concatenate([[first], size.existing])
    for n, year in enumerate(author.problem.years):
        ended = float(standing[n] - standing[n + 1])
        if ended <= max(HAIR * first, LEAST_SIZE):
            continue
        left = float(standing[n + 1])
        rest = (f"{amount(left, 'MW')} stay", f"保留 {amount(left, 'MW')}") if left > LEAST_SIZE else ("all", "全部")
        permit_months = lead_of_kind(kind).permit_months  # a preset's are those of building it
        works = date(year, 1, 1)
        yield author.action(
            kind,
            name,
            "retire",
            year,
            ((amount(ended, "MW"),) * 2, rest),
            decide_by=earlier(works, permit_months),
            commission_by=works,
            permit_months=permit_months,
            months_from="kind",
            lead_time_months=0,
            build_months=0,
            size=ended,
            unit="MW",
            minor=ended < SMALL_SHARE * first,
            yearly=_money(-float(size.sizing.opex_fixed[n]) * ended),
        )


def _retrofits(author: _Author) -> Iterator[Action]:
    plan = author.answer.plan
    for r in author.problem.retrofits:
        lead = author.setting.lead("retrofits", r.name)
        started = [y for y in author.problem.years if plan.decision("retrofits.start", r.name, y) > 0.5]
        for n, year in enumerate(author.problem.years):
            if year in started:
                ends = year + r.life_years
                yield author.action(
                    "retrofits",
                    r.name,
                    "retrofit",
                    year,
                    (),
                    **dated(date(year, lead.commissioning_month, 1), lead),
                    **author.ending(ends, ends if ends in started else None, lead),
                    **author.paid(r.name, year, float(r.capex[n]), r.payment_shares),
                    yearly=_money(float(r.opex_fixed[n])),
                )


def _management(author: _Author) -> Iterator[Action]:
    plan = author.answer.plan
    for m in author.problem.management:
        lead = author.setting.lead("management", m.name)
        for n, year in enumerate(author.problem.years):
            if plan.decision("management.adopt", m.name, year) > 0.5:
                points = sum(m.points.values())
                gains = ((f"{points:g} point{'s' if points != 1 else ''}", f"{points:g}分"),) if points else ()
                yield author.action(
                    "management",
                    m.name,
                    "set_up",
                    year,
                    (("gate item", "必备项"),) if m.gate else gains,
                    **dated(date(year, 1, 1), lead),
                    **author.paid(m.name, year, float(m.capex[n]), (1.0,)),
                    yearly=_money(float(m.opex_fixed[n])),
                )


def _contracts(author: _Author) -> Iterator[Action]:
    for c in author.problem.contracts:
        lead = author.setting.lead("contracts", c.name)
        signed = author.stock.volumes[c.name]
        for year in sorted(signed):
            volume = author.answer.plan.decision("contracts.sign_volume", c.name, year)
            last = year + c.tenor_years - 1
            per_year = volume * _hours(author.problem, c)
            size = amount(volume, "MW" if is_delivered(c) else "MWh")
            sizes = (size, size) if is_delivered(c) else (f"{size} a year", f"每年 {size}")
            term = (f"{year} to {last}", f"{year}—{last}年") if last > year else (f"for {year}", f"{year}年")
            follower = next((y for y in (last, last + 1) if y in signed and y > year), None)
            again = any(y < year and year - 1 <= y + c.tenor_years - 1 <= year for y in signed)
            yield author.action(
                "contracts",
                c.name,
                "renew" if again else "sign",
                year,
                (sizes, term),
                **dated(date(year, 1, 1), lead),
                **author.ending(last + 1, follower, lead),
                size=volume,
                unit="MW" if is_delivered(c) else "MWh/year",
                **author.paid(c.name, year, c.sign_cost, (1.0,)),
                yearly=_money(float(c.price[author.problem.years.index(year)]) * per_year),
            )


def _hours(problem: Problem, contract: Contract) -> float:
    """MWh a year for each unit of volume at full delivery."""
    if not is_delivered(contract):
        return 1.0
    profile = np.broadcast_to(np.asarray(contract.profile, float), (problem.steps.count,))
    return float(profile @ problem.steps.hours_per_year)


def _instruments(author: _Author) -> Iterator[Action]:
    problem, months = author.problem, author.setting.certification
    uncovered = by_year(problem, problem.emissions.uncovered_factor)
    for i in problem.instruments:
        lead = author.setting.lead("instruments", i.name)
        unit = "MWh" if i.kind == "certificate" else "t"
        for n, year in enumerate(problem.years):
            bought = author.answer.plan.decision("instruments.quantity", i.name, year)
            if bought <= LEAST_SIZE:
                continue
            counted = bought * (1 - i.buffer_share) * i.delivery_share
            yield author.action(
                "instruments",
                i.name,
                "buy",
                year,
                ((f"{amount(bought, unit)} for {year}", f"{year}年 {amount(bought, unit)}"),),
                **dated(date(year, 12, 1), lead),
                certify_by=earlier(date(year + 1, 1, 1), -months.inventory_months),
                size=bought,
                unit=unit,
                yearly=_money(float(i.price[n]) * bought),
                claimed_tonnes=counted * (float(uncovered[n]) if i.kind == "certificate" else 1.0),
            )


def _certificates(author: _Author) -> Iterator[Action]:
    months, required = author.setting.certification, target_years(author.problem)
    lead = author.setting.lead("rating", "rating")
    for one in author.answer.rated:
        if one.year not in required:
            continue
        begins = date(one.year + 1, 1, 1)
        verified = earlier(begins, -months.inventory_months - months.verification_months)
        issued = earlier(verified, -months.issue_lag_months)
        order_by = earlier(begins, lead.lead_time_months)
        stars, durable = one.full.stars, one.durable.stars
        about = f"{stars} stars modelled, {durable} durable", f"模型评价{stars}星,其中持久{durable}星"
        yield author.action(
            "rating",
            "rating",
            "certify",
            one.year,
            (),
            **_stated((f"Data of {one.year}, verified and rated", f"{one.year}年度数据核查与评价"), about),
            decide_by=earlier(order_by, lead.permit_months),
            order_by=order_by,
            build_from=begins,
            commission_by=verified,
            certify_by=issued,
            renew_by=earlier(issued, -12) if one.year + 1 in required else None,
        )
