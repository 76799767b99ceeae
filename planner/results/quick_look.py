"""What a plan of typical days is worth at every step of the year: a caveat that goes wherever the plan goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.words import LANGS, Lang

NOT_TRIED = (
    "A quick look on typical days, not operated at every step of the year.",
    "典型日快速测算,未按全年逐时运行校核。",
)
NO_OPERATION = (
    "A quick look: at every step of the year it has no operation ({words}).",
    "典型日快速测算:按全年逐时运行,本方案不可行({words})。",
)
MORE = (
    "A quick look: operated at every step of the year it costs {share} more.",
    "典型日快速测算:按全年逐时运行,成本高{share}。",
)
LESS = (
    "A quick look: operated at every step of the year it costs {share} less.",
    "典型日快速测算:按全年逐时运行,成本低{share}。",
)


def quick_look(summary: Mapping[str, Any], lang: Lang = "en") -> str:
    """The caveat of a plan of typical days; nothing for any other.

    >>> quick_look({"resolution": "days:4", "every_step": {"error_share": 0.031}})
    'A quick look: operated at every step of the year it costs 3.1% more.'
    >>> quick_look({"resolution": "full"})
    ''
    """
    at, check = LANGS.index(lang), summary.get("every_step")
    if not check:
        return NOT_TRIED[at] if str(summary.get("resolution", "")).startswith("days:") else ""
    error = check["error_share"]
    if error is None:
        return NO_OPERATION[at].format(words=check["words"])
    return (MORE if error >= 0 else LESS)[at].format(share=f"{abs(error):.1%}")
