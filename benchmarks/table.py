"""From runs to a table: equality first, then medians and ratios."""

from __future__ import annotations

from typing import Any

from benchmarks.rows import EQUAL, OURS, Row

WIDTHS = (20, 12, 12, 12, 14, 9, 10)
MET = {True: "met", False: "missed", None: "not decided within the limit"}
HEADINGS = ("contestant", "seconds", "times ours", "cpu s", "objective", "equal", "peak MB")


def settle(row: Row, runs: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A row of `results.json`: every contestant with its ratio to ours, if it gave the same answer, and the targets."""
    ours = runs[OURS]
    contestants = []
    for c in row.contestants:
        run = runs[c.name]
        equal = same(ours, run)
        ratio = None if run["status"] == "failed" or equal is False else run["seconds"] / max(ours["seconds"], 1e-9)
        contestants.append(
            {"name": c.name, "limit_s": c.limit_s, "workers": c.workers, **run, "equal": equal, "ratio": ratio}
        )
    found = {"title": row.title, "case": row.case.title, "checked_at": row.checked_at, "contestants": contestants}
    return {**found, "targets": targets(row, found)}


def same(ours: dict[str, Any], run: dict[str, Any]) -> bool | None:
    """Whether the objectives agree; None where one is not known to be an optimum."""
    if run["status"] != "done" or ours["status"] != "done" or run["objective"] is None or ours["objective"] is None:
        return None
    scale = max(abs(ours["objective"]), 1e-9)
    return bool(abs(run["objective"] - ours["objective"]) <= EQUAL * scale)


def targets(row: Row, found: dict[str, Any]) -> list[dict[str, Any]]:
    """What was wanted, what was measured, and whether it is met; a target of a prefix is held against the fastest of them."""
    told = []
    ours = found["contestants"][0]
    finished = ours["status"] == "done"
    for name, wanted in row.targets.items():
        rivals = [q for q in found["contestants"] if q["name"].startswith(name) and q["ratio"] is not None]
        if not rivals:
            continue
        best = min(rivals, key=lambda q: q["ratio"])
        told.append(
            {
                "against": best["name"],
                "wanted": wanted,
                "measured": best["ratio"],
                "at_least": best["status"] != "done",
                "met": None if finished and _open(best, wanted) else finished and best["ratio"] >= wanted,
            }
        )
    for what, wanted in (("seconds", row.target_s), ("peak_mb", row.target_mb)):
        if wanted is not None:
            told.append(
                {"against": what, "wanted": wanted, "measured": ours[what], "met": finished and ours[what] <= wanted}
            )
    return told


def _open(best: dict[str, Any], wanted: float) -> bool:
    """Whether the limit of the fastest was too short to tell."""
    return bool(best["status"] != "done" and best["ratio"] < wanted)


def lines(row: dict[str, Any]) -> list[str]:
    """A row as text: a heading, contestants, targets."""
    text = ["", f"{row['title']}  ({row['case']})", _columns(HEADINGS)]
    for q in row["contestants"]:
        more = "> " if q["status"] == "more than" else ""
        seconds = "failed" if q["status"] == "failed" else f"{more}{q['seconds']:.2f}"
        ratio = "" if q["ratio"] is None else f"{more}{q['ratio']:.2f}"
        objective = "" if q["objective"] is None else f"{q['objective']:.6g}"
        equal = {True: "yes", False: "NO", None: ""}[q["equal"]]
        text.append(_columns((q["name"], seconds, ratio, f"{q['cpu_s']:.2f}", objective, equal, f"{q['peak_mb']:.0f}")))
        if q["bound"] is not None and q["objective"]:
            text.append(f"  proven gap {max(0.0, (q['objective'] - q['bound']) / abs(q['objective'])):.2e}")
        if q["status"] == "failed":
            text.append(f"  {q['words']}")
    if row["checked_at"] and any(q["equal"] is None for q in row["contestants"]):
        text.append(f"  who did not finish was checked at: {row['checked_at']}")
    for t in row["targets"]:
        more = "> " if t.get("at_least") else ""
        text.append(f"  {t['against']}: {more}{t['measured']:.2f}, wanted {t['wanted']:.2f}: {MET[t['met']]}")
    return text


def print_row(row: dict[str, Any]) -> None:
    """Prints a row as soon as it is known."""
    print("\n".join(lines(row)), flush=True)


def markdown(told: dict[str, Any]) -> str:
    """All rows as one table for a page: problem, contestant, seconds, ratio, proven gap or equality, peak memory."""
    text = ["| problem | who | seconds | times ours | answer | peak MB |", "|---|---|---:|---:|---|---:|"]
    for row in told["rows"]:
        for q in row["contestants"]:
            more = "more than " if q["status"] == "more than" else ""
            seconds = q["words"] if q["status"] == "failed" else f"{more}{q['seconds']:.1f}"
            ratio = "" if q["ratio"] is None or q["name"] == OURS else f"{more}{q['ratio']:.1f}"
            answer = {True: "equal", False: "differs", None: ""}[q["equal"]]
            if q["name"] == OURS and q["objective"] and q["bound"] is not None:
                answer = f"gap {max(0.0, q['objective'] - q['bound']) / abs(q['objective']):.1e}"
            text.append(f"| {row['title']} | {q['name']} | {seconds} | {ratio} | {answer} | {q['peak_mb']:.0f} |")
    return "\n".join(text)


def _columns(cells: tuple[str, ...]) -> str:
    first, *others = cells
    return f"{first:<{WIDTHS[0]}}" + "".join(f"{c:>{w}}" for c, w in zip(others, WIDTHS[1:], strict=True))
