"""What one plan does differently from another, as lines of a few words each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from planner.results.folder import Row
from planner.results.steps import Step, steps
from planner.terminal import number, size_words

ALIKE = 0.02  # relative, of sizes and yearly amounts that count as the same


@dataclass(frozen=True)
class Item:
    """All that a plan does with one thing: when first, how much in all (yearly amounts: on average), for how much."""

    verb: str
    first_year: int
    amounts: dict[str, float]
    capex: float


def items(roadmap: Iterable[Row]) -> dict[tuple[str, str], Item]:
    """By what is done and the thing's name; enlarging is building."""
    found: dict[tuple[str, str], Item] = {}
    for step in steps(roadmap):
        verb = "build" if step.verb == "enlarge" else step.verb
        before = found.get((verb, step.item), Item(verb, step.first_year, {}, 0.0))
        amounts = dict(before.amounts)
        for low, high, unit in step.sizes:
            amounts[unit] = amounts.get(unit, 0.0) + (low + high) / 2
        first = min(before.first_year, step.first_year)
        found[verb, step.item] = Item(verb, first, amounts, before.capex + (step.capex or 0.0))
    return found


def changes(before: Iterable[Row], after: Iterable[Row], label: Callable[[str], str]) -> list[str]:
    """From one roadmap to another, what costs most first."""
    old, new = items(before), items(after)
    found = []
    for key in dict.fromkeys([*new, *old]):
        was, now = old.get(key), new.get(key)
        spent = abs((now.capex if now else 0.0) - (was.capex if was else 0.0))
        found += [(-spent, words) for words in _words(was, now, label(key[1]))]
    return [words for _, words in sorted(found, key=lambda pair: pair[0])]


def _words(was: Item | None, now: Item | None, name: str) -> Iterator[str]:
    if was is None and now is not None:
        sizes = ", ".join(size_words(amount, amount, unit) for unit, amount in now.amounts.items())
        yield f"adds {name}{f' {sizes}' if sizes else ''} in {now.first_year}"
    elif now is None:
        yield f"drops {name}"
    elif was is not None:
        for unit, amount in now.amounts.items():
            earlier = was.amounts.get(unit, 0.0)
            if abs(amount - earlier) > ALIKE * max(abs(amount), abs(earlier)):
                yield f"{name}: {number(earlier)} to {size_words(amount, amount, unit)}"
        if now.first_year != was.first_year and not set(now.amounts) & {"MWh/year", "t/year"}:
            yield f"{name}: {was.first_year} to {now.first_year}"


def step_row(step: Step, label: Callable[[str], str]) -> dict[str, object]:
    """A step of a roadmap for a study."""
    often = f" ({step.count} times)" if step.count > 1 else ""
    return {
        "year": step.years,
        "text": f"{step.verb}{often}: {label(step.item)}",
        "size": ", ".join(size_words(*size) for size in step.sizes),
        "invest": step.capex,
    }
