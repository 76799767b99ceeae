"""The representative year: every step of it, a few weighted days, or steps given by hand.

Typical days are means, not samples: the year is split into billing groups, the days of a group into clusters, and every
series becomes the mean of its days. A mean keeps the energy of every series exactly, whatever the clustering, so
nothing needs rescaling. What a mean loses are extremes and products:

- The day with the group's highest net electric load stays as itself with weight 1, so demand charges see the true
  peak, and so does the day of the year's highest heat load, and of any other series in `annual_peaks`.
- Days whose tariff tables differ are never merged, as long as the year has few enough tables (`MAX_PRICE_TABLES`).
  Hourly market prices and COPs do differ inside a cluster: `project(series, weight)` then takes the mean weighted
  with the load that pays it, so today's bill stays exact; what a store or a flexible load could earn on the spread
  inside a cluster is lost, and `notes` says so.

A billing group is a run of months with one tariff table; its demand charge, at the group's peak, stands for all its
months (`months_per_billing`), which never understates it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.problem import Array, IntArray, Steps

DAYS = 365
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MAX_GROUPS = 4  # billing groups, unless the year has more tariff tables
MAX_PRICE_TABLES = 12  # more distinct daily price profiles than this are a market, not a tariff


@dataclass(frozen=True)
class RepresentativeYear:
    """Steps, and how a full-year series becomes one value per step.

    `shares` is (R, 365) with rows that sum to one; None means that the steps are the series' own. `period_steps` is the
    number of steps of a given period: a mean day is repeated, or averaged over as many parts of the day.
    """

    steps: Steps
    shares: Array | None = None
    notes: tuple[str, ...] = ()
    period_steps: int | None = None

    def project(self, series: Array, weight: Array | None = None) -> Array:
        """(T,) mean of a full-year series over the days that each step stands for, weighted with `weight` if given.

        A series that has one value per step already stays as it is.

        >>> year = full_year(1.0)
        >>> float(year.project(np.arange(8760.0))[17])
        17.0
        """
        if self.shares is None or len(series) == self.steps.count:
            return np.asarray(series, dtype=np.float64)
        days = by_day(series)
        means = _mixed(self.shares, days)
        if weight is not None and len(weight) == len(series):
            loads = np.maximum(by_day(weight), 0.0)
            total = _mixed(self.shares, loads)
            np.divide(_mixed(self.shares, days * loads), total, out=means, where=total > 1e-12)
        return self._in_period(means).ravel()

    def _in_period(self, means: Array) -> Array:
        if self.period_steps is None:
            return means
        step = np.arange(self.period_steps)
        per_day = means.shape[1]
        if self.period_steps >= per_day:
            return means[:, step % per_day]
        edges = np.append(step, self.period_steps) * per_day // self.period_steps
        return np.stack([means[:, a:b].mean(axis=1) for a, b in itertools.pairwise(edges)], axis=1)


def _mixed(shares: Array, days: Array) -> Array:
    """(R, steps) of (R, 365) and (365, steps), to the same digit on every processor: BLAS, behind `@`, is not."""
    found: Array = np.einsum("rd,dt->rt", shares, days)
    return found


def by_day(series: Array) -> Array:
    """(365, steps per day) view of a full-year series."""
    values = np.asarray(series, dtype=np.float64)
    if values.size % DAYS:
        raise ValueError(f"a full year has a multiple of 365 steps, this series has {values.size}")
    return values.reshape(DAYS, -1)


def month_of_day() -> IntArray:
    """(365,) month 0..11 of each day of a year without leap day."""
    return np.repeat(np.arange(12), MONTH_DAYS)


def full_year(hours: float) -> RepresentativeYear:
    """Every step of the year in order, billed by calendar month; stored energy wraps at the end of the year."""
    per_day = round(24 / hours)
    months = np.repeat(month_of_day(), per_day)
    count = months.size
    steps = Steps(
        hours=hours,
        times_per_year=np.ones(count),
        before=np.roll(np.arange(count), 1),
        billing=months,
        months_per_billing=np.ones(12),
        period=months,
        labels=MONTHS,
    )
    return RepresentativeYear(steps)


def given_periods(
    hours: float, times_per_year: Sequence[float], period_steps: int, months: Sequence[int] | None = None
) -> RepresentativeYear:
    """Periods of `period_steps` steps in the order given, each cyclic and occurring `times_per_year` times.

    `months` (1..12, one per period) make one billing period of each month named, which stands for its share of the
    year; without them there is one for the whole year. A full-year series becomes the mean day of the period's month.
    """
    count = len(times_per_year)
    named = np.zeros(count, dtype=np.int64) if months is None else np.asarray(months, dtype=np.int64)
    billing = np.unique(named, return_inverse=True)[1]
    weights = np.asarray(times_per_year, dtype=np.float64)
    start = np.repeat(np.arange(count) * period_steps, period_steps)
    within = np.tile(np.arange(period_steps), count)
    steps = Steps(
        hours=hours,
        times_per_year=np.repeat(weights, period_steps),
        before=start + (within - 1) % period_steps,
        billing=np.repeat(billing, period_steps),
        months_per_billing=12 * np.bincount(billing, weights) / weights.sum(),
        period=np.repeat(np.arange(count), period_steps),
        labels=tuple(f"period {p + 1}" + (f" ({MONTHS[m - 1]})" if m else "") for p, m in enumerate(named)),
    )
    member = np.array([month_of_day() == m - 1 if m else np.ones(DAYS, dtype=bool) for m in named])
    return RepresentativeYear(steps, member / member.sum(axis=1, keepdims=True), period_steps=period_steps)


def typical_days(
    count: int,
    hours: float,
    series: Mapping[str, Array],
    net_load: Array,
    *,
    prices: Sequence[Array] = (),
    annual_peaks: Mapping[str, Array] | None = None,
    classes: IntArray | None = None,
) -> RepresentativeYear:
    """The year as `count` weighted days, or as many more as its tariff tables need to stay apart; `notes` says so.

    `series` are the full-year series that shape the clusters, `net_load` marks the peak day of each billing group,
    `prices` are the tariffs that must not be blended, `annual_peaks` mark one more day of the year each, and `classes`
    (365,) are kinds of day that are never merged. Deterministic: Ward's linkage inside each part, then the splits
    with the largest loss of variance first.
    """
    if count >= DAYS:
        return _with_days(hours, np.arange(DAYS), month_of_day(), {})
    tables = _price_tables(prices)
    notes: list[str] = []
    features = [by_day(s) for s in series.values()]
    if tables is None:
        notes.append("prices differ from day to day: days keep today's bill, not the spread inside a cluster")
        features += [by_day(p) for p in prices]
        tables = np.zeros(DAYS, dtype=np.int64)
    groups = billing_groups(tables, max(1, min(MAX_GROUPS, count // 3)))
    others = {name: by_day(p).max(axis=1) for name, p in (annual_peaks or {}).items()}
    peaks = _peak_days(by_day(net_load).max(axis=1), groups, others, count)
    kept = np.isin(np.arange(DAYS), list(peaks))
    parts = _parts(groups, tables, classes, ~kept)
    room = count - int(kept.sum())
    if classes is not None and parts.max() + 1 > room:
        notes.append(f"{count} days are too few to keep the kinds of day apart: clusters decide")
        parts = _parts(groups, tables, None, ~kept)
    if (more := int(parts.max()) + 1 - room) > 0:
        notes.append(f"{count} are too few for {groups.max() + 1} billing groups: {count + more} are taken")
        room += more
    assignment = _clusters(_normalised(features), parts, room)
    assignment[kept] = assignment.max() + 1 + np.arange(int(kept.sum()))
    return _with_days(hours, assignment, groups, peaks, tuple(notes))


def billing_groups(tables: IntArray, most: int) -> IntArray:
    """(365,) billing group of each day, 0 first: runs of months with the same tariff tables, the year taken as a ring.

    Runs are halved, longest first, until there are `most`; months with equal tables are joined across the year only
    when there are more runs than that. December may thus belong to January's group.

    >>> int(billing_groups(np.zeros(365, dtype=np.int64), 4).max())
    3
    """
    month = month_of_day()
    signature = [tuple(np.unique(tables[month == m])) for m in range(12)]
    start = next((m for m in range(12) if signature[m] != signature[m - 1]), 11)  # winter holds December to February
    runs: list[list[int]] = []
    for m in ((start + i) % 12 for i in range(12)):
        if runs and signature[runs[-1][-1]] == signature[m]:
            runs[-1].append(m)
        else:
            runs.append([m])
    if len(runs) > most:
        joined: dict[tuple[int, ...], list[int]] = {}
        for run in runs:
            joined.setdefault(signature[run[0]], []).extend(run)
        runs = list(joined.values())
    while len(runs) < most:
        longest = max(range(len(runs)), key=lambda i: len(runs[i]))
        run = runs[longest]
        half = (len(run) + 1) // 2
        runs[longest : longest + 1] = [run[:half], run[half:]]
    of_month = np.empty(12, dtype=np.int64)
    for g, run in enumerate(sorted(runs, key=lambda r: (0 not in r, r[0]))):
        of_month[run] = g
    return of_month[month]


def _price_tables(prices: Sequence[Array]) -> IntArray | None:
    """(365,) which daily price profile holds; None when there are too many to be a tariff."""
    if not prices:
        return np.zeros(DAYS, dtype=np.int64)
    days = np.round(np.hstack([by_day(p) for p in prices]), 9)
    _, first, inverse = np.unique(days, axis=0, return_index=True, return_inverse=True)
    if len(first) > MAX_PRICE_TABLES:
        return None
    return np.argsort(np.argsort(first))[inverse.ravel()]


def _peak_days(net: Array, groups: IntArray, others: Mapping[str, Array], count: int) -> dict[int, str]:
    """Days kept as they are, with the name of their peak: each group's highest net load, then the year's other peaks.

    At most a third of the days are peaks, so that the year between them is not blurred.
    """
    kept: dict[int, str] = {}
    for g in range(int(groups.max()) + 1):
        days = np.flatnonzero(groups == g)
        kept[int(days[np.argmax(net[days])])] = "peak"
    for name, peak in others.items():
        if peak[list(kept)].max() < peak.max() and len(kept) < count // 3:
            kept[int(np.argmax(peak))] = f"{name.replace('_', ' ')} peak"
    return kept


def _parts(groups: IntArray, tables: IntArray, classes: IntArray | None, free: NDArray[np.bool_]) -> IntArray:
    """(365,) index of the part inside which days may be merged, -1 for days kept as they are."""
    kinds = np.zeros(DAYS, dtype=np.int64) if classes is None else np.asarray(classes, dtype=np.int64)
    keys = np.stack([groups, tables, kinds], axis=1)[free]
    parts = np.full(DAYS, -1, dtype=np.int64)
    parts[free] = np.unique(keys, axis=0, return_inverse=True)[1].ravel()
    return parts


def _normalised(features: Sequence[Array]) -> Array:
    """(365, F) features, each series in units of its own spread; constant series drop out."""
    scaled = [f / f.std() for f in features if f.std() > 1e-9 * (abs(f).max() + 1e-12)]
    return np.hstack(scaled) if scaled else np.zeros((DAYS, 1))


def _clusters(features: Array, parts: IntArray, room: int) -> IntArray:
    """(365,) cluster of each day: one tree per part, cut where it costs the most variance until `room` is used."""
    from scipy.cluster.hierarchy import fcluster, linkage  # slow to import, and not needed to validate

    members = [np.flatnonzero(parts == p) for p in range(int(parts.max()) + 1)]
    trees = [linkage(features[m], "ward") if len(m) > 1 else None for m in members]
    cuts = [(-tree[-1 - k, 2], p, k) for p, tree in enumerate(trees) if tree is not None for k in range(len(tree))]
    wanted = np.ones(len(members), dtype=np.int64)
    for height, p, _ in sorted(cuts)[: room - len(members)]:
        if height < -1e-9:
            wanted[p] += 1
    assignment = np.full(DAYS, -1, dtype=np.int64)
    used = 0
    for m, tree, k in zip(members, trees, wanted, strict=True):
        labels = np.zeros(len(m), dtype=np.int64) if tree is None else fcluster(tree, int(k), "maxclust") - 1
        assignment[m] = used + labels
        used += int(labels.max()) + 1
    return assignment


def _with_days(
    hours: float, assignment: IntArray, groups: IntArray, peaks: Mapping[int, str], notes: tuple[str, ...] = ()
) -> RepresentativeYear:
    """Steps of the representative days, ordered by billing group and then by their first day in the year."""
    clusters = sorted(np.unique(assignment), key=lambda c: (groups[assignment == c][0], np.argmax(assignment == c)))
    member = np.array([assignment == c for c in clusters])
    weights = member.sum(axis=1).astype(np.float64)
    group = np.array([groups[m][0] for m in member])
    per_day = round(24 / hours)
    count = len(clusters)
    start = np.repeat(np.arange(count) * per_day, per_day)
    within = np.tile(np.arange(per_day), count)
    months = month_of_day()
    in_group = [np.unique(months[groups == g]) for g in range(int(groups.max()) + 1)]
    steps = Steps(
        hours=hours,
        times_per_year=np.repeat(weights, per_day),
        before=start + (within - 1) % per_day,
        billing=np.repeat(group, per_day),
        months_per_billing=np.array([float(len(m)) for m in in_group]),
        period=np.repeat(np.arange(count), per_day),
        labels=_labels(member, group, in_group, peaks),
    )
    return RepresentativeYear(steps, member / weights[:, None], notes)


def _labels(
    member: NDArray[np.bool_], group: IntArray, in_group: Sequence[IntArray], peaks: Mapping[int, str]
) -> tuple[str, ...]:
    """Names such as "Jul-Aug 2 (41 days)" and "Jul-Aug peak"."""
    labels = []
    number: dict[int, int] = {}
    for days, g in zip(member, group, strict=True):
        name, first = month_span(in_group[g]), int(np.argmax(days))
        if first in peaks and days.sum() == 1:
            labels.append(f"{name} {peaks[first]}")
            continue
        number[g] = number.get(g, 0) + 1
        labels.append(f"{name} {number[g]} ({int(days.sum())} days)")
    return tuple(labels)


def month_span(months: Sequence[int] | IntArray) -> str:
    """Months in words, the year taken as a ring.

    >>> month_span([0, 1, 11])
    'Dec-Feb'
    >>> month_span([6])
    'Jul'
    """
    present = {int(m) for m in months}
    if len(present) == 12:
        return "year"
    starts = [m for m in sorted(present) if (m - 1) % 12 not in present]
    spans = []
    for m in starts:
        last = m
        while (last + 1) % 12 in present:
            last = (last + 1) % 12
        spans.append(MONTHS[m] if last == m else f"{MONTHS[m]}-{MONTHS[last]}")
    return "+".join(spans)
