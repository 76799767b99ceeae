"""Where curves, ladders and futures of a folder begin: `studies/starts.npz`, the decisions of plans that earlier ones found.

A curve's plan of six stars is where a ladder's highest rung may begin, and the other way round. Decisions prove nothing: each
solve operates, accounts and verifies what it takes from them. The file is not committed, and solving the case again removes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from planner.engine import Start
from planner.results.archive import ArchiveError, bundle, unbundle
from planner.results.folder import writer_lock
from planner.studies.kept import FOLDER, replace_file

STARTS = "starts.npz"


def read_starts(folder: Path) -> list[Start]:
    """Decisions that studies have left in the results folder, the newest last; none where the file is not readable."""
    try:
        kept = unbundle((folder / FOLDER / STARTS).read_bytes())["starts"]
        return [Start(one["decisions"], one["prices"]) for one in kept]
    except (OSError, ArchiveError, KeyError, TypeError):
        return []


def write_starts(folder: Path, starts: Iterable[Start]) -> None:
    """Leave decisions for the next study, in place of those that are there."""
    place = folder.resolve() / FOLDER
    with writer_lock(folder.resolve()):
        place.mkdir(exist_ok=True)
        kept = [{"decisions": one.decisions, "prices": one.prices} for one in starts]
        replace_file(place / STARTS, bundle({"starts": kept}))
