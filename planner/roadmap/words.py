"""Words of the roadmap in English and Chinese."""

from __future__ import annotations

Pair = tuple[str, str]

CHAPTERS: dict[str, Pair] = {
    "goals_and_strategy": ("Goals and strategy", "目标与战略"),
    "energy_planning": ("Energy planning", "能源规划"),
    "intelligent_control": ("Intelligent control", "智能控制"),
    "industrial_synergy": ("Industrial synergy", "产业协同"),
    "system_building": ("System building", "系统建设"),
    "energy_facilities": ("Energy facilities", "能源设施建设"),
    "environmental_control": ("Environmental control", "环境控制"),
}

VERBS: dict[str, Pair] = {
    "adopt": ("Adopt", "通过"),
    "build": ("Build", "建设"),
    "enlarge": ("Enlarge", "扩建"),
    "retrofit": ("Carry out", "实施改造"),
    "set_up": ("Put in place", "落实"),
    "sign": ("Sign", "签订"),
    "renew": ("Renew", "续签"),
    "buy": ("Buy and retire", "购买并注销"),
    "retire": ("Take out of service", "停用"),
    "certify": ("Verify and apply for the rating", "核查并申请评价"),
}

MILESTONES: dict[str, Pair] = {
    "decide_by": ("Decide", "决策"),
    "order_by": ("Order", "订购"),
    "build_from": ("Start on site", "开工"),
    "commission_by": ("In operation", "投运"),
    "certify_by": ("Certificate", "发证"),
    "ends_on": ("Ends", "到期"),
    "renew_by": ("Order the successor", "订购替代"),
}

# what a milestone is called where the general word does not fit
SPECIAL: dict[tuple[str, str], Pair] = {
    ("contracts", "order_by"): ("Sign", "签约"),
    ("contracts", "commission_by"): ("In force", "生效"),
    ("contracts", "renew_by"): ("Sign again", "续签"),
    ("management", "order_by"): ("Commission the work", "委托"),
    ("management", "build_from"): ("Begin", "启动"),
    ("management", "commission_by"): ("In place", "建成"),
    ("instruments", "order_by"): ("Buy", "购买"),
    ("instruments", "commission_by"): ("Held in the account", "到账"),
    ("instruments", "certify_by"): ("Retire in the registry", "注销"),
    ("rating", "order_by"): ("Engage the verifier", "委托核查机构"),
    ("rating", "build_from"): ("Begin the inventory", "启动清单编制"),
    ("rating", "commission_by"): ("Data verified", "完成核查"),
    ("rating", "renew_by"): ("Certificate of the next year", "下一年度证书"),
}
OUT_OF_SERVICE: Pair = ("Out of service", "停用")

NOTES: tuple[Pair, ...] = (
    (
        "Dates are the first of a month, counted back from the day on which the plan counts on the action.",
        "日期均为当月1日,自规划要求的投运日倒推。",
    ),
    (
        "Lead times are planning assumptions of the library unless the scenario gives its own.",
        "周期为资料库的规划假设,情景中另有给定者除外。",
    ),
    (
        "Reductions belong to the plan as a whole and are given by year; a single action has no tonnes of its own here.",
        "减排量按全部措施合计、按年列出;此处不分摊到单项措施。",
    ),
    (
        "Stars are modelled, not awarded. Fees of verification and rating are costs only where the scenario has them.",
        "星级为模型评价结果,并非认证结论;核查与评价费用仅在情景中给定时计入。",
    ),
)


def amount(value: float, unit: str) -> str:
    """A size for readers: three digits, large ones whole.

    >>> amount(11670.6, "MWh"), amount(2.111, "MW"), amount(0.0110, "MW")
    ('11,671 MWh', '2.11 MW', '0.011 MW')
    """
    return f"{value:,.0f} {unit}" if abs(value) >= 100 else f"{value:.3g} {unit}"


def subject(label: Pair, *details: Pair) -> Pair:
    """What an action is about: label and details; control characters and line breaks in labels become spaces.

    >>> subject(("Roof\\nPV", "屋顶光伏"), ("6 MW", "6 MW"))
    ('Roof PV, 6 MW', '屋顶光伏,6 MW')
    """
    return (
        one_line(", ".join([label[0], *[english for english, _ in details]])),
        one_line(",".join([label[1], *[chinese for _, chinese in details]])),
    )


def said(verb: str, about: Pair) -> Pair:
    """The text of an action.

    >>> said("build", ("Roof PV, 6 MW", "屋顶光伏,6 MW"))
    ('Build: Roof PV, 6 MW', '建设:屋顶光伏,6 MW')
    """
    return f"{VERBS[verb][0]}: {about[0]}", f"{VERBS[verb][1]}:{about[1]}"


def late_note(count: int, today: str) -> Pair:
    """What it means that decisions lie before today."""
    return (
        f"{count} actions had to be decided before {today}, because the plan counts on them so early. Either they are "
        "under way, or their first year brings less than planned: give commissioning_month, earliest_year or today, and "
        "solve again.",
        f"有{count}项行动须在{today}之前决策,因为规划在早期即计入其效果。若尚未启动,其首年效果将低于规划:"
        "请在情景中给定commissioning_month、earliest_year或today后重新求解。",
    )


def one_line(text: str) -> str:
    """Text without line breaks and control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def milestone(kind: str, verb: str, name: str) -> Pair:
    """What a date of an action is called."""
    if (verb, name) == ("retire", "commission_by"):
        return OUT_OF_SERVICE
    return SPECIAL.get((kind, name), MILESTONES[name])
