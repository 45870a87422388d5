"""Lines are decided in the order in which the daemon decided them, as far as they say so."""

from __future__ import annotations

from alertd.history.backtest.examine import Examined, Ordering
from alertd.history.backtest.order import Item, as_decided
from alertd.history.past_line import RawPast


def line(name: str, at: int, *alerts: tuple[str, int], turn: int = 0) -> Item:
    order = [Ordering(alert, revision, unchanged=False) for alert, revision in alerts]
    return Item(RawPast(at, "archive", name, b"", name), Examined("matched", at, turn=turn, order=order))


def names(*items: Item) -> list[str]:
    return [item.raw.where for item in as_decided(items)]


def test_lines_of_a_batch_come_by_their_times_and_their_places_in_it() -> None:
    assert names(line("c", 5, turn=2), line("b", 5, turn=1), line("a", 4)) == ["a", "b", "c"]


def test_what_made_the_earlier_revision_of_an_alert_comes_first() -> None:
    assert names(line("second", 4, ("al_1", 2)), line("other", 5), line("first", 6, ("al_1", 1))) == [
        "first", "second", "other",
    ]  # fmt: skip


def test_the_first_of_lines_that_were_moved_names_them_in_the_order_in_which_rules_over_time_saw_them() -> None:
    first, *_ = as_decided([line("second", 4, ("al_1", 2)), line("first", 6, ("al_1", 1))])
    assert [item.raw.where for item in first.together] == ["second", "first"]


def test_where_revisions_contradict_each_other_the_times_stand() -> None:
    one, other = line("one", 4, ("al_1", 1), ("al_2", 2)), line("other", 5, ("al_1", 2), ("al_2", 1))
    assert names(one, other) == ["one", "other"]


def test_a_clock_that_went_back_by_more_than_two_seconds_leaves_the_order_of_the_archive() -> None:
    assert names(line("a", 9_000), line("b", 1_000), line("c", 1_001)) == ["a", "b", "c"]
