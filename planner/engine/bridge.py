"""The bridge to HiGHS: the only place that passes a model, runs the solver and believes a status.

Rules, each seen to fail without it: coefficients are finite and banded before they are passed; counts are checked after;
every returned status is read; a plan is kept at a limit; the gap is computed here; binaries are rounded, fixed and the model
re-solved; "infeasible" from presolve is confirmed without it by the caller. One HiGHS object runs at a time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from planner.engine.matrix import Matrix

Float = NDArray[np.float64]
Report = Callable[[str, float, float], None]  # words, lower bound, cost in hand

LARGEST_COEFFICIENT = 1e9
COST_SCALE = 1e3  # million to thousand where duals are asked for: the tolerance of 1e-7 is then below any price per MWh
_REFUSED = ("1.14.0",)
TREE_ALONE = {  # of HiGHS: searches for plans beside the tree, and strong branching until a column's worth is well known
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_rins": False,
    "mip_pscost_minreliable": 1,
}
interrupted = threading.Event()
_threads: int | None = None  # of the scheduler that lives; another number returns "Not Set" until it is reset


class SolverError(RuntimeError):
    """The solver returned something that cannot be believed; the message says what."""


@dataclass(frozen=True)
class Outcome:
    """What a run established. `x` is None where no feasible point is held."""

    status: str  # optimal, feasible, infeasible, unbounded, none
    termination: str
    objective: float
    lower_bound: float
    x: Float | None
    dual: Float | None = None  # of the rows, for a continuous model solved to optimality
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def gap(self) -> float:
        """(objective − bound) / |objective|, infinite without a plan or a bound."""
        if not (np.isfinite(self.objective) and np.isfinite(self.lower_bound)):
            return float("inf")
        return max(0.0, self.objective - self.lower_bound) / max(abs(self.objective), 1e-9)


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to solve. `gap` is relative; `time_limit_s` bounds the whole solve.

    Where it is only asked whether a plan costs no more than `enough` [million], cuts end as soon as that is known.
    """

    gap: float = 1e-3
    time_limit_s: float = 600.0
    threads: int = 2
    workers: int = 1  # processes that operate blocks
    seed: int = 0
    log: bool = False
    enough: float | None = None


def too_dear(lower_bound: float, options: Options) -> bool:
    """Whether no plan costs so little as is asked for."""
    return options.enough is not None and lower_bound > options.enough


def check(matrix: Matrix) -> None:
    """Raises SolverError for numbers that make an interface drop rows and still report an optimum."""
    for name, values in (("coefficient", matrix.rows.data), ("cost", matrix.cost)):
        largest = max(values.max(initial=0.0), -values.min(initial=0.0))
        if not np.isfinite(largest):
            raise SolverError(f"a {name} of the model is not finite")
        if largest > LARGEST_COEFFICIENT:
            raise SolverError(f"a {name} of the model is {largest:.3g}, above {LARGEST_COEFFICIENT:.0e}")
    for name, low, up in (("column", matrix.lower, matrix.upper), ("row", matrix.row_lower, matrix.row_upper)):
        if not (low <= up + 1e-9).all():  # nor is one that is not a number
            raise SolverError(f"bounds of a {name} are not an interval")


def scaled(matrix: Matrix) -> Matrix:
    """The model with its cost times COST_SCALE; so are its objective and duals."""
    return replace(matrix, cost=COST_SCALE * matrix.cost, offset=COST_SCALE * matrix.offset)


def set_option(h: Any, name: str, setting: object) -> None:
    """Sets an option; one that HiGHS does not know is an error, not a silence."""
    if h.setOptionValue(name, setting) != highspy.HighsStatus.kOk:
        raise SolverError(f"HiGHS refused option {name} = {setting!r}")


def new_highs(options: Options) -> Any:
    """A quiet HiGHS object of a version that can be believed."""
    global _threads  # noqa: PLW0603 - HiGHS keeps one scheduler per process; so does this name
    if _threads not in (None, options.threads):
        highspy.Highs.resetGlobalScheduler(True)
    _threads = options.threads
    h = highspy.Highs()
    if h.version() in _REFUSED:
        raise SolverError(f"HiGHS {h.version()} returns wrong optima; install 1.15.1 or later")
    set_option(h, "output_flag", options.log)
    set_option(h, "threads", options.threads)
    set_option(h, "random_seed", options.seed)
    return h


def pass_matrix(h: Any, matrix: Matrix, relaxed: bool) -> None:
    """Hands a checked model over and counts what arrived."""
    check(matrix)
    shape, whole = matrix.rows.shape, matrix.integer & (not relaxed)
    columns = matrix.rows.tocsc()  # HiGHS holds a model by columns, and takes twice as long to turn it round
    status = h.passModel(  # as arrays: an attribute of HighsLp is copied number by number
        shape[1],
        shape[0],
        columns.nnz,
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        matrix.offset,
        matrix.cost,
        matrix.lower,
        matrix.upper,
        matrix.row_lower,
        matrix.row_upper,
        columns.indptr.astype(np.int32, copy=False),
        columns.indices.astype(np.int32, copy=False),
        columns.data,
        whole.astype(np.int32),  # HighsVarType.kContinuous is 0, kInteger 1
    )
    if status == highspy.HighsStatus.kError:
        raise SolverError("HiGHS refused the model")
    if (h.getNumCol(), h.getNumRow(), h.getNumNz()) != (shape[1], shape[0], columns.nnz):
        raise SolverError("HiGHS holds other rows, columns or non-zeros than were passed")


def _watch(h: Any, deadline: float) -> None:
    """Stops a run at the deadline or when `interrupted` is set, from inside every kind of solver."""

    def stop(event: Any) -> None:
        if interrupted.is_set() or time.monotonic() > deadline:
            event.interrupt()

    for callback in (h.cbSimplexInterrupt, h.cbIpmInterrupt, h.cbMipInterrupt):
        callback.subscribe(stop)


def _tell(h: Any, report: Report) -> None:
    """Reports the bound and each better plan of a mixed-integer run."""

    def improved(event: Any) -> None:
        report("plan in hand", float(event.data_out.mip_dual_bound), float(event.data_out.objective_function_value))

    h.cbMipImprovingSolution.subscribe(improved)


def run(
    matrix: Matrix,
    options: Options,
    *,
    relaxed: bool = False,
    start: Float | None = None,
    presolve: bool = True,
    deadline: float | None = None,
    method: str | None = None,
    report: Report | None = None,
    enough: float = -np.inf,
    tree_alone: bool = False,
    iterations: int | None = None,
) -> Outcome:
    """One run of HiGHS. `start` gives values of the integer columns of a MIP start; `report` hears of every better plan.
    `iterations` limits those of simplex: unlike the clock, the same on every machine.

    A mixed-integer run ends with the first plan that costs no more than `enough`. With the `tree_alone` its time goes to the bound;
    plans are found where it branches.
    """
    deadline = time.monotonic() + options.time_limit_s if deadline is None else deadline
    begun = time.monotonic()
    h = new_highs(options)
    mip = bool(matrix.integer.any()) and not relaxed
    set_option(h, "time_limit", max(1.0, deadline - begun))
    if mip:
        set_option(h, "mip_rel_gap", options.gap)
        set_option(h, "objective_target", enough)
        for name, setting in TREE_ALONE.items() if tree_alone else ():
            set_option(h, name, setting)
    if not presolve:
        set_option(h, "presolve", "off")
    if iterations is not None:
        set_option(h, "simplex_iteration_limit", iterations)
    if method:
        set_option(h, "solver", method)
    pass_matrix(h, matrix, relaxed)
    if start is not None and mip:
        columns = np.flatnonzero(matrix.integer).astype(np.int32)
        if h.setSolution(len(columns), columns, start[columns]) == highspy.HighsStatus.kError:
            raise SolverError("HiGHS refused the start")
    passed = time.monotonic()
    _watch(h, deadline)
    if report is not None and mip:
        _tell(h, report)
    if h.run() == highspy.HighsStatus.kError and h.getModelStatus() != highspy.HighsModelStatus.kInterrupt:
        raise SolverError(f"HiGHS failed: {h.modelStatusToString(h.getModelStatus())}")
    outcome = _read(h, matrix, mip)
    return replace(outcome, seconds={"hand_over": passed - begun, "run": time.monotonic() - passed})


_LIMITS = ("kTimeLimit", "kIterationLimit", "kSolutionLimit", "kObjectiveTarget", "kInterrupt")
_OURS = ("kTimeLimit", "kInterrupt")  # the deadline and the flag end a run by either


def _read(h: Any, matrix: Matrix, mip: bool) -> Outcome:
    status, info = h.getModelStatus(), h.getInfo()
    words = h.modelStatusToString(status)
    named = highspy.HighsModelStatus
    if status in (named.kInfeasible, named.kUnboundedOrInfeasible):
        return Outcome("infeasible", words, np.inf, np.inf, None)
    if status == named.kUnbounded:
        return Outcome("unbounded", words, -np.inf, -np.inf, None)
    held = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    if status == named.kOptimal:
        if not held:
            raise SolverError("HiGHS says optimal and holds no feasible point")
        objective = float(info.objective_function_value)
        bound = float(info.mip_dual_bound) if mip else objective
        solution = h.getSolution()
        dual = None if mip else np.array(solution.row_dual)
        return Outcome("optimal", words, objective, bound, np.array(solution.col_value), dual)
    if status not in tuple(getattr(named, q) for q in _LIMITS):
        raise SolverError(f"HiGHS ended with status {words}")
    if status in tuple(getattr(named, q) for q in _OURS):
        words = "interrupted" if interrupted.is_set() else "time limit"
    bound = float(info.mip_dual_bound) if mip else -np.inf
    if not held or not mip:
        return Outcome("none", words, np.inf, bound, None)
    return Outcome("feasible", words, float(info.objective_function_value), bound, np.array(h.getSolution().col_value))


def fixed(matrix: Matrix, x: Float) -> Matrix:
    """The model with its integer columns fixed at the rounded values of x."""
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    whole = np.rint(x[matrix.integer])
    lower[matrix.integer], upper[matrix.integer] = whole, whole
    return replace(matrix, lower=lower, upper=upper, integer=np.zeros_like(matrix.integer))
