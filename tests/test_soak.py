"""A short form of `make soak`, and what it rests on: the second model against hand arithmetic, and trials that are told."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.soak.drafts import Draft
from tests.soak.draws import drawn
from tests.soak.mutations import mutated
from tests.soak.planned import Solved
from tests.soak.scenarios import against
from tests.soak.small_model import least_cost
from tests.soak.trial import Outcome, run_trials
from tests.soak.variants import VARIANTS

ROOT = Path(__file__).parent.parent
SHORT = "scenarios=3,variants=1,mutations=2,kills=1"
SEED = 10


def site(**tables: dict) -> Draft:
    """2 MW for 4000 h and 1 MW for 4760 h of one year, at 500 and 300 per MWh; money at the start of the year."""
    return Draft(
        {
            "scenario": {"name": "hand"},
            "horizon": {"first_year": 2027, "last_year": 2027, "period_steps": 1, "period_weights": [4000.0, 4760.0]},
            "finance": {"discount_rate": 0.1, "timing": "start", "salvage": "none"},
            "emissions": {"grid_factor": "custom", "grid_factor_t_per_mwh": 0.5, "uncovered": "average"},
            "durability": {"penalty": False},
            "demands": {"load": {"carrier": "electricity", "values": [2.0, 1.0]}},
            "markets": {"grid": {"carrier": "electricity", "values": [500.0, 300.0]}},
            **tables,
        }
    )


ENERGY = 8000 * 500.0 + 4760 * 300.0


@pytest.mark.parametrize(
    ("tables", "cost"),
    [
        ({}, ENERGY),
        ({"retrofits": {"r": {"savings": {"load": 0.1}, "capex": 5e5, "life_years": 5}}}, 0.9 * ENERGY + 5e5),
        ({"retrofits": {"r": {"savings": {"load": 0.1}, "capex": 6e5, "life_years": 5}}}, ENERGY),
        (  # 1 MW of sun at the dear step is worth 4000 h · 500 a year, more than its million
            {
                "converters": {
                    "sun": {
                        "outputs": {"electricity": 1.0},
                        "profile": {"values": [1.0, 0.0]},
                        "capex_per_kw": 1000.0,
                        "max_mw": 1.0,
                        "life_years": 20,
                    }
                }
            },
            ENERGY + 1e6 - 4000 * 500.0,
        ),
        (  # 10 per kW and month on a peak of 2 MW
            {
                "markets": {
                    "grid": {"carrier": "electricity", "values": [500.0, 300.0], "demand_charge_per_kw_month": 10.0}
                }
            },
            ENERGY + 12 * 2000 * 10.0,
        ),
        (  # at most 5000 of 6380 t: 1380 t of credits, and a penalty where they are more than a tenth
            {
                "emissions": {
                    "grid_factor": "custom",
                    "grid_factor_t_per_mwh": 0.5,
                    "uncovered": "average",
                    "caps": [{"metric": "net", "limit_t": 5000.0}],
                },
                "instruments": {"credit": {"kind": "credit", "price": 100.0, "max_per_year": 2000.0}},
                "durability": {"penalty": True},
            },
            ENERGY + 1380 * 100.0 + (1380 - 638) * 600.0,
        ),
    ],
)
def test_second_model_redoes_hand_arithmetic(tables: dict, cost: float) -> None:
    assert least_cost(site(**tables)) == pytest.approx(cost, rel=1e-9)


def test_same_seed_and_number_is_the_same_trial() -> None:
    one, other = (drawn(np.random.default_rng([3, 0, 5])) for _ in range(2))
    assert (one.tables, one.files) == (other.tables, other.files)
    assert one.tables != drawn(np.random.default_rng([3, 0, 6])).tables


def test_wrong_optimum_is_told() -> None:
    plan = Solved(0, "", {"objective": 1000.0 * 1.01, "lower_bound": 1000.0})
    assert against("by hand", plan, 1000.0) == ["optimal at 1010, by hand pays 1000"]
    assert against("by hand", Solved(3, ""), 1000.0) == ["out of reach, but by hand pays 1000"]
    assert against("by hand", plan, 1010.0) == []


def _misbehaves(seed: int, number: int, folder: Path) -> Outcome:
    if number == 1:
        time.sleep(60)
    if number == 2:
        os._exit(9)
    if number == 3:
        raise ValueError(number)
    return Outcome(2, ("wrong",) if number == 4 else ())


def test_trials_that_hang_die_or_raise_are_failures_and_are_kept(tmp_path: Path) -> None:
    tally = run_trials("odd", _misbehaves, 1, range(5), tmp_path, workers=5, limit_s=3.0)
    assert tally.line() == "odd: 7 tried, 4 failed"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["odd-1-1", "odd-1-2", "odd-1-3", "odd-1-4"]
    assert "python -m tests.soak --seed 1 --only odd:4" in (tmp_path / "odd-1-4" / "wrong.txt").read_text()
    assert any("hangs" in text for text in tally.wrong)


def test_every_variant_is_made_of_some_draft() -> None:
    for name, variant in VARIANTS.items():
        drafts = (drawn(np.random.default_rng([1, 1, n])) for n in range(40))
        assert any(variant(draft, np.random.default_rng(1)) for draft in drafts), name


def test_mutations_are_written_and_told(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    said = set()
    for n in range(60):
        place = tmp_path / str(n)
        place.mkdir()
        path, what = mutated(drawn(random, most_steps=2), random, place)
        assert path.exists()
        said.add(what.split(":")[0])
    assert said == {"number", "value", "line", "letters", "key", "cell", "rows", "bytes"}


def test_short_form_finds_nothing_wrong(tmp_path: Path) -> None:
    """In a process of its own, because it forks: some trials of every hazard."""
    words = [
        sys.executable,
        "-m",
        "tests.soak",
        "--seed",
        str(SEED),
        "--count",
        SHORT,
        "--kept",
        str(tmp_path / "kept"),
    ]
    run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert [line.split(":")[0] for line in run.stdout.splitlines()] == ["scenarios", "variants", "mutations", "kills"]
