"""A scenario as TOML with every preset and default written out: what was computed, whatever the library says later."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.scenario import Scenario

_BARE = re.compile(r"^[A-Za-z0-9_-]+$")
OTHERS = {"excludes", "requires"}
HEADER = "# Written by `plan solve`: the scenario with presets and defaults. Edit scenario.toml, not this file.\n"


OURS = "ours, for the solver: the scenario has no limit here, and the plan stays below"


def effective_toml(scenario: Scenario, own_limits: Mapping[str, float] | None = None) -> str:
    """The whole scenario; keys without a value are left out, because TOML has no null.

    Presets of measures name others that they exclude or require; of these the ones that the scenario has are written. The bounds
    that the solver needed where the scenario has no limit, by key ("markets.grid.max_mw"), follow as comments.
    """
    tables = scenario.model_dump(mode="json", exclude_none=True)
    there = tables["retrofits"].keys() | tables["management"].keys()
    for measure in tables["retrofits"].values():
        for key in OTHERS & measure.keys():
            measure[key] = [name for name in measure[key] if name in there]
    ours = [f"# {key} = {bound:.6g}  # {OURS}\n" for key, bound in (own_limits or {}).items()]
    return HEADER + toml(tables) + ("\n" + "".join(ours) if ours else "")


def toml(tables: Mapping[str, Any], path: str = "") -> str:
    """A mapping as TOML: plain keys first, then one table per nested mapping.

    >>> print(toml({"a": 1, "b": {"c": [1.5, True], "d": {}}, "e": {"f": {"g": 'x"y'}}}), end="")
    a = 1
    <BLANKLINE>
    [b]
    c = [1.5, true]
    <BLANKLINE>
    [e.f]
    g = "x\\"y"
    """
    plain = {key: value for key, value in tables.items() if not isinstance(value, Mapping)}
    text = "".join(f"{_key(key)} = {_value(value)}\n" for key, value in plain.items())
    if path and (plain or not tables):
        text = f"\n[{path}]\n{text}"
    for key, value in tables.items():
        if isinstance(value, Mapping) and value:
            text += toml(value, f"{path}.{_key(key)}" if path else _key(key))
    return text


def _key(key: str) -> str:
    return key if _BARE.match(key) else json.dumps(key, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    return json.dumps(value)
