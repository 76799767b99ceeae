"""The roadmap's dates as calendar entries (RFC 5545), from the `roadmap.json` of a results folder."""

from __future__ import annotations

from planner.export.package import Piece
from planner.results.folder import Results
from planner.roadmap.calendar_file import calendar
from planner.roadmap.dated import read_roadmap


def calendar_piece(results: Results) -> Piece:
    """`roadmap.ics`; raises ResultsError where the folder has no roadmap."""
    return Piece("roadmap.ics", calendar(read_roadmap(results.folder)), title="Dates of the roadmap")
