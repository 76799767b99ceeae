"""Faults against the schema in the user's words: unknown keys, missing keys, wrong types, broken limits."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import ValidationError

from planner.reading.faults import did_you_mean, one_of
from planner.reading.findings import Finding, Path, shown
from planner.scenario import Scenario

Node = Mapping[str, Any]
PERCENT = ("share", "per year", "share per year")  # units of which 8 was meant as 8 %


def schema_findings(error: ValidationError, data: Any) -> list[Finding]:
    """One finding per wrong key; the branches of a union that was missed count once."""
    schema = _schema()
    kinds: dict[Path, set[str]] = {}
    for item in error.errors(include_url=False, include_context=False):
        path, at_key = _path_in(data, item["loc"])
        kind = "key" if at_key else item["type"]
        if kind in ("missing", "extra_forbidden"):
            path = (*path, item["loc"][-1]) if kind == "missing" else path
        kinds.setdefault(path, set()).add(kind)
    deepest = [path for path in kinds if not any(other != path and other[: len(path)] == path for other in kinds)]
    return [_finding(path, kinds[path], data, schema) for path in deepest]


@cache
def _schema() -> Node:
    """The schema of a scenario; made when there is something to say of it."""
    return Scenario.model_json_schema()


def _path_in(data: Any, loc: tuple[str | int, ...]) -> tuple[Path, bool]:
    """The part of a pydantic location that exists in the data: names of union branches are left out."""
    path: Path = ()
    here: Any = data
    for part in loc:
        is_key = isinstance(here, Mapping) and part in here
        if is_key or (isinstance(here, list) and isinstance(part, int)):
            here, path = here[part], (*path, part)
    return path, bool(loc) and loc[-1] == "[key]"


def _value_at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def _finding(path: Path, kinds: set[str], data: Any, schema: Node) -> Finding:
    above = _node(schema, path[:-1], schema)
    known = [key for branch in _branches(above) for key in _resolved(branch, schema).get("properties", {})]
    if "missing" in kinds and not _exists(data, path):
        return Finding(path, "nothing", wanted(_node(schema, path, schema), schema), "this key is required")
    if "extra_forbidden" in kinds:
        hint = did_you_mean(str(path[-1]), known) or f"known: {one_of(known, 40).removeprefix('one of ')}"
        return Finding(path, "an unknown key", f"a key of {_title(path[:-1])}", hint, at_key=True)
    if "key" in kinds:
        by_year = "patternProperties" not in above
        form = "a year from 1990 to 2100" if by_year else "a name of letters, digits and _ that begins with a letter"
        return Finding(path, shown(path[-1]), form, at_key=True)
    value = _value_at(data, path)
    node = _node(schema, path, schema)
    return Finding(path, shown(value), wanted(node, schema), _hint(value, node))


def _exists(data: Any, path: Path) -> bool:
    try:
        _value_at(data, path)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _title(path: Path) -> str:
    return "the scenario" if not path else "[" + ".".join(str(part) for part in path) + "]"


def _hint(value: Any, node: Node) -> str:
    """What a wrong value was probably meant to be."""
    words = [
        word
        for branch in _branches(node)
        for word in branch.get("enum", [branch["const"]] if "const" in branch else [])
    ]
    if isinstance(value, str):
        near = did_you_mean(value, [word for word in words if isinstance(word, str)])
        if near:
            return near
        try:
            float(value)
        except ValueError:
            return ""
        return f"did you mean {value} without quotes"
    if isinstance(value, int | float) and node.get("unit") in PERCENT and 1 < value <= 100:
        return f"did you mean {value / 100:g}, as {value:g} %"
    return ""


def _resolved(node: Node, schema: Node) -> Node:
    if "$ref" in node:
        found: Node = schema["$defs"][node["$ref"].rpartition("/")[2]]
        return {**found, **{key: value for key, value in node.items() if key != "$ref"}}
    return node


def _branches(node: Node) -> list[Node]:
    return [branch for branch in node.get("anyOf", [node]) if branch.get("type") != "null"]


def _node(node: Node, path: Path, schema: Node) -> Node:
    """The schema of what stands at a path; an empty node if the schema has none."""
    if not path:
        return _resolved(node, schema)
    for branch in _branches(_resolved(node, schema)):
        open_branch = _resolved(branch, schema)
        if isinstance(path[0], int):
            inner = open_branch.get("items")
        else:
            inner = open_branch.get("properties", {}).get(path[0])
            inner = inner or next(iter(open_branch.get("patternProperties", {}).values()), None)
            inner = inner or open_branch.get("additionalProperties") or None
        if isinstance(inner, Mapping):
            found = _node(inner, path[1:], schema)
            unit = {key: node[key] for key in ("unit", "form") if key in node and key not in found}
            return {**found, **unit}
    return {}


def wanted(node: Node, schema: Node) -> str:
    """What a schema node accepts, in words.

    >>> wanted({"type": "number", "minimum": 0, "unit": "MW"}, {})
    'a number ≥ 0 [MW]'
    >>> wanted({"anyOf": [{"enum": ["pv", "wind"], "type": "string"}, {"type": "null"}]}, {})
    'one of pv, wind'
    """
    said = [_wanted_branch(_resolved(branch, schema), schema) for branch in _branches(_resolved(node, schema))]
    unit = f" [{node['unit']}]" if "unit" in node else ""
    return " or ".join(dict.fromkeys(said)) + unit


def _wanted_branch(node: Node, schema: Node) -> str:
    if "enum" in node:
        return "one of " + ", ".join(str(word) for word in node["enum"])
    if "const" in node:
        return str(node["const"])
    kind = node.get("type")
    if kind in ("number", "integer"):
        return ("a number" if kind == "number" else "a whole number") + _limits(node)
    if kind == "array":
        count = node.get("minItems")
        exactly = f"{count} " if count is not None and count == node.get("maxItems") else ""
        return f"a list of {exactly}({wanted(node.get('items', {}), schema)})"
    if kind == "string":
        return str(node.get("form", "text in quotes"))
    if kind == "object" and "additionalProperties" in node and isinstance(node["additionalProperties"], Mapping):
        some = "at least one name or year" if node.get("minProperties") else "names or years"
        return f"a table of {some} to {wanted(node['additionalProperties'], schema)}"
    return {"boolean": "true or false", "object": "a table"}.get(str(kind), "a value")


def _limits(node: Node) -> str:
    signs = (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<"))
    said = [f"{sign} {node[name]:g}" for name, sign in signs if name in node]
    return (" " + " and ".join(said)) if said else ""
