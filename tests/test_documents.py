"""What readers start from holds: links lead somewhere, pins cover what is needed, the tutorial's numbers are the solver's."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from packaging.requirements import Requirement

from planner.cli import main

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    page.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/*.md", "models/*.md", "scenarios/*/*.md")
    for page in ROOT.glob(pattern)
)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    path = ROOT / page
    targets = re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8"))
    assert [t for t in targets if "://" not in t and not (path.parent / t).exists()] == []


def test_readme_links_every_document() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in ROOT.glob("docs/*.md") if f"(docs/{page.name})" not in readme] == []


def test_constraints_pin_every_direct_dependency_within_its_bounds() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.lower().replace("_", "-").split("==") for line in lines if line and not line.startswith("#"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for text in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        needed = Requirement(text)
        assert pinned[needed.name] in needed.specifier, text


def test_tutorial_states_the_plan_that_is_found(tmp_path: Path) -> None:
    scenario, out = str(ROOT / "scenarios" / "two-measures"), tmp_path / "result"
    done = CliRunner().invoke(main, ["solve", scenario, "--out", str(out), "--no-naive", "--quiet"])
    assert done.exit_code == 0, done.output
    cost = json.loads((out / "summary.json").read_text(encoding="utf-8"))["net_present_cost"]
    shown = CliRunner().invoke(main, ["show", str(out), "--width", "80"]).output
    for page in ("docs/tutorial.md", "scenarios/two-measures/README.md"):
        assert f"**{cost:,.0f}**" in (ROOT / page).read_text(encoding="utf-8"), page
    tutorial = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8").splitlines()
    table = [line.strip() for line in tutorial if line.startswith("    2027") or line.startswith("    2028-")]
    assert len(table) == 4
    found = [line.strip() for line in shown.splitlines()]
    assert [line for line in table if line not in found] == []
