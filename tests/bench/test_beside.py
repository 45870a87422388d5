"""Matching beside other things: what changes is in force at once, and what is on the stream is matched by all."""

from __future__ import annotations

import itertools

import pytest

from alertd.rules.match import Matcher
from bench import beside
from bench.generate import make_rules


def test_each_change_is_one_rule_and_in_force_for_the_next_event() -> None:
    book = make_rules(200)
    matcher = Matcher(book)
    for number, change in enumerate(itertools.islice(beside.changes(book), len(book.portfolios) + 1)):
        matcher.apply(change)
        (changed,) = change.portfolios
        before = next(one for one in book.portfolios if one.id == changed.id)
        assert [a.id for a, b in zip(changed.rules, before.rules, strict=True) if a != b] == [before.rules[0].id]
        first = matcher.rule(changed.id, changed.rules[0].id)
        assert first is not None and f"changed{number}" in str(first.when)


def test_rules_change_while_events_are_timed() -> None:
    calm, busy, change, ratio = beside.while_changing(make_rules(100), turns=2, turn_s=0.05)
    assert int(calm["n"]) > 0 and int(busy["n"]) > 0 and int(change["n"]) > 0
    assert float(ratio["p99 us"]) == float(busy["p99 us"]) / float(calm["p99 us"])


def test_one_process_and_two_match_all_that_is_on_the_stream() -> None:
    one, two, ratio = beside.side_by_side(make_rules(100), count=150, rounds=1)
    assert (one["processes"], two["processes"]) == (1, 2)
    assert float(ratio["events/s"]) == pytest.approx(float(two["events/s"]) / float(one["events/s"]))
