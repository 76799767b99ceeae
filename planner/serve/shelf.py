"""The folders that may be asked for: results by name, scenarios by name.

A name that comes with a request is compared with the names that are there; it never becomes part of a path. A folder that is a
link, or in which a link leads out of it, is not shown.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from planner.results.folder import SUMMARY

NEW_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
SCENARIO = "scenario.toml"
RESERVED = re.compile(r"con|prn|aux|nul|(?:com|lpt)[0-9]")  # on Windows


@dataclass(frozen=True)
class Shelf:
    """The folders in `root` that hold the file `mark`."""

    root: Path
    mark: str

    def names(self) -> list[str]:
        """Names of the folders, sorted; empty where `root` is not there."""
        if not self.root.is_dir():
            return []
        with os.scandir(self.root) as entries:
            return sorted(entry.name for entry in entries if self._holds(entry))

    def find(self, name: str) -> Path | None:
        """The folder of that name, or None where there is none."""
        return self.root / name if name in self.names() else None

    def _holds(self, entry: os.DirEntry[str]) -> bool:
        if entry.name.startswith(".") or not entry.is_dir(follow_symlinks=False):
            return False
        folder = Path(entry.path)
        return (folder / self.mark).is_file() and not leads_out(folder)


def results_shelf(root: Path) -> Shelf:
    """Results folders in `root`."""
    return Shelf(root.resolve(), SUMMARY)


def scenarios_shelf(root: Path) -> Shelf:
    """Folders of scenarios in `root`."""
    return Shelf(root.resolve(), SCENARIO)


def leads_out(folder: Path) -> bool:
    """Whether a link in the folder, at any depth, leads out of it."""
    inside = folder.resolve()
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(parent, name)
            if path.is_symlink() and not path.resolve().is_relative_to(inside):
                return True
    return False


def may_be_new(name: str) -> bool:
    """Whether a results folder may be given this name.

    >>> may_be_new("mill-4-stars"), may_be_new("../mill"), may_be_new("Mill"), may_be_new("con"), may_be_new("mill\\n")
    (True, False, False, False, False)
    """
    return bool(NEW_NAME.fullmatch(name)) and not RESERVED.fullmatch(name)
