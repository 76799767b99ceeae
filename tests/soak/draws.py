"""Random small factories, by seed: what a site may have, each option in or out, numbers of every plausible size."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.soak.drafts import Draft, Tables, csv_text

FIRST = 2027
Random = np.random.Generator


class Draw:
    """One draft in the making."""

    def __init__(self, random: Random, most_steps: int = 24) -> None:
        self.random = random
        self.years = int(random.choice([1, 1, 2, 2, 3]))
        self.length = int(random.choice([n for n in (1, 2, 4, 6, 12, 24) if n <= most_steps]))
        self.periods = int(random.integers(1, 4)) if self.length < 12 else 1
        self.steps = self.length * self.periods
        self.minutes = int(random.choice([60, 60, 30]))
        self.tables: Tables = {}
        self.files: dict[str, str] = {}

    def some(self, share: float) -> bool:
        return bool(self.random.random() < share)

    def number(self, low: float, high: float, digits: int = 4) -> float:
        """A number between two, of few digits."""
        return float(f"{self.random.uniform(low, high):.{digits}g}")

    def numbers(self, low: float, high: float, zeros: float = 0.0) -> list[float]:
        return [0.0 if self.some(zeros) else self.number(low, high) for _ in range(self.steps)]

    def series(self, name: str, numbers: list[float]) -> dict[str, Any]:
        """Keys of a series: in the table itself, or in a file."""
        if self.some(0.6):
            return {"values": numbers}
        self.files[f"{name}.csv"] = csv_text(name, numbers)
        return {"file": f"{name}.csv"} if self.some(0.5) else {"file": f"{name}.csv", "column": name}

    def optional(self, share: float, **keys: Any) -> dict[str, Any]:
        """Each key with some probability."""
        return {key: number for key, number in keys.items() if self.some(share)}

    def year(self) -> int:
        return FIRST + int(self.random.integers(0, self.years))

    def payments(self) -> list[float]:
        share = float(self.random.choice([0.2, 0.5]))
        return [share, 1 - share]


def drawn(random: Random, most_steps: int = 24) -> Draft:
    """A random draft that `small_model` covers."""
    d = Draw(random, most_steps)
    _frame(d)
    d.tables["demands"], d.tables["markets"] = _demands(d), {}
    _grid(d)
    _plant(d)
    _heat(d)
    if d.some(0.45):
        d.tables["stores"] = {"battery": _battery(d)}
    if d.some(0.45):
        d.tables["retrofits"] = _retrofits(d)
    if d.some(0.4):
        d.tables["contracts"] = _contracts(d)
    _tonnes(d)
    return Draft(d.tables, d.files)


QUESTIONS = [
    "lawful_operation",
    "no_major_incident",
    "no_eliminated_equipment",
    "mandatory_energy_limits",
    "top_management_commitment",
    "management_systems",
    "ghg_inventory_verified",
    "zero_carbon_plan",
    "green_building",
    "efficient_lighting",
    "efficient_general_equipment",
    "metering_three_level",
    "environmental_control",
    "energy_carbon_platform",
    "carbon_statistics",
    "energy_carbon_analysis",
    "target_tracking",
    "energy_benchmarking",
    "material_saving",
    "water_saving",
    "eco_design",
    "product_carbon_footprint",
    "supplier_carbon_management",
    "reduction_plan",
    "reduction_project_monitoring",
    "offset_procedure",
    "registry_retirement",
]


def rated(random: Random, most_steps: int = 12) -> Draft:
    """A random draft with a rating to reach, beyond what `small_model` covers."""
    draft = drawn(random, most_steps)
    tables, last = draft.tables, draft.tables["horizon"]["last_year"]
    met = {name: "met" if random.random() < 0.8 else "missing" for name in QUESTIONS}
    stars = int(random.choice([3, 4, 5, 6]))
    tables["rating"] = {"target_stars": stars, "target_year": last, "questionnaire": met}
    tables["rating"] |= {"boundary": "II"} if random.random() < 0.3 else {}
    tables["durability"] |= {
        "floor": bool(random.random() < 0.5),
        "own_reduction_floor": float(random.choice([0.05, 0.2])),
    }
    tables["durability"] |= {"durable_stars": 3} if random.random() < 0.2 else {}
    papers = tables.setdefault("instruments", {})
    papers["certificate"] = {"kind": "certificate", "price": 20.0, "max_per_year": 1e6}
    papers["credit"] = {"kind": "credit", "price": 80.0, "max_per_year": 1e6}
    papers["removal"] = {"kind": "removal", "price": 900.0, "max_per_year": 1e6, "durability_years": 1000.0}
    return Draft(tables, draft.files, covered=False)


def _frame(d: Draw) -> None:
    weights = d.random.uniform(0.3, 1.0, d.periods)
    weights = weights / weights.sum() * 8760 / d.length / (d.minutes / 60)
    horizon: dict[str, Any] = {"first_year": FIRST, "last_year": FIRST + d.years - 1, "step_minutes": d.minutes}
    horizon |= {"period_steps": d.length, "period_weights": [float(w) for w in weights]}
    if d.some(0.6):
        horizon["period_months"] = [int(m) for m in d.random.choice([1, 4, 7, 10], d.periods)]
    money: dict[str, Any] = {
        "discount_rate": d.number(0, 0.15),
        "salvage": str(d.random.choice(["straight_line", "annuity", "none"])),
    }
    money |= d.optional(0.5, timing=str(d.random.choice(["start", "mid", "end"])))
    if d.some(0.3):
        money |= {"tax_rate": 0.25, "inflation": 0.02, "depreciation_years": int(d.random.choice([1, 4, 10]))}
    if d.some(0.06):
        money["annual_capex_limit"] = d.number(2e5, 5e6)
    d.tables |= {
        "scenario": {"name": "soak", **d.optional(0.3, price_year=FIRST - 2)},
        "horizon": horizon,
        "site": d.optional(0.5, roof_m2=d.number(1000, 20000)),
        "finance": money,
        "solver": {"resolution": "given", "gap": 1e-7, "time_limit_s": 20},
    }
    if d.some(0.4):
        d.tables["production"] = {"goods": {"output": 1000.0, "growth_per_year": d.number(-0.1, 0.1)}}


def _demands(d: Draw) -> Tables:
    size = 10 ** d.random.uniform(-1.5, 1.5)
    demands: Tables = {}
    for name, carrier, share in (
        ("motors", "electricity", 1.0),
        ("lights", "electricity", 0.3),
        ("drying", "steam", 0.5),
        ("washing", "hot_water", 0.3),
        ("cold", "cooling", 0.2),
    ):
        if not d.some(share):
            continue
        load = d.numbers(0.1 * size, size, zeros=0.15)
        load[0] = load[0] or float(f"{size:.3g}")
        keys: dict[str, Any] = {"carrier": carrier}
        if d.some(0.15):
            keys |= {"annual_mwh": float(f"{sum(load) / d.steps * 8760:.5g}"), "profile": {"values": load}}
        elif d.some(0.2):
            keys |= {**d.series(name, [float(f"{1e3 * x:.7g}") for x in load]), "unit": "kW"}
        else:
            keys |= d.series(name, load)
        keys |= d.optional(0.25, growth_per_year=d.number(-0.05, 0.08))
        if "production" in d.tables and d.some(0.5):
            keys["follows"] = "goods"
        demands[name] = keys
    return demands


def peak(d: Draw, *carriers: str) -> float:
    """Highest load of some carriers in any year [MW], not exactly."""
    most = 0.0
    for name, keys in d.tables["demands"].items():
        if keys["carrier"] in carriers:
            text = d.files.get(f"{name}.csv")
            load = keys.get("values") or keys.get("profile", {}).get("values")
            load = load or [float(x) for x in (text or "0\n0").splitlines()[1:]]
            most += max(load) * (1e-3 if keys.get("unit") == "kW" else 1.0)
    return float(f"{1.6 * most + 0.01:.3g}")


def _grid(d: Draw) -> None:
    prices = d.numbers(200, 1200)
    if d.some(0.12):
        prices[-1] = -d.number(1, 200)
    keys: dict[str, Any] = {"carrier": "electricity"}
    if d.some(0.25):
        keys["price_per_mwh"] = d.number(300, 900)
    elif d.some(0.3):
        keys |= {**d.series("price", [float(f"{x / 1e3:.6g}") for x in prices]), "unit": "CNY/kWh"}
    else:
        keys |= d.series("price", prices)
    keys |= d.optional(0.3, price_trend_per_year=d.number(-0.03, 0.05), fixed_cost_per_year=d.number(1e3, 1e5))
    if d.some(0.45):
        keys |= {"export_price_per_mwh": d.number(50, 400), **d.optional(0.3, max_export_mw=d.number(0.1, 3))}
    if d.some(0.5):
        keys["demand_charge_per_kw_month"] = d.number(10, 60)
        rule = str(d.random.choice(["", "peak", "contract"]))
        keys |= {"demand_rule": rule} if rule else {}
        keys |= {"contract_min_mw": d.number(0.05, 1)} if rule == "contract" and d.some(0.4) else {}
        keys |= {"ratchet_share": d.number(0.3, 1)} if rule != "contract" and d.some(0.4) else {}
    room = peak(d, "electricity", "cooling", "steam", "hot_water")
    if d.some(0.3):
        keys["max_mw"] = float(f"{room * d.random.uniform(1, 3):.3g}")
    if d.some(0.2):
        d.tables["site"]["grid_connection_mw"] = float(f"{room * d.random.uniform(1, 3):.3g}")
    d.tables["markets"]["grid"] = keys


def _plant(d: Draw) -> None:
    plant: Tables = {}
    if d.some(0.55):
        sun = [min(1.0, x) for x in d.numbers(0, 1.1, zeros=0.4)]
        keys: dict[str, Any] = {"outputs": {"electricity": 1.0}, "profile": d.series("sun", sun), "renewable": True}
        keys |= {"life_years": int(d.random.choice([2, 20, 25])), "capex_per_kw": d.number(500, 5000)}
        keys |= d.optional(0.3, degradation_per_year=0.01, existing_mw=d.number(0.01, 1), opex_fixed_per_kw_year=30.0)
        keys |= d.optional(0.2, subsidy_per_kw=d.number(10, 300), payment_shares=d.payments(), commissioning_month=7)
        keys |= d.optional(0.2, capex_trend_per_year=-0.05, latest_year=d.year())
        if "roof_m2" in d.tables["site"]:
            keys |= {"area": "roof", "area_m2_per_kw": 6.0}
        else:
            keys["max_mw"] = d.number(1, 8)
        plant["pv"] = keys
    if d.some(0.15):
        engine = {"inputs": {"gas": 2.5}, "outputs": {"electricity": 1.0, **({"steam": 0.9} if d.some(0.7) else {})}}
        engine |= {"life_years": 15, "capex_per_kw": d.number(2000, 6000), "opex_variable_per_mwh": 60.0}
        engine |= d.optional(0.3, capex_fixed=2e5, min_mw=0.2, max_mw=5.0, package_mw=0.5)
        plant["engine"] = engine
    d.tables["converters"] = plant


def _heat(d: Draw) -> None:
    """What serves heat and cold, and fuel; mostly there already, sometimes still to be bought."""
    plant = d.tables["converters"]
    for carrier, load in (("steam", peak(d, "steam", "hot_water")), ("hot_water", peak(d, "hot_water"))):
        if load > 0.02 and (carrier == "steam") == any(q["carrier"] == "steam" for q in d.tables["demands"].values()):
            plant[f"{carrier}_boiler"] = _boiler(d, carrier, load)
            if d.some(0.5):
                plant["heat_pump_new"] = _electric(d, carrier)
    if "cold" in d.tables["demands"]:
        load = peak(d, "cooling")
        chiller: dict[str, Any] = {"cop": d.number(2.5, 6), "outputs": {"cooling": 1.0}, "life_years": 15}
        chiller |= {"existing_mw": load, "max_mw": load} if d.some(0.7) else {"capex_per_kw": d.number(500, 2000)}
        plant["chiller"] = chiller
    if any("gas" in keys.get("inputs", {}) for keys in plant.values()):
        gas: dict[str, Any] = {"carrier": "gas", "price_per_mwh": d.number(150, 600), "emission_factor_t_per_mwh": 0.2}
        d.tables["markets"]["gas"] = gas | d.optional(0.3, price_trend_per_year=0.02)


def _boiler(d: Draw, carrier: str, load: float) -> dict[str, Any]:
    boiler: dict[str, Any] = {"inputs": {"gas": d.number(1.02, 1.3)}, "outputs": {carrier: 1.0}, "life_years": 20}
    if d.some(0.15):
        boiler["inputs"]["electricity"] = 0.01
    if d.some(0.12):  # nothing stands yet
        return boiler | {"capex_per_kw": d.number(200, 900), **d.optional(0.3, capex_fixed=1e5)}
    boiler |= {"existing_mw": load, "max_mw": load, **d.optional(0.3, opex_fixed_per_kw_year=20.0)}
    if d.some(0.2):
        boiler["may_retire"] = True
    elif d.years > 1 and d.some(0.25):
        boiler |= {"existing_until": FIRST, "capex_per_kw": d.number(200, 900)}
    if "may_retire" not in boiler and "existing_until" not in boiler and d.steps <= 6 and d.some(0.15):
        boiler |= {"min_load_share": 0.3, "package_mw": float(f"{load / 2:.6g}"), **d.optional(0.5, start_cost=50.0)}
        boiler["existing_mw"] = boiler["max_mw"] = 2 * boiler["package_mw"]
    return boiler


def _electric(d: Draw, carrier: str) -> dict[str, Any]:
    keys: dict[str, Any] = {
        "cop": d.number(1, 4),
        "outputs": {carrier: 1.0},
        "life_years": 18,
        "electrified_heat": True,
    }
    keys |= {"capex_per_kw": d.number(500, 6000), **d.optional(0.25, capex_fixed=d.number(1e4, 5e5))}
    keys |= d.optional(0.2, min_mw=d.number(0.1, 1), max_mw=d.number(1, 5), earliest_year=d.year())
    return keys | d.optional(0.15, package_mw=0.5, capex_trend_per_year=-0.03, payment_shares=d.payments())


def _battery(d: Draw) -> dict[str, Any]:
    keys: dict[str, Any] = {"carrier": "electricity", "life_years": int(d.random.choice([2, 12]))}
    keys |= {"charge_efficiency": d.number(0.85, 1), "discharge_efficiency": d.number(0.85, 1)}
    keys |= {"capex_per_kwh": d.number(20, 1500), **d.optional(0.7, capex_per_kw=d.number(50, 800))}
    keys |= d.optional(0.3, loss_per_hour=0.002, max_hours=4.0, min_hours=0.5, opex_fixed_share=0.02)
    keys |= d.optional(
        0.25, fade_per_year=0.03, cycles_per_year=300.0, opex_variable_per_mwh=5.0, max_mwh=d.number(1, 9)
    )
    if d.some(0.2):
        keys |= {"existing_mw": 0.5, "existing_mwh": 1.0, "max_hours": 4.0}
        keys["max_mwh"] = max(keys.get("max_mwh", 2.0), 1.0)
    return keys


def _retrofits(d: Draw) -> Tables:
    demands = list(d.tables["demands"])
    measures: Tables = {}
    for name in ("drives", "recovery")[: int(d.random.integers(1, 3))]:
        treated = str(d.random.choice(demands))
        keys: dict[str, Any] = {
            "savings": {treated: d.number(0.02, 0.4)},
            "life_years": int(d.random.choice([1, 2, 10])),
        }
        keys |= {"capex": d.number(1e4, 5e6)} if d.some(0.7) else {"capex_per_annual_mwh": d.number(20, 900)}
        keys |= d.optional(0.3, opex_per_year=d.number(-1e4, 2e4), capex_trend_per_year=0.02)
        if keys["life_years"] == 10:
            keys |= d.optional(0.25, commissioning_month=int(d.random.integers(2, 13)), payment_shares=d.payments())
            keys |= d.optional(0.2, latest_year=d.year())
        measures[name] = keys
    if len(measures) == 2 and d.some(0.3):
        measures["recovery"][str(d.random.choice(["requires", "excludes"]))] = ["drives"]
    last = list(measures.values())[-1]
    alone = sum(last["savings"].keys() == one["savings"].keys() for one in measures.values()) == 1
    if alone and d.some(0.3):
        carrier = d.tables["demands"][next(iter(last["savings"]))]["carrier"]
        if carrier != "electricity":
            last["side_use"] = [{"carrier": "electricity", "mwh_per_mwh": 0.03}]
    return measures


def _contracts(d: Draw) -> Tables:
    found: Tables = {}
    sun = [min(1.0, x) for x in d.numbers(0, 1.1, zeros=0.3)]
    sun[0] = sun[0] or 0.5
    if d.some(0.5):
        keys: dict[str, Any] = {
            "kind": "as_produced",
            "profile": d.series("farm", sun),
            "price_per_mwh": d.number(200, 800),
        }
        keys |= {"tenor_years": int(d.random.choice([1, 5, 10])), "max_mw": d.number(0.2, 4), "bundled": True}
        keys |= d.optional(0.3, take_or_pay_share=d.number(0, 1), sign_cost=d.number(1e3, 1e5), direct_line=True)
        found["farm"] = keys | d.optional(0.2, min_mw=0.1, index_per_year=0.01, price_trend_per_year=-0.02)
    if d.some(0.3):
        base = {"kind": "baseload", "price_per_mwh": d.number(300, 900), "tenor_years": 2, "max_mw": d.number(0.1, 2)}
        found["base"] = base | {"bundled": d.some(0.5)}
    if d.some(0.4):
        kind = str(d.random.choice(["green_tariff", "virtual"]))
        found["tariff"] = {"kind": kind, "price_per_mwh": d.number(5, 60), "tenor_years": int(d.random.choice([1, 6]))}
        found["tariff"] |= {"max_mwh_per_year": d.number(100, 20000)}
    return found


def _tonnes(d: Draw) -> None:
    factor = d.number(0.2, 0.9)
    keys: dict[str, Any] = {"grid_factor": "custom", "grid_factor_t_per_mwh": factor, "grid_factor_trend_per_year": 0.0}
    keys |= {"uncovered": "average"} if d.some(0.5) else {"uncovered_t_per_mwh": d.number(factor, 1.0)}
    if d.some(0.3):
        keys |= {"carbon_price": d.number(20, 300), **d.optional(0.5, free_allowance_t=d.number(0, 3000))}
    d.tables["durability"] = {"penalty": d.some(0.5), "min_contract_years": 5}
    if d.some(0.4):
        papers: Tables = {}
        if d.some(0.5):
            papers["certificate"] = {
                "kind": "certificate",
                "price": d.number(5, 60),
                "max_per_year": d.number(100, 1e5),
            }
        if d.some(0.6):
            papers["credit"] = {"kind": "credit", "price": d.number(20, 200), "max_per_year": d.number(100, 1e5)}
        if d.some(0.5):
            papers["removal"] = {"kind": "removal", "price": d.number(300, 3000), "max_per_year": d.number(100, 1e5)}
            papers["removal"] |= {
                "durability_years": float(d.random.choice([30, 1000])),
                **d.optional(0.5, buffer_share=0.1),
            }
        d.tables["instruments"] = papers
    if d.some(0.5):
        metric = str(d.random.choice(["gross_location", "gross_market", "scope1", "net"]))
        load = sum(peak(d, c) for c in ("electricity", "steam", "hot_water", "cooling")) / 1.6 * 0.5 * 8760 * 0.5
        limit = float(f"{load * d.random.uniform(0.2, 1.5):.4g}")
        cap = (
            {"metric": metric, "cumulative_t": limit * d.years} if d.some(0.2) else {"metric": metric, "limit_t": limit}
        )
        keys["caps"] = [cap]
    d.tables["emissions"] = keys
