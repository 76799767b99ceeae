"""The words that readers see in figures, report, workbook and dossier, in English and Chinese.

`WORDS[key]` is (English, Chinese); `say(key, lang)` picks one and fills its blanks; `Names` gives the user's own names of
things in the language of the page. What a thing is called in the scenario or the library is not repeated here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

Lang = Literal["en", "zh"]
LANGS: tuple[Lang, ...] = get_args(Lang)

WORDS: dict[str, tuple[str, str]] = {
    # units and money
    "year": ("Year", "年份"),
    "years": ("years", "年"),
    "money": ("10k {currency}", "万{currency}"),
    "money_per_year": ("10k {currency} per year", "万{currency}/年"),
    "CNY": ("CNY", "元"),
    "per_tonne": ("{currency} per t CO2e", "{currency}/吨CO2e"),
    "tonnes": ("t CO2e", "吨CO2e"),
    "tonnes_per_year": ("t CO2e per year", "吨CO2e/年"),
    "kilotonnes_per_year": ("kt CO2e per year", "千吨CO2e/年"),
    "hour_of_day": ("hour of the day", "时刻"),
    "hour": ("hour", "小时"),
    "hours_per_year": ("hours of the year", "年小时数"),
    "day": ("day", "日"),
    "share": ("share", "占比"),
    "stars": ("stars", "星级"),
    "n_stars": ("{n} stars", "{n}星"),
    "points": ("points", "得分"),
    "total": ("Total", "合计"),
    "rest": ("Other", "其他"),
    "none": ("none", "无"),
    # plans beside each other
    "optimum": ("This plan", "本方案"),
    "business_as_usual": ("Business as usual", "基准情景"),
    "paper_only": ("Paper only", "纯纸面方案"),
    "cheapest_first": ("Cheapest measure first", "按成本先低后高"),
    "highest": ("{n} stars", "{n}星方案"),
    # cash by kind
    "capex": ("Investment", "投资"),
    "opex_fixed": ("Fixed upkeep", "固定运维"),
    "opex_variable": ("Variable upkeep", "可变运维"),
    "upkeep": ("Upkeep", "运维"),
    "energy": ("Energy", "能源费"),
    "demand_charge": ("Demand charge", "需量电费"),
    "export_revenue": ("Power sold", "售电收入"),
    "contract": ("Green power", "绿电合同"),
    "instrument": ("Credits, certificates, removals", "碳信用、绿证与清除"),
    "management": ("Management and certification", "管理与认证"),
    "carbon": ("Carbon price", "碳价支出"),
    "tax": ("Profit tax", "所得税"),
    "salvage": ("Salvage value", "残值"),
    "penalties": ("Penalties on paper (no cash)", "纸面惩罚项(非现金)"),
    "net_present_cost": ("Net present cost", "净现值成本"),
    "extra_cost": ("Extra cost", "额外成本"),
    "saved": ("Saved against business as usual", "较基准情景节省"),
    "cumulative": ("Cumulative", "累计"),
    "cumulative_npv": ("Cumulative, discounted", "累计折现"),
    "cumulative_cash": ("Cumulative, undiscounted", "累计未折现"),
    "payback": ("Payback", "回收期"),
    "irr": ("Internal rate of return", "内部收益率"),
    "running_saving": ("Running cost saved", "运行成本节省"),
    "running_extra": ("Extra running cost", "运行成本增加"),
    "peak_cash": ("Peak cash need", "资金需求峰值"),
    # headline: `planner.accounting.headline` says what each is
    "headline": ("Key figures of the whole plan", "方案关键指标"),
    "headline.net_present_cost": ("Net present cost, cash", "净现值成本(现金)"),
    "headline.penalties": ("Penalties on paper, present value, no cash", "纸面惩罚项现值(非现金)"),
    "headline.usual_net_present_cost": ("Net present cost, business as usual", "基准情景净现值成本"),
    "headline.usual_penalties": ("Penalties on paper, business as usual", "基准情景纸面惩罚项现值"),
    "headline.saved_net_present_cost": ("Net present cost saved", "净现值成本节省"),
    "headline.investment": ("Investment, all instalments", "投资(含全部分期付款)"),
    "headline.running_cost": ("Running cost, undiscounted", "运行成本(未折现)"),
    "headline.salvage": ("Salvage value less its tax", "残值(扣除相应所得税)"),
    "headline.total_cash": ("All cash, undiscounted", "现金合计(未折现)"),
    "headline.usual_cash": ("All cash, business as usual", "基准情景现金合计"),
    "headline.cumulative_saving": ("Cumulative saving, undiscounted", "累计节省(未折现)"),
    "headline.peak_cash": ("Peak cash ahead of savings", "累计净投入峰值"),
    "headline.payback_years": ("Simple payback", "静态回收期"),
    "headline.irr": ("Internal rate of return", "内部收益率"),
    "headline.cost_per_tonne": ("Cost per tonne avoided", "吨减排成本"),
    "headline.avoided": ("Emissions avoided, location-based", "减排量(基于位置)"),
    "headline.electricity_used": ("Electricity used", "用电量"),
    "headline.grid_electricity": ("Electricity over the grid", "经电网电量(含合同)"),
    "headline.hourly_matched": ("Hourly matched", "逐时匹配电量"),
    "headline.not_comparable": ("not comparable", "不可比"),
    "headline.no_payback_years": ("not repaid in the plan", "规划期内不回收"),
    "headline.no_irr": ("none", "无"),
    "headline.no_cost_per_tonne": ("nothing avoided", "无减排"),
    # tonnes
    "emissions": ("Emissions", "排放"),
    "scope1": ("Scope 1", "范围一"),
    "scope2": ("Scope 2", "范围二"),
    "scope2_location": ("Scope 2, location-based", "范围二(基于位置)"),
    "scope2_market": ("Scope 2, market-based", "范围二(基于市场)"),
    "scope3": ("Scope 3", "范围三"),
    "captured": ("Captured", "捕集"),
    "credits": ("Credits", "碳信用"),
    "removals": ("Removals", "清除"),
    "certificates": ("Unbundled certificates", "绿证(证电分离)"),
    "green_power": ("Green power by contract", "绿电合同"),
    "gross_location": ("Gross, location-based", "总排放(基于位置)"),
    "gross_market": ("Gross, market-based", "总排放(基于市场)"),
    "net": ("Net", "净排放"),
    "efficiency": ("Efficiency measures", "节能改造"),
    "onsite_power": ("On-site power", "自发绿电"),
    "fuel_switch": ("Heat pumps, storage, fuel switch", "热泵、储能与燃料替代"),
    "own_measures": ("Measures on site", "现场措施"),
    "capture": ("Capture on site", "现场捕集"),
    "own_reduction": ("Own reduction", "自身减排"),
    "own_reduction_share": ("Own reduction", "自身减排占比"),
    "paper_share": ("Paper share", "纸面减排占比"),
    "renewable_electricity_share": ("Renewable electricity", "可再生电力占比"),
    "neutralised_share": ("Neutralised", "中和比例"),
    "removal_share_of_residual": ("Removals of residual", "清除占剩余排放比"),
    "onsite_renewable_share": ("On-site renewable", "现场可再生占比"),
    "emissions_per_tce": ("Emissions per tce", "单位能耗排放"),
    "residual_share_of_base": ("Residual of base year", "剩余占基准年比"),
    "paper_threshold": ("Paper share above which it costs a penalty", "纸面占比超过此线即计惩罚"),
    "threshold": ("threshold", "门槛"),
    # stars
    "modelled_stars": ("Modelled stars", "模拟星级"),
    "durable_stars": ("Durable stars", "可持续星级"),
    "target": ("Target", "目标"),
    "range": ("If assumptions differ", "若假定不同"),
    "marginal": ("Added by this star", "本星新增成本"),
    "paper_cost": ("On paper only", "纯纸面成本"),
    "lower_bound": ("Proven lower bound", "已证明下界"),
    # energy
    "electricity": ("electricity", "电力"),
    "steam": ("steam", "蒸汽"),
    "hot_water": ("hot water", "热水"),
    "warm_water": ("warm water", "温水"),
    "cooling": ("cooling", "冷量"),
    "compressed_air": ("compressed air", "压缩空气"),
    "gas": ("natural gas", "天然气"),
    "coal": ("coal", "煤炭"),
    "diesel": ("diesel", "柴油"),
    "biomass": ("biomass", "生物质"),
    "hydrogen": ("hydrogen", "氢气"),
    "co2": ("captured CO2", "捕集二氧化碳"),
    "grid": ("grid", "电网"),
    "district_steam": ("district steam", "外购蒸汽"),
    "district_heat": ("district heat", "外购热力"),
    "import": ("Bought", "外购"),
    "export": ("Sold", "外售"),
    "sold": ("{name}, sold", "{name}外售"),
    "demand": ("End use", "终端用能"),
    "all_demand": ("End uses", "终端用能合计"),
    "ambient": ("Waste and ambient heat", "余热与环境热"),
    "losses": ("Losses", "损失"),
    "dumped": ("Not used", "弃用"),
    "curtailed": ("Curtailed", "弃电"),
    "charge": ("{name}, charging", "{name}充能"),
    "discharge": ("{name}, discharging", "{name}放能"),
    "load": ("Load", "负荷"),
    "net_import": ("Bought from the grid", "电网购电"),
    "state_of_charge": ("Stored energy", "储存能量"),
    "energy_gwh": ("GWh per year", "GWh/年"),
    "today": ("Base load, before measures", "措施前负荷"),
    "end_use": ("End use", "终端用能"),
    "letdown": ("{hot} to {cool}", "{hot}降至{cool}"),
    "exchange_before": ("Grid, business as usual", "基准情景购网电"),
    "exchange_plan": ("Grid, this plan", "本方案购网电"),
    "used_power": ("Used on site, this plan", "本方案厂内用电"),
    "peak_and_energy": ("{name}: peak {mw} MW, {gwh} GWh", "{name}:峰值{mw} MW,{gwh} GWh"),
    "items_in_place": ("Management items in place", "已建立管理事项数"),
    "embodied": ("Embodied in what is built (added)", "建设隐含碳(增加)"),
    "recovered": ("Heat recovered by measures", "改造回收热"),
    "keeping_costs": ("Cost to keep", "保级额外成本"),
    "lost": ("level lost", "失去等级"),
    "lost_from": ("lost from {year}", "{year}年起失去"),
    "in_year": ("{what}, {year}", "{what},{year}年"),
    "no_stars": ("no stars", "无星级"),
    "from_year": ("from {year}", "{year}年起"),
    "reading.all_levels_full": ("all levels fully offset", "各级均须全额抵消"),
    "reading.graded": ("graded offset", "分级抵消"),
    "assumed.best": ("best estimate", "最佳估计"),
    "assumed.low": ("assumptions low", "假定取低"),
    "assumed.high": ("assumptions high", "假定取高"),
    "plans_found": ("Least-cost plans", "最低成本方案"),
    "against.stars": ("stars held from the target year", "目标年起保持的星级"),
    "against.score": ("score of the worst year [points]", "最差年份得分"),
    "against.tonnes": ("location-based t CO2e of all years", "各年合计吨CO2e(基于位置)"),
    "against.final-tonnes": ("location-based t CO2e of the last year", "末年吨CO2e(基于位置)"),
    "against.paper": ("tonnes on paper, % of business as usual", "纸面吨数占基准情景的%"),
    "avoided_in": ("t CO2e that the site avoids itself in {year}", "{year}年自身减排吨CO2e"),
    # figures
    "figure.emissions": ("Emissions and what takes them away", "排放与各项减排"),
    "figure.cash_flow": ("Cash against business as usual", "相对基准情景的现金流"),
    "figure.timeline": ("What stands when", "设备与改造时间表"),
    "figure.durable_stars": ("Modelled and durable stars", "模拟星级与可持续星级"),
    "figure.ladder": ("What each star costs", "星级成本阶梯"),
    "figure.pareto": ("Cost against rating", "成本—评级权衡"),
    "figure.abatement": ("What a tonne costs, by measure", "边际减排成本"),
    "figure.energy_flow": ("Energy flow", "能流图"),
    "figure.dispatch": ("Operation by the hour", "逐时运行"),
    "figure.load_duration": ("Load duration", "负荷持续曲线"),
    "figure.stress": ("Stars under stress", "压力测试下的星级"),
    "figure.factors": ("Stars under other grid factors", "不同电网因子下的星级"),
    # what is done
    "measure": ("measure", "改造"),
    "set up": ("set up", "建立"),
    "build": ("build", "建设"),
    "enlarge": ("enlarge", "扩建"),
    "sign": ("sign", "签约"),
    "retire": ("retire", "退役"),
    "buy": ("buy", "购买"),
    "use": ("use", "使用"),
    "retrofits": ("Measures", "节能改造"),
    "converters": ("Plant", "设备"),
    "stores": ("Storage", "储能"),
    "contracts": ("Contracts", "合同"),
    "instruments": ("Certificates, credits, removals", "碳资产"),
    "management_items": ("Management", "管理"),
    "in_force": ("in force", "执行中"),
    "first_year": ("first year", "首年"),
    "existing": ("existing", "既有"),
    # how sure
    "status.optimal": ("best possible within the gap", "间隙内最优"),
    "status.feasible": ("stopped at a limit", "达到限额时的方案"),
    "status.infeasible": ("out of reach", "不可达"),
    "status.none": ("no plan found", "未找到方案"),
    "verified": ("verified", "已核实"),
    "probable": ("probable", "可能"),
    "assumed": ("assumed", "假定"),
    "best": ("Best case", "乐观"),
    "low": ("Low", "低"),
    "high": ("High", "高"),
}


def say(key: str, lang: Lang, **blanks: Any) -> str:
    """A word in one language, its blanks filled.

    >>> say("n_stars", "en", n=5), say("n_stars", "zh", n=5)
    ('5 stars', '5星')
    """
    return WORDS[key][LANGS.index(lang)].format(**blanks)


def money_unit(currency: str, lang: Lang, key: str = "money") -> str:
    """Unit of amounts on boards: ten thousands of the currency.

    >>> money_unit("CNY", "en"), money_unit("CNY", "zh"), money_unit("EUR", "zh")
    ('10k CNY', '万元', '万EUR')
    """
    return say(key, lang, currency=say(currency, lang) if currency in WORDS else currency)


@dataclass(frozen=True)
class Names:
    """What things of one scenario are called: `given[name]` is (English, Chinese)."""

    given: Mapping[str, tuple[str, str]]

    @classmethod
    def of(cls, folder: Path, labels: Mapping[str, str]) -> Names:
        """From the effective scenario of a results folder, and from `labels` of its summary where that is silent."""
        given = {name: (label, label) for name, label in labels.items() if label != _plain(name)}
        path = folder / "scenario.effective.toml"
        if path.is_file():
            given |= dict(_labelled(tomllib.loads(path.read_text(encoding="utf-8"))))
        return cls(given)

    def name(self, item: str, lang: Lang) -> str:
        """The name of a thing; a word of ours or its key in plain letters where the scenario gives none.

        >>> Names({"mill": ("Ball mill", "球磨机")}).name("mill", "zh"), Names({}).name("my_pump", "zh")
        ('球磨机', 'my pump')
        """
        if item in self.given:
            return self.given[item][LANGS.index(lang)]
        return say(item, lang) if item in WORDS else _plain(item)


def _labelled(tables: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    """(name, labels) of every table, at any depth, that has a label in either language."""
    for name, table in tables.items():
        if isinstance(table, dict):
            english, chinese = table.get("label"), table.get("label_zh")
            if isinstance(english or chinese, str):
                yield name, (english or _plain(name), chinese or english or _plain(name))
            yield from _labelled(table)


def _plain(name: str) -> str:
    return name.replace("_", " ")
