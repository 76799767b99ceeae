"""What the plan rests on, and how well it is proven."""

from __future__ import annotations

from planner.report.blocks import Block, Lines, Section, Table
from planner.report.case import Case
from planner.report.words import share
from planner.results.quick_look import quick_look


def assumptions_section(case: Case) -> Section:
    """Assumed fields that decide the stars first, then every assumed number, then warnings."""
    words, summary = case.words, case.summary
    deciding = [_deciding(case.told(str(line))) for line in summary.get("deciding_fields") or ()]
    assumed = [_assumed(str(line)) for line in summary.get("assumed_fields") or ()]
    blocks: list[Block] = []
    if deciding:
        headings = [words("field"), words("value"), words("effect")]
        blocks.append(Table(words("deciding"), headings, deciding))
    if assumed:
        headings = [words("field"), words("value"), words("range_head")]
        blocks.append(Table(words("assumed_table"), headings, assumed, folded=True))
    if lines := [str(line) for line in summary.get("warnings") or ()]:
        blocks.append(Lines(words("warnings"), lines))
    return Section("assumptions", words("assumptions"), blocks, words("assumed_lead", n=len(assumed)))


def _deciding(line: str) -> list[str]:
    """`path = value (assumed): effect` in three cells."""
    field, _, rest = line.partition(" = ")
    value, _, effect = rest.partition("(假定):" if "(假定)" in rest else " (assumed): ")
    return [field, value, effect]


def _assumed(line: str) -> list[str]:
    """`path = value unit (low to high)` in three cells."""
    field, _, rest = line.partition(" = ")
    value, found, reach = rest.rpartition(" (")
    if rest.endswith("))"):  # a list of numbers has lists as its ends
        value, found, reach = rest.partition(" ((")
        reach = f"({reach}"
    return [field, value, reach.removesuffix(")")] if found else [field, rest, ""]


def proof_section(case: Case) -> Section:
    """Gap, resolution, verification, versions and hashes."""
    words, summary = case.words, case.summary
    lines = []
    if summary.get("lower_bound") is not None and "net_present_cost" in summary:
        key = "solved" if summary["status"] == "optimal" else "stopped"
        gap, money = share(summary.get("gap"), 2), words.amount(summary.get("gap_money") or 0.0)
        bound = words.amount(summary["lower_bound"])
        cost = words.amount(summary.get("objective") or summary["net_present_cost"])
        why = summary.get("termination")
        lines.append(words(key, why=why, cost=cost, bound=bound, gap=f"{gap} ({money})"))
    if summary.get("steps_per_year"):
        lines.append(words("steps_a_year", n=f"{summary['steps_per_year']:,}", resolution=summary.get("resolution")))
    if caveat := quick_look(summary, words.code):
        lines.append(caveat)
    lines.append(words("recomputed" if summary.get("verified") is True else "unverified"))
    lines.append(words("check_again", command=case.command("verify")))
    if case.record is None and case.years:
        lines.append(words("no_archive", command=case.solve_command()))
    blocks: list[Block] = [Lines("", lines)]
    for key, heading in (("versions", "version"), ("inputs", "hash"), ("files", "hash")):
        if found := summary.get(key):
            title = words("hashes" if key == "files" else key)
            rows = [[name, str(value)] for name, value in found.items()]
            blocks.append(Table(title, [words("name"), words(heading)], rows, folded=True))
    return Section("proof", words("proof"), blocks)
