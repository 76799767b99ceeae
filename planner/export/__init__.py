"""Plans as files that other programs run or read: one file per target, and a data package that describes what was written.

    pypsa      a network of every plan year, for the energy-planning step
    iamc       the table that integrated-assessment tools exchange
    parquet    every table, and the operation step by step, as typed columns
    json       every table in one document
    calendar   dated actions of the roadmap as calendar entries

Money in the scenario's currency. Nothing here imports the programs it writes for.
"""

from __future__ import annotations
