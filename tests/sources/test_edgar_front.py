"""How far EDGAR's pages are read, and what is remembered of them: tables."""

from __future__ import annotations

from typing import Any

import pytest

from alertd.base.clock import parse_rfc3339
from alertd.model import ParsedFeed
from alertd.sources.edgar_front import (
    Front,
    Goal,
    after_cut,
    after_whole,
    goal_of,
    is_last,
    missed_since,
    next_start,
    reached,
    read_front,
    with_front,
)

NOON = parse_rfc3339("2026-01-12T12:00:00-05:00")
MINUTE = 60_000
FRONT = Front(marks=["b", "a"], newest_ms=NOON - 5 * MINUTE, looked_ms=NOON - MINUTE, begun={"8-K": 1})


def page(*listed: str, newest: int | None = NOON, oldest: int | None = NOON - 10 * MINUTE, **more: Any) -> ParsedFeed:
    """Make a page of these marks; times in ms."""
    return ParsedFeed(
        format="edgar-current", candidates=[], listed=list(listed), newest_ms=newest, oldest_ms=oldest,
        **{"shown": 100} | more,
    )  # fmt: skip


def goal(front: Front = FRONT, *, first: bool = False, asked: str = "", backlog: Any = "none") -> Goal:
    return goal_of(front, first=first, asked=asked, backlog=backlog, now=NOON)


def test_what_is_remembered_comes_back_and_nothing_is_where_it_can_not_be_read() -> None:
    assert read_front(with_front({"spells": [1]}, FRONT)) == FRONT
    assert with_front({"spells": [1]}, FRONT)["spells"] == [1]
    broken: dict[str, Any]
    for broken in ({}, {"front": None}, {"front": {"marks": 7}}, {"front": []}):
        assert read_front(broken) == Front()


@pytest.mark.parametrize(
    ("told", "pages", "met"),
    [
        (goal(), [page("d", "c")], False),
        (goal(), [page("d", "c"), page("c", "b")], True),
        (goal(Front(newest_ms=NOON - MINUTE)), [page("d", oldest=NOON - 3 * MINUTE)], True),  # by time alone
        (goal(Front(newest_ms=NOON - MINUTE)), [page("d", oldest=NOON - MINUTE)], False),
        (goal(asked="8-K"), [page("d", oldest=NOON - 7 * MINUTE)], True),  # of another filter nothing need be known
        (goal(first=True), [page()], True),
        (goal(first=True, backlog="24h"), [page("d")], False),
        (goal(first=True, backlog="all"), [page("d", oldest=1)], False),
        (goal(), [page("b", oldest=None)], True),
        (goal(asked="8-K"), [page("b", oldest=None)], False),
    ],
)
def test_a_walk_must_go_so_far(told: Goal, pages: list[ParsedFeed], met: bool) -> None:
    assert reached(told, pages) is met


def test_a_walk_should_go_a_minute_below_what_is_known() -> None:
    near, far = page("c", "b", oldest=NOON - 5 * MINUTE), page("b", "a", oldest=NOON - 6 * MINUTE)
    assert [reached(goal(), pages, looked=True) for pages in ([near], [near, far])] == [False, True]


def test_the_last_page_is_one_that_is_not_full_or_the_last_that_there_may_be() -> None:
    assert [is_last(page(), 0), is_last(page(shown=99), 0), is_last(page(), 5_000)] == [False, True, True]
    assert [next_start(0), next_start(80), next_start(4_960)] == [80, 160, 5_000]


@pytest.mark.parametrize(
    ("told", "oldest", "since"),
    [
        (goal(), NOON, FRONT.newest_ms),
        (goal(), None, FRONT.newest_ms),
        (goal(), FRONT.newest_ms - 2 * MINUTE, None),  # read further back than what is remembered
        (goal(asked="8-K"), NOON, FRONT.newest_ms),
        (goal(first=True, backlog="all"), NOON, None),
    ],
)
def test_what_lies_between_the_known_and_the_end_of_the_feed_is_missed(
    told: Goal, oldest: int | None, since: int | None
) -> None:
    assert missed_since(FRONT, told, oldest) == since


def test_a_whole_walk_moves_the_front_on_and_an_early_clock_does_not() -> None:
    moved = after_whole(FRONT, page("c", "b", newest=NOON + 9 * MINUTE), "", {"4": 2}, 7, NOON)
    assert (moved.marks, moved.newest_ms, moved.looked_ms, moved.begun) == (["c", "b", "a"], NOON, 7, {"4": 2})
    assert after_whole(FRONT, page("c"), "8-K", {}, 7, NOON).marks == ["c"]


def test_a_walk_cut_short_leaves_the_front_and_waits_ever_longer() -> None:
    front, waits = FRONT, []
    for _ in range(7):
        front = after_cut(front, goal(), {"8-K": 1}, NOON, None)
        waits.append((front.not_before_ms - NOON) // 1000)
    assert waits == [10, 20, 40, 80, 160, 300, 300]
    assert (front.marks, front.newest_ms, front.cuts) == (FRONT.marks, FRONT.newest_ms, 7)
    assert after_cut(FRONT, goal(), {}, NOON, 900.0).not_before_ms == NOON + 900_000


def test_the_first_walk_remembers_down_to_where_it_has_still_to_read() -> None:
    first = goal(first=True, backlog="all")
    cut = after_cut(Front(), first, {}, NOON, None)
    assert goal(cut) == first
    assert after_whole(cut, page("c"), "", {}, 0, NOON).goal_ms is None
