"""What a sweep found: `sweep.json` and `sweep.csv` in its folder, one row for each scenario, in the order they were named.

Nothing in them depends on time or on who computed what. So do the results, but for one key: `untimed` is what is compared.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from planner.results.folder import DIGEST, SUMMARY, read_summary, rounded
from planner.solving.solve import BAD_INPUT, DONE, INFEASIBLE, LIMIT, NO_PLAN, UNVERIFIED
from planner.studies.kept import table
from planner.sweep.jobs import Ended, How, Job
from planner.sweep.journal import WITH_RESULTS

KIND = "sweep"
TIMED = ("timings_s", DIGEST)  # the only keys of a summary that differ between two runs of the same
MONEY = 10_000.0
GRAVEST = (UNVERIFIED, NO_PLAN, BAD_INPUT, INFEASIBLE, LIMIT, DONE)  # the first that occurs is the sweep's exit code
STATUS = {BAD_INPUT: "refused", NO_PLAN: "none", UNVERIFIED: "unverified", None: "failed"}
PENDING = "pending"


def untimed(folder: Path) -> dict[str, bytes]:
    """The files of a results folder, and the summary without its timings: equal for equal jobs on one machine."""
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    summary = {key: value for key, value in read_summary(folder).items() if key not in TIMED}
    return {**files, SUMMARY: json.dumps(summary, ensure_ascii=False).encode()}


def row(job: Job, ended: Ended | None, out: Path) -> dict[str, Any]:
    """A scenario in the table; `ended` is None where it is still to be solved."""
    found: dict[str, Any] = {
        "case": job.case,
        "scenario": Path(os.path.relpath(job.scenario.resolve(), out)).as_posix(),
        "status": PENDING,
        "exit_code": None,
        "currency": None,
        "net_present_cost": None,
        "gap": None,
        "stars": {},
        "durable_stars": {},
        "words": "",
    }
    if ended is None:
        return found
    found |= {"exit_code": ended.code, "words": ended.words}
    if ended.code not in WITH_RESULTS:
        return {**found, "status": STATUS[ended.code]}
    summary = read_summary(out / job.case)
    return {**found, **{key: summary[key] for key in found if key in summary and key != "scenario"}}


def study(rows: Sequence[Mapping[str, Any]], how: How) -> dict[str, Any]:
    """What `sweep.json` holds."""
    settings = {name: value for name, value in vars(how.settings).items() if value is not None}
    return {"kind": KIND, "settings": {**settings, "naive": how.naive}, "rows": list(rows)}


def write(out: Path, found: Mapping[str, Any]) -> None:
    """Replaces `sweep.json` and `sweep.csv`."""
    kept = rounded(found)
    text = json.dumps(kept, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    for name, data in ((f"{KIND}.csv", table(kept)), (f"{KIND}.json", text.encode())):
        fresh = out / f".{name}.new"
        fresh.write_bytes(data)
        os.replace(fresh, out / name)


def exit_code(rows: Sequence[Mapping[str, Any]]) -> int:
    """The gravest of the rows'; a process that died twice, or files that came back wrong, count as no plan."""
    codes = {NO_PLAN if row["exit_code"] is None else row["exit_code"] for row in rows}
    return next((code for code in GRAVEST if code in codes), DONE)


def show(found: Mapping[str, Any], console: Console) -> None:
    """The table on the terminal, and below it what went wrong."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    shown.add_column("Scenario", overflow="fold")
    shown.add_column("Status")
    for name in ("Cost, 10k", "Gap %", "Stars", "Durable"):
        shown.add_column(name, justify="right")
    for one in found["rows"]:
        cost, gap = one["net_present_cost"], one["gap"]
        shown.add_row(
            Text(one["case"]),
            one["status"],
            "" if cost is None else f"{cost / MONEY:,.1f} {one['currency']}",
            "" if gap is None else f"{gap * 100:.2f}",
            *(_reached(one[key]) for key in ("stars", "durable_stars")),
        )
    console.print(shown)
    for one in found["rows"]:
        if one["words"]:
            console.print(Text(f"{one['case']}: {one['words']}"))


def _reached(stars: Mapping[str, int]) -> str:
    """Stars in the last year.

    >>> _reached({"2027": 0, "2030": 5}), _reached({})
    ('5', '')
    """
    return str(stars[max(stars)]) if stars else ""
