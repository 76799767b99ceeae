"""Pins: yearly decisions that are given and no longer decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from planner.engine.matrix import Key, Pressed

Pins = Mapping[str, Mapping[Key, float]]  # component -> index -> value
NO_PINS: Pins = MappingProxyType({})
NOISE = 1e-7  # a value below it was not decided: solver noise


def pinned(pressed: Pressed, pins: Pins) -> Pressed:
    """The matrix with the pinned columns fixed; noise is zero, yes/no decisions are whole. Raises KeyError for unknown ones."""
    matrix = pressed.matrix
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    for name, values in pins.items():
        for index, value in values.items():
            column = pressed.plan_columns[name][index]
            settled = 0.0 if abs(value) < NOISE else float(value)
            lower[column] = upper[column] = round(settled) if matrix.integer[column] else settled
    return replace(pressed, matrix=replace(matrix, lower=lower, upper=upper))
