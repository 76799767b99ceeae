"""Problem and Plan as one npz file and back, at full precision.

Structure goes into one JSON member, every array into a member of its own; nothing is pickled. Only the dataclasses of
`models.problem` and `planner.plan` can be stored, so reading an archive runs no foreign code. This is all that `verify`
needs: the accountant works from it without scenario, Pyomo or solver.
"""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from models import problem as problem_module
from models.problem import Problem
from planner import plan as plan_module
from planner.plan import Plan

STRUCTURE = "structure"
FORMAT = 1

_KNOWN: dict[str, type] = {
    name: thing
    for module in (problem_module, plan_module)
    for name, thing in vars(module).items()
    if isinstance(thing, type) and dataclasses.is_dataclass(thing)
}


class ArchiveError(ValueError):
    """The bytes are not a complete archive of a problem and a plan."""


def pack(problem: Problem, plan: Plan) -> bytes:
    """Bytes of an npz archive; equal input gives equal bytes."""
    return bundle({"problem": problem, "plan": plan})


def unpack(data: bytes) -> tuple[Problem, Plan]:
    """The problem and the plan of `pack`; raises ArchiveError for anything else."""
    values = unbundle(data)
    problem, plan = values.get("problem"), values.get("plan")
    if not isinstance(problem, Problem) or not isinstance(plan, Plan):
        raise ArchiveError("the archive holds no problem and plan")
    return problem, plan


def bundle(values: Mapping[str, object]) -> bytes:
    """Named values as bytes of an npz archive: dataclasses of problem and plan, mappings, lists, arrays, numbers, words."""
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    structure = {"format": FORMAT, **{name: _encode(value, arrays) for name, value in values.items()}}
    text = json.dumps(structure, ensure_ascii=False, separators=(",", ":"))
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **{STRUCTURE: np.array(text), **arrays})
    return buffer.getvalue()


def unbundle(data: bytes) -> dict[str, Any]:
    """The values of `bundle`; raises ArchiveError for anything else."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            structure = json.loads(str(archive[STRUCTURE]))
            found = structure.pop("format")
            if found != FORMAT:
                raise ArchiveError(f"archive format {found}, this version reads {FORMAT}")
            return {name: _decode(value, archive) for name, value in structure.items()}
    except (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        if isinstance(error, ArchiveError):
            raise
        raise ArchiveError(f"not a readable archive of a plan ({error})") from error


def same(one: Problem, other: Problem) -> bool:
    """Whether two problems are equal in everything that an archive holds."""
    arrays: tuple[dict[str, np.ndarray[Any, Any]], dict[str, np.ndarray[Any, Any]]] = ({}, {})
    if _encode(one, arrays[0]) != _encode(other, arrays[1]):
        return False
    return all(
        np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in zip(*map(dict.values, arrays), strict=True)
    )


def _encode(value: object, arrays: dict[str, np.ndarray[Any, Any]]) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        key = f"a{len(arrays)}"
        arrays[key] = value
        return {"array": key}
    if isinstance(value, tuple | list):
        return {"tuple": [_encode(item, arrays) for item in value]}
    if isinstance(value, Mapping):
        return {"map": [[_encode(key, arrays), _encode(item, arrays)] for key, item in value.items()]}
    name = type(value).__name__
    if _KNOWN.get(name) is type(value):
        fields = dataclasses.fields(_KNOWN[name])
        return {"type": name, "fields": {f.name: _encode(getattr(value, f.name), arrays) for f in fields}}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"cannot store a {type(value).__qualname__}")


def _decode(value: Any, arrays: Mapping[str, np.ndarray[Any, Any]]) -> Any:
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return arrays[value["array"]]
    if "tuple" in value:
        return tuple(_decode(item, arrays) for item in value["tuple"])
    if "map" in value:
        return {_decode(key, arrays): _decode(item, arrays) for key, item in value["map"]}
    return _KNOWN[value["type"]](**{name: _decode(item, arrays) for name, item in value["fields"].items()})
