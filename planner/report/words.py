"""Words that only the report uses, and numbers as a board reads them: money in 万元 (10k of the currency).

A word that is not here is one of `planner.words`.
"""

from __future__ import annotations

from collections.abc import Mapping

from planner.words import LANGS, Lang, money_unit
from planner.words import WORDS as SHARED

MONEY = 10_000.0

WORDS: Mapping[str, tuple[str, str]] = {
    # sections
    "answer": ("The answer", "结论"),
    "when": ("What to do when", "路线图"),
    "ladder": ("What each star costs", "每颗星的代价"),
    "explore": ("Choose a point", "方案比选"),
    "lasting": ("What lasts and what does not", "什么能持久"),
    "money": ("Money", "资金"),
    "tonnes": ("Tonnes", "碳排放"),
    "energy": ("Energy", "能源"),
    "assumptions": ("What it rests on", "前提与假定"),
    "proof": ("Proof", "可信度"),
    "contents": ("Contents", "目录"),
    "modelled": ("Modelled rating, not a certificate", "模拟评级,不等于认证"),
    "amounts": ("amounts in {unit}, real prices of {year}", "金额单位:{unit},{year}年不变价"),
    # the answer
    "stars": ("Stars", "星级"),
    "rating": ("Modelled rating", "模拟评级"),
    "star_0": ("no stars", "无星级"),
    "star_1": ("1 star", "1星"),
    "star_n": ("{n} stars", "{n}星"),
    "in_year": ("in {year}", "{year}年"),
    "held": ("{first} to {last}", "{first}–{last}年"),
    "range": ("{low} to {high} if assumptions differ", "假定不同时为{low}–{high}星"),
    "today": ("{year}: {stars}", "{year}年:{stars}"),
    "durable": ("Durable stars", "可持续星级"),
    "durable_held": ("least of {first} to {last}; without paper", "{first}–{last}年最低;不计纸面手段"),
    "cost": ("Net present cost", "净现值成本"),
    "below_usual": ("{amount} ({share}) below business as usual", "比基准情景少{amount}({share})"),
    "above_usual": ("{amount} ({share}) above business as usual", "比基准情景多{amount}({share})"),
    "penalty": ("Penalties", "纸面惩罚"),
    "penalties": ("besides {amount} of penalties for paper", "另有纸面手段惩罚{amount}"),
    "payback": ("Payback", "投资回收期"),
    "years": ("{n} years", "{n}年"),
    "never": ("not repaid in the plan", "规划期内不回收"),
    "irr": ("IRR {share} against business as usual", "内部收益率{share}(对基准情景)"),
    "no_irr": ("no internal rate of return", "无内部收益率"),
    "invest": ("Investment", "投资"),
    "one_off": ("One-off cost", "一次性支出"),
    "invest_by": ("{amount} of it by {year}", "其中{year}年前(含){amount}"),
    "not_compared": (
        "business as usual leaves loads unserved, so nothing is compared with it",
        "基准情景无法满足全部负荷,故不作对比",
    ),
    "not_defined": ("not defined: the base year is not known", "无法定义:基准年排放未知"),
    "short_table": ("What business as usual leaves unserved", "基准情景无法满足的负荷"),
    "short_energy": ("Unserved [MWh]", "缺口电(热)量[MWh]"),
    "short_peak": ("Highest power [MW]", "最大缺口功率[MW]"),
    "short_priced": ("counted at {price} per MWh", "缺口按每MWh {price}计价"),
    "carrier": ("Carrier", "能源品种"),
    "peak": ("Peak cash", "资金峰值"),
    "peak_in": ("most paid ahead of savings, in {year}", "累计净投入最高点,{year}年"),
    "peak_none": ("never behind business as usual", "始终不高于基准情景"),
    "reduction": ("Own reduction", "自身减排"),
    "reduction_in": ("in {year} against {base}", "{year}年,相对{base}"),
    "base_year": ("the base year", "基准年"),
    "by_year": ("Cash by year, undiscounted [{unit}]", "逐年现金流(未折现)[{unit}]"),
    "running": ("Running cost", "运行成本"),
    "decide": ("To decide now", "现在要决定的事"),
    "and_more": ("and {n} more", "另有{n}项"),
    "emissions_tile": ("Emissions {year}", "{year}年排放"),
    "emissions_note": ("t CO2e, location-based; {before} in {first}", "吨CO2e,基于位置;{first}年为{before}"),
    "paper_note": ("paper share {share}", "纸面减排占比{share}"),
    "no_plan": ("There is no plan", "没有可行方案"),
    "sum": ("Sum", "合计"),
    # roadmap
    "step": ("Step", "措施"),
    "size": ("Size", "规模"),
    "owner": ("Owner", "负责"),
    "decide_by": ("Decide by", "最迟决定"),
    "order_by": ("Order by", "最迟订货"),
    "works_from": ("Works from", "投运"),
    "chapter": ("Chapter", "章节"),
    "action": ("What", "事项"),
    "decisions": ("{n} decisions", "{n}项决策"),
    "routine": ("Yearly purchases, ratings, renewals and small enlargements", "年度采购、评价、续签与小型扩容"),
    "late": ("{month}, late", "{month}(延误)"),
    "late_note": (
        "Late: decided on the day of this roadmap, {today}, it works from then; the plan counts on it earlier.",
        "延误:若于本路线图日期{today}决定,则自该月投运;规划按更早投运计算。",
    ),
    "step_of": ("{verb}: {item}", "{verb}:{item}"),
    "no_roadmap": ("There is no roadmap.json. Make it with: {command}", "缺少 roadmap.json。生成:{command}"),
    "no_archive": (
        "Figures and business as usual by year need operation.npz, which is not committed. Make it again with: {command}",
        "图表与逐年基准情景需要 operation.npz(不入库)。重新生成:{command}",
    ),
    "times": ("{n} times", "{n}次"),
    # ladder and plans
    "plans": ("Beside this plan [{unit}]", "对照方案[{unit}]"),
    "plan": ("Plan", "方案"),
    "n_stars_plan": ("Plan for {n} stars", "{n}星方案"),
    "above": ("Above usual", "比基准情景"),
    "stars_in": ("Stars {year}", "{year}年星级"),
    "durable_in": ("Durable {year}", "{year}年持久"),
    "cost_per_tonne": ("{currency} per t avoided", "每吨减排成本[{currency}]"),
    "ladder_table": ("Cheapest plan for each level [{unit}]", "各星级最低成本方案[{unit}]"),
    "level_from": ("{stars} from {year}", "{year}年起{stars}"),
    "ladder_note": (
        "Net present cost is cash; “for this level” and the gap count penalties for paper too.",
        "净现值成本为现金;“该级增量”与差距另含纸面手段惩罚。",
    ),
    "ladder_others": ("Under other readings and assumptions", "其他解读与假定取值"),
    "reading": ("Reading and assumptions", "解读与假定取值"),
    "durable_cost": ("If durable", "要求可持续"),
    "marginal": ("For this level", "该级增量"),
    "gap": ("Gap", "间隙"),
    "binds": ("What binds", "起约束作用的条款"),
    "paper_cost": ("On paper", "纯纸面"),
    "next_star": ("What binds in this plan", "本方案起约束作用的条款"),
    # explorer
    "explore_lead": (
        "Each point is a whole plan at its least cost. Pick one with the mouse, a finger or the arrow keys. The bar "
        "under a point reaches down to what no plan can be cheaper than.",
        "每个点都是一个成本最低的完整方案。可用鼠标、手指或方向键选择。点下竖条表示已证明的成本下界。",
    ),
    "x_stars": ("Stars, worst year from the target on", "目标年起最低星级"),
    "x_score": ("Score, worst year from the target on", "目标年起最低得分"),
    "x_tonnes": ("Location-based emissions of all years [t CO2e]", "规划期累计排放,基于位置[吨CO2e]"),
    "x_final-tonnes": ("Location-based emissions of the last year [t CO2e]", "末年排放,基于位置[吨CO2e]"),
    "x_paper": ("Tonnes on paper, share of business as usual [%]", "纸面减排量占基准情景[%]"),
    "cost_with_penalties": ("Net present cost with penalties", "净现值成本(含惩罚)"),
    "point": ("Point", "方案点"),
    "this_plan": ("This plan", "本方案"),
    "its_roadmap": ("Its roadmap", "该方案路线图"),
    "from_neighbour": ("Changed from “{name}”", "与“{name}”相比"),
    "from_chosen": ("Changed from this plan", "与本方案相比"),
    "same": ("Nothing: the same steps.", "没有变化,措施相同。"),
    "first_point": ("This is the first point.", "这是第一个点。"),
    "moved": ("moved from {before} to {after}", "由{before}改为{after}"),
    "resized": ("{before} becomes {after}", "由{before}变为{after}"),
    "tonnes_total": ("Emissions over the plan", "规划期累计排放"),
    "tonnes_final": ("Emissions in the last year", "末年排放"),
    "score": ("Score", "得分"),
    "all_points": ("All points", "全部方案点"),
    "no_steps": ("No steps are stored for this point.", "该点未存储措施。"),
    # lasting
    "stress_table": ("When things go wrong", "压力测试"),
    "test": ("Test", "情形"),
    "lowest_stars": ("Fewest stars", "最低星级"),
    "lowest_durable": ("Fewest durable", "最低持久"),
    "lost": ("Lost in", "失星年份"),
    "extra_cost": ("Extra cost [{unit}]", "额外成本[{unit}]"),
    "kept": ("kept", "保持"),
    "cannot be kept": ("cannot be kept", "无法保持"),
    "cannot be operated": ("cannot be operated", "无法运行"),
    "kept_for": ("Kept for [{unit}]", "保持所需成本[{unit}]"),
    "stress_note": (
        "Stars as left on the planned spending; then what holding the level costs, where it can be held.",
        "星级为按原计划支出所余;其后为可保持时保持该星级的额外成本。",
    ),
    "changes": ("What changes", "变化"),
    "in_plan": ("In this plan", "本方案"),
    "factor_table": ("Under other grid factors", "不同电网因子"),
    "factor_set": ("Factor set", "因子来源"),
    "stars_table": ("Stars year by year", "逐年星级"),
    "stars_range": ("Range", "范围"),
    "green_share": ("Green power", "绿电占比"),
    "offset_share": ("Offset", "抵消占比"),
    "durable_lead": (
        "Durable stars count no unbundled certificates, no contracts that have ended or are too short, and credits only up "
        "to the residual; what is left when paper goes.",
        "可持续星级不计证电分离的绿证、过短或到期合同及超出剩余量的碳信用,即纸面手段消失后剩下的星级。",
    ),
    # money
    "cash_table": ("Cash by year [{unit}, real]", "逐年现金流[{unit},实际价]"),
    "energy_cost": ("Energy", "能源"),
    "demand_cost": ("Demand charge", "需量电费"),
    "sold": ("Sold", "上网售电"),
    "green_power": ("Green power", "绿电"),
    "upkeep": ("Upkeep", "运维"),
    "paper": ("Claims bought", "碳资产"),
    "total": ("Total", "合计"),
    "usual": ("As usual", "基准情景"),
    "saved": ("Saved", "节省"),
    "balance": ("Saved so far", "累计节省"),
    "alternatives_table": ("Nearly as cheap", "成本相近的方案"),
    "aim": ("Aim", "目标"),
    "aim_value": ("There", "该方案"),
    "abatement_title": ("Cost per tonne by measure", "各措施吨减排成本"),
    "abatement_table": ("Cost per tonne by measure in {year}", "{year}年各措施吨减排成本"),
    "first_in": ("First in [t CO2e]", "首先实施[吨CO2e]"),
    "last_in": ("Last in [t CO2e]", "最后实施[吨CO2e]"),
    "tonnes_shapley": ("Fair share [t CO2e]", "公平分摊[吨CO2e]"),
    # tonnes
    "emissions_table": ("Emissions by year [t CO2e]", "逐年排放[t CO2e]"),
    "sources_table": ("Sources [t CO2e]", "排放源[t CO2e]"),
    "source": ("Source", "排放源"),
    "scope": ("Scope", "范围"),
    "embodied": ("embodied", "隐含"),
    "upstream": ("upstream", "上游"),
    "electricity without a claim": ("electricity without a claim", "未主张绿电"),
    # energy
    "ledger_table": ("Electricity by year [MWh]", "逐年电力[MWh]"),
    "used": ("Used", "用电"),
    "onsite_renewable": ("On-site renewable", "厂内绿电"),
    "direct": ("Direct line", "专线"),
    "grid": ("Over the grid", "经电网(含合同)"),
    "exported": ("Exported", "上网"),
    "grid_claims": ("Grid claimed", "电网绿电"),
    "claimed": ("Claimed green", "主张绿电"),
    "hourly_matched": ("Hourly matched", "逐时匹配"),
    "imports_table": ("Bought of each supplier, contracts aside [MWh]", "外购能源(不含合同电量)[MWh]"),
    "sizes_table": ("Sizes", "装机规模"),
    "item": ("Item", "项目"),
    "unit": ("Unit", "单位"),
    "power": ("power", "功率"),
    "energy_size": ("energy", "容量"),
    # assumptions
    "deciding": ("Assumed fields that decide the stars", "决定星级的假定"),
    "assumed_table": ("Every assumed number in use", "全部假定取值"),
    "field": ("Field", "字段"),
    "value": ("Value", "取值"),
    "range_head": ("Range", "范围"),
    "effect": ("If it differs", "若取值不同"),
    "assumed_lead": (
        "Assumed means our judgement, to be replaced by the text of the standard, a quotation or a meter. {n} numbers are "
        "assumed; those that decide the stars by themselves stand first.",
        "“假定”为判断值,应由标准原文、报价或实测取代。共{n}项,单独即可改变星级者列前。",
    ),
    "warnings": ("Warnings", "提示"),
    # proof
    "solved": (
        "Solved: this plan costs {cost} with its penalties, and no plan can cost less than {bound}, a gap of {gap}.",
        "已求解:本方案含惩罚成本{cost},任何方案不低于{bound},间隙{gap}。",
    ),
    "stopped": (
        "Stopped ({why}) with this plan: it costs {cost} with its penalties, and no plan can cost less than {bound}, "
        "a gap of {gap}.",
        "停止({why}),保留本方案:含惩罚成本{cost},任何方案不低于{bound},间隙{gap}。",
    ),
    "steps_a_year": ("Resolution: {n} steps a year ({resolution}).", "时间分辨率:每年{n}步({resolution})。"),
    "recomputed": (
        "Cost, tonnes and stars were recomputed from the decisions without the model and agree.",
        "成本、排放与星级已脱离模型由决策重新核算,结果一致。",
    ),
    "unverified": ("Not verified.", "未核验。"),
    "check_again": ("Check again with: {command}", "再次核验:{command}"),
    "versions": ("Versions", "软件版本"),
    "hashes": ("Files (SHA-256)", "文件(SHA-256)"),
    "inputs": ("Inputs (SHA-256)", "输入(SHA-256)"),
    "projects": ("projects", "个项目"),
    "name": ("Name", "名称"),
    "version": ("Version", "版本"),
    "hash": ("Hash", "哈希"),
    # missing
    "missing": ("Not computed yet. Run: {command}", "尚未计算。运行:{command}"),
    "figure": ("Figure", "图"),
}


class Language:
    """Words, numbers and money in one language."""

    def __init__(self, code: Lang, currency: str) -> None:
        self.code = code
        self.currency = currency
        self.index = LANGS.index(code)

    def __call__(self, key: str, **values: object) -> str:
        """The words of a key, with its places filled in."""
        return (WORDS.get(key) or SHARED[key])[self.index].format(**values)

    def known(self, key: str) -> str:
        """The words of a key, or the key in words where there are none."""
        return self(key) if key in WORDS or key in SHARED else key.replace("_", " ")

    def pick(self, english: str, chinese: str) -> str:
        """The one of two texts, the other where it is empty."""
        texts = (english, chinese)
        return texts[self.index] or texts[1 - self.index]

    @property
    def unit(self) -> str:
        """Unit of every amount of money."""
        return money_unit(self.currency, self.code)

    def amount(self, value: float) -> str:
        """An amount inside a sentence: 10k of the currency, the unit said in Chinese only, where it is short."""
        return number(value / MONEY) + (self.unit if self.code == "zh" else "")

    def stars(self, count: int) -> str:
        """`5 stars`."""
        return self(f"star_{count}") if count < 2 else self("star_n", n=count)


def number(value: float | None, decimals: int = 0) -> str:
    """With thousands separators, without a negative zero.

    >>> number(1234.5), number(-0.2), number(0.26, 1), number(None)
    ('1,234', '0', '0.3', '–')
    """
    if value is None:
        return "–"
    return f"{value:,.{decimals}f}" if round(value, decimals) else "0"


def share(value: float | None, decimals: int = 0) -> str:
    """A share in percent.

    >>> share(0.2572, 1)
    '25.7 %'
    """
    return "–" if value is None else f"{number(100 * value, decimals)} %"
