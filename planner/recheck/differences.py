"""Where two values differ: one line for each number, word or name, with its path."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

TOLERANCE = 1e-6  # relative, of numbers that are told in ten digits
EXACT = 1e-9  # relative, of numbers of a problem: the rounding of another processor
SMALLEST = 0.1  # numbers closer to zero are compared on this scale
MOST_TOLD = 12  # lines about one thing


def same(reported: float, recomputed: float) -> bool:
    """Equal to 1e-6 of the larger, with a floor for numbers that are zero but for rounding."""
    return abs(reported - recomputed) <= TOLERANCE * max(abs(reported), abs(recomputed), SMALLEST)


def differences(path: str, found: Any, wanted: Any, *, exact: bool = False) -> list[str]:
    """Lines such as `summary.json: gap is 0, wanted 0.01`; the first of them, and how many more.

    >>> differences("summary.json: stars", {"2030": 6}, {"2030": 5})
    ['summary.json: stars.2030 is 6, wanted 5']
    """
    lines = list(_differences(path, found, wanted, exact))
    hidden = len(lines) - MOST_TOLD
    return lines if hidden <= 0 else [*lines[:MOST_TOLD], f"{path}: {hidden} more differences"]


def _differences(path: str, found: Any, wanted: Any, exact: bool) -> Iterator[str]:
    found, wanted = _plain(found), _plain(wanted)
    if isinstance(wanted, np.ndarray) or isinstance(found, np.ndarray):
        yield from _of_arrays(path, found, wanted)
    elif isinstance(wanted, Mapping) and isinstance(found, Mapping):
        yield from _of_tables(path, found, wanted, exact)
    elif _is_list(wanted) and _is_list(found):
        yield from _of_lists(path, found, wanted, exact)
    elif _is_number(wanted) and _is_number(found):
        if not (_close(found, wanted) if exact else same(found, wanted)):
            yield f"{path} is {found:.10g}, wanted {wanted:.10g}"
    elif type(found) is not type(wanted) or found != wanted:
        yield f"{path} is {_short(found)}, wanted {_short(wanted)}"


def _of_arrays(path: str, found: Any, wanted: Any) -> Iterator[str]:
    if not all(isinstance(one, np.ndarray) and one.dtype.kind in "fiub" for one in (found, wanted)):
        yield f"{path} is {_short(found)}, wanted {_short(wanted)}"
    elif found.shape != wanted.shape:
        yield f"{path} has the shape {found.shape}, wanted {wanted.shape}"
    else:
        wrong = ~np.isclose(found, wanted, rtol=EXACT, atol=0.0, equal_nan=True)
        if wrong.any():
            first = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
            place = "".join(f"[{int(n)}]" for n in first)
            more = f" (and {int(wrong.sum()) - 1} more)" if wrong.sum() > 1 else ""
            yield f"{path}{place} is {found[first]:.10g}, wanted {wanted[first]:.10g}{more}"


def _of_tables(path: str, found: Mapping[Any, Any], wanted: Mapping[Any, Any], exact: bool) -> Iterator[str]:
    for key in [*wanted, *(key for key in found if key not in wanted)]:
        here = f"{path}.{key}" if not path.endswith(" ") else f"{path}{key}"
        if key not in found:
            yield f"{here} is missing"
        elif key not in wanted:
            yield f"{here} is nothing of this plan"
        else:
            yield from _differences(here, found[key], wanted[key], exact)


def _of_lists(path: str, found: Sequence[Any], wanted: Sequence[Any], exact: bool) -> Iterator[str]:
    for n, (one, other) in enumerate(zip(found, wanted, strict=False)):
        name = getattr(other, "name", n)
        yield from _differences(f"{path}[{name}]", one, other, exact)
    if len(found) != len(wanted):
        yield f"{path} has {len(found)} items, wanted {len(wanted)}"


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return value.item() if isinstance(value, np.generic) else value


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _close(found: float, wanted: float) -> bool:
    return found == wanted or math.isclose(found, wanted, rel_tol=EXACT) or (math.isnan(found) and math.isnan(wanted))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
