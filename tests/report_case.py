"""A results folder with every study, for a dyehouse whose owner chose names to break a page."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from planner.answer import account_for
from planner.roadmap.dated import roadmap
from planner.roadmap.setting import Certification, Setting
from planner.studies.kept import write_study
from tests.plans import dyehouse, dyehouse_results, forge

YEARS = tuple(range(2025, 2033))
CLOSING = "</script><script>window.hacked = 1</script>"
IMAGE = '"\'><img src=x onerror="window.hacked = 1">'
FORMULA = "=cmd|' /C calc'!A0"
TURNED = "\u202egnp.exe\u2066"
LABELS = {"pv_roof": CLOSING, "leak_repair": IMAGE, "ccer": FORMULA, "battery": TURNED}


def report_case(folder: Path, **changes: Any) -> Path:
    """`folder/results` with a roadmap and all studies."""
    folder.mkdir(parents=True, exist_ok=True)
    title = {"name": "dyehouse", "title": CLOSING, "title_zh": "染厂", "file": "scenario.toml", "folder": ".."}
    told = {
        "scenario": title,
        "labels": LABELS,
        "price_year": 2025,
        "resolution": "given",
        "stars_range": {str(year): [0, 6] for year in YEARS},
        "deciding_fields": ["max_points = 100 (assumed): 6 stars in 2030 if 80"],
        "assumed_fields": ["rating.points = (1, 2) points ((0.7, 1.4) to (1.3, 2.6))", "gas.price = 3 CNY (2 to 4)"],
        "warnings": [IMAGE],
        "lower_bound": 1e8,
        "gap": 0.01,
    }
    results = dyehouse_results(folder, YEARS, **(told | changes))
    certification = Certification(3, 2, 1)
    setting = Setting("dyehouse", "CNY", date(2024, 6, 1), certification, labels={k: (v, v) for k, v in LABELS.items()})
    dated = roadmap(account_for(*dyehouse(YEARS)), setting)
    forge(results, "roadmap.json", dated.model_dump_json().encode())
    for study in studies():
        write_study(results, study)
    return results


def studies() -> list[dict[str, Any]]:
    """One of each kind."""
    stars = {str(year): 5 if year >= 2030 else 0 for year in YEARS}
    held = {"stars": stars, "durable_stars": stars}
    ladder = {"first_year": 2030, "reading": "graded", "binding": ["5 stars, neutralised share at least 100 %"]}
    named = {"label": IMAGE, "label_zh": "情形"}
    return [
        {"kind": "pareto", "against": "stars", "points": [*map(point, range(4)), {"id": "p9", "label": "6 stars"}]},
        {
            "kind": "ladder",
            "reading": "graded",
            "rows": [
                {
                    "assumed": "best",
                    "net_present_cost": 2e8,
                    "objective": 2.003e8,
                    "gap": 0.01,
                    **held,
                    **ladder,
                    "stars": 3,
                },
                {"stars": 6, "assumed": "low", "net_present_cost": None, "status": "infeasible", **ladder},
            ],
        },
        {
            "kind": "stress",
            "rows": [
                {"test": "a", **named, **held, "extra_cost": 2e6, "lost_year": None, "status": "kept"},
                {"test": "b", **named, **held, "extra_cost": None, "lost_year": 2031, "status": "cannot be kept"},
            ],
        },
        {
            "kind": "factors",
            "rows": [{"set": "national", **named, **held, "scope2_location_tco2e": {"2030": 1234.0}}],
        },
        {
            "kind": "abatement",
            "year": 2030,
            "rows": [{"item": "pv_roof", "tonnes_shapley": 500.0, "cost_shapley": -6e4, "cost_per_t": -120.0}],
        },
        {
            "kind": "alternatives",
            "rows": [
                {
                    "aim": "capex_now",
                    **named,
                    "unit": "CNY",
                    "value_in_plan": 9e6,
                    "value_of_aim": 5e6,
                    "extra_cost": 1e6,
                    "changes": ["drops leak repair"],
                }
            ],
        },
    ]


def point(n: int) -> dict[str, Any]:
    """A point of the curve, the dearer the more it builds; its second is named to break a script."""
    steps = [
        {"year": str(2025 + k), "text": f"build: thing {k}", "size": f"{n + 1} MW", "invest": 1e6} for k in range(n)
    ]
    return {
        "id": f"p{n}",
        "label": CLOSING if n == 1 else f"{n} stars",
        "status": "optimal",
        "objective": 1e8 + 1e7 * n,
        "net_present_cost": 1e8 + 1e7 * n,
        "lower_bound": 0.98e8 + 1e7 * n,
        "gap": 0.01,
        "x": float(n),
        "steps": steps,
        "changes": [],
    }
