"""Sentences that the results carry in English, in the language of the page.

Each rule is a pattern and its Chinese; what no rule knows stays as it is, names and numbers always do.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from planner.words import WORDS, Lang

METRICS = {
    key.replace("_", " "): chinese
    for key, (_, chinese) in WORDS.items()
    if key.endswith(("_share", "_of_residual", "_per_tce", "_of_base"))
}


def _rule(found: re.Match[str]) -> str:
    metric = METRICS.get(found[1])
    if metric is None:
        return found[0]
    return f"{metric}{'不低于' if found[2] == 'least' else '不高于'}{found[3]}"


RULES: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"^adds (.+) in (\d{4})$", r"\2年新增\1"),
    (r"^drops ", "取消"),
    (r": ([\d.,]+) to ([\d.,]+)", r":\1→\2"),
    (r"\bno stars$", "无星级"),
    (r"^([\d.]+) points$", r"\1分"),
    (r"^([\d.]+ %) paper$", r"纸面\1"),
    (r"\bnothing left to improve", "已无可改进"),
    (r"\bno plan found in the time", "限时内未找到方案"),
    (r"\bno plan within the slack is better", "允许的成本余量内没有更好的方案"),
    (r"^durable: ", "可持续:"),
    (r"\bmet exactly in ", "恰好满足于"),
    (r"\b(\d) stars in (\d{4}) would also take: ", r"\2年达到\1星还需:"),
    (r"\bAny star in (\d{4}) would also take: ", r"\1年获得任何星级还需:"),
    (r"\bearn ([\d.,]+) more points", r"再得\1分"),
    (r"\bmeet the gate item ", "满足基本要求"),
    (r"\bclaim ([\d.,]+ MWh) more renewable electricity a year", r"每年再获得可再生电力属性\1"),
    (r"\boffset ([\d.,]+ t) more, by credits or removals", r"以碳信用或清除再抵消\1"),
    (r"\bremove ([\d.,]+ t) more", r"再清除\1"),
    (r"\breduce own emissions by ([\d.,]+ t) more", r"自身再减排\1"),
    (r"\bmake ([\d.,]+ MWh) more renewable electricity on site", r"现场再发可再生电力\1"),
    (r"\bemit ([\d.,]+ t) less( for the energy used)?", r"再少排放\1"),
    (r"\bdurability\.own_reduction_floor ", "自身减排下限"),
    (r"\bdurability\.removal_share_path ", "清除占抵消量下限"),
    (r"\bemissions\.caps ", "排放上限"),
    (r"\bfinance\.annual_capex_limit", "年度投资上限"),
    (r"\binstruments\.(\w+)\.max_per_year", r"\1年度购买上限"),
    (
        r"\bno single one; all together at their strict ends (\d) stars, at their lenient ends (\d)",
        r"单项均不改变;全部取严\1星,全部取宽\2星",
    ),
    (r"\bgate item ", "基本要求"),
    (r"\bscore at least ([\d.]+) points", r"得分不低于\1分"),
    (r"\b([a-z][a-z ]+?) at (least|most) ([\d.]+ ?%?)", _rule),
    (r"\b(\d) stars in (\d{4}) if (.+)$", r"若为\3,则\2年\1星"),
    (r"\b(\d) stars in (\d{4}) under (.+)$", r"按\3解读,则\2年\1星"),
    (r"\bwithin ([\d.]+%), stopped at its time limit", r"间隙\1,到时限停止"),
    (r"\bleft out: no time", "因时间不足未计算"),
    (r"\bleft out: the standing plant cannot serve the loads", "现有设备无法满足负荷,未计算"),
    (r"\bleaves loads unserved", "无法满足全部负荷"),
    (
        r"\bgive \[base_year\] billed: without a base year this is not defined",
        "基准年未知,无法定义(请填写 [base_year] billed)",
    ),
    (r"\bpaper alone reaches no level", "仅靠纸面手段达不到任何星级"),
    (r"\bout of reach", "不可达"),
    (r"\b(\d) stars\b", r"\1星"),
    (r" \(assumed\)", "(假定)"),
    (r": (?=[一-鿿])", ":"),
    (r"; ", ";"),
    (r", (?=[一-鿿])", ","),
    (r"(?<=[一-鿿])\s+(?=[一-鿿])", ""),
)


def phrase(text: str, lang: Lang) -> str:
    """A sentence in the language of the page.

    >>> phrase("5 stars, neutralised share at least 100 %: met exactly in 2031-2032", "zh")
    '5星,中和比例不低于100 %:恰好满足于2031-2032'
    >>> phrase("6 stars in 2030 would also take: earn 9.5 more points", "zh")
    '2030年达到6星还需:再得9.5分'
    """
    if lang == "zh":
        for pattern, chinese in RULES:
            text = re.sub(pattern, chinese, text)
    return text
