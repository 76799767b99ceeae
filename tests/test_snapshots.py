"""Every constraint of both models, printed for a tiny problem and compared with tests/snapshots/CONCEPT.txt.

A row prints as it reads: `stores.energy_within_capacity[battery]: stores.stored_mwh[battery] - stores.working_mwh[battery]
<= 0`; an expression as `name := terms`. After a wanted change: `python -m tests.test_snapshots --write`, and read the diff.
"""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyomo.environ import ComponentMap, ConcreteModel, Constraint, Expression, Objective, Var, value
from pyomo.repn import generate_standard_repn

import models
from models import build_plan, build_step
from models.check import check
from tests.snapshot_problems import CONCEPTS

SNAPSHOTS = Path(__file__).parent / "snapshots"
MODELS = Path(models.__file__).parent
BLOCKS = {"carriers": "balance", "heat": "balance", "durable_rating": "rating"}
SIZE = re.compile(r"_(mw|mwh)$")


@cache
def both(concept: str) -> tuple[ConcreteModel, ConcreteModel]:
    """Plan and step of a concept's problem."""
    problem = CONCEPTS[concept]()
    check(problem)
    step = build_step(problem)
    return build_plan(problem, tuple(step.site.quantities)), step


@cache
def stated(concept: str) -> dict[str, int]:
    """Names of constraints in the source of models/CONCEPT.py as regular expressions, with their line."""
    names: dict[str, int] = {}
    tree = ast.parse((MODELS / f"{concept}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _is_constraint(node.value):
            names[re.escape(node.targets[0].attr)] = node.lineno
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "setattr" and _is_constraint(node.args[2]):
            names[_pattern(node.args[1])] = node.lineno
    return names


def _is_constraint(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Constraint"


def _pattern(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(re.escape(q.value) if isinstance(q, ast.Constant) else r"\w+" for q in node.values)
    return re.escape(ast.literal_eval(node))


def concept_of(component: Any) -> str:
    """The file of models/ that states a component."""
    block, _, name = component.name.rpartition(".")
    if component.name == "objective":
        return "finance"
    if block in ("converters", "stores") and (SIZE.search(name) or name == "retirement_is_final"):
        return "sizing"
    return BLOCKS.get(block, block)


def components(model: ConcreteModel, kind: type, concept: str) -> list[Any]:
    return [c for c in model.component_objects(kind, descend_into=True) if concept_of(c) == concept]


def shown(index: Any) -> str:
    if index is None:
        return ""
    return "[" + ",".join(str(q) for q in (index if isinstance(index, tuple) else (index,))) + "]"


def readable(v: Any) -> str:
    return f"{v.parent_component().name}{shown(v.index())}"


def body(expression: Any, order: ComponentMap) -> tuple[str, float]:
    """Terms of an expression in the order in which the model declares its variables, and its constant."""
    repn = generate_standard_repn(expression, quadratic=True)
    assert repn.nonlinear_expr is None
    terms: dict[tuple[int, ...], tuple[str, float]] = {}
    linear = [(c, (v,)) for c, v in zip(repn.linear_coefs, repn.linear_vars, strict=True)]
    for c, vs in [*linear, *zip(repn.quadratic_coefs, repn.quadratic_vars, strict=True)]:
        ordered = sorted(vs, key=lambda v: order[v])
        key = tuple(order[v] for v in ordered)
        terms[key] = ("*".join(readable(v) for v in ordered), terms.get(key, ("", 0.0))[1] + float(value(c)))
    words = []
    for name, c in (terms[k] for k in sorted(terms)):
        sign = ("- " if c < 0 else "") if not words else ("- " if c < 0 else "+ ")
        number = "" if abs(c) == 1 else f"{abs(c):g} "
        words.append(f"{sign}{number}{name}")
    return " ".join(words), float(value(repn.constant))


def row(c: Any, order: ComponentMap) -> str:
    text, constant = body(c.body, order)
    low = None if c.lower is None else value(c.lower) - constant
    up = None if c.upper is None else value(c.upper) - constant
    if low is not None and low == up:
        limit = f"= {low + 0.0:g}"
    else:
        limit = " and ".join(f"{s} {q + 0.0:g}" for s, q in ((">=", low), ("<=", up)) if q is not None)
    return f"{readable(c)}: {text or 0} {limit}"


def line(e: Any, order: ComponentMap) -> str:
    text, constant = body(e.expr if hasattr(e, "expr") else e, order)
    rest = f"{' + ' if constant > 0 else ' - '}{abs(constant):g}" if constant and text else ""
    return f"{readable(e)} := {text or f'{constant:g}'}{rest}"


def printed(concept: str) -> str:
    """The snapshot of a concept."""
    parts = [f"# models/{concept}.py, for the problem tests/snapshot_problems.py:{CONCEPTS[concept].__name__}"]
    for title, model in zip(("plan", "step"), both(concept), strict=True):
        order = ComponentMap((v, n) for n, v in enumerate(model.component_data_objects(Var, descend_into=True)))
        rows = [row(c[i], order) for c in components(model, Constraint, concept) for i in c]
        said = [line(e[i], order) for e in components(model, Expression, concept) for i in e]
        goals = [line(o, order) for o in components(model, Objective, concept)]
        if rows or said or goals:
            parts += ["", f"## {title}", *said, *rows, *goals]
    return "\n".join(parts) + "\n"


def families(model_of: tuple[ConcreteModel, ConcreteModel]) -> dict[str, bool]:
    """Constraint families of plan and step, and whether they have rows."""
    return {c.name: len(c) > 0 for m in model_of for c in m.component_objects(Constraint, descend_into=True)}


@pytest.mark.parametrize("concept", CONCEPTS)
def test_rows_are_those_of_the_snapshot(concept: str) -> None:
    path = SNAPSHOTS / f"{concept}.txt"
    assert printed(concept).splitlines() == path.read_text(encoding="utf-8").splitlines(), (
        f"rows of models/{concept}.py changed; if so meant, run python -m tests.test_snapshots --write"
    )


def test_no_snapshot_is_left_over() -> None:
    assert sorted(p.stem for p in SNAPSHOTS.glob("*.txt")) == sorted(CONCEPTS)


def test_every_constraint_of_the_models_has_a_snapshot() -> None:
    every: set[str] = set()
    seen: set[str] = set()
    for concept in CONCEPTS:
        found = families(both(concept))
        every |= set(found)
        text = (SNAPSHOTS / f"{concept}.txt").read_text(encoding="utf-8")
        seen |= {name for name in found if re.search(rf"^{re.escape(name)}[\[:]", text, re.MULTILINE)}
    stems = {SIZE.sub("", name) for name in seen}
    assert {name for name in every - seen if SIZE.sub("", name) not in stems} == set()


@pytest.mark.parametrize("path", sorted(MODELS.glob("*.py")), ids=lambda p: p.stem)
def test_every_constraint_in_the_source_is_named_and_has_a_snapshot(path: Path) -> None:
    written = len(re.findall(r"\bConstraint\(", path.read_text(encoding="utf-8")))
    names = stated(path.stem)
    assert len(names) == written, "a constraint is not assigned to a name of its block"
    assert "ConstraintList" not in path.read_text(encoding="utf-8")
    if not names:
        return
    text = (SNAPSHOTS / f"{path.stem}.txt").read_text(encoding="utf-8")
    shown_names = re.findall(r"^\w+\.(\w+)[\[:]", text, re.MULTILINE)
    missing = [f"line {n}: {name}" for name, n in names.items() if not any(re.fullmatch(name, q) for q in shown_names)]
    assert missing == []


@pytest.mark.parametrize("concept", CONCEPTS)
def test_every_constraint_stands_in_its_files_docstring(concept: str) -> None:
    docstring = ast.get_docstring(ast.parse((MODELS / f"{concept}.py").read_text(encoding="utf-8"))) or ""
    words = set(re.findall(r"\w+", docstring))
    names = {
        c.name.rpartition(".")[2]
        for m in both(concept)
        for c in m.component_objects(Constraint, descend_into=True)
        if concept_of(c) == concept
    }
    assert {name for name in names if not {name, SIZE.sub("", name)} & words} == set()


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python -m tests.test_snapshots --write")
    for named in CONCEPTS:
        (SNAPSHOTS / f"{named}.txt").write_text(printed(named), encoding="utf-8")
