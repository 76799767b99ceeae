"""Time stamps of a series: one fixed offset, one step, one whole year; gaps, duplicates, clock changes are named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from planner.reading.faults import Fault, ScenarioFaults

MOST_SHOWN = 5
HOUR = timedelta(hours=1)
STILL = timedelta(0)
DAY = timedelta(days=1)

_STAMP = re.compile(
    r"^\s*(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?"
    r"(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?\s*$"
)


_FIRST = re.compile(r"^(\d{4})-01-01([ T])00:00((?::00)?(?:Z|[+-]\d{2}:?\d{2})?)$")


def read_stamp(cell: str) -> tuple[datetime, str] | None:
    """Local time and offset of a stamp, year first; None if it is no stamp. Hour 24 is the next day's hour 0.

    >>> read_stamp("2025-03-01T24:00:00+08:00")
    (datetime.datetime(2025, 3, 2, 0, 0), '+08:00')
    >>> read_stamp("2025/3/1 0:15"), read_stamp("1.3.2025")
    ((datetime.datetime(2025, 3, 1, 0, 15), ''), None)
    """
    if cell[4:5] != "-" or cell[7:8] != "-":
        return _read_slowly(cell)
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        return _read_slowly(cell)
    offset = cell[-6:] if moment.utcoffset() is not None else ""
    return moment.replace(tzinfo=None), offset.lstrip("0123456789:")


def _read_slowly(cell: str) -> tuple[datetime, str] | None:
    """A stamp in one of the other year-first spellings."""
    match = _STAMP.match(cell)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        local = datetime(year, month, day, 0 if hour == 24 else hour, minute, second)
    except ValueError:
        return None
    return (local + DAY if hour == 24 else local), match[7] or ""


def is_plain_year(cells: Sequence[str]) -> bool:
    """Whether the stamps are those of one whole year from its first step on, spelt alike: the usual case, told quickly.

    >>> is_plain_year([f"2025-{m:02d}-01" for m in range(1, 13)])
    False
    """
    match = _FIRST.match(cells[0])
    if match is None:
        return False
    begin = datetime(int(match[1]), 1, 1)
    days = (datetime(begin.year + 1, 1, 1) - begin).days
    per_day = len(cells) // days
    if per_day * days != len(cells) or 1440 % per_day:
        return False
    minutes = range(0, 1440, 1440 // per_day)
    times = [f"{match[2]}{m // 60:02d}:{m % 60:02d}{match[3]}" for m in minutes]
    dates = [f"{begin + day * DAY:%Y-%m-%d}" for day in range(days)]
    return list(cells) == [date + time for date in dates for time in times]


@dataclass(frozen=True)
class Stamps:
    """The stamps of a file in its order, and where they stand."""

    times: list[datetime]
    offsets: list[str]
    lines: list[int]
    key: str
    file: str

    def fault(self, row: int, got: str, wanted: str, hint: str = "") -> Fault:
        """A fault at the line of a row."""
        return Fault(self.key, got, wanted, hint, self.file, self.lines[row])

    @property
    def step(self) -> timedelta:
        """The usual distance of two stamps."""
        apart = sorted(later - earlier for earlier, later in pairwise(self.times))
        return apart[len(apart) // 2] if apart else DAY


def check_year(stamps: Stamps, *, may_miss_leap_day: bool) -> None:
    """Refuse stamps that are not one whole calendar year in equal steps with one offset.

    Stamps may mark the beginning or the end of their steps. `may_miss_leap_day`: 29 February may have been left out.

    Raises:
        ScenarioFaults: all faults found, the first few of each kind.
    """
    faults = _offset_changes(stamps)
    if not faults and stamps.step <= STILL:
        faults = [stamps.fault(min(1, len(stamps.lines) - 1), "stamps that do not advance", "stamps in rising order")]
    if not faults:
        faults = _breaks(stamps, may_miss_leap_day) + _ends(stamps)
    if faults:
        raise ScenarioFaults(faults)


def _offset_changes(stamps: Stamps) -> list[Fault]:
    for row, (before, offset) in enumerate(pairwise(stamps.offsets), start=1):
        if offset != before:
            got = f"offset {offset or 'none'} after {before or 'none'}"
            hint = "the clock changes (daylight saving): write all stamps in standard time"
            return [stamps.fault(row, got, "one fixed offset in the whole file", hint)]
    return []


def _breaks(stamps: Stamps, may_miss_leap_day: bool) -> list[Fault]:
    """Gaps, repetitions and steps back; a missing hour and a repeated hour together are a clock change."""
    step = stamps.step
    gaps: list[int] = []
    backs: list[int] = []
    for row, (earlier, later) in enumerate(pairwise(stamps.times), start=1):
        if later - earlier == step:
            continue
        if later - earlier < step:
            backs.append(row)
        elif not (may_miss_leap_day and later - earlier == step + DAY and _is_leap_day(earlier + step, step)):
            gaps.append(row)
    if len(gaps) == 1 and _repeats_an_hour(stamps, backs):
        missing, again = stamps.times[gaps[0] - 1] + step, stamps.times[backs[0]]
        got = f"{missing:%d %B %H:%M} left out and {again:%d %B %H:%M} (line {stamps.lines[backs[0]]}) given twice"
        return [
            stamps.fault(
                gaps[0],
                got,
                "one fixed offset in the whole file",
                "write all stamps in standard time, without daylight saving",
            )
        ]
    faults = []
    for row in gaps[:MOST_SHOWN]:
        earlier, later = stamps.times[row - 1], stamps.times[row]
        count = (later - earlier) // step - 1
        got = f"{later:%Y-%m-%d %H:%M} after {earlier:%Y-%m-%d %H:%M}"
        hint = f"gap of {max(count, 1)} steps" + (
            " on 29 February: leap_day = drop allows it" if _is_leap_day(earlier + step, step) else ""
        )
        faults.append(stamps.fault(row, got, f"steps of {_minutes(step)} min", hint))
    for row in backs[:MOST_SHOWN]:
        earlier, later = stamps.times[row - 1], stamps.times[row]
        said = "duplicate stamp" if later in stamps.times[max(0, row - 200) : row] else "stamp out of order"
        got = f"{later:%Y-%m-%d %H:%M} after {earlier:%Y-%m-%d %H:%M}"
        faults.append(stamps.fault(row, got, f"steps of {_minutes(step)} min", said))
    hidden = max(0, len(gaps) - MOST_SHOWN) + max(0, len(backs) - MOST_SHOWN)
    if hidden:
        faults.append(Fault(stamps.key, f"{hidden} more gaps or duplicates", "none", "", stamps.file))
    return faults


def _is_leap_day(moment: datetime, step: timedelta) -> bool:
    begins = moment if moment.day == 29 else moment - step
    return begins.month == 2 and begins.day == 29


def _repeats_an_hour(stamps: Stamps, backs: list[int]) -> bool:
    """Whether the only repetition is one hour, as when clocks are put back."""
    step = stamps.step
    if not backs or step > HOUR:
        return False
    forward = stamps.times[backs[0] - 1] + step - stamps.times[backs[0]]
    return len(backs) == 1 and forward == HOUR


def _ends(stamps: Stamps) -> list[Fault]:
    step, first, last = stamps.step, stamps.times[0], stamps.times[-1]
    begins = datetime(first.year, 1, 1)
    ends = datetime(first.year + 1, 1, 1)
    if first not in (begins, begins + step):
        return [
            stamps.fault(
                0, f"first stamp {first:%Y-%m-%d %H:%M}", f"{begins:%Y-%m-%d %H:%M}", "a series is one calendar year"
            )
        ]
    wanted = ends - step if first == begins else ends
    if last != wanted:
        return [
            stamps.fault(
                -1, f"last stamp {last:%Y-%m-%d %H:%M}", f"{wanted:%Y-%m-%d %H:%M}", "a series is one calendar year"
            )
        ]
    return []


def _minutes(step: timedelta) -> int:
    return round(step.total_seconds() / 60)
