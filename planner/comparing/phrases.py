"""Words of a comparison, in English and Chinese; those that figures and report use too are in `planner.words`."""

from __future__ import annotations

from typing import Any

from planner.words import LANGS, WORDS, Lang

PHRASES: dict[str, tuple[str, str]] = {
    "title": ("Plans compared", "方案比较"),
    "plans": ("Plans", "方案"),
    "cost": ("Cost [{unit}]", "成本[{unit}]"),
    "stars": ("Stars that differ", "不同的星级"),
    "tonnes": ("Tonnes [t CO2e]", "排放[吨CO2e]"),
    "decisions": ("Decisions that differ", "不同的决策"),
    "inputs": ("Inputs that differ", "不同的输入"),
    "nothing": ("Nothing differs.", "没有差异。"),
    "plan": ("Plan", "方案"),
    "scenario": ("Scenario", "情景"),
    "status": ("Status", "状态"),
    "gap": ("Gap", "间隙"),
    "what": ("What", "事项"),
    "thing": ("Thing", "对象"),
    "year": ("Year", "年份"),
    "input": ("Input", "输入"),
    "against": ("{letter} against A", "{letter}相对A"),
    "objective": ("Cost with penalties", "含惩罚成本"),
    "all_years": ("{name}, all years", "{name},各年合计"),
    "last_year": ("{name}, last year", "{name},末年"),
    "buy in all": ("buy in all", "累计购买"),
    "use in all": ("use in all", "累计使用"),
    "times": ("{count} times", "{count}次"),
    "undecided": ("undecided", "未定"),
    "equal": ("equal", "相同"),
    "other_money": ("Costs are not compared: amounts are in {found}.", "未比较成本:金额单位不同({found})。"),
    "other_years": (
        "Costs cover different years ({found}) and are not compared; tonnes are of the years in common.",
        "成本覆盖的年份不同({found}),未作比较;排放仅计共同年份。",
    ),
    "no_plan": ("{letter} holds no plan: {why}.", "{letter}没有方案:{why}。"),
    "none_differs": (
        "No input differs: what differs between the plans is within what the solver leaves open.",
        "输入全部相同:方案之间的差异在求解器间隙之内。",
    ),
    "only_others": (
        "No input differs, only {others}: what differs comes from there, or is within what the solver leaves open.",
        "输入相同,仅{others}不同:差异来自于此,或在求解器间隙之内。",
    ),
    "one_differs": (
        "One input differs, {name}: with it the plans differ{besides}.",
        "仅一项输入不同({name}),方案随之不同{besides}。",
    ),
    "many_differ": (
        "{count} inputs differ: together they make the difference. Solve with one changed at a time to tell them apart{besides}.",
        "{count}项输入不同,共同造成差异;逐项改动后求解可分辨各自影响{besides}。",
    ),
    "and": (" and ", "与"),
    "besides": ("; {others} differ too", ";{others}也不同"),
    "kind.solver": ("solver settings", "求解设置"),
    "kind.version": ("versions", "软件版本"),
    "interval": (
        "A plan's least cost lies between its proven bound and its cost in hand. Where two intervals overlap, the sign of the "
        "difference is undecided.",
        "每个方案的最低成本位于已证明下界与现有成本之间;两个区间重叠时,差异的正负未定。",
    ),
    "figure": ("Cost, tonnes and stars of the plans", "各方案成本、排放与星级"),
    "cost_range": ("{unit}, from proven bound to cost in hand", "{unit},自已证明下界至现有成本"),
}


def phrase(key: str, lang: Lang, **blanks: Any) -> str:
    """A phrase in one language; words that the figures share are found too.

    >>> phrase("against", "en", letter="B"), phrase("capex", "zh")
    ('B against A', '投资')
    """
    return (PHRASES.get(key) or WORDS[key])[LANGS.index(lang)].format(**blanks)
