"""Episodes: what can be told at a glance is what going through all of them tells."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alertd.model import Row
from alertd.rules.episodes import (
    Episode,
    change_episodes,
    change_level,
    count_episodes,
    in_time,
    is_quiet,
    spike_episodes,
)
from alertd.rules.state import Change, Count, Spike

_FIELDS = st.tuples(
    st.integers(0, 30), st.sampled_from(["", "", "a", "b", "c"]), st.sampled_from([-1.0, 0.0, 0.4, 1.0])
)
_ROWS = st.lists(_FIELDS, min_size=1, max_size=20).map(
    lambda drawn: in_time([
        Row(event=f"ev_{n:02}", revision=1, at_ms=at, order=n, changed=n, distinct=name, value=value)
        for n, (at, name, value) in enumerate(drawn)
    ])
)  # fmt: skip
_TIMES = st.tuples(st.integers(1, 6), st.integers(4, 16))
_STATES: st.SearchStrategy[Count | Change | Spike] = st.one_of(
    st.builds(Count, at_least=st.integers(1, 4), within_ms=st.integers(1, 12)),
    st.builds(
        lambda times, least, limit: Change(
            within_ms=times[0], baseline_ms=times[1], min_stories=least,
            at_least=limit if limit > 0 else None, at_most=limit if limit < 0 else None,
        ),
        _TIMES, st.integers(1, 3), st.sampled_from([0.4, -0.4]),
    ),
    st.builds(
        lambda times, factor, least: Spike(factor=factor, within_ms=times[0], baseline_ms=times[1], at_least=least),
        _TIMES, st.sampled_from([1.5, 3.0]), st.integers(1, 3),
    ),
)  # fmt: skip


def episodes(state: Count | Change | Spike, rows: list[Row], *, full: bool) -> list[Episode]:
    if isinstance(state, Count):
        return count_episodes(state, rows)
    if isinstance(state, Change):
        return change_episodes(state, rows)
    return spike_episodes(state, rows, full=full)


@given(_STATES, _ROWS, st.booleans())
def test_what_is_quiet_at_a_glance_does_not_hold_at_the_last_moment(
    state: Count | Change | Spike, rows: list[Row], full: bool
) -> None:
    if is_quiet(state, rows, full=full):
        assert all(end <= rows[-1].at_ms for _, end in episodes(state, rows, full=full))


@given(_STATES.filter(lambda state: isinstance(state, Count)), _ROWS)
def test_a_count_holds_at_each_moment_at_which_so_many_are_counted(state: Count, rows: list[Row]) -> None:
    found = count_episodes(state, rows)
    for moment in range(45):
        near = {row.distinct or row.event for row in rows if moment - state.within_ms < row.at_ms <= moment}
        assert any(start <= moment < end for start, end in found) == (len(near) >= state.at_least)
    assert is_quiet(state, rows, full=False) == all(end <= rows[-1].at_ms for _, end in found)


@given(_ROWS)
def test_a_change_begins_where_its_level_is_reached(rows: list[Row]) -> None:
    state = Change(within_ms=4, baseline_ms=10, min_stories=1, at_least=0.4)
    ends = [i for i, row in enumerate(rows) if i + 1 == len(rows) or rows[i + 1].at_ms > row.at_ms]
    reached = [rows[i].at_ms for i in ends if (change_level(state, rows[: i + 1]) or 0.0) >= 1.0]
    found = change_episodes(state, rows)
    assert {start for start, _ in found} <= set(reached)
    assert all(any(start <= at < end for start, end in found) for at in reached)
