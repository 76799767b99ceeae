"""The roadmap: dated actions from the decision to the certificate, by whom, for how much, what they wait for.

    roadmap(answer, setting)     the actions of a plan
    read_roadmap(folder)         those of a results folder

Its form is that of `roadmap.json`; `plan schema --of roadmap` writes the JSON Schema. Dates are the first of a month,
counted back in whole months from when a thing works (`planner.roadmap.setting`). Where what it needs works later, it works
with it. A decision that had to fall before `today` is late by `late_days`, and `possible_from` says from when it would
work if it were decided today: the plan counts on it from its year on.

Tonnes are the plan's: what a single action saves depends on all others, so `years` tells how each year's inventory
changes, and only claims bought by the year carry tonnes of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from planner.accounting.headline import cash_by_year
from planner.answer import Answer
from planner.assembly.lead_times import earlier
from planner.results.folder import ResultsError
from planner.roadmap.actions import drafts, target_years
from planner.roadmap.form import Action, Chapter, PlanYear, Roadmap, Words
from planner.roadmap.needs import with_needs
from planner.roadmap.setting import Setting
from planner.roadmap.words import CHAPTERS, NOTES, late_note

ROADMAP = "roadmap.json"


def roadmap(answer: Answer, setting: Setting) -> Roadmap:
    """The dated actions of a plan."""
    problem = answer.problem
    drafted, left_out = drafts(answer, setting)
    targets = target_years(problem)
    stars = {one.year: one.full.stars for one in answer.rated}
    settled = with_needs(drafted, problem, setting, targets)
    actions = [_timed(_serving(action, targets, stars), setting) for action in settled]
    late = sum(action.late_days > 0 for action in actions)
    notes = [*NOTES, *([late_note(late, setting.today.isoformat())] if late else [])]
    aim = problem.target
    return Roadmap(
        scenario=setting.name,
        title=setting.title,
        title_zh=setting.title_zh,
        currency=setting.currency,
        today=setting.today,
        target_stars=int(aim.stars.max()) if aim is not None and targets else None,
        target_year=targets[0] if targets else None,
        target_until=targets[-1] if targets else None,
        chapters=[Chapter(id=name, number=n, en=en, zh=zh) for n, (name, (en, zh)) in enumerate(CHAPTERS.items(), 1)],
        notes=[Words(en=en, zh=zh) for en, zh in notes],
        actions=sorted(actions, key=_order),
        years=list(_years(answer)),
        left_out=left_out,
    )


def read_roadmap(folder: Path) -> Roadmap:
    """The roadmap of a results folder; raises ResultsError if there is none or it is not one."""
    path = folder / ROADMAP
    try:
        return Roadmap.model_validate_json(path.read_bytes())
    except OSError:
        raise ResultsError(f"{path} is missing: `plan solve` writes it") from None
    except ValidationError as error:
        raise ResultsError(f"{path} is not a roadmap: {error.error_count()} faults against its schema") from error


def _serving(action: Action, targets: list[int], stars: dict[int, int]) -> Action:
    served = next((year for year in targets if year >= action.year), None)
    return action.model_copy(update={"serves_year": served, "serves_stars": stars.get(served or 0)})


def _timed(action: Action, setting: Setting) -> Action:
    """Late if the decision lies before today."""
    if action.decide_by is None or action.decide_by >= setting.today:
        return action
    months = action.permit_months + action.lead_time_months + action.build_months
    first = setting.today if setting.today.day == 1 else earlier(setting.today, -1)
    late = {"late_days": (setting.today - action.decide_by).days, "possible_from": earlier(first, -months)}
    return action.model_copy(update=late)


def _order(action: Action) -> tuple[date, date, str]:
    return (action.decide_by or action.done, action.done, action.id)


def _years(answer: Answer) -> Iterable[PlanYear]:
    tonnes, rated = answer.tonnes, {one.year: one for one in answer.rated}
    before, cash = answer.problem.base.gross_tco2e, cash_by_year(answer.money)
    for n, year in enumerate(answer.problem.years):
        one, gross = rated.get(year), float(tonnes.gross_location_tco2e[n])
        yield PlanYear(
            year=year,
            stars=None if one is None else one.full.stars,
            durable_stars=None if one is None else one.durable.stars,
            gross_location_tco2e=gross,
            gross_market_tco2e=float(tonnes.gross_market_tco2e[n]),
            net_tco2e=float(tonnes.net_tco2e[n]),
            change_tco2e=gross - before,
            own_reduction_share=answer.own_reduction()[n],
            investment=float(cash["investment"][n]),
            running_cost=float(cash["running_cost"][n]),
        )
        before = gross
