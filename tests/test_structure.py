"""The layers of docs/structure.md are those of the imports."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ENTRY = {
    "planner",
    "planner/cli.py",
    "planner/start.py",
}  # the package itself, what starts it, what finds the commands by name
PARTS = re.findall(r"^\| `([\w/.]+)` \|", (ROOT / "docs/structure.md").read_text(), re.MULTILINE)
FILES = sorted([*ROOT.glob("models/**/*.py"), *ROOT.glob("planner/**/*.py")])


def part_of(path: Path) -> str:
    """The part that a file belongs to."""
    place = path.relative_to(ROOT).parts
    return place[0] if place[0] == "models" or place[1] == "__init__.py" else "/".join(place[:2])


def modules(path: Path) -> Iterator[str]:
    """Everything that a file imports anywhere, by its dotted name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def imported_part(module: str) -> str | None:
    """The part that a module of ours belongs to."""
    names = module.split(".")
    if names[0] == "models":
        return "models"
    if names[0] != "planner" or len(names) < 2:
        return None
    return f"planner/{names[1]}" + (".py" if (ROOT / f"planner/{names[1]}.py").is_file() else "")


def test_every_part_is_in_the_table_once() -> None:
    assert sorted(PARTS) == sorted({part_of(f) for f in FILES} - ENTRY)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_imports_only_from_parts_above_it(part: str) -> None:
    above = PARTS[: PARTS.index(part) + 1]
    wrong = {
        f"{file.relative_to(ROOT)}: {module}"
        for file in FILES
        if part_of(file) == part
        for module in modules(file)
        if imported_part(module) not in {None, *above}
    }
    assert not wrong


@pytest.mark.parametrize(
    ("library", "parts"), [("pyomo", {"models", "planner/engine"}), ("highspy", {"planner/engine"})]
)
def test_only_model_and_engine_name_what_solves(library: str, parts: set[str]) -> None:
    assert {part_of(f) for f in FILES if any(m.split(".")[0] == library for m in modules(f))} == parts


def test_the_accountant_shares_nothing_with_what_made_the_plan() -> None:
    for part in ("planner/accounting", "planner/verification"):
        used = {m for f in FILES if part_of(f) == part for m in modules(f) if imported_part(m) == "models"}
        assert used
        assert all(m.startswith("models.problem.") for m in used)
