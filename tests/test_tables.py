from __future__ import annotations

import pytest

from planner.answer import account_for
from planner.results.folder import Row
from planner.results.tables import tables
from tests.plans import dyehouse

YEARS = tuple(range(2025, 2033))
ANSWER = account_for(*dyehouse(YEARS))
TABLES = tables(ANSWER, "CNY")


def total(table: str, metric: str, item: str | None = None) -> float:
    rows = [row for row in TABLES[table] if row.metric == metric and (item is None or row.item == item)]
    return sum(row.value for row in rows)


def test_present_values_sum_to_the_net_present_cost() -> None:
    assert total("cash", "present_value") == pytest.approx(ANSWER.money.net_present_cost * 1e6)
    kinds = sum(row.value for row in TABLES["cash"] if row.item != "all")
    assert kinds == pytest.approx(total("cash", "total"))


def test_the_decisions_have_each_decision_once_and_all_capex() -> None:
    rows = TABLES["decisions"]
    assert Row(2025, "leak_repair", "start", "1", 1.0) in rows
    assert Row(2026, "pv_roof", "build", "MW", 8.0) in rows
    assert Row(2027, "battery", "build_energy", "MWh", 2.0) in rows
    assert Row(2030, "metering", "adopt", "1", 1.0) in rows
    assert [row.year for row in rows if (row.item, row.metric) == ("ccer", "buy")] == [2030, 2031, 2032]
    assert total("decisions", "capex") == pytest.approx(ANSWER.money.capex() * 1e6)
    assert total("decisions", "capex", "battery") == pytest.approx(0.3e6 + 1.6e6)


def test_sources_sum_to_their_scope() -> None:
    for scope in ("scope1", "scope2_location", "scope2_market"):
        parts = sum(row.value for row in TABLES["emissions"] if row.metric == scope and row.item != "all")
        assert parts == pytest.approx(total("emissions", scope, "all"))


def test_the_ledger_adds_up() -> None:
    used, grid, sun = (total("ledger", metric, "electricity") for metric in ("used", "grid", "onsite_renewable"))
    assert used == pytest.approx(grid + sun)
    assert total("ledger", "import", "grid") == pytest.approx(grid)
    assert total("ledger", "activity", "pv_roof") == pytest.approx(sun)


def test_points_sum_to_the_score() -> None:
    assert total("rating", "points") == pytest.approx(total("rating", "score"))
    assert [row.value for row in TABLES["rating"] if row.metric == "stars"][-3:] == [5.0, 5.0, 5.0]
