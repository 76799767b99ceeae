"""What docs/handover.md shows in Python runs, after the commands that it shows before."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest
from conftest import ROOT, run_plan


def test_the_worked_example_runs(tmp_path: Path, monkeypatch) -> None:
    page = (ROOT / "docs" / "handover.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL))
    results = tmp_path / "results" / "two-measures"
    run_plan("solve", "scenarios/two-measures", "--out", results, "--quiet")
    for target in ("pypsa", "iamc"):
        run_plan("export", results, "--to", target)
    costs = (results / "export" / "pypsa" / "operating_cost.csv").read_text(encoding="utf-8").splitlines()
    found = {line.split(",")[0]: line.split(",")[1:] for line in costs}
    shown = [line.strip().split(",") for line in page.splitlines() if re.match(r" {4}(year|2028),", line)]
    assert shown[0][1:] == found["year"]
    assert list(map(float, shown[1][1:])) == pytest.approx(list(map(float, found["2028"])), rel=1e-9)
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(code, "docs/handover.md", "exec"), {})
