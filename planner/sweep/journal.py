"""What of a sweep has ended: `.sweep.jsonl` in its folder, one line for each job, on disk before the next is counted.

A line that was torn when the machine or the process stopped counts for nothing, and the next one starts a line of its own.
A job is done if its last line has its key and its results folder is, to the byte, what that line speaks of.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from planner.results.folder import SUMMARY, ResultsError, changed_files, read_summary, sha256, try_lock
from planner.solving.solve import DONE, INFEASIBLE, LIMIT
from planner.sweep.jobs import Ended, Job

JOURNAL, LOCK = ".sweep.jsonl", ".sweep.lock"
WITH_RESULTS = (DONE, INFEASIBLE, LIMIT)  # exit codes after which there is a results folder


@contextmanager
def sweep_lock(out: Path) -> Iterator[None]:
    """Hold the right to sweep into `out`; raises ResultsError when another process has it. It ends with the process."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / LOCK).open("a+") as handle:
        if not try_lock(handle.fileno()):
            raise ResultsError(f"another `plan sweep` is writing into {out}: wait for it or choose another --out")
        yield


class Journal:
    """The journal of a folder, open for the next line. Use inside `sweep_lock`."""

    def __init__(self, out: Path, fresh: bool) -> None:
        self.out, self.path = out, out / JOURNAL
        if fresh:
            self.path.unlink(missing_ok=True)
        self.lines = read_lines(self.path)
        text = self.path.read_bytes() if self.path.is_file() else b""
        torn = bool(text) and not text.endswith(b"\n")
        self.file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        if torn:
            self._write(b"\n")

    def close(self) -> None:
        """No more lines."""
        os.close(self.file)

    def note(self, job: Job, ended: Ended) -> None:
        """One more job has ended; on disk when this returns."""
        line: dict[str, Any] = {"case": job.case, "key": job.key, "at": round(time.time(), 3), **vars(ended)}
        if ended.code in WITH_RESULTS:
            line["summary"] = sha256((self.out / job.case / SUMMARY).read_bytes())
        self.lines[job.case] = line
        self._write(json.dumps(line, ensure_ascii=False).encode() + b"\n")

    def done(self, job: Job) -> Ended | None:
        """How the job ended, if its results are still those; None if it is to be done."""
        line = self.lines.get(job.case)
        if line is None or line["key"] != job.key or line["code"] not in WITH_RESULTS:
            return None
        folder = self.out / job.case
        try:
            summary = read_summary(folder)
        except ResultsError:
            return None
        same = sha256((folder / SUMMARY).read_bytes()) == line.get("summary") and not changed_files(folder, summary)
        return Ended(line["code"], line["words"], line["seconds"], line["attempts"]) if same else None

    def _write(self, data: bytes) -> None:
        os.write(self.file, data)
        os.fsync(self.file)


def read_lines(path: Path) -> dict[str, Mapping[str, Any]]:
    """The last whole line of each case; what is no line of a journal counts for nothing."""
    found: dict[str, Mapping[str, Any]] = {}
    if not path.is_file():
        return found
    for text in path.read_bytes().split(b"\n"):
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and {"case", "key", *Ended.__dataclass_fields__} <= line.keys():
            found[line["case"]] = line
    return found
