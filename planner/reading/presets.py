"""Presets: the keys that the library supplies where the scenario is silent."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from planner.reading.faults import did_you_mean, one_of
from planner.reading.findings import Finding, shown
from planner.scenario import Contract, Converter, Instrument, Management, Retrofit, Store
from planner.scenario.base import Table

TABLES: dict[str, type[Table]] = {
    "retrofits": Retrofit,
    "converters": Converter,
    "stores": Store,
    "contracts": Contract,
    "instruments": Instrument,
    "management": Management,
}

# without any of these a thing is none of the user's own: its name was meant to be a preset's
DEFINING: dict[str, frozenset[str]] = {
    "retrofits": frozenset({"savings", "applies_to", "capex"}),
    "converters": frozenset({"outputs", "captured_kgco2_per_mwh"}),
    "stores": frozenset({"carrier", "capex_per_kwh"}),
    "contracts": frozenset({"kind"}),
    "instruments": frozenset({"kind"}),
    "management": frozenset({"points", "gate", "capex"}),
}

# keys that say the same thing in different ways: giving one drops the preset's others
ALTERNATIVES: dict[str, tuple[tuple[frozenset[str], ...], ...]] = {
    "converters": (
        (frozenset({"cop"}), frozenset({"carnot_share", "cop_source", "cop_sink_c", "cop_max"})),
        (frozenset({"capex_per_kw", "capex_fixed"}), frozenset({"capex_segments"})),
    ),
    "retrofits": (
        (frozenset({"savings"}), frozenset({"applies_to", "saving_share"})),
        (frozenset({"capex"}), frozenset({"capex_per_annual_mwh"})),
        (frozenset({"opex_per_year"}), frozenset({"opex_fixed_share"})),
    ),
    "contracts": ((frozenset({"min_mw", "max_mw"}), frozenset({"min_mwh_per_year", "max_mwh_per_year"})),),
    "instruments": ((frozenset({"max_per_year"}), frozenset({"max_share_of_base"})),),
}


def with_presets(given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """The scenario as written, completed by the library; and the presets that the library does not have.

    A NAME that the library knows inherits the entry of that name, `preset` names another. Keys of the scenario win; a
    table of carriers or savings is replaced as a whole. Keys of the library that a scenario does not have are left out.
    """
    full = copy.deepcopy(dict(given))
    findings: list[Finding] = []
    for kind in TABLES:
        tables = full.get(kind)
        if not isinstance(tables, dict):
            continue
        for name, written in tables.items():
            if isinstance(written, dict):
                found = _completed(kind, name, written)
                if isinstance(found, Finding):
                    findings.append(found)
                else:
                    tables[name] = found
    _keep_existing_end_uses(full, given)
    _bring_requirements(full, given)
    return full, findings


def _completed(kind: str, name: str, written: dict[str, Any]) -> dict[str, Any] | Finding:
    from planner.library import load  # reads one file per kind, only when the scenario has that kind

    entries = load(kind)
    preset = written.get("preset", name)
    if not isinstance(preset, str) or preset not in entries:
        if "preset" not in written or not isinstance(preset, str):
            near = did_you_mean(name, list(entries))
            if near and DEFINING[kind].isdisjoint(written):
                wanted = f"a preset of {kind}, or its own {' or '.join(sorted(DEFINING[kind]))}"
                return Finding((kind, name, "preset"), "a name that the library does not have", wanted, near)
            return written
        path = (kind, name, "preset")
        return Finding(
            path, shown(preset), f"a preset of {kind}: {one_of(list(entries))}", did_you_mean(preset, list(entries))
        )
    entry = entries[preset]
    inherited = {
        key: _plain(value)
        for key, value in entry.values.items()
        if key in TABLES[kind].model_fields and not _displaced(kind, key, written)
    }
    labels = {"label": entry.label_en, "label_zh": entry.label_zh}
    if preset != name:
        labels = {key: f"{label} ({name})" for key, label in labels.items()}
    if "label" in written:
        labels["label_zh"] = written["label"]  # what the user calls it, in both languages
    return {**labels, **inherited, **written}


def _displaced(kind: str, key: str, written: Mapping[str, Any]) -> bool:
    """Whether the scenario says in another way what this key of the preset says."""
    for ways in ALTERNATIVES.get(kind, ()):
        own = next((way for way in ways if key in way), None)
        if own is not None and any(way is not own and not way.isdisjoint(written) for way in ways):
            return True
    return False


def _plain(value: Any) -> Any:
    """Library values as TOML would give them: lists, not tuples."""
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return copy.deepcopy(value)


def _keep_existing_end_uses(full: dict[str, Any], given: Mapping[str, Any]) -> None:
    """A retrofit preset lists every end use that it can treat; keep those that this site has."""
    demands = full.get("demands")
    if not isinstance(demands, dict) or not isinstance(full.get("retrofits"), dict):
        return
    here = set(demands) | {
        d["end_use"] for d in demands.values() if isinstance(d, dict) and isinstance(d.get("end_use"), str)
    }
    for name, retrofit in full["retrofits"].items():
        written = given["retrofits"].get(name)
        if isinstance(retrofit, dict) and isinstance(written, dict) and "applies_to" not in written:
            treated = retrofit.get("applies_to")
            if isinstance(treated, list) and here.intersection(treated):
                retrofit["applies_to"] = [end_use for end_use in treated if end_use in here]


def _bring_requirements(full: dict[str, Any], given: Mapping[str, Any]) -> None:
    """What a retrofit preset requires: a management item comes with it, another retrofit counts where the site has it."""
    from planner.library import load

    if not isinstance(full.get("retrofits"), dict) or not isinstance(full.get("management", {}), dict):
        return
    for name, retrofit in full["retrofits"].items():
        written = given["retrofits"].get(name)
        if not isinstance(retrofit, dict) or not isinstance(written, dict) or "requires" in written:
            continue
        for other in retrofit.get("requires", ()):
            if other not in full["retrofits"] and other in load("management"):
                full.setdefault("management", {}).setdefault(other, _completed("management", other, {}))
        if "requires" in retrofit:
            there = {*full["retrofits"], *full.get("management", {})}
            retrofit["requires"] = [other for other in retrofit["requires"] if other in there]
