"""models/README.md names everything in the models, with its indices, and nothing else; docs/mathematics.md every row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyomo.environ import Constraint, Expression, Var

from tests.snapshot_problems import CONCEPTS
from tests.test_snapshots import both, concept_of

ROOT = Path(__file__).parent.parent
README = (ROOT / "models" / "README.md").read_text(encoding="utf-8")
MATHEMATICS = (ROOT / "docs" / "mathematics.md").read_text(encoding="utf-8")
SECTIONS = {"plan": "## The plan", "step": "## One step"}


def table(heading: str) -> dict[str, int]:
    """Names of a section's table and the number of their indices."""
    section = README.split(f"{heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([\w.]+)(?:\[([^]]*)\])?` \|", section, re.MULTILINE)
    assert len(rows) == len(dict(rows)), "a name stands twice"
    return {name: len(index.split(",")) if index else 0 for name, index in rows}


def held(n: int) -> dict[str, int]:
    """Names in all snapshot problems' plans (0) or steps (1), with the number of their indices."""
    found: dict[str, int] = {}
    for concept in CONCEPTS:
        for component in both(concept)[n].component_objects((Var, Expression), descend_into=True):
            indices = [i if isinstance(i, tuple) else (i,) for i in component if i is not None]
            found[component.name] = max(found.get(component.name, 0), *map(len, indices), 0)
    return found


@pytest.mark.parametrize(("n", "part"), [(0, "plan"), (1, "step")])
def test_every_name_stands_in_the_table(n: int, part: str) -> None:
    said, there = table(SECTIONS[part]), held(n)
    assert set(said) - set(there) == set()
    assert set(there) - set(said) == set()
    assert {name: (said[name], count) for name, count in there.items() if count and said[name] != count} == {}


def test_every_yearly_sum_stands_in_the_table() -> None:
    sums = {name for concept in CONCEPTS for name, _ in both(concept)[1].site.quantities}
    assert set(table("## Sums over the year")) == sums


def test_every_index_letter_is_explained() -> None:
    letters = {
        q for index in re.findall(r"^\| `[\w.]+\[([^]]*)\]`", README, re.MULTILINE) for q in re.split("[,:]", index)
    }
    explained = set(re.findall(r"^\| `(\w)` \|", README, re.MULTILINE))
    assert letters - {"name", "item"} <= explained


@pytest.mark.parametrize("concept", CONCEPTS)
def test_every_constraint_stands_in_the_mathematics(concept: str) -> None:
    section = MATHEMATICS.split(f" · models/{concept}.py\n")[1].split("\n## ")[0]
    words = set(re.findall(r"\w+", section))
    names = {
        re.sub(r"_(mw|mwh)$", "", c.name.rpartition(".")[2]) if concept == "sizing" else c.name.rpartition(".")[2]
        for m in both(concept)
        for c in m.component_objects(Constraint, descend_into=True)
        if concept_of(c) == concept
    }
    assert names - words == set()
