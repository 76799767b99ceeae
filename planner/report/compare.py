"""What one roadmap does differently from another, in the language of the page.

Steps of a study are words and sizes; here those of one thing are put together, so that a plan which builds in two goes and
one that builds at once are compared by what they build in all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from planner.report.words import Language, number

ALIKE = 0.02  # relative, of sizes and yearly amounts that count as the same
SIZE = re.compile(r"([\d.,]+)(?:\s*(?:to|–)\s*([\d.,]+))?\s*(%|[^\d\s,][^\s,]*)")


@dataclass(frozen=True)
class Line:
    """A step of a roadmap: `verb` and `item` in the language of the page, `invest` in the scenario's currency."""

    years: str
    verb: str
    item: str
    size: str
    invest: float | None
    often: str = ""


@dataclass
class Held:
    """All that a plan does with one thing."""

    first_year: str
    amounts: dict[str, float] = field(default_factory=dict)
    invest: float = 0.0


def differences(words: Language, before: Sequence[Line], after: Sequence[Line]) -> list[list[str]]:
    """[sign, what, how], what costs most first; sign is + for what is added, − for what is dropped, ~ for the rest."""
    old, new = held(words, before), held(words, after)
    found: list[tuple[float, list[str]]] = []
    for key in dict.fromkeys([*new, *old]):
        was, now = old.get(key), new.get(key)
        change = abs((now.invest if now else 0.0) - (was.invest if was else 0.0))
        what = words("step_of", verb=key[0], item=key[1])
        if was is None and now is not None:
            found.append((change, ["+", what, _told(now)]))
        elif now is None and was is not None:
            found.append((change, ["−", what, _told(was)]))
        elif was is not None and now is not None and (how := _changed(words, was, now)):
            found.append((change, ["~", what, how]))
    return [line for _, line in sorted(found, key=lambda pair: -pair[0])]


def held(words: Language, lines: Sequence[Line]) -> dict[tuple[str, str], Held]:
    """By what is done and the thing; enlarging is building."""
    found: dict[tuple[str, str], Held] = {}
    for line in lines:
        verb = words("build") if line.verb == words("enlarge") else line.verb
        thing = found.setdefault((verb, line.item), Held(line.years[:4]))
        thing.invest += line.invest or 0.0
        for amount, unit in amounts(line.size):
            thing.amounts[unit] = thing.amounts.get(unit, 0.0) + amount
    return found


def amounts(size: str) -> list[tuple[float, str]]:
    """The numbers of a size, a range by its middle.

    >>> amounts("2.11 MW, 6.06 MWh"), amounts("27,739 to 28,775 MWh/year"), amounts("88 %")
    ([(2.11, 'MW'), (6.06, 'MWh')], [(28257.0, 'MWh/year')], [(88.0, '%')])
    """
    found = []
    for low, high, unit in SIZE.findall(size):
        ends = [float(end.strip(",").replace(",", "")) for end in (low, high or low)]
        found.append((sum(ends) / 2, unit))
    return found


def _changed(words: Language, was: Held, now: Held) -> str:
    how = []
    if was.first_year != now.first_year and not any(unit.endswith("/year") for unit in now.amounts):
        how.append(words("moved", before=was.first_year, after=now.first_year))
    for unit, amount in now.amounts.items():
        earlier = was.amounts.get(unit, 0.0)
        if abs(amount - earlier) > ALIKE * max(abs(amount), abs(earlier)):
            how.append(words("resized", before=_number(earlier), after=f"{_number(amount)} {unit}"))
    return "; ".join(how)


def _told(thing: Held) -> str:
    return ", ".join([thing.first_year, *(f"{_number(amount)} {unit}" for unit, amount in thing.amounts.items())])


def _number(amount: float) -> str:
    return number(amount, 0 if amount >= 100 else 2)
