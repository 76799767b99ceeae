"""The roadmap as an iCalendar file (RFC 5545): one all-day event for each date of an action, without alarms.

Content lines end in CRLF and are folded after at most 75 octets, never inside a character; backslash, semicolon, comma
and line break are escaped in text. UIDs follow the scenario, the action and the milestone, and DTSTAMP is the day from
which the roadmap counts, so the same plan gives the same bytes and a later plan moves the events of the earlier.
Enlargements too small to stand alone have no events.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from planner.roadmap.form import Action, Roadmap
from planner.roadmap.words import CHAPTERS, MILESTONES, milestone, one_line

OCTETS = 75
NEED_THEIR_VERB = ("retire", "enlarge")  # an event's name and the subject alone would not say what is done
PRODUCT = "-//zero-carbon-planner//roadmap//EN"


def calendar(found: Roadmap) -> bytes:
    """roadmap.ics."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(one_line(found.title_zh))}",
    ]
    for action in found.actions:
        if not action.minor:
            lines += _events(found, action)
    lines.append("END:VCALENDAR")
    return b"".join(folded(line) for line in lines)


def _events(found: Roadmap, action: Action) -> Iterator[str]:
    plain = action.verb not in NEED_THEIR_VERB
    about = (action.subject_en, action.subject_zh) if plain else (action.text_en, action.text_zh)
    for name in MILESTONES:
        day: date | None = getattr(action, name)
        if day is None:
            continue
        en, zh = milestone(action.kind, action.verb, name)
        late = "LATE/已逾期 " if name == "decide_by" and action.late_days else ""
        yield "BEGIN:VEVENT"
        yield f"UID:{found.scenario}.{action.id}.{name}@zero-carbon-planner"
        yield f"DTSTAMP:{found.today:%Y%m%d}T000000Z"
        yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
        yield f"SUMMARY:{escaped(f'{late}{en}: {about[0]} / {zh}:{about[1]}')}"
        yield f"DESCRIPTION:{escaped(_description(found, action))}"
        yield f"CATEGORIES:{escaped(CHAPTERS[action.chapter][0])}"
        yield "TRANSP:TRANSPARENT"
        yield "END:VEVENT"


def _description(found: Roadmap, action: Action) -> str:
    lines = [f"{one_line(action.owner_en)} / {one_line(action.owner_zh)}"]
    if action.one_off:
        lines.append(f"{action.one_off:,.0f} {found.currency}")
    if action.late_days and action.possible_from:
        lines.append(f"Late by {action.late_days} days; if decided on {found.today}, from {action.possible_from}")
        lines.append(f"逾期{action.late_days}天;若于{found.today}决策,可自{action.possible_from}起投运")
    if action.serves_year:
        lines.append(
            f"{action.serves_stars} stars in {action.serves_year} / {action.serves_year}年{action.serves_stars}星"
        )
    return "\n".join(lines)


def escaped(text: str) -> str:
    r"""A TEXT value.

    >>> escaped("a, b; c\\d\ne")
    'a\\, b\\; c\\\\d\\ne'
    """
    for plain in ("\\", ";", ","):
        text = text.replace(plain, "\\" + plain)
    text = text.replace("\r\n", "\n").replace("\n", "\\n")
    return "".join(c if c.isprintable() else " " for c in text)


def folded(line: str) -> bytes:
    """A content line in pieces of at most 75 octets, each further one after a space.

    >>> [len(line) for line in folded("SUMMARY:" + "光伏" * 12).split(b"\\r\\n")]
    [74, 7, 0]
    """
    pieces, piece, room = [], b"", OCTETS
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > room:
            pieces.append(piece)
            piece, room = b"", OCTETS - 1
        piece += octets
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"
