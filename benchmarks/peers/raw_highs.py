"""HiGHS on our model in one piece: reads the matrix, hands it over, runs one of its solvers (`way`: simplex, ipx, hipo, mip)."""

from __future__ import annotations

import highspy
import numpy as np

from benchmarks.outcome import Asked, Outcome, answer

SOLVERS = {"simplex": "simplex", "ipx": "ipx", "hipo": "hipo"}


def work(asked: Asked, outcome: Outcome) -> None:
    """Solves to optimality, or to `gap` where the matrix has integers."""
    m = np.load(asked.file)
    h = highspy.Highs()
    integers = m["integer"].any()
    options: dict[str, object] = {"output_flag": False, "threads": asked.threads, "time_limit": asked.limit_s}
    options |= {"mip_rel_gap": asked.gap} if integers else {"solver": SOLVERS[asked.way]}
    for name, setting in options.items():
        if h.setOptionValue(name, setting) != highspy.HighsStatus.kOk:
            outcome.status, outcome.words = "failed", f"{name} = {setting} was refused"
            return
    with outcome.timed("hand_over"):
        h.passModel(_model(m, bool(integers)))
    outcome.size = {"rows": h.getNumRow(), "columns": h.getNumCol(), "nonzeros": h.getNumNz()}
    with outcome.timed("run"):
        h.run()
    status, info = h.getModelStatus(), h.getInfo()
    outcome.words = h.modelStatusToString(status)
    held = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    outcome.objective = float(info.objective_function_value) if held else None
    if status == highspy.HighsModelStatus.kTimeLimit:
        outcome.status = "more than"
    elif status != highspy.HighsModelStatus.kOptimal:
        outcome.status = "failed"


def _model(m: np.lib.npyio.NpzFile, integers: bool) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(m["cost"]), len(m["row_lower"])
    lp.col_cost_, lp.offset_ = m["cost"], float(m["offset"])
    lp.col_lower_, lp.col_upper_ = m["lower"], m["upper"]
    lp.row_lower_, lp.row_upper_ = m["row_lower"], m["row_upper"]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = m["start"], m["index"], m["value"]
    if integers:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(q)] for q in m["integer"]]
    return lp


if __name__ == "__main__":
    answer(work, ("highspy", "highspy-extras"), first=False)
