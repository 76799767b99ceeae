"""`docs/scenario.md`: the reference of every table and key, written from the schema.

python -m planner.reading.reference > docs/scenario.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from planner.library import Kind, load
from planner.scenario import Scenario
from planner.scenario.carriers import BUILT_IN

Node = Mapping[str, Any]

# table of a scenario -> kinds of the library whose names it may use
PRESETS: dict[str, tuple[Kind, ...]] = {
    "site": ("climates",),
    "demands": ("profiles",),
    "markets": ("tariffs", "fuels"),
    "retrofits": ("retrofits",),
    "converters": ("converters",),
    "stores": ("stores",),
    "contracts": ("contracts",),
    "instruments": ("instruments",),
    "management": ("management",),
}

INTRODUCTION = """\
# Scenario reference

Written from the schema by `python -m planner.reading.reference`; edit the descriptions there, not here.

A case is a folder with `scenario.toml` and the CSV files that it names. `plan new NAME` writes one to begin with,
`plan validate` reports every fault at once with line and column, `plan schema` writes a JSON Schema for editors.

- **Required** keys are marked; all others have the default shown. No default means: not given, or taken from the preset.
- **Presets.** A NAME that the library knows (`[converters.pv_roof]`) inherits its entry, and `preset = "pv_roof"` does so
  under another name; the names stand below each table. Each key given here replaces the preset's. A key that says the
  same in another way (`cop` and `carnot_share`; `capex` and `capex_per_annual_mwh`) displaces the preset's.
- **By year.** Where the type says so, a value is a number or a table such as `{ 2028 = 80, 2040 = 160 }`: linear between
  the years given, constant before and after.
- **Plausible** ranges only warn, and say which unit was probably typed. Limits in the type are refused when broken.
- **Quantities** (`annual_mwh`, `base_year.billed`) are MWh, or text with a unit: kWh, MWh, GWh, 万kWh, MJ, GJ, TJ, kcal,
  Gcal, MMBtu, tce, kgce; by the carrier also Nm3, 万Nm3 and t (lower heating value of the library's fuel) and `t_steam`.
  A tonne of steam is saturated at 0.8 MPa absolute above feed water of 20 °C, unless the text says otherwise:
  `"12000 t_steam 1.0 MPa 200 °C return 80 °C"` (gauge pressure, temperature, condensate return).
- **Series** come from a CSV file (`file`, `column`) of one whole year at 60, 30, 20 or 15 minutes (10, 5 and 1 are
  averaged): rows with ISO time stamps of one fixed offset or without, a plain index, or one row per day with 24, 48 or 96
  values (`layout = "day_rows"`). Text is UTF-8 or GB18030. Gaps, duplicates, clock changes and leap years are refused by
  name; `leap_day` says what becomes of a leap year. Files lie inside the scenario's folder, up to 64 MB and 600,000 rows;
  every row has as many fields as the header line, and numbers have the digits 0 to 9, a decimal point and no separators.
- **Weekdays.** A file with stamps keeps its weekdays: the year has the days of the stamped loads (electricity first), else of
  stamped prices, else of the base year; tariffs by day kind and library profiles follow them. A load, price, or availability
  that is not renewable, of another year is laid on these days one by one, each on the nearest day of the same kind; sun, wind
  and temperature keep their season; a file without stamps is taken as it stands. `plan validate` says what was done.
- **Size.** Numbers of 1e12 and more are refused, in the scenario, in a series, and where they come out as a product of
  others. Numbers of a load or profile below a watt are told once per series.
- **Money** is in the scenario's currency, real, of its price year.
"""


def reference() -> str:
    """The whole reference as Markdown."""
    schema = Scenario.model_json_schema()
    parts = [INTRODUCTION, _carriers()]
    for name, node in schema["properties"].items():
        parts += _section(name, node, schema)
    return "\n".join(parts)


def _carriers() -> str:
    rows = [
        "## Built-in carriers",
        "",
        "| carrier | 中文 | temperature [°C] | surplus may be dumped |",
        "| --- | --- | --- | --- |",
    ]
    for name, carrier in BUILT_IN.items():
        hot = "" if carrier.temperature_c is None else f"{carrier.temperature_c:g}"
        rows.append(f"| `{name}` | {carrier.label_zh} | {hot} | {'yes' if carrier.dumping else 'no'} |")
    return "\n".join([*rows, ""])


def _section(name: str, node: Node, schema: Node) -> list[str]:
    target, named = _table_of(node, schema)
    heading = f"[{name}.NAME]" if named else f"[[{name}]]" if "items" in node else f"[{name}]"
    needed = " (required)" if name in schema["required"] else ""
    parts = [f"## `{heading}`{needed}", "", _first_words(target), "", *_rows(target, schema), ""]
    for path, inner in _inner_tables(heading.strip("[]"), target, schema):
        parts += [f"### `{path}`", "", _first_words(inner), "", *_rows(inner, schema), ""]
    for kind in PRESETS.get(name, ()):
        parts += _names(kind)
    return parts


def _names(kind: Kind) -> list[str]:
    """What the library has of a kind, by name."""
    rows = [
        f"### Names of the library: {kind.replace('_', ' ')}",
        "",
        "| name | English | 中文 |",
        "| --- | --- | --- |",
    ]
    rows += [f"| `{name}` | {entry.label_en} | {entry.label_zh} |" for name, entry in load(kind).items()]
    return [*rows, ""]


def _first_words(table: Node) -> str:
    return " ".join(str(table.get("description", "")).split())


def _resolved(node: Node, schema: Node) -> Node:
    if "$ref" not in node:
        return node
    found: Node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    return found


def _branches(node: Node) -> list[Node]:
    return [branch for branch in node.get("anyOf", [node]) if branch.get("type") != "null"]


def _table_of(node: Node, schema: Node) -> tuple[Node, bool]:
    """The table that a section holds, and whether it is a table of named tables."""
    branch = _branches(node)[0]
    by_name = branch.get("patternProperties")
    if by_name:
        return _resolved(next(iter(by_name.values())), schema), True
    return _resolved(branch.get("items", branch), schema), False


def _inner_tables(path: str, table: Node, schema: Node) -> Iterator[tuple[str, Node]]:
    """Tables below a table; series that stand in place of a profile are described with the demand."""
    for name, node in table.get("properties", {}).items():
        for branch in _branches(node):
            of = branch.get("items") or branch.get("additionalProperties")
            inner = of if isinstance(of, Mapping) else branch
            if "$ref" not in inner or inner["$ref"].endswith("/SeriesFile"):
                continue
            below = _resolved(inner, schema)
            if branch.get("items"):
                yield f"[[{path}.{name}]]", below
            elif branch.get("additionalProperties"):
                yield f"[{path}.{name}.NAME]", below
            else:
                yield f"[{path}.{name}]", below
            yield from _inner_tables(f"{path}.{name}", below, schema)


def _rows(table: Node, schema: Node) -> list[str]:
    rows = ["| key | type | unit | default | plausible | meaning |", "| --- | --- | --- | --- | --- | --- |"]
    required = table.get("required", [])
    for name, node in table.get("properties", {}).items():
        low, high = node.get("plausible", (None, None))
        cells = (
            f"`{name}`",
            " or ".join(dict.fromkeys(_type(branch, schema) for branch in _branches(node))),
            node.get("unit", ""),
            "**required**" if name in required else _default(node),
            "" if low is None else f"{low:g} … {high:g}",
            node.get("description", ""),
        )
        rows.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
    return rows


def _default(node: Node) -> str:
    default = node.get("default")
    if default is None or default in ([], {}, ""):
        return ""
    if isinstance(default, bool):
        return "`true`" if default else "`false`"
    return f'`"{default}"`' if isinstance(default, str) else f"`{default}`"


def _type(node: Node, schema: Node) -> str:
    if "enum" in node or "const" in node:
        return ", ".join(f"`{word}`" for word in node.get("enum", [node.get("const")]))
    if "$ref" in node:
        return "series" if node["$ref"].endswith("/SeriesFile") else "table"
    kind = str(node.get("type"))
    if kind == "array":
        return "list of " + " or ".join(_type(branch, schema) for branch in _branches(node.get("items", {})))
    if kind == "object":
        values = node.get("additionalProperties")
        inner = (
            " or ".join(_type(branch, schema) for branch in _branches(values)) if isinstance(values, Mapping) else ""
        )
        return f"table of {inner}" if inner else "table"
    if node.get("format") == "date":
        return "day"
    return {"string": "text", "boolean": "true or false"}.get(kind, _number(node, kind))


def _number(node: Node, kind: str) -> str:
    signs = (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<"))
    limits = " ".join(f"{sign} {node[name]:g}" for name, sign in signs if name in node)
    return f"{'number' if kind == 'number' else 'whole number'} {limits}".strip()


if __name__ == "__main__":
    sys.stdout.write(reference())
