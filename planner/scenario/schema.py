"""JSON Schema of `scenario.toml`, for editors: completion, descriptions and checks while typing."""

from __future__ import annotations

from typing import Any

from planner.scenario import Scenario

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The schema; descriptions carry the unit and the plausible range, which editors show."""
    schema = Scenario.model_json_schema()
    for table in [schema, *schema["$defs"].values()]:
        for name, node in table.get("properties", {}).items():
            node["description"] = _described(node)
            node.pop("title", None)
            if node.get("default", ...) is None:
                del node["default"]  # None means: not given
            table["properties"][name] = node
    return {"$schema": DIALECT, **schema, "title": "Scenario of a zero-carbon factory"}


def _described(node: dict[str, Any]) -> str:
    unit = f" [{node['unit']}]" if "unit" in node else ""
    low, high = node.get("plausible", (None, None))
    usual = f" Usually {low:g} to {high:g}." if low is not None else ""
    description: str = node.get("description", "")
    return description[:1].upper() + description[1:] + unit + "." + usual
