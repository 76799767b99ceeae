"""A rating standard as a table: boundaries with levels and gates, indicators with metrics and questionnaire items.

The same table drives the constraints and the evaluator: `RatingTable.rating` makes the `models.problem.Rating` of a
boundary, a reading and today's answers. A questionnaire item is met, partly met or missing today; a management item of
the same name can meet it later and then adds `open_points`, what the item has not earned yet, so nothing counts twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast, get_args

from models.problem import Gate, Indicator, Level, Metric, MetricPoints, Rating
from planner.library import FOLDER, LibraryError, Number, nearest, read_toml, resolve

Answer = Literal["met", "partly", "missing"]
Case = Literal["value", "lenient", "strict"]

RATINGS = FOLDER / "ratings"


@dataclass(frozen=True)
class TableGate:
    """A condition on a metric; with a `reading` it holds only under that reading of the standard."""

    metric: Metric
    sense: Literal["min", "max"]
    threshold: Number
    reading: str | None


@dataclass(frozen=True)
class TableLevel:
    """A level: the least share of the maximum score, and its gates."""

    stars: int
    min_score_share: Number
    gates: tuple[TableGate, ...]


@dataclass(frozen=True)
class Boundary:
    """A boundary type: the scopes inside it and its levels, low to high."""

    id: str
    label_en: str
    label_zh: str
    scopes: tuple[int, ...]
    levels: tuple[TableLevel, ...]


@dataclass(frozen=True)
class Item:
    """A second-level item of the questionnaire, with the evidence asked for and who usually owns it."""

    id: str
    label_en: str
    label_zh: str
    points: Number | None  # None: a gate item, it gives no points and must be met
    evidence_en: str
    evidence_zh: str
    owner_en: str
    owner_zh: str


@dataclass(frozen=True)
class TableMetric:
    """Points for a metric: `points[j]` in total from `at_least[j]` on."""

    metric: Metric
    at_least: Number
    points: Number


@dataclass(frozen=True)
class TableIndicator:
    """A first-level indicator."""

    id: str
    label_en: str
    label_zh: str
    role: Literal["gate", "score"]
    max_points: Number | None
    metrics: tuple[TableMetric, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True)
class RatingTable:
    """A standard. `numbers` holds every number by dotted path, e.g. `boundaries.I.levels.5.min_score_share`.

    Everything is read from `tables` and `numbers`, so `replace(table, numbers=...)` is the standard with other numbers.
    """

    id: str
    label_en: str
    label_zh: str
    issuer: str
    readings: tuple[str, ...]  # empty: nothing in it can be read in two ways
    tables: Mapping[str, Any]  # the file's tables, numbers as plain values
    numbers: Mapping[str, Number]
    remark: str = ""

    @property
    def max_points(self) -> Number:
        """The highest score."""
        return self.numbers["max_points"]

    @property
    def partly_share(self) -> Number:
        """Share of an item's points that counts while it is partly met."""
        return self.numbers["partly_share"]

    @cached_property
    def boundaries(self) -> Mapping[str, Boundary]:
        """Boundary types by name."""
        return {name: _boundary(name, table, self.numbers) for name, table in self.tables["boundaries"].items()}

    @cached_property
    def indicators(self) -> tuple[TableIndicator, ...]:
        """First-level indicators in the order of the standard."""
        return tuple(_table_indicator(table, self.numbers) for table in self.tables["indicators"])

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """Questionnaire items of all indicators by id."""
        return {item.id: item for indicator in self.indicators for item in indicator.items}

    def rating(
        self, boundary: str, reading: str = "", answers: Mapping[str, str] | None = None, case: Case = "value"
    ) -> Rating:
        """The standard for a boundary and a reading, given today's answers by item id (not named: missing).

        `case` takes the numbers at their value, or all at the end of their range that makes stars easier or harder.
        """
        if boundary not in self.boundaries:
            raise LibraryError(f"{self.id} has no boundary {boundary!r}; {nearest(boundary, self.boundaries)}")
        if self.readings and reading not in self.readings:
            raise LibraryError(f"{self.id} has no reading {reading!r}; {nearest(reading, self.readings)}")
        today, chosen = self._today(answers), self.boundaries[boundary]
        return Rating(
            standard=self.id,
            boundary=boundary,
            scopes=chosen.scopes,
            levels=tuple(_level(level, reading, case) for level in chosen.levels),
            indicators=tuple(self._indicator(indicator, today, case) for indicator in self.indicators),
            max_points=_scalar(self.max_points),
        )

    def open_points(self, answers: Mapping[str, str] | None = None) -> dict[str, dict[str, float]]:
        """Item -> indicator -> points that meeting the item adds to what it has earned today."""
        today, partly = self._today(answers), _scalar(self.partly_share)
        left = {"partly": 1.0 - partly, "missing": 1.0}
        return {
            item.id: {indicator.id: _scalar(item.points) * left[today[item.id]]}
            for indicator in self.indicators
            for item in indicator.items
            if item.points is not None and today[item.id] in left
        }

    def open_gates(self, answers: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """Gate items not met today; a partly met one is not met."""
        today = self._today(answers)
        return tuple(item.id for item in self.items.values() if item.points is None and today[item.id] != "met")

    def _today(self, answers: Mapping[str, str] | None) -> dict[str, str]:
        items, given = self.items, dict(answers or {})
        for name, answer in given.items():
            if name not in items:
                raise LibraryError(f"{self.id} has no questionnaire item {name!r}; {nearest(name, items)}")
            if answer not in get_args(Answer):
                raise LibraryError(f"{self.id}: {name} is {answer!r}; wanted met, partly or missing")
        return {name: given.get(name, "missing") for name in items}

    def _indicator(self, indicator: TableIndicator, today: Mapping[str, str], case: Case) -> Indicator:
        if indicator.max_points is None:
            open_items = tuple(item.id for item in indicator.items if today[item.id] != "met")
            return Indicator(indicator.id, "gate", gate_items=open_items)
        earned = {"met": 1.0, "partly": _scalar(self.partly_share), "missing": 0.0}
        return Indicator(
            indicator.id,
            "score",
            max_points=_scalar(indicator.max_points),
            questionnaire_points=sum(
                _scalar(item.points) * earned[today[item.id]] for item in indicator.items if item.points is not None
            ),
            metrics=tuple(
                MetricPoints(m.metric, _series(m.at_least, _easier_low(case)), _series(m.points, _easier_high(case)))
                for m in indicator.metrics
            ),
        )


def _level(level: TableLevel, reading: str, case: Case) -> Level:
    gates = tuple(
        Gate(g.metric, g.sense, _scalar(g.threshold, _easier_low(case) if g.sense == "min" else _easier_high(case)))
        for g in level.gates
        if g.reading is None or g.reading == reading
    )
    return Level(level.stars, _scalar(level.min_score_share, _easier_low(case)), gates)


def _easier_low(case: Case) -> str:
    return {"value": "value", "lenient": "low", "strict": "high"}[case]


def _easier_high(case: Case) -> str:
    return {"value": "value", "lenient": "high", "strict": "low"}[case]


def _at(number: Number, end: str) -> Any:
    at = getattr(number, end)
    return number.value if at is None else at


def _series(number: Number, end: str) -> tuple[float, ...]:
    return tuple(float(x) for x in _at(number, end))


def _scalar(number: Number, end: str = "value") -> float:
    return float(_at(number, end))


def standards() -> tuple[str, ...]:
    """Names of the standards in the library."""
    return tuple(sorted(path.stem for path in RATINGS.glob("*.toml")))


def read_rating(path: Path) -> RatingTable:
    """The standard in a file; a user's edited copy is read the same way."""
    raw = read_toml(path)
    try:
        sources, numbers = raw.pop("sources", {}), dict[str, Number]()
        tables = resolve(path.name, raw, sources, numbers)
        table = RatingTable(
            id=tables["id"],
            label_en=tables["label_en"],
            label_zh=tables["label_zh"],
            issuer=tables["issuer"],
            readings=tuple(tables.get("readings", ())),
            tables=tables,
            numbers=numbers,
            remark=tables.get("remark", ""),
        )
        for boundary in table.boundaries:  # reads all of it
            table.rating(boundary, table.readings[0] if table.readings else "")
        table.open_points()
    except KeyError as missing:
        raise LibraryError(f"{path.name}: no {missing.args[0]}") from None
    except LibraryError:
        raise
    except (TypeError, AttributeError, ValueError) as error:
        raise LibraryError(f"{path.name}: tables of another form than the library's standards ({error})") from None
    return table


def _metric(name: str) -> Metric:
    if name not in get_args(Metric):
        raise LibraryError(f"rating metric {name!r}; {nearest(name, get_args(Metric))}")
    return cast(Metric, name)


def _boundary(name: str, table: Mapping[str, Any], numbers: Mapping[str, Number]) -> Boundary:
    def gate(where: str, gate: Mapping[str, Any]) -> TableGate:
        threshold = numbers[f"{where}.gates.{gate.get('id', gate['metric'])}.threshold"]
        return TableGate(_metric(gate["metric"]), gate["sense"], threshold, gate.get("reading"))

    def level(level: Mapping[str, Any]) -> TableLevel:
        where = f"boundaries.{name}.levels.{level['stars']}"
        gates = tuple(gate(where, g) for g in level["gates"])
        return TableLevel(level["stars"], numbers[f"{where}.min_score_share"], gates)

    levels = tuple(level(table) for table in table["levels"])
    return Boundary(name, table["label_en"], table["label_zh"], tuple(table["scopes"]), levels)


def _table_indicator(table: Mapping[str, Any], numbers: Mapping[str, Number]) -> TableIndicator:
    where = f"indicators.{table['id']}"
    metrics = tuple(
        TableMetric(
            _metric(m["metric"]),
            numbers[f"{where}.metrics.{m['metric']}.at_least"],
            numbers[f"{where}.metrics.{m['metric']}.points"],
        )
        for m in table.get("metrics", ())
    )
    items = tuple(
        Item(**{**item, "points": numbers.get(f"{where}.items.{item['id']}.points")}) for item in table["items"]
    )
    most = numbers.get(f"{where}.max_points")
    return TableIndicator(table["id"], table["label_en"], table["label_zh"], table["role"], most, metrics, items)
