"""Reads a scenario: TOML, presets, schema, references, files; all faults at once, each with its place.

    reading = read_scenario("scenarios/two-measures/scenario.toml")
    reading.scenario.finance.discount_rate

Imports neither pandas nor Pyomo; the syntax tree that gives line and column is built only if there is something to say.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from planner.library.toml_text import TomlError, bounded_bytes, parsed
from planner.reading.checks import Context, case_findings
from planner.reading.checks_futures import futures_findings
from planner.reading.checks_plant import plant_findings
from planner.reading.checks_supply import supply_findings
from planner.reading.faults import Fault, ScenarioFaults
from planner.reading.findings import Finding, located
from planner.reading.findings import Path as KeyPath
from planner.reading.magnitudes import implausible, too_much
from planner.reading.presets import with_presets
from planner.reading.schema_faults import schema_findings
from planner.reading.series_uses import series_of
from planner.reading.timefiles import decoded
from planner.scenario import Scenario

SUPPLIERS = ("markets", "converters", "contracts", "retrofits", "carriers")


@dataclass(frozen=True)
class Reading:
    """A valid scenario, completed by presets, with what it was read from."""

    scenario: Scenario
    path: Path
    text: str
    written: Mapping[str, Any]  # the TOML as it stands with the changes asked for, without presets
    warnings: tuple[Fault, ...]

    def placed(self, faults: Iterable[Fault]) -> list[Fault]:
        """Faults found later, each with the line of its key; those of a file keep theirs."""
        listed = list(faults)
        of_files = [fault for fault in listed if fault.file]
        return located([_at_key(fault) for fault in listed if not fault.file], self.text, str(self.path)) + of_files

    @property
    def folder(self) -> Path:
        """The folder inside which its files must lie."""
        return self.path.parent


def read_scenario(path: str | Path, changes: Mapping[str, Mapping[str, Any]] | None = None) -> Reading:
    """The scenario in a TOML file, or in the `scenario.toml` of a folder.

    `changes` are keys by table that stand in place of those in the file; they are checked as if they stood in it.

    Raises:
        ScenarioFaults: everything that is wrong with it.
    """
    file = Path(path)
    file = file / "scenario.toml" if file.is_dir() else file
    text = _text(file)
    written = _with_changes(_parsed(text, str(file)), changes or {})
    full, findings = with_presets(written)
    scenario, schema = _validated(full)
    wrong = [finding.path for finding in schema] + [finding.path[:-1] for finding in findings]
    wrong += [(*finding.path[:-1], finding.meant) for finding in schema if finding.at_key]
    findings += schema
    findings += [finding for finding in too_much(full) if not _follows(finding.path, wrong)]
    warnings: list[Finding] = []
    faults: list[Fault] = []
    of_files: list[Fault] = []
    if scenario is not None:
        at = Context(scenario, file.parent, written, suppliers_known=not any(p[0] in SUPPLIERS for p in wrong))
        at.horizon_known = not any(p[0] == "horizon" for p in wrong)
        beyond = [*case_findings(at), *plant_findings(at), *supply_findings(at), *futures_findings(at)]
        findings += [finding for finding in beyond if not _follows(finding.path, wrong)]
        sizes = implausible(written, scenario.scenario.currency)
        warnings = [*at.warnings, *(size for size in sizes if not _follows(size.path, wrong))]
        inside, unlikely = _series_faults(at)
        warnings += [_at_key(fault) for fault in unlikely if not fault.file]
        of_files = [fault for fault in unlikely if fault.file]
        faults += [fault for fault in inside if fault.file]
        findings += [_at_key(fault) for fault in inside if not fault.file]
    faults = located(findings, text, str(file)) + faults
    warned = located(warnings, text, str(file)) + of_files
    if faults or scenario is None:
        raise ScenarioFaults(faults, warned)
    return Reading(scenario, file, text, written, tuple(warned))


def _text(file: Path) -> str:
    try:
        data = bounded_bytes(file)
    except OSError as error:
        wanted = "a scenario file that can be read; plan new NAME writes one"
        raise ScenarioFaults([Fault("", error.strerror or "an error", wanted, file=str(file))]) from None
    except TomlError as error:
        hint = "series belong in CSV files"
        raise ScenarioFaults([Fault("", error.got, error.wanted, hint, str(file))]) from None
    return decoded(data, str(file), "").replace("\r\n", "\n")


def _with_changes(written: dict[str, Any], changes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The tables with the changed keys; what is no table is left for the schema to refuse."""
    merged = {name: {**written.get(name, {}), **keys} for name, keys in changes.items() if _is_table(written, name)}
    return written | merged


def _is_table(written: Mapping[str, Any], name: str) -> bool:
    return isinstance(written.get(name, {}), Mapping)


def _parsed(text: str, file: str) -> dict[str, Any]:
    try:
        return parsed(text)
    except TomlError as error:
        hint = _syntax_hint(error.got)
        raise ScenarioFaults([Fault("", error.got, error.wanted, hint, file, error.line, error.column)]) from None


def _syntax_hint(message: str) -> str:
    if "overwrite" in message or "twice" in message or "declare" in message:
        return "the same key or table stands twice"
    if "Expected newline" in message:
        return "one key and value per line; numbers without thousands separators or units, text in quotes"
    if "Invalid value" in message:
        return "text needs quotes, a number has a decimal point and no unit"
    return ""


def _validated(full: dict[str, Any]) -> tuple[Scenario | None, list[Finding]]:
    """The scenario, or what is left of it when wrong keys are taken out, so that the other checks can run."""
    findings: list[Finding] = []
    left = copy.deepcopy(full)
    for _ in range(4):
        try:
            return Scenario.model_validate(left), findings
        except ValidationError as error:
            new = schema_findings(error, left)
            findings += [finding for finding in new if not _follows(finding.path, [old.path for old in findings])]
            for finding in new:
                _take_out(left, finding.path)
    return None, findings


# what stands in for a required table that is missing or wrong, while the rest is checked
STAND_INS: dict[str, dict[str, Any]] = {
    "scenario": {"name": "unnamed"},
    "horizon": {"first_year": 1990, "last_year": 2100},
    "demands": {"unnamed": {"carrier": "electricity", "annual_mwh": 0}},
    "markets": {"unnamed": {"carrier": "electricity", "price_per_mwh": 0}},
}


def _take_out(tables: dict[str, Any], path: KeyPath) -> None:
    """Removes what is wrong: a list as a whole, and a table that lacks a required key as a whole."""
    keys = [str(key) for key in itertools.takewhile(lambda part: isinstance(part, str), path)]
    above: Any = tables
    for key in keys[:-1]:
        above = above.get(key, {})
    if keys[-1] in above:
        del above[keys[-1]]
    elif len(keys) > 1:
        _take_out(tables, tuple(keys[:-1]))
    for name, stand_in in STAND_INS.items():
        left = tables.get(name)
        if not left or name in ("scenario", "horizon"):
            tables[name] = {**copy.deepcopy(stand_in), **(left or {})}


def _follows(path: KeyPath, wrong: list[KeyPath]) -> bool:
    """Whether a finding may only be a consequence of a wrong key: it stands at, above or below it."""
    return any(path[: len(other)] == other or other[: len(path)] == path for other in wrong)


def _at_key(fault: Fault) -> Finding:
    """A fault of a series that stands in the scenario itself: a path that may not be opened, a unit, a value."""
    return Finding(tuple(fault.key.split(".")), fault.got, fault.wanted, fault.hint)


def _series_faults(at: Context) -> tuple[list[Fault], list[Fault]]:
    """Faults and warnings in the files that the scenario names."""
    uses = list(series_of(at.scenario))
    if not uses and at.scenario.site.weather is None:
        return [], []
    from planner.reading.series_check import read_all  # numpy only when there are series

    return read_all(at.scenario, at.folder, uses)
