"""Hazard: input that is not what was meant. What validate passes, solve answers; neither ever traces or hangs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.soak.drafts import Draft
from tests.soak.draws import Random, drawn
from tests.soak.planned import TRACE, solved, validated
from tests.soak.trial import Outcome

HAZARD = 2
EACH = 5  # mutations of one scenario
LIMIT_S = 8.0
REFUSED = 2
WORDS = (
    "{}",
    "[]",
    "true",
    "-1",
    "0",
    "1e12",
    "1e-10",
    "5.6e-17",
    "1e308",
    "nan",
    "inf",
    '""',
    '"12k"',
    "1_000",
    "１２",
    '"../../etc/passwd"',
    '"."',
    "2027-01-01",
    "0x10",
    '"a\\u0000b"',
    "[[[[[1]]]]]",
    "{a = {b = {c = 1}}}",
    "-0.0",
    "1e15",
)
CELLS = (
    "",
    "1,5",
    "1.234,5",
    "1 000",
    "1_000",
    "１２",
    "nan",
    "inf",
    "-1",
    "1e12",
    "5.6e-17",
    "1e-10",
    "abc",
    "=1+1",
    '"1"',
    "0",
    "1e308",
    "-",
    "1.2.3",
    "+3",
    " 2 ",
    "٣",
    "1;2",
    "1,2,3",
    "1\t2",
    "2,383",
)
CHARACTERS = "[]{}=\"'#,.\n\\\x00\t \u200bé工1-_"


def mutated(draft: Draft, random: Random, folder: Path) -> tuple[Path, str]:
    """A draft written with something wrong in it, and what that is."""
    ways: list[Callable[[Draft, Random, Path], str]] = [_number, _number, _value, _line, _letters, _key]
    ways += [_cell, _rows, _bytes] if draft.files else []
    way = ways[int(random.integers(len(ways)))]
    said = way(draft, random, folder)
    return folder / "scenario.toml", f"{way.__name__.strip('_')}: {said}"


def _numbers_in(item: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, Any, str]]:
    """(container, key, name) of every number."""
    entries = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
    for key, inner in list(entries):
        if isinstance(inner, int | float) and not isinstance(inner, bool):
            yield item, key, ".".join(map(str, (*path, key)))
        else:
            yield from _numbers_in(inner, (*path, key))


def _number(draft: Draft, random: Random, folder: Path) -> str:
    """One number very much larger, smaller, zero or negative."""
    other = draft.copy()
    found = list(_numbers_in(other.tables))
    table, key, name = found[int(random.integers(len(found)))]
    factor = float(random.choice([0.0, -1.0, 1e-12, 1e-9, 1e-6, 1e-3, 1e3, 1e6, 1e9, 1e12, 2.0, 0.5]))
    changed = table[key] * factor
    table[key] = (
        int(changed) if isinstance(table[key], int) and random.random() < 0.7 and abs(changed) < 1e18 else changed
    )
    other.write(folder)
    return f"{name} times {factor:g}"


def _lines(draft: Draft, folder: Path) -> tuple[Path, list[str]]:
    path = draft.write(folder)
    return path, path.read_text(encoding="utf-8").splitlines()


def _value(draft: Draft, random: Random, folder: Path) -> str:
    """Something else after an equals sign."""
    path, lines = _lines(draft, folder)
    at = [n for n, line in enumerate(lines) if " = " in line]
    n = int(random.choice(at))
    lines[n] = lines[n].split(" = ")[0] + " = " + str(random.choice(WORDS))
    path.write_text("\n".join(lines), encoding="utf-8")
    return lines[n]


def _line(draft: Draft, random: Random, folder: Path) -> str:
    """A line gone, twice or elsewhere."""
    path, lines = _lines(draft, folder)
    n, where = int(random.integers(len(lines))), int(random.integers(len(lines)))
    what = str(random.choice(["gone", "twice", "elsewhere"]))
    line = lines[n]
    if what != "twice":
        del lines[n]
    if what != "gone":
        lines.insert(where, line)
    path.write_text("\n".join(lines), encoding="utf-8")
    return f"{what}: {line}"


def _letters(draft: Draft, random: Random, folder: Path) -> str:
    """Some letters gone or put in."""
    path, lines = _lines(draft, folder)
    text = "\n".join(lines)
    for _ in range(int(random.integers(1, 4))):
        n = int(random.integers(len(text)))
        text = text[:n] + (str(random.choice(list(CHARACTERS))) if random.random() < 0.6 else "") + text[n + 1 :]
    path.write_text(text, encoding="utf-8")
    return "letters"


def _key(draft: Draft, random: Random, folder: Path) -> str:
    """A key misspelt, or moved to another table."""
    path, lines = _lines(draft, folder)
    at = [n for n, line in enumerate(lines) if " = " in line]
    n = int(random.choice(at))
    if random.random() < 0.5:
        lines[n] = lines[n][1:]
    else:
        lines.append(lines[n])
    path.write_text("\n".join(lines), encoding="utf-8")
    return lines[n]


def _file(draft: Draft, random: Random, folder: Path) -> tuple[Path, list[str]]:
    draft.write(folder)
    path = folder / str(random.choice(list(draft.files)))
    return path, path.read_text(encoding="utf-8").splitlines()


def _cell(draft: Draft, random: Random, folder: Path) -> str:
    """A number of a file written in another way."""
    path, lines = _file(draft, random, folder)
    cell = str(random.choice(CELLS))
    for n in random.integers(0, len(lines), int(random.choice([1, 1, 3]))):
        lines[int(n)] = cell
    path.write_text("\n".join(lines), encoding="utf-8")
    return f"{path.name}: {cell!r}"


def _rows(draft: Draft, random: Random, folder: Path) -> str:
    """Rows gone, twice, empty or longer, or all zero."""
    path, lines = _file(draft, random, folder)
    what = str(random.choice(["gone", "twice", "empty", "longer", "zero", "times 1000"]))
    n = int(random.integers(len(lines)))
    change = {
        "gone": lines[:n] + lines[n + 1 :],
        "twice": lines[: n + 1] + lines[n:],
        "empty": [*lines[:n], "", *lines[n:]],
        "longer": [*lines[:n], lines[n] + ",1", *lines[n + 1 :]],
        "zero": [lines[0], *("0" for _ in lines[1:])],
        "times 1000": [*lines[:-1], f"{lines[-1]}e3"],
    }
    path.write_text("\n".join(change[what]) + "\n", encoding="utf-8")
    return f"{path.name}: a row {what}"


def _bytes(draft: Draft, random: Random, folder: Path) -> str:
    """Another encoding, a mark of byte order, other ends of lines, bytes of no text, a folder or nothing at all."""
    path, lines = _file(draft, random, folder)
    what = str(random.choice(["bom", "crlf", "utf-16", "noise", "empty", "folder", "nul"]))
    text = "\n".join(lines)
    data = {
        "bom": b"\xef\xbb\xbf" + text.encode(),
        "crlf": text.replace("\n", "\r\n").encode(),
        "utf-16": text.encode("utf-16"),
        "noise": bytes(random.integers(0, 256, 200, dtype=np.uint8)),
        "nul": text.encode()[:5] + b"\0" + text.encode()[5:],
    }.get(what, b"")
    path.unlink()
    if what == "folder":
        path.mkdir()
    else:
        path.write_bytes(data)
    return f"{path.name}: {what}"


def trial(seed: int, number: int, folder: Path) -> Outcome:
    """Some mutations of one scenario."""
    random = np.random.default_rng([seed, HAZARD, number])
    draft = drawn(random, most_steps=6)
    wrong: list[str] = []
    counts: dict[str, int] = {}
    for n in range(EACH):
        place = folder / str(n)
        place.mkdir()
        path, said = mutated(draft, random, place)
        end, found = _tried(path, place)
        counts[end] = counts.get(end, 0) + 1
        wrong += [f"{n}: {said}: {text}" for text in found]
    return Outcome(EACH, tuple(wrong), counts)


def _tried(path: Path, place: Path) -> tuple[str, list[str]]:
    """How validate and solve end, and what is wrong with it."""
    read = validated(path)
    if read.code == TRACE or read.internal:
        return "traced", [f"validate traces or says what no user should read: {read.internal}"]
    if read.code == REFUSED:
        return "refused", [] if "scenario.toml" in read.said or ".csv" in read.said else [
            f"no place: {read.said[:200]}"
        ]
    plan = solved(path, place / "results", LIMIT_S)
    if plan.code == TRACE or plan.internal:
        return "traced", [f"validate passes it, solve traces or says what no user should read: {plan.internal}"]
    ends = {0: "solved", 3: "infeasible", 4: "at a limit", 5: "no plan"}
    if plan.code not in ends or (plan.code == 5 and "longer --time-limit" not in plan.said):
        return "refused late", [f"validate passes it, solve ends with {plan.code}: {plan.said[-400:]}"]
    return ends[plan.code], []
