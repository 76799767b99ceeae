"""The operating problem of one year as the components of a PyPSA network, as plain tables.

    carrier of the site        Bus of its name
    demand                     Load
    market                     Generator at its price; sale: Link that takes from the bus and earns
    contract                   Generator at its profile
    converter with inputs      Link from its first input, efficiencies per MWh of that input
    converter without inputs   Generator; where its output may be sold, on a bus of its own with a Link to the site
    store                      Store on a bus of its own, with a charging and a discharging Link
    heat let down              Link from the hotter to the cooler bus

PyPSA joins components by buses alone, so a limit that several share becomes a bus whose unit is a right, with a Generator
that supplies as much of it as there is: `battery rating` is the power that charging and discharging share, `battery
cycles` what it may discharge in a year, `electricity for sale` what the site makes in a step and may sell. Rights carry no
energy and cost nothing.

A store keeps energy within a representative day. PyPSA chains all snapshots, so there is one Store per day, which may be
charged and discharged on that day only, and loses nothing on the others: `battery day 3`. One chronological year is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, count

import numpy as np
from numpy.typing import NDArray

from models.problem import ELECTRICITY, Array, Contract, Converter, IntArray, Market, Problem, Store
from planner.accounting.ledger import grid_market
from planner.accounting.running import available_mwh
from planner.export.dispatch import Dispatch

MILLION = 1e6
Value = float | str | bool
Ratio = float | Array
Attributes = dict[str, Value | Array]
SHARED = "right"  # unit and carrier of buses that carry no energy


@dataclass
class Network:
    """Components by PyPSA list name, then component, then attribute; `series` holds what changes by snapshot."""

    steps: int
    static: dict[str, dict[str, dict[str, Value]]] = field(default_factory=dict)
    series: dict[str, dict[str, dict[str, Array]]] = field(default_factory=dict)

    def add(self, kind: str, name: str, attributes: Mapping[str, Value | Array]) -> str:
        """Add a component and return its name: with a number where another of its kind has the name already.

        An array that never changes is written as one number. A carrier is described by all that share it.
        """
        components = self.static.setdefault(kind, {})
        if kind != "carriers":
            name = next(one for one in chain((name,), (f"{name} {n}" for n in count(2))) if one not in components)
        row = components.setdefault(name, {})
        for attribute, value in attributes.items():
            if isinstance(value, np.ndarray):
                values = np.broadcast_to(value, self.steps)
                if np.ptp(values) > 0:
                    self.series.setdefault(kind, {}).setdefault(attribute, {})[name] = values
                else:
                    row[attribute] = float(values[0])
            else:
                row[attribute] = value
        return name


def network_of(case: Dispatch) -> Network:
    """The network of one year."""
    problem = case.problem
    net = Network(problem.steps.count)
    for c in problem.carriers:
        net.add("buses", c.name, {"carrier": c.name, "unit": "MW"})
        net.add("carriers", c.name, {"nice_name": c.name.replace("_", " ")})
    for d in problem.demands:
        net.add("loads", d.name, {"bus": d.carrier, "carrier": d.carrier, "p_set": d.load_mw * d.index[0]})
    for carrier in sorted(_sold(problem)):
        _add_right(net, f"{carrier} for sale", spare=_reach_mw(problem, carrier))
    for k in problem.markets:
        _add_market(net, case, k)
    for contract in problem.contracts:
        _add_contract(net, problem, contract, case.volumes[contract.name])
    for v in problem.converters:
        _add_converter(net, problem, v, case.online.get(v.name))
    for s in problem.stores:
        _add_store(net, problem, s)
    _add_heat(net, problem)
    return net


def _add_right(net: Network, name: str, *, supply: float = 0.0, spare: float = 0.0, **limits: Value) -> None:
    """A bus of rights: up to `supply` MW of them exist, up to `spare` MW of what others supply may go unused."""
    net.add("carriers", SHARED, {"nice_name": "shared limit, no energy"})
    net.add("buses", name, {"carrier": SHARED, "unit": SHARED})
    if supply:
        net.add("generators", name, {"bus": name, "carrier": SHARED, "p_nom": supply, **limits})
    if spare:
        net.add("generators", f"{name} unused", {"bus": name, "carrier": SHARED, "p_nom": spare, "sign": -1.0})


# --- across the fence -------------------------------------------------------------------------------------------------


def _sold(problem: Problem) -> set[str]:
    return {k.carrier for k in problem.markets if k.export_price is not None}


def _is_shared(problem: Problem, k: Market) -> bool:
    """Whether contracts come through the connection of this market."""
    return k is grid_market(problem) and any(not c.direct_line for c in problem.contracts)


def _add_market(net: Network, case: Dispatch, k: Market) -> None:
    problem, index = case.problem, float(k.price_index[0])
    emitted = float(np.broadcast_to(k.emission_factor, 1)[0])
    net.add("carriers", k.name, {"nice_name": k.name.replace("_", " "), "co2_emissions": emitted})
    drawn: Ratio = 1.0
    if k.name in case.peaks_mw and k.max_import_mw > 0:
        drawn = np.minimum(case.peaks_mw[k.name] / k.max_import_mw, 1.0)[problem.steps.billing]
    bought: Attributes = {
        "bus": k.carrier,
        "carrier": k.name,
        "p_nom": k.max_import_mw,
        "marginal_cost": k.price * index * MILLION,
    }
    if k.max_import_mwh_per_year is not None:
        bought["e_sum_max"] = k.max_import_mwh_per_year
    if _is_shared(problem, k):
        bus = f"{k.name} connection"
        net.add("buses", bus, {"carrier": k.carrier, "unit": "MW"})
        attributes: Attributes = {"bus0": bus, "bus1": k.carrier, "carrier": k.carrier, "p_nom": k.max_import_mw}
        net.add("links", bus, {**attributes, "p_max_pu": drawn})
        net.add("generators", k.name, {**bought, "bus": bus})
    else:
        net.add("generators", k.name, {**bought, "p_max_pu": drawn})
    if k.export_price is not None:
        ports: Attributes = {"bus0": k.carrier, "bus1": f"{k.carrier} for sale", "efficiency": -1.0}
        earned: Attributes = {"p_nom": k.max_export_mw, "marginal_cost": -k.export_price * index * MILLION}
        net.add("links", f"{k.name} sale", {**ports, "carrier": k.name, **earned})


def _add_contract(net: Network, problem: Problem, c: Contract, volume: float) -> None:
    """Delivery costs nothing within the agreed part, which is paid anyway, and its price beyond."""
    grid = grid_market(problem)
    place = ELECTRICITY if c.direct_line or grid is None else f"{grid.name} connection"
    net.add("carriers", c.name, {"nice_name": c.name.replace("_", " ")})
    delivered: Attributes = {"carrier": c.name, "p_nom": volume, "p_max_pu": np.asarray(c.profile, float)}
    if agreed_share(c) >= 1:
        net.add("generators", c.name, {"bus": place, **delivered})
        return
    most, yearly, price = _most(delivered), available_mwh(problem, c, volume), float(c.price[0]) * MILLION
    own = net.add("buses", c.name, {"carrier": ELECTRICITY, "unit": "MW"})
    net.add("generators", c.name, {"bus": own, **delivered})
    bus, part = f"{c.name} paid", agreed_share(c) * yearly
    _add_right(net, bus, supply=most, e_sum_max=part)
    beyond: Attributes = {
        "bus": bus,
        "carrier": SHARED,
        "p_nom": most,
        "e_sum_max": yearly - part,
        "marginal_cost": price,
    }
    net.add("generators", f"{c.name} beyond", beyond)
    ports: Attributes = {"bus0": own, "bus1": place, "bus2": bus, "efficiency": 1.0, "efficiency2": -1.0}
    net.add("links", f"{c.name} delivery", {**ports, "carrier": c.name, "p_nom": most})


def agreed_share(c: Contract) -> float:
    """Share of a contract's volume that is paid whatever is delivered: all of it where the price is negative."""
    return 1.0 if float(c.price[0]) < 0 else c.take_or_pay_share


def constant_cost(case: Dispatch) -> float:
    """Part of the operating cost that no dispatch changes [million]: agreed contract payments, starts of units."""
    problem = case.problem
    agreed = sum(
        agreed_share(c) * float(c.price[0]) * available_mwh(problem, c, case.volumes[c.name]) for c in problem.contracts
    )
    starts = 0.0
    for v in problem.converters:
        if v.name in case.online:
            online = case.online[v.name]
            started = np.maximum(0.0, online - online[problem.steps.before]) @ problem.steps.times_per_year
            starts += v.start_cost * float(started)
    return float(agreed) + starts


# --- plant ------------------------------------------------------------------------------------------------------------


def _add_converter(net: Network, problem: Problem, v: Converter, online: Array | None) -> None:
    size, cost = float(v.sizing.existing[0]), float(np.broadcast_to(v.opex_variable, 1)[0]) * MILLION
    limits = _limits(v, size, online)
    outputs = dict(v.outputs)
    ports: list[tuple[str, Ratio]] = list(outputs.items())
    ports += [(f"{c} for sale", ratio) for c, ratio in outputs.items() if c in _sold(problem)]
    net.add("carriers", v.name, {"nice_name": v.name.replace("_", " ")})
    main = next((c for c, ratio in v.inputs.items() if np.min(ratio) > 0), None)
    if main is None:
        others = [(c, -np.asarray(ratio, float)) for c, ratio in v.inputs.items()]
        _add_activity(net, v.name, limits | {"marginal_cost": cost}, [*others, *ports])
        return
    ratio = np.broadcast_to(np.asarray(v.inputs[main], float), net.steps)
    most = float(ratio.max())
    ports = [*((c, -np.asarray(r, float)) for c, r in v.inputs.items() if c != main), *ports]
    attributes = {key: value * ratio / most for key, value in limits.items() if key != "p_nom"}
    attributes |= {"p_nom": size * most, "marginal_cost": cost / ratio}
    joined = _joined([(bus, np.asarray(value) / ratio) for bus, value in ports])
    net.add("links", v.name, {"bus0": main, "carrier": v.name, **attributes, **joined})


def _limits(v: Converter, size: float, online: Array | None) -> dict[str, Ratio]:
    """Size and the share of it that may and must be used."""
    available = np.asarray(v.availability, float)
    if online is None or v.sizing.package is None:
        return {"p_nom": size, "p_max_pu": available}
    running = online * v.sizing.package / size
    return {
        "p_nom": size,
        "p_max_pu": np.minimum(available, running),
        "p_min_pu": v.min_load_share * running,
    }


def _add_activity(net: Network, name: str, limits: Mapping[str, Ratio], ports: list[tuple[str, Ratio]]) -> None:
    """A generator; where it feeds more than one bus in plain proportion, on its own bus with a link."""
    if len(ports) == 1 and np.all(np.asarray(ports[0][1]) == 1.0):
        net.add("generators", name, {"bus": ports[0][0], "carrier": name, **limits})
        return
    bus = net.add("buses", name, {"carrier": name, "unit": "MW"})
    net.add("generators", name, {"bus": bus, "carrier": name, **limits})
    net.add("links", f"{name} output", {"bus0": bus, "carrier": name, "p_nom": limits["p_nom"], **_joined(ports)})


def _joined(ports: list[tuple[str, Ratio]]) -> dict[str, Value | Array]:
    """bus1, efficiency, bus2, efficiency2 … of a link."""
    attributes: Attributes = {}
    for n, (bus, ratio) in enumerate(ports, start=1):
        attributes[f"bus{n}"] = bus
        attributes["efficiency" if n == 1 else f"efficiency{n}"] = np.asarray(ratio, float)
    return attributes


def _add_heat(net: Network, problem: Problem) -> None:
    for hot, cool in problem.letdowns:
        limits: Attributes = {"p_nom": _reach_mw(problem, hot), "carrier": hot}
        net.add("links", f"{hot} to {cool}", {"bus0": hot, "bus1": cool, **limits})
    for c in problem.carriers:
        if c.dumping:
            limits = {"p_nom": _reach_mw(problem, c.name), "sign": -1.0, "carrier": c.name}
            net.add("generators", f"{c.name} dumped", {"bus": c.name, **limits})


def _reach_mw(problem: Problem, carrier: str) -> float:
    """Most of a carrier that can be supplied in a step: a bound for what has no limit of its own."""
    supply = sum(k.max_import_mw for k in problem.markets if k.carrier == carrier)
    supply += sum(
        float(np.max(v.outputs[carrier])) * v.sizing.max_total for v in problem.converters if carrier in v.outputs
    )
    supply += sum(s.power.max_total for s in problem.stores if s.carrier == carrier)
    supply += sum(float(-np.minimum(d.load_mw, 0).min()) for d in problem.demands if d.carrier == carrier)
    if carrier == ELECTRICITY:
        supply += sum(c.max_volume for c in problem.contracts)
    return supply + sum(_reach_mw(problem, hot) for hot, cool in problem.letdowns if cool == carrier)


def _most(limits: Mapping[str, Value | Array]) -> float:
    return float(np.max(np.asarray(limits["p_nom"], float) * np.asarray(limits["p_max_pu"], float)))


# --- stores -----------------------------------------------------------------------------------------------------------


def _add_store(net: Network, problem: Problem, s: Store) -> None:
    from models.stores import saleable_share

    power, energy = float(s.power.existing[0]), float(s.energy.existing[0])
    net.add("carriers", s.name, {"nice_name": s.name.replace("_", " ")})
    rating, cycles = f"{s.name} rating", f"{s.name} cycles"
    _add_right(net, rating, supply=power)
    out: list[tuple[str, Ratio]] = [(s.carrier, s.discharge_efficiency), (rating, -s.discharge_efficiency)]
    if s.cycles_per_year is not None:
        _add_right(net, cycles, supply=power, e_sum_max=s.cycles_per_year * energy)
        out.append((cycles, -s.discharge_efficiency))
    if s.may_export and s.carrier in _sold(problem):
        share = np.asarray(saleable_share(problem, s.carrier), float)
        out.append((f"{s.carrier} for sale", share * s.discharge_efficiency))
    days = list(cycles_of(problem.steps.before))
    for d, steps in enumerate(days, start=1):
        name = s.name if len(days) == 1 else f"{s.name} day {d}"
        here = np.zeros(net.steps)
        here[steps] = 1.0
        bus = net.add("buses", name, {"carrier": s.name, "unit": "MW"})
        kept: Attributes = {"e_nom": energy, "e_cyclic": True, "standing_loss": here * s.loss_share_per_hour}
        net.add("stores", name, {"bus": bus, "carrier": s.name, **kept})
        into: Attributes = {"bus0": s.carrier, **_joined([(bus, s.charge_efficiency), (rating, -1.0)])}
        net.add("links", f"{name} charge", {**into, "carrier": s.name, "p_nom": power, "p_max_pu": here})
        most = power / s.discharge_efficiency
        from_it: Attributes = {
            "bus0": bus,
            **_joined(out),
            "marginal_cost": s.opex_variable * s.discharge_efficiency * MILLION,
        }
        net.add("links", f"{name} discharge", {**from_it, "carrier": s.name, "p_nom": most, "p_max_pu": here})


def cycles_of(before: IntArray) -> Iterator[NDArray[np.int64]]:
    """Steps that follow one another in a circle, each circle in its order; raises ValueError if one is out of order.

    >>> [list(map(int, steps)) for steps in cycles_of(np.array([1, 0, 3, 2]))]
    [[0, 1], [2, 3]]
    """
    left = set(range(len(before)))
    while left:
        first = min(left)
        circle, step = [first], int(before[first])
        while step != first:
            circle.append(step)
            step = int(before[step])
        left -= set(circle)
        steps = np.array(sorted(circle), dtype=np.int64)
        if not np.array_equal(before[steps], np.roll(steps, 1)):
            raise ValueError("a store's steps do not follow one another in order")
        yield steps
