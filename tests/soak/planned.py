"""`plan validate` and `plan solve` inside this process, as a trial sees them: exit code, what was said, the results."""

from __future__ import annotations

import contextlib
import io
import json
import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planner.solving.preparing import Settings
from planner.solving.solve import Request, run

TRACE = -1  # exit code of an exception
SOLVED = (0, 4)
LIMIT_S = 20.0
# words that no user should read: of Python, of the solver's interface, of the model's rows
INTERNAL = re.compile(
    r"Traceback|Error:|Exception|<[a-z_.]+ object|HiGHS holds|kNotset|assert|NoneType|numpy|pydantic|pyomo|KeyError",
    re.I,
)


@dataclass(frozen=True)
class Solved:
    """What a run of `plan solve` left."""

    code: int
    said: str
    summary: Mapping[str, Any] = field(default_factory=dict)

    @property
    def objective(self) -> float:
        return float(self.summary["objective"])

    @property
    def internal(self) -> str:
        """The words of what was said that no user should read; empty if there are none."""
        if self.code == TRACE:
            return self.said[-1500:]
        found = INTERNAL.search(self.said)
        return "" if found is None else self.said[max(0, found.start() - 100) : found.end() + 300]


def solved(scenario: Path, out: Path, time_limit_s: float | None = None) -> Solved:
    """`plan solve --no-naive --quiet`."""
    settings = Settings() if time_limit_s is None else Settings(time_limit_s=time_limit_s)
    with _heard() as said:
        try:
            code = run(Request(scenario, out, settings, naive=False, quiet=True))
        except SystemExit as end:
            code = int(end.code or 0) if isinstance(end.code, int | None) else 1
        except Exception:
            said.write(traceback.format_exc())
            code = TRACE
    summary = out / "summary.json"
    known = json.loads(summary.read_text(encoding="utf-8")) if code in SOLVED and summary.exists() else {}
    print(said.getvalue())
    return Solved(code, said.getvalue(), known)


def validated(scenario: Path) -> Solved:
    """`plan validate`."""
    from planner.assembly.validate import validate
    from planner.reading.faults import ScenarioFaults

    with _heard() as said:
        try:
            validate(scenario)
            code = 0
        except ScenarioFaults as faults:
            said.write(str(faults))
            code = 2
        except SystemExit as end:
            code = int(end.code or 0) if isinstance(end.code, int | None) else 1
        except Exception:
            said.write(traceback.format_exc())
            code = TRACE
    print(said.getvalue())
    return Solved(code, said.getvalue())


@contextlib.contextmanager
def _heard() -> Any:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        yield said
