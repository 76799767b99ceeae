from __future__ import annotations

from planner.results.folder import Row
from planner.results.steps import Step, steps


def build(year: int, item: str, size: float, cost: float = 0.0) -> list[Row]:
    return [Row(year, item, "build", "MW", size), Row(year, item, "capex", "CNY", cost)]


def test_power_and_energy_of_a_store_are_one_step() -> None:
    rows = [Row(2026, "battery", "build_energy", "MWh", 4.0), *build(2026, "battery", 2.0, 5e6)]
    assert steps(rows) == [Step(2026, 2026, "build", "battery", ((4.0, 4.0, "MWh"), (2.0, 2.0, "MW")), 5e6)]


def test_small_enlargements_are_joined_and_keep_their_cost() -> None:
    rows = [*build(2026, "pump", 10.0, 1e6), *build(2029, "pump", 0.2, 2e4), *build(2031, "pump", 0.1, 1e4)]
    first, rest = steps(rows)
    assert (first.years, first.verb, first.capex) == ("2026", "build", 1e6)
    assert (rest.years, rest.verb, rest.count, rest.capex) == ("2029-2031", "enlarge", 2, 3e4)
    assert rest.sizes[0][2] == "MW"
    assert abs(rest.sizes[0][0] - 0.3) < 1e-12


def test_no_capex_is_lost() -> None:
    rows = [*build(2026, "pump", 10.0, 1e6), *build(2027, "pump", 0.2, 2e4), Row(2026, "leaks", "start", "1", 1.0)]
    rows.append(Row(2026, "leaks", "capex", "CNY", 5e4))
    assert sum(step.capex or 0.0 for step in steps(rows)) == 1.07e6


def test_what_is_bought_every_year_is_one_step_at_the_end() -> None:
    rows = [Row(y, "ccer", "buy", "t", 100.0 + y) for y in (2030, 2031, 2032)] + [Row(2031, "ppa", "sign", "MW", 3.0)]
    signed, bought = steps(rows)
    assert signed == Step(2031, 2031, "sign", "ppa", ((3.0, 3.0, "MW"),))
    assert bought == Step(2030, 2032, "buy", "ccer", ((2130.0, 2132.0, "t/year"),))
    (rested,) = steps([rows[0], rows[2]])
    assert rested == Step(2030, 2032, "buy", "ccer", ((2130.0, 2132.0, "t/year"),), count=2)  # not in 2031


def test_a_contract_signed_every_year_for_much_the_same_is_one_step() -> None:
    yearly = [Row(y, "green", "sign", "MWh", 300.0 + y - 2030) for y in (2030, 2031, 2032)]
    assert steps(yearly) == [Step(2030, 2032, "sign", "green", ((300.0, 302.0, "MWh"),), count=3)]
    assert len(steps([*yearly, Row(2033, "green", "sign", "MWh", 900.0)])) == 4


def test_a_hair_of_enlargement_is_left_out() -> None:
    assert len(steps([*build(2026, "battery", 10.0, 1e6), *build(2030, "battery", 1e-4, 60.0)])) == 1


def test_what_a_solver_leaves_of_a_thing_is_no_step() -> None:
    dust = [Row(2026, "store", "build_energy", "MWh", 1.4e-4), *build(2026, "store", 9e-6, 35.0)]
    assert steps([*dust, *build(2028, "pump", 5e-4, 2500.0)]) == []
    assert len(steps([*build(2026, "store", 9e-6, 35.0), Row(2026, "store", "build_energy", "MWh", 1.0)])) == 1


def test_a_retirement_costs_nothing_of_a_build_in_its_year() -> None:
    rows = [*build(2026, "boiler", 1.0, 1e6), Row(2026, "boiler", "retire", "share", 0.5)]
    built, retired = steps(rows)
    assert built.capex == 1e6
    assert (retired.verb, retired.capex) == ("retire", None)
