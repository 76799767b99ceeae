"""What each star costs, and which stars last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.report.blocks import Block, Lines, Missing, Section, Table
from planner.report.case import ALL, Case
from planner.report.drawings import figures
from planner.report.words import MONEY, number, share

MOST_CLAUSES = 2
SHARES = {
    "renewable_electricity_share": "green_share",
    "neutralised_share": "offset_share",
    "own_reduction_share": "reduction",
    "paper_share": "paper_share",
}


def missing(case: Case, title: str, study: str) -> Missing:
    """A note that names the command which makes a study."""
    return Missing(case.words(title), case.words("missing", command=case.command(study)))


def ladder_section(case: Case) -> Section:
    """The ladder of levels, the plans beside this one, and the clauses that bind."""
    words = case.words
    study = case.studies.get("ladder")
    blocks: list[Block] = ladder_tables(case, study) if study else [missing(case, "ladder", "ladder")]
    blocks += figures(case, "ladder")
    if case.summary.get("naive"):
        blocks.append(plans_table(case))
    if lines := case.summary.get("binding"):
        blocks.append(Lines(words("next_star"), [case.told(str(line)) for line in lines]))
    return Section("ladder", words("ladder"), blocks)


def ladder_tables(case: Case, study: Mapping[str, Any]) -> list[Block]:
    """The levels as the scenario reads the standard; folded below, under other readings and assumptions."""
    words = case.words
    own = study.get("reading")
    rows = sorted(study["rows"], key=lambda row: (row["stars"], row.get("first_year") or 0))
    main = [row for row in rows if row.get("assumed", "best") == "best" and row.get("reading") in (own, None)]
    others = [row for row in rows if row not in main]
    blocks: list[Block] = []
    costs = ("cost", "penalty", "marginal", "gap", "paper_cost", "penalty", "durable_cost", "penalty")
    keys = (*costs, "durable")
    if main:
        headings = [words("stars"), *(f"!{words(key)}" for key in keys), words("binds")]
        cells = [[*_rung(case, row), _bind(case, row)] for row in main]
        blocks.append(Table(words("ladder_table", unit=words.unit), headings, cells, note=words("ladder_note")))
    if others:
        headings = [words("stars"), *(f"!{words(key)}" for key in keys), words("reading")]
        cells = [[*_rung(case, row), reading(case, row)] for row in others]
        blocks.append(Table(words("ladder_others"), headings, cells, folded=True))
    return blocks


def _level(case: Case, row: Mapping[str, Any]) -> str:
    words = case.words
    level = words.stars(int(row["stars"]))
    return level if row.get("first_year") is None else words("level_from", stars=level, year=row["first_year"])


def _rung(case: Case, row: Mapping[str, Any]) -> list[str]:
    words, cost = case.words, row.get("net_present_cost")
    return [
        _level(case, row),
        words.known(f"status.{row.get('status')}") if cost is None else number(cost / MONEY),
        _money(row.get("penalties")),
        _money(row.get("marginal")),
        share(row.get("gap"), 1),
        _money(row.get("paper_cost")),
        _money(row.get("paper_penalties")),
        _money(row.get("durable_cost")),
        _money(row.get("durable_penalties")),
        fewest(case, row.get("durable_stars")),
    ]


def _bind(case: Case, row: Mapping[str, Any]) -> str:
    return "; ".join(case.told(str(line)) for line in (row.get("binding") or ())[:MOST_CLAUSES])


def reading(case: Case, row: Mapping[str, Any]) -> str:
    """How the standard was read, and at which end of its assumed numbers."""
    keys = [f"{kind}.{row[kind]}" for kind in ("reading", "assumed") if row.get(kind)]
    return ", ".join(case.words.known(key) for key in keys)


def plans_table(case: Case) -> Table:
    """Business as usual, the naive plans and this plan side by side."""
    words, naive = case.words, case.summary["naive"]
    usual = (naive.get("business_as_usual") or {}).get("net_present_cost")
    year = case.target_year
    headings = [
        words("plan"),
        *(f"!{words(key)}" for key in ("cost", "above", "penalty", "invest", "payback")),
        "!IRR" if words.code == "en" else "!内部收益率",
        f"!{words('stars_in', year=case.years[0])}",
        f"!{words('stars_in', year=year)}",
        f"!{words('durable_in', year=year)}",
        f"!{words('reduction')}",
    ]
    rows = []
    for name, plan in naive.items():
        cost = plan.get("net_present_cost")
        above = None if cost is None or usual is None else cost - usual
        note = f" ({case.told(plan['note'])})" if plan.get("note") else ""
        payback = plan.get("payback_years")
        rows.append(
            [
                plan_name(case, name) + note,
                _money(cost),
                _money(above),
                _money(plan.get("penalties")),
                _money(plan.get("capex")),
                "–" if payback is None else words("years", n=number(payback, 1)),
                share(plan.get("irr"), 1),
                *(number(plan.get(key)) for key in ("stars_year_one", "stars_target", "durable_target")),
                share(plan.get("own_reduction_share")),
            ]
        )
    strong = frozenset(n for n, name in enumerate(naive) if name == "optimum")
    return Table(words("plans", unit=words.unit), headings, rows, strong)


def plan_name(case: Case, name: str) -> str:
    """A plan beside the optimum in words; `6_stars` is the plan for six stars."""
    count = name.removesuffix("_stars")
    return case.words("n_stars_plan", n=count) if count.isdigit() else case.words.known(name)


def lasting_section(case: Case) -> Section:
    """Stars beside durable stars, then what stress and other factors leave of them."""
    blocks: list[Block] = []
    if case.summary.get("stars"):
        blocks += [*figures(case, "durable_stars"), stars_table(case)]
    stress, factors = case.studies.get("stress"), case.studies.get("factors")
    blocks.append(stress_table(case, stress) if stress else missing(case, "stress_table", "stress"))
    blocks += figures(case, "stress")
    blocks.append(factor_table(case, factors) if factors else missing(case, "factor_table", "factors"))
    blocks += figures(case, "factors")
    return Section("lasting", case.words("lasting"), blocks, case.words("durable_lead"))


def stars_table(case: Case) -> Table:
    """Stars, durable stars, range, points and the shares that gates look at, by year."""
    words, summary = case.words, case.summary
    shares = {
        (row.year, row.metric): row.value
        for row in (*case.rows("rating"), *case.rows("emissions"))
        if row.item == ALL and row.metric in SHARES
    }
    headings = ["stars", "durable", "stars_range", "score", *SHARES.values()]
    rows = []
    for year, count in summary["stars"].items():
        low, high = (summary.get("stars_range") or {}).get(year, (count, count))
        score = (summary.get("score") or {}).get(year)
        rows.append(
            [
                year,
                str(count),
                str((summary.get("durable_stars") or {}).get(year, "–")),
                f"{low}–{high}" if low != high else str(low),
                number(score, 1),
                *(share(shares.get((int(year), metric))) for metric in SHARES),
            ]
        )
    strong = frozenset(n for n, row in enumerate(rows) if row[0] == str(case.target.get("year")))
    return Table(words("stars_table"), [words("year"), *(f"!{words(key)}" for key in headings)], rows, strong)


def stress_table(case: Case, study: Mapping[str, Any]) -> Table:
    """The fewest stars that each test leaves from the target year on, and what holding the level would cost."""
    words = case.words
    headings = [
        words("test"),
        f"!{words('lowest_stars')}",
        f"!{words('lowest_durable')}",
        f"!{words('lost')}",
        f"!{words('kept_for', unit=words.unit)}",
    ]
    rows = []
    for row in study["rows"]:
        cost = row.get("extra_cost")
        rows.append(
            [
                words.pick(str(row.get("label") or row["test"]), str(row.get("label_zh") or "")),
                fewest(case, row.get("stars")),
                fewest(case, row.get("durable_stars")),
                str(row["lost_year"]) if row.get("lost_year") else words("kept"),
                words.known(str(row.get("status"))) if cost is None else number(cost / MONEY),
            ]
        )
    return Table(words("stress_table"), headings, rows, note=words("stress_note"))


def factor_table(case: Case, study: Mapping[str, Any]) -> Table:
    """Stars of the target year under each set of grid factors."""
    words, year = case.words, str(case.target_year)
    headings = [
        words("factor_set"),
        f"!{words('lowest_stars')}",
        f"!{words('lowest_durable')}",
        f"!{words('scope2_location')} {year} [t]",
    ]
    rows = [
        [
            words.pick(str(row.get("label") or row["set"]), str(row.get("label_zh") or "")),
            fewest(case, row.get("stars")),
            fewest(case, row.get("durable_stars")),
            number((row.get("scope2_location_tco2e") or {}).get(year)),
        ]
        for row in study["rows"]
    ]
    return Table(words("factor_table"), headings, rows)


def fewest(case: Case, stars: Mapping[str, int] | None) -> str:
    """Fewest stars from the target year on."""
    return (
        str(min(counts))
        if (counts := [n for year, n in (stars or {}).items() if int(year) >= case.target_year])
        else "–"
    )


def _money(value: float | None) -> str:
    return "–" if value is None else number(value / MONEY)
