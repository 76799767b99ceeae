"""Yes/no decisions that serve nothing: a contract signed for no volume, a segment of a capex curve with no size on it.

A plan that is stopped within its gap may still hold them, and pay for them. They are taken back before anything is stated of it.
"""

from __future__ import annotations

from planner.engine.pool import Decisions

LEAST_SIZE = 1e-7  # a size below this [MW, MWh or MWh per year] is solver noise
SERVES = {
    "contracts.signed": "contracts.sign_volume",
    "converters.chosen_mw": "converters.piece_mw",
    "stores.chosen_mw": "stores.piece_mw",
    "stores.chosen_mwh": "stores.piece_mwh",
}  # yes/no decision -> the amount that it allows


def without_idle(decisions: Decisions) -> Decisions:
    """The decisions without those that serve nothing.

    >>> idle = {"contracts.signed": {("ppa", 2027): 1.0}, "contracts.sign_volume": {("ppa", 2027): 0.0}}
    >>> without_idle(idle)["contracts.signed"]
    {('ppa', 2027): 0.0}
    """
    found = dict(decisions)
    for choice, amount in SERVES.items():
        idle = {key for key, value in decisions.get(amount, {}).items() if abs(value) <= LEAST_SIZE}
        for table in (choice, amount):
            if table in found:
                found[table] = {key: 0.0 if key in idle else value for key, value in found[table].items()}
    return found
