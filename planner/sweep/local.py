"""A sweep on this machine: some processes at a time, each with one solve."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from planner.sweep.jobs import Ended, Job
from planner.sweep.process import Processes, solve_apart


def cores() -> int:
    """That this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def locally(at_a_time: int | None) -> Callable[[Sequence[Job], Path], Generator[tuple[Job, Ended], None, None]]:
    """Solves jobs into `out`/CASE and yields each as it ends; closing the generator ends the rest."""

    def run(jobs: Sequence[Job], out: Path) -> Generator[tuple[Job, Ended], None, None]:
        processes = Processes()
        with ThreadPoolExecutor(at_a_time or cores()) as pool:
            try:
                begun = {
                    pool.submit(solve_apart, job.scenario, out / job.case, job.how, processes): job for job in jobs
                }
                for future in as_completed(begun):
                    yield begun[future], future.result()
            finally:
                processes.stop()
                pool.shutdown(wait=False, cancel_futures=True)

    return run
