"""Words of the pages that `plan serve` shows, in English and Chinese; those that figures and report use too are in
`planner.words`. What a solve says in English is told in the language of the page by rules.
"""

from __future__ import annotations

import re
from typing import Any

from planner.words import LANGS, WORDS, Lang

PHRASES: dict[str, tuple[str, str]] = {
    "plans": ("Plans", "方案"),
    "scenarios": ("Scenarios", "情景"),
    "lead": (
        "Plans in {folder}. Open one, compare two or more, or solve a scenario again with other targets.",
        "{folder}中的方案。可打开、比较两个或以上,或以其他目标重新求解情景。",
    ),
    "no_plans": ("No plans yet: solve a scenario below.", "尚无方案:请在下方求解情景。"),
    "no_scenarios": (
        "No scenarios in {folder}; `plan serve --scenarios FOLDER` says where they are.",
        "{folder}中没有情景;可用`plan serve --scenarios FOLDER`指定位置。",
    ),
    "choose": ("Choose", "选择"),
    "choose_plan": ("Choose {name} to compare", "选择{name}进行比较"),
    "plan": ("Plan", "方案"),
    "status": ("Status", "状态"),
    "target_column": ("Target", "目标"),
    "cost": ("Net present cost", "净现值成本"),
    "stars": ("Stars", "星级"),
    "durable": ("Durable", "可持续"),
    "gap": ("Gap", "间隙"),
    "written": ("Written", "写入时间"),
    "target_told": ("{stars} stars from {year}", "{year}年起{stars}星"),
    "no_target": ("none", "无"),
    "compare": ("Compare the chosen plans", "比较所选方案"),
    "compare_hint": ("Choose two or more.", "请选择两个或以上。"),
    "solve": ("Solve", "求解"),
    "solve_again": ("Solve again", "重新求解"),
    "solve_title": ("Solve {name}", "求解{name}"),
    "solve_lead": (
        "The plan goes into a new folder; nothing that is there is replaced. An empty field leaves the scenario's own value.",
        "方案写入新文件夹,不覆盖已有内容。留空则采用情景自身的取值。",
    ),
    "field.stars": ("Stars to reach (0: no target)", "目标星级(0:无目标)"),
    "field.year": ("From the year", "自哪一年起"),
    "field.durable_stars": ("Durable stars from then on (0: none required)", "此后的可持续星级(0:不要求)"),
    "field.gap": ("Gap at which to stop [%]", "停止时的间隙[%]"),
    "field.time_limit_s": ("Time limit of the main solve [s]", "主求解时限[秒]"),
    "field.name": ("Name of the new folder", "新文件夹名称"),
    "name_hint": (
        "Small letters, digits and hyphens; empty: named after the targets.",
        "小写字母、数字与连字符;留空则按目标命名。",
    ),
    "start": ("Start", "开始"),
    "cannot_start": ("This cannot be solved yet:", "尚不能求解:"),
    "not_a_number": ("{field}: got {got}, wanted a number", "{field}:得到{got},应为数字"),
    "not_whole": ("{field}: got {got}, wanted a whole number", "{field}:得到{got},应为整数"),
    "name_wrong": (
        "{field}: got {got}, wanted small letters, digits and hyphens",
        "{field}:得到{got},应为小写字母、数字与连字符",
    ),
    "name_taken": ("{field}: {got} is there already", "{field}:{got}已存在"),
    "solving": ("Solving {scenario}", "正在求解{scenario}"),
    "solved": ("Solve of {scenario}", "{scenario}的求解"),
    "into": ("into {out}", "写入{out}"),
    "no_solve": ("Nothing has been solved since this server started.", "服务器启动以来尚无求解。"),
    "running": ("Running", "运行中"),
    "stopping": ("Stopping", "正在停止"),
    "stop": ("Stop, keep the plan in hand", "停止并保留现有方案"),
    "stop_now": ("Stop at once, keep nothing", "立即停止,不保留"),
    "seconds": ("{n} s", "{n}秒"),
    "log": ("What it says", "过程信息"),
    "waiting": ("Starting", "启动中"),
    "open_plan": ("Open the plan", "打开方案"),
    "open_why": ("Open the explanation", "打开说明"),
    "busy": (
        "A solve is running. There is one at a time: wait for it, or stop it.",
        "已有求解在运行。一次只进行一个:请等待或先停止它。",
    ),
    "watch": ("Watch it", "查看进度"),
    "back": ("All plans", "全部方案"),
    "end.0": ("Done: the plan is within the gap.", "完成:方案在间隙之内。"),
    "end.2": ("Refused: the input is at fault.", "未执行:输入有误。"),
    "end.3": ("Out of reach, explained.", "目标不可达,已说明原因。"),
    "end.4": ("Stopped at the limit, holding a plan.", "达到限额,已保留现有方案。"),
    "end.5": ("Stopped at the limit without a plan.", "达到限额,未找到方案。"),
    "end.6": ("The plan failed verification; nothing was written.", "方案未通过核实,未写入任何内容。"),
    "end.stopped_with": ("Stopped; the plan in hand was written.", "已停止;现有方案已写入。"),
    "end.stopped_without": (
        "Stopped before there was a plan; nothing was written.",
        "已停止;尚无方案,未写入任何内容。",
    ),
    "end.broken": (
        "Ended unexpectedly, exit code {code}; nothing was written.",
        "意外结束,退出码{code};未写入任何内容。",
    ),
    "unreadable": ("not readable", "无法读取"),
    "sign_in": ("Sign in", "登录"),
    "key": ("Key", "密钥"),
    "wrong_key": ("That is not the key.", "密钥不正确。"),
    "other_lang": ("中文", "English"),
    "running_now": ("A solve is running: {scenario}", "正在求解:{scenario}"),
    "error.400": ("The request cannot be read.", "无法读取该请求。"),
    "error.403": (
        "The request did not come from a page of this server. Open the page again and repeat it.",
        "该请求并非来自本服务器的页面。请重新打开页面后再试。",
    ),
    "error.404": ("There is nothing of that name.", "没有该名称的内容。"),
    "error.405": ("That cannot be done here.", "此处不支持该操作。"),
    "error.409": ("That cannot be done now.", "当前无法执行。"),
    "error.413": ("The form is too long.", "表单过长。"),
    "error.415": ("That is not a form of this server.", "不是本服务器的表单。"),
    "error.422": ("The results cannot be shown.", "无法显示该结果。"),
    "error.500": ("Something went wrong; the server's terminal says what.", "出现错误;详见服务器终端。"),
}

RULES = (
    (r"^read$", "读取"),
    (r"^assemble$", "组装"),
    (r"^business as usual$", "基准情景"),
    (r"^solve ([\d,]+) steps a year, (\d+) years?$", r"求解:每年\1步,共\2年"),
    (r"^plan in hand: none yet, none below ([\d.,]+) million$", r"尚无方案,下界\1百万"),
    (r"^plan in hand: ([\d.,]+) million, none below ([\d.,-]+), gap ([\d.,]+%)$", r"现有方案\1百万,下界\2百万,间隙\3"),
    (r"^verify$", "核实"),
    (r"^operate the plan at every step of the year$", "按全年每一步核算方案运行"),
    (r"^explain$", "说明原因"),
    (r"^the plan on paper only$", "纯纸面方案"),
    (r"^the plan for (\d) stars$", r"\1星方案"),
    (r"^the plan that takes the cheapest measure first$", "按成本先低后高的方案"),
    (r"^warning: ", "提示:"),
    (r"^stopping; the plan in hand will be written.*$", "正在停止;将写入现有方案"),
)  # fmt: skip
TIMED = re.compile(r"^ *([\d.]+ s)  (.*)$")


def phrase(key: str, lang: Lang, **blanks: Any) -> str:
    """A phrase in one language.

    >>> phrase("target_told", "en", stars=5, year=2030), phrase("durable_stars", "zh")
    ('5 stars from 2030', '可持续星级')
    """
    return (PHRASES.get(key) or WORDS[key])[LANGS.index(lang)].format(**blanks)


def told(line: str, lang: Lang) -> str:
    """A line of a solve in the language of the page; what no rule knows stays as it is.

    >>> told("   1.5 s  solve 8760 steps a year, 9 years", "zh"), told("  0.1 s  read", "en")
    ('1.5 s  求解:每年8760步,共9年', '0.1 s  read')
    """
    timed = TIMED.match(line)
    time, said = (f"{timed[1]}  ", timed[2]) if timed else ("", line)
    if lang == "zh":
        for pattern, chinese in RULES:
            said = re.sub(pattern, chinese, said)
    return f"{time}{said}"
