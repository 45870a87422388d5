"""Episodes: from when to when a condition over time holds, worked out from the events in the order of their time
(`in_time`): every function here takes them so.

An event is what a rule fires on if, with it, there is an episode of which nothing was there without it. So each
episode is told once, by whichever event completes it, in whatever order the events arrive.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from alertd.model import Row
from alertd.rules.state import Change, Count, Spike

Episode = tuple[int, int]
"""First and last moment in milliseconds, the last one excluded."""
END = 1 << 62
OVER = 0.5
"""A level that was reached is left again when it is down to this."""
MILLION = 1_000_000
"""Sentiment is added up in whole millionths, so that the order of adding changes nothing."""


def new_episode(with_it: Sequence[Episode], without: Sequence[Episode]) -> Episode | None:
    """Give the first episode that overlaps none of those that were there without the event."""
    for start, end in with_it:
        if not any(start < other_end and other_start < end for other_start, other_end in without):
            return start, end
    return None


def in_time(rows: Sequence[Row]) -> list[Row]:
    """Give rows in the order of their time."""
    return sorted(rows, key=lambda row: (row.at_ms, row.event))


def is_quiet(state: Count | Change | Spike, rows: Sequence[Row], *, full: bool) -> bool:
    """Tell at a glance that it does not hold at the last moment; False: look at all of it."""
    if isinstance(state, Count):
        since = rows[-1].at_ms - state.within_ms
        return len({row.distinct or row.event for row in rows if row.at_ms > since}) < state.at_least
    times = _times(rows)
    if isinstance(state, Spike):
        last = spike_level(state, times, full=full)
        return last is None or last <= OVER  # if it is not known now, it never was
    if bisect_right(times, times[-1] - state.within_ms) < state.min_stories:
        return True  # there never was a baseline
    last = change_level(state, rows)
    return last is not None and last <= OVER


# --- count ----------------------------------------------------------------------------------------------------


def count_episodes(state: Count, rows: Sequence[Row]) -> list[Episode]:
    """Give the times in which so many distinct events lie within the time before."""
    names = [row.distinct or row.event for row in rows]
    comes = [row.at_ms for row in rows] + [END]
    counts: dict[str, int] = {}
    episodes: list[Episode] = []
    began: int | None = None
    entered = left = 0
    while left < len(names):
        goes = comes[left] + state.within_ms
        at = min(goes, comes[entered])
        while comes[entered] == at:
            counts[names[entered]] = counts.get(names[entered], 0) + 1
            entered += 1
        while left < entered and comes[left] + state.within_ms == at:
            counts[names[left]] -= 1
            if not counts[names[left]]:
                del counts[names[left]]
            left += 1
        if began is None and len(counts) >= state.at_least:
            began = at
        elif began is not None and len(counts) < state.at_least:
            episodes.append((began, at))
            began = None
    return episodes


# --- change and spike: asked whenever an event comes ---------------------------------------------------------------


def _crossings(rows: Sequence[Row], level: Callable[[int], float | None]) -> list[Episode]:
    """Give the episodes of a level: from when it reaches 1 to when it is down to a half; unknown changes nothing."""
    episodes: list[Episode] = []
    began: int | None = None
    for i, row in enumerate(rows):
        if i + 1 < len(rows) and rows[i + 1].at_ms == row.at_ms:
            continue  # what comes at the same moment counts together
        value = level(i)
        if value is None:
            continue
        if began is None and value >= 1.0:
            began = row.at_ms
        elif began is not None and value <= OVER:
            episodes.append((began, row.at_ms))
            began = None
    return episodes if began is None else [*episodes, (began, END)]


def change_episodes(state: Change, rows: Sequence[Row]) -> list[Episode]:
    """Give the times in which the newest stories differ so much from those before."""
    recent, baseline = _Stories(), _Stories()
    left = gone = 0
    """Rows before these have left the newest stories, and the baseline."""
    entered = 0

    def level(i: int) -> float | None:
        nonlocal left, gone, entered
        now = rows[i].at_ms
        while entered <= i:
            recent.add(entered, rows[entered])
            entered += 1
        while rows[left].at_ms <= now - state.within_ms:
            recent.drop(left, rows[left])
            baseline.add(left, rows[left])
            left += 1
        while rows[gone].at_ms <= now - state.within_ms - state.baseline_ms:
            baseline.drop(gone, rows[gone])
            gone += 1
        return _moved(state, recent, baseline)

    return _crossings(rows, level)


def change_level(state: Change, rows: Sequence[Row]) -> float | None:
    """Give the level at the last moment."""
    now = rows[-1].at_ms - state.within_ms
    recent, baseline = _Stories(), _Stories()
    for place, row in enumerate(rows):
        if row.at_ms > now:
            recent.add(place, row)
        elif row.at_ms > now - state.baseline_ms:
            baseline.add(place, row)
    return _moved(state, recent, baseline)


class _Stories:
    """The stories within a time, each with what its newest event there says."""

    def __init__(self) -> None:
        self._newest: dict[str, tuple[int, int]] = {}
        self._sum = 0

    def __len__(self) -> int:
        return len(self._newest)

    def add(self, place: int, row: Row) -> None:
        name, value = row.distinct or row.event, round(row.value * MILLION)
        self._sum += value - self._newest.get(name, (0, 0))[1]
        self._newest[name] = (place, value)

    def drop(self, place: int, row: Row) -> None:
        name = row.distinct or row.event
        if self._newest.get(name, (-1, 0))[0] == place:
            self._sum -= self._newest.pop(name)[1]

    def mean(self) -> float:
        return self._sum / MILLION / len(self._newest)


def _moved(state: Change, recent: _Stories, baseline: _Stories) -> float | None:
    """Give how far the mean has moved, in units of what is asked for; None where there is too little to tell."""
    if len(recent) < state.min_stories or len(baseline) < state.min_stories:
        return None
    asked = state.at_most if state.at_most is not None else state.at_least or 1.0
    return (recent.mean() - baseline.mean()) / asked + 1e-9


def spike_episodes(state: Spike, rows: Sequence[Row], *, full: bool) -> list[Episode]:
    """Give the times in which there are so many times more events than usual.

    What is usual is known once events are remembered from before the whole baseline, or once the set is full.
    """
    times = _times(rows)
    return _crossings(rows, lambda i: spike_level(state, times, i, full=full))


def spike_level(state: Spike, times: Sequence[int], place: int = -1, *, full: bool) -> float | None:
    """Give the level at a moment, the last one if no other is named."""
    place %= len(times)
    since = times[place] - state.within_ms
    span = min(state.baseline_ms, since - times[0])
    if span < (state.within_ms if full else state.baseline_ms):
        return None
    first = bisect_right(times, since)
    usual = (first - bisect_right(times, since - span)) / span * state.within_ms
    return (place + 1 - first) / max(usual * state.factor, state.at_least)


def _times(rows: Sequence[Row]) -> list[int]:
    return [row.at_ms for row in rows]
